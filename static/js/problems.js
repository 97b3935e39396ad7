// [data-problems] lists what is wrong on the page: J/K or the buttons go from one to the next and show its cell, E to the next error.
// The keys are switched off together with those of the queue.

const OFF = "portal.keys.off";
const rail = document.querySelector("[data-problems]");
const items = rail ? [...rail.querySelectorAll("[data-problem]")] : [];
let at = -1;

function show(position) {
  if (!items.length) return;
  at = Math.min(items.length - 1, Math.max(0, position));
  for (const marked of document.querySelectorAll(".wp-grid .is-current")) marked.classList.remove("is-current");
  for (const item of items) item.removeAttribute("aria-current");
  const item = items[at];
  item.setAttribute("aria-current", "true");
  item.scrollIntoView({ block: "nearest" });
  const cell = document.getElementById(item.dataset.problem) ?? document.querySelector(item.querySelector("a").hash);
  cell?.classList.add("is-current");
  cell?.closest("tr")?.classList.add("is-current");
  cell?.scrollIntoView({ block: "center", inline: "center" });
}

// The next error, from the first one again after the last; where this page has none, the page of errors alone.
function showError() {
  const errors = items.map((item, position) => ("grave" in item.dataset ? position : -1)).filter((position) => position >= 0);
  if (errors.length) { show(errors.find((position) => position > at) ?? errors[0]); return; }
  const elsewhere = rail.querySelector("[data-problem-errors]")?.dataset.problemErrors;
  if (elsewhere) location.assign(elsewhere);
}

// An address that names a cell opens on it and on what is said of it; where the cell isn't shown, on its row.
function showNamed() {
  const named = location.hash.slice(1);
  if (!/^c[A-Z]+\d+$/.test(named)) return;
  const position = items.findIndex((item) => item.dataset.problem === named);
  if (position >= 0) show(position);
  else if (!document.getElementById(named)) document.getElementById(`r${named.replace(/^c[A-Z]+/, "")}`)?.scrollIntoView({ block: "center" });
}
showNamed();

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (localStorage.getItem(OFF) === "1" || event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
  if (event.key.toLowerCase() === "e" && rail?.querySelector("[data-problem-errors]")) { event.preventDefault(); showError(); return; }
  const step = { j: 1, k: -1 }[event.key.toLowerCase()];
  if (!step || !items.length) return;
  event.preventDefault();
  show(at + step);
});

rail?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-problem-step]");
  if (button) return button.dataset.problemStep === "error" ? showError() : show(at + Number(button.dataset.problemStep));
  const link = event.target.closest("[data-problem] > a");
  if (!link) return undefined;
  event.preventDefault();
  return show(items.indexOf(link.parentElement));
});
