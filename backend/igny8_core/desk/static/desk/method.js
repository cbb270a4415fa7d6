// The form of a payment method: rows that can be added, moved and removed, countries as chips, a
// reference to try, and what the customer will see. Without it, all fields are there as plain ones.
for (const part of document.querySelectorAll("[data-with-script]")) part.hidden = false;
for (const part of document.querySelectorAll("[data-without-script]")) part.hidden = true;

// Rows

function startRows(box) {
  const status = box.querySelector("[data-row-status]");
  const rows = () => [...box.querySelectorAll("[data-row]")];
  const texts = (row) => [...row.querySelectorAll("input:not([type=checkbox])")].filter((input) => !input.name.endsWith("-order"));
  const isEmpty = (row) => texts(row).every((input) => input.value.trim() === "");
  const say = (words) => {
    status.textContent = words;
  };

  function number() {
    rows().forEach((row, index) => {
      row.querySelector("legend").textContent = `Row ${index + 1}`;
      row.querySelector("[name$='-order']").value = index + 1;
      row.querySelector("[data-move=up]").disabled = index === 0;
      row.querySelector("[data-move=down]").disabled = index === rows().length - 1;
    });
    box.querySelector("[data-add-row]").disabled = rows().length >= Number(box.dataset.max);
    document.dispatchEvent(new CustomEvent("desk-rows"));
  }

  function addRow() {
    const template = rows()[0].cloneNode(true);
    const used = rows().map((row) => Number(texts(row)[0].name.split("-").at(-2)));
    const next = Math.max(...used) + 1;
    for (const input of template.querySelectorAll("input")) {
      input.name = input.name.replace(/-\d+-/, `-${next}-`);
      input.removeAttribute("id");
      if (input.type === "checkbox") input.checked = input.name.endsWith("-copyable");
      else input.value = "";
    }
    rows().at(-1).after(template);
    number();
    texts(template)[0].focus();
    say(`Row ${rows().length} added.`);
  }

  const moves = {
    up: (row) => row.previousElementSibling.before(row),
    down: (row) => row.nextElementSibling.after(row),
    out: (row) => {
      if (rows().length > 1) row.remove();
      else for (const input of texts(row)) input.value = "";
    },
  };

  box.addEventListener("click", (event) => {
    if (event.target.closest("[data-add-row]")) return addRow();
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const row = button.closest("[data-row]");
    const index = rows().indexOf(row);
    moves[button.dataset.move](row);
    number();
    const stays = button.dataset.move !== "out";
    const next = stays ? row : (rows()[index] ?? rows().at(-1));
    const focused = stays && !button.disabled ? button : next.querySelector("[data-move]:not(:disabled)");
    focused.focus();
    say(stays ? `Now row ${rows().indexOf(row) + 1}.` : "Row removed.");
  });

  const filled = rows().filter((row) => !isEmpty(row));
  for (const row of rows().filter(isEmpty).slice(filled.length ? 0 : 1)) row.remove();
  number();
}

// Countries

function startCountries(box) {
  const select = box.querySelector("select");
  const [input, list] = [box.querySelector("input"), box.querySelector("datalist")];
  const chips = box.querySelector("[data-chips]");
  const status = box.querySelector("[data-country-status]");
  const options = [...select.options];
  select.hidden = true;
  chips.hidden = false;

  function draw() {
    const chosen = options.filter((option) => option.selected);
    chips.replaceChildren(...chosen.map(chip));
    list.replaceChildren(...options.filter((option) => !option.selected).map((option) => new Option(option.text, option.text)));
    document.dispatchEvent(new CustomEvent("desk-rows"));
  }

  function chip(option) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "desk-chip";
    button.textContent = `${option.text} ✕`;
    button.setAttribute("aria-label", `Remove ${option.text}`);
    button.addEventListener("click", () => {
      option.selected = false;
      draw();
      status.textContent = `${option.text} removed.`;
      input.focus();
    });
    item.append(button);
    return item;
  }

  function found(typed) {
    const wanted = typed.trim().toLowerCase();
    if (!wanted) return undefined;
    const exact = options.find((option) => option.value.toLowerCase() === wanted || option.text.toLowerCase() === wanted);
    const starting = options.filter((option) => option.text.toLowerCase().startsWith(wanted));
    return exact ?? (starting.length === 1 ? starting[0] : undefined);
  }

  function add() {
    const option = found(input.value);
    if (!option) {
      status.textContent = input.value.trim() ? "No country found." : "";
      input.setAttribute("aria-invalid", String(Boolean(input.value.trim())));
      return;
    }
    input.removeAttribute("aria-invalid");
    option.selected = true;
    input.value = "";
    draw();
    status.textContent = `${option.text} added.`;
  }

  box.querySelector("[data-add-country]").addEventListener("click", add);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    add();
  });
  input.addEventListener("change", () => {
    if (options.some((option) => option.text === input.value)) add();
  });
  draw();
}

// A reference to try

function startTrial(box) {
  const form = box.closest("form");
  const [sample, pattern] = [box.querySelector("input"), form.elements.reference_pattern];
  const result = box.querySelector("[data-try-result]");
  let asked = 0;
  let timer;

  async function ask() {
    const turn = ++asked;
    if (!sample.value) {
      result.textContent = "";
      return;
    }
    const query = new URLSearchParams({ pattern: pattern.value, reference: sample.value });
    const answer = await fetch(`${box.dataset.try}?${query}`).catch(() => undefined);
    if (turn !== asked) return;
    const problem = answer?.ok ? (await answer.json()).problem : "The reference could not be tested. Try again.";
    result.textContent = problem ? `✗ ${problem}` : "✓ This reference is accepted.";
    result.className = problem ? "desk-mismatch" : "desk-match";
  }

  for (const input of [sample, pattern].filter(Boolean)) {
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 200);
    });
  }
}

// What the customer sees

function startPreview(box) {
  const form = box.closest("form");
  const list = box.querySelector("[data-shows-rows]");

  function draw() {
    for (const place of box.querySelectorAll("[data-shows]")) {
      place.textContent = form.elements[place.dataset.shows]?.value ?? "";
    }
    const rows = [...form.querySelectorAll("[data-row]")].map((row) => [
      row.querySelector("[name$='-label']").value.trim(),
      row.querySelector("[name$='-value']").value.trim(),
      row.querySelector("[name$='-copyable']").checked,
    ]);
    list.replaceChildren(
      ...rows
        .filter(([label, value]) => label || value)
        .flatMap(([label, value, isCopyable]) => {
          const [term, text] = [document.createElement("dt"), document.createElement("dd")];
          term.textContent = label;
          term.dir = text.dir = "auto";
          text.textContent = value + (isCopyable ? " ⧉" : "");
          return [term, text];
        }),
    );
  }

  box.hidden = false;
  form.addEventListener("input", draw);
  document.addEventListener("desk-rows", draw);
  draw();
}

for (const box of document.querySelectorAll("[data-rows]")) startRows(box);
for (const box of document.querySelectorAll("[data-countries]")) startCountries(box);
for (const box of document.querySelectorAll("[data-try]")) startTrial(box);
for (const box of document.querySelectorAll("[data-method-preview]")) startPreview(box);
