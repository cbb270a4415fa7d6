// The admin's theme under a strict content security policy. Its Alpine.js is the build that
// evaluates no strings (desk/theme); what that build's parser does not read is said here in
// functions, and what the theme would write into style elements or attributes is avoided.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;

const SIDEBAR = "sidebarDesktopOpen";

// What a button opens takes the focus, and gives it back when it closes. It is shown by one of the
// next frames, and can't have the focus before.
function focusOnceShown(selector, framesLeft = 60) {
  const element = document.querySelector(selector);
  element?.focus();
  if (element === document.activeElement || framesLeft === 0) return;
  requestAnimationFrame(() => focusOnceShown(selector, framesLeft - 1));
}

function desk(defaultTheme) {
  const theirs = theme(defaultTheme);
  return {
    ...theirs,
    init() {
      theirs.init.call(this);
      this.$watch("filterOpen", (isOpen) => focusOnceShown(isOpen ? "#filters-closer" : "#filters-opener"));
    },
  };
}

function page(primaryTab) {
  return {
    activeTab: getCurrentTab() || primaryTab,
    sidebarMobileOpen: false,
    sidebarDesktopOpen: localStorage.getItem(SIDEBAR) !== "0",
    init() {
      this.$watch(SIDEBAR, (isOpen) => localStorage.setItem(SIDEBAR, isOpen ? "1" : "0"));
      window.addEventListener("keydown", ({ key }) => {
        if (key === "Escape" && this.sidebarMobileOpen) this.closeSidebar();
      });
    },
    openSidebar() {
      this.sidebarMobileOpen = true;
      focusOnceShown("#sidebar-closer");
    },
    closeSidebar() {
      this.sidebarMobileOpen = false;
      focusOnceShown("#sidebar-opener");
    },
    formAddress() {
      const { pathname, search } = window.location;
      return pathname + search + (this.activeTab && this.activeTab !== "general" ? `#${this.activeTab}` : "");
    },
  };
}

// A menu below its button; Escape leads back to the button.
function menu() {
  return {
    isOpen: false,
    toggle() {
      this.isOpen = !this.isOpen;
    },
    // Of a menu that stands elsewhere in the page: the focus goes to its first link.
    enter(id) {
      this.toggle();
      if (this.isOpen) focusOnceShown(`#${CSS.escape(id)} a[href]`);
    },
    close({ target }) {
      if (!this.$refs.opener.contains(target)) this.isOpen = false;
    },
    leave(event) {
      if (!this.isOpen) return;
      event.stopPropagation(); // a sidebar around the menu stays
      this.$refs.opener.focus();
      this.isOpen = false;
    },
  };
}

function command() {
  return {
    ...searchCommand(),
    chooseByEnter(event) {
      if (!event.metaKey && !event.ctrlKey) this.selectItem(false, false);
    },
  };
}

// [what, its attribute, how the theme's expression starts, ours]
const REPLACED = [
  ["body", "x-init", "activeTab", ""],
  ["body", "x-data", "{", (theirs) => `page('${theirs.match(/activeTab: '([\w-]*)'/)?.[1] ?? ""}')`],
  ["[x-data='searchCommand()']", "x-data", "searchCommand", "command()"],
  ["#search-input-command", "x-on:keydown.enter.prevent", "if", "chooseByEnter($event)"],
  ["form", "x-bind:action", "activeTab", "formAddress()"],
  ["#changelist-actions", "x-bind:style", "'width: '", "{ width: changeListWidth + 'px' }"],
];

document.addEventListener("alpine:init", () => {
  for (const [name, data] of Object.entries({ theme: desk, searchForm, page, menu, command })) Alpine.data(name, data);
  for (const [what, attribute, start, ours] of REPLACED) {
    for (const element of document.querySelectorAll(what)) {
      const theirs = element.getAttribute(attribute)?.trim();
      if (!theirs?.startsWith(start)) continue;
      element.setAttribute(attribute, typeof ours === "function" ? ours(theirs) : ours);
      if (ours === "") element.removeAttribute(attribute);
    }
  }
});
