// Editors with fewer reloads: the preview and what is said below fields follow the typing, rows come, go and move at
// once, and a skill that was used before brings its address along. Without this file, buttons do the same.

const PAUSE_MS = 450;
const FIRST = "input:not([type=hidden])"; // what is typed into first, in a row
const form = document.querySelector("[data-editor]");

if (form) {
  let waiting = 0;
  let asking = null;

  // A document that is parsed by the browser's own loader: no text becomes markup here, and no script in it runs.
  const refresh = (then) => {
    clearTimeout(waiting);
    if (!form.dataset.previewAt) return;
    asking?.abort();
    const request = (asking = new XMLHttpRequest());
    request.open("POST", form.dataset.previewAt);
    request.responseType = "document";
    request.addEventListener("load", () => {
      const found = request.response?.querySelector("[data-preview]");
      const place = document.querySelector("[data-preview]");
      if (request.status !== 200 || !request.response) return;
      if (found && place) {
        keepOpen(place, found);
        place.replaceWith(document.adoptNode(found));
      }
      for (const said of request.response.querySelectorAll("[data-live]")) sayAnew(said);
      then?.();
    });
    request.send(new FormData(form));
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, PAUSE_MS);
  };

  form.addEventListener("input", (event) => {
    bringAlong(event.target);
    soon();
  });
  form.addEventListener("change", soon);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("showsPreview" in button.dataset) {
      event.preventDefault();
      refresh(() => document.getElementById("preview").focus());
    } else if (button.dataset.rowAct && changeRows(button)) {
      event.preventDefault();
      soon();
    }
  });
}

function keepOpen(before, after) {
  for (const details of before.querySelectorAll("details[open]")) {
    const [place, index] = [before.querySelectorAll("details"), after.querySelectorAll("details")];
    index[[...place].indexOf(details)]?.setAttribute("open", "");
  }
  after.scrollTop = before.scrollTop;
}

// What is said below a field, only where it is another thing by now: so it is read out once.
function sayAnew(said) {
  const place = document.getElementById(said.id);
  if (!place || place.isEqualNode(said)) return;
  const kept = place.value; // of a select: what was chosen stays chosen while it can be
  // Copies: options that are taken out of a select one by one would each be chosen for a moment, and stay so.
  place.replaceChildren(...[...said.childNodes].map((each) => document.importNode(each, true)));
  if ([...(place.options ?? [])].some((each) => each.value === kept)) place.value = kept;
}

// Takes a row away, adds one, or lets two change places; false where the server has to do it.
function changeRows(button) {
  const [act, kind] = button.dataset.rowAct.split("-");
  if (act === "up" || act === "down") return moveRow(button, act);
  const rows = form.querySelector(`[data-rows="${kind}"]`);
  const template = form.querySelector(`[data-row-template="${kind}"]`);
  if (!rows || !template) return false;
  if (act === "remove") {
    const row = button.closest("[data-row-of]");
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next ? next.querySelector(FIRST) : form.querySelector(`[data-row-act="add-${kind}"]`)).focus();
    return true;
  }
  const numbers = [...rows.querySelectorAll("[name]")].map((each) => Number(each.name.split("-")[1]) || 0);
  const index = Math.max(-1, ...numbers) + 1;
  const row = template.content.firstElementChild.cloneNode(true);
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of element.attributes) {
      if (attribute.value.includes("__n__")) element.setAttribute(attribute.name, attribute.value.replaceAll("__n__", index));
    }
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) node.data = node.data.replaceAll("__k__", index + 1);
    }
  }
  rows.append(row);
  row.querySelector(FIRST).focus();
  return true;
}

// Two rows change what stands in their fields, and keep their places and numbers.
function moveRow(button, act) {
  const row = button.closest("[data-row-of]");
  const other = act === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return true;
  const [mine, theirs] = [row, other].map((each) => [...each.querySelectorAll("input, select, textarea")]);
  mine.forEach((field, place) => {
    const beside = theirs[place];
    const kept = [field.value, field.checked, beside.checked];
    if (field.type === "radio" || field.type === "checkbox") {
      [field.checked, beside.checked] = [kept[2], kept[1]];
    } else {
      [field.value, beside.value] = [beside.value, kept[0]];
    }
  });
  const [notes, besides] = [row, other].map((each) => [...each.querySelectorAll("[data-live]")]);
  notes.forEach((note, place) => {
    const kept = [...note.childNodes];
    note.replaceChildren(...besides[place].childNodes);
    besides[place].replaceChildren(...kept);
  });
  const again = [...other.querySelectorAll("[data-row-act]")].find((each) => each.dataset.rowAct.startsWith(`${act}-`));
  again?.focus();
  again?.scrollIntoView({ block: "nearest" });
  return true;
}

// A skill chosen from those in use: its address, code and framework, where nothing was typed yet.
function bringAlong(input) {
  if (!input.list || !/^skill-\d+-name$/.test(input.name)) return;
  const known = [...input.list.options].find((each) => each.value === input.value);
  if (!known) return;
  for (const part of ["url", "code", "framework"]) {
    const field = form.elements.namedItem(input.name.replace(/name$/, part));
    if (field && !field.value) field.value = known.dataset[part] ?? "";
  }
}
