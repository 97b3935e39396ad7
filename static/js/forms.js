// Forms: no double submit, a warning before unsaved input is lost, chosen consequences, select-all boxes.

const busyForms = new Set();

function release(form) {
  busyForms.delete(form);
  for (const button of form.querySelectorAll(".is-busy")) button.classList.remove("is-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog" || event.defaultPrevented) return;
  delete form.dataset.dirty;
  if (form.matches("[hx-post], [hx-get], [hx-put], [hx-patch], [hx-delete]") || form.method !== "post") return;
  if (busyForms.has(form)) {
    event.preventDefault();
    return;
  }
  busyForms.add(form);
  event.submitter?.classList.add("is-busy");
  // a download answers without leaving the page
  setTimeout(() => release(form), form.hasAttribute("data-download") ? 3000 : 20000);
});
window.addEventListener("pageshow", () => [...busyForms].forEach(release));

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  if (form) form.dataset.dirty = "";
});
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-guard][data-dirty]")) event.preventDefault();
});

// <select data-submit>: a filter that applies itself
document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches("[data-submit]")) field.form.requestSubmit();
  // <input type=radio data-shows="#id">: only the chosen consequence is visible
  if (field.matches("select")) closeOptions(field.form);
  if (field.matches("input[type=radio]")) showChosen(field.form ?? document);
  if (field.matches("[data-check-all]")) {
    for (const box of field.closest("table").querySelectorAll("tbody .wp-check input")) box.checked = field.checked;
  }
  if (field.closest(".wp-check")) countChecked(field.closest("table"));
});

function countChecked(table) {
  const boxes = [...table.querySelectorAll("tbody .wp-check input")];
  const chosen = boxes.filter((box) => box.checked).length;
  const all = table.querySelector("[data-check-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const bar = table.closest("form, .wp-table-wrap")?.querySelector("[data-bulk]");
  if (!bar) return;
  bar.hidden = chosen === 0;
  const count = bar.querySelector("[data-bulk-count]");
  if (count) count.textContent = String(chosen);
}

// <option data-not-with="area=city">: closed while that field of the form has that value
function closeOptions(form) {
  for (const option of form?.querySelectorAll?.("option[data-not-with]") ?? []) {
    const [name, value] = option.dataset.notWith.split("=");
    option.disabled = option.closest("form").elements[name]?.value === value;
    if (option.disabled && option.selected) option.parentElement.selectedIndex = 0;
  }
}

// A bar without `hidden` works without scripts; with them it shows once something is chosen. After "back" the browser
// has ticked the boxes again by itself.
window.addEventListener("pageshow", () => {
  for (const bar of document.querySelectorAll("[data-bulk]")) {
    const table = bar.parentElement.querySelector("table");
    if (table) countChecked(table);
  }
});

function showChosen(root) {
  // Several choices may share a part: it is shown where one of them is chosen.
  const radios = [...root.querySelectorAll("input[type=radio][data-shows]")];
  for (const radio of radios) {
    const part = document.querySelector(radio.dataset.shows);
    if (part) part.hidden = !radios.some((one) => one.dataset.shows === radio.dataset.shows && one.checked);
  }
}
showChosen(document);
closeOptions(document);
document.addEventListener("htmx:load", (event) => showChosen(event.detail.elt));
