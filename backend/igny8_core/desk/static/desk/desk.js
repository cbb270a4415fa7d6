// The approval desk's keyboard, dialogs and proof viewer. Without it, all buttons but those that
// open dialogs still work.
const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
const openDialog = () => document.querySelector("dialog[open]");

function open(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  dialog.showModal();
  (dialog.querySelector("[data-first]") ?? dialog.querySelector(".desk-reason, textarea, button")).focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) open(opener.dataset.opens);
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
  const reason = event.target.closest("[data-reason]");
  if (reason) takeReason(reason);
});

// A decision is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (!event.target.closest(".desk-dialog[id]") || event.target.method === "dialog") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

function takeReason(button) {
  const words = button.closest("form").querySelector("textarea");
  words.value = button.dataset.reason;
  words.dispatchEvent(new Event("input", { bubbles: true }));
  words.focus();
}

document.addEventListener("input", (event) => {
  const preview = event.target.form?.querySelector("[data-preview]");
  if (preview && event.target.matches("textarea")) preview.textContent = event.target.value;
});

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.metaKey) return;
  const dialog = openDialog();
  if (dialog) return inDialog(event, dialog);
  if (event.ctrlKey || typing(event.target)) return;
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (button) {
    event.preventDefault();
    button.click();
  } else if (document.body.classList.contains("desk-queue")) {
    inQueue(event);
  }
});

function inDialog(event, dialog) {
  if (event.ctrlKey && event.key === "Enter") {
    event.preventDefault();
    dialog.querySelector("form[method=post]")?.requestSubmit();
  } else if (!event.ctrlKey && !typing(event.target) && /^[1-9]$/.test(event.key)) {
    const reason = dialog.querySelectorAll("[data-reason]")[Number(event.key) - 1];
    if (reason) {
      event.preventDefault();
      takeReason(reason);
    }
  }
}

function inQueue(event) {
  const rows = [...document.querySelectorAll("#result_list tbody tr")].filter((row) => row.querySelector("a"));
  const current = rows.findIndex((row) => row.classList.contains("desk-row-current"));
  const acts = {
    j: () => choose(rows, Math.min(current + 1, rows.length - 1)),
    k: () => choose(rows, Math.max(current - 1, 0)),
    x: () => rows[current]?.querySelector("input[type=checkbox]")?.click(),
    Enter: () => rows[current].querySelector("th a, td a").click(),
    "/": () => document.getElementById("searchbar")?.focus(),
  };
  const isOfSomethingElse = event.key === "Enter" && (current < 0 || event.target.closest("a, button"));
  if (!(event.key in acts) || isOfSomethingElse) return;
  event.preventDefault();
  acts[event.key]();
}

function choose(rows, index) {
  for (const row of rows) row.classList.remove("desk-row-current");
  rows[index]?.classList.add("desk-row-current");
  rows[index]?.scrollIntoView({ block: "nearest" });
}

function startViewer(viewer) {
  const output = document.querySelector(".desk-zoom");
  let zoom = 1;
  const show = (next) => {
    zoom = Math.min(4, Math.max(0.5, next));
    viewer.style.setProperty("--zoom", zoom);
    viewer.classList.toggle("desk-zoomed", zoom > 1);
    output.textContent = `${Math.round(zoom * 100)} %`;
  };
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => show(button.dataset.zoom === "in" ? zoom * 1.5 : zoom / 1.5));
  }
  viewer.addEventListener("click", () => show(zoom > 1 ? 1 : 2));
  viewer.querySelector("img").addEventListener("error", () => {
    viewer.hidden = true;
    document.querySelector("[data-proof-broken]").hidden = false;
  });
}

// A file that is being checked appears by itself, and takes nothing away that somebody types.
async function waitForProof() {
  for (let seconds = 2; document.querySelector("[data-proof-checking]") && seconds < 60; seconds *= 1.5) {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const section = page.querySelector(".desk-proof");
    if (!section || section.querySelector("[data-proof-checking]")) continue;
    document.querySelector(".desk-proof").replaceWith(section);
    for (const viewer of section.querySelectorAll(".desk-viewer")) startViewer(viewer);
  }
}

for (const dialog of document.querySelectorAll("dialog[data-open]")) open(dialog.id);
waitForProof();
for (const viewer of document.querySelectorAll(".desk-viewer")) startViewer(viewer);
