// form[data-mapping]: field chips dragged, or picked up and put down by keyboard or tap, onto the columns of a table.
// The selects hold the truth and work alone; this only sets them and lets htmx show what follows.

const form = document.querySelector("form[data-mapping]");
const say = form?.querySelector("[data-mapping-say]");
let held = null; // { name, table, chip }
let at = -1;

const tableOf = (element) => element.closest("[data-map]");
const rowsOf = (table) => [...table.querySelectorAll("tr[data-map-column]")];
const selectOf = (row) => row.querySelector("select");
const titleOf = (row) => row.querySelector(".wp-lead").textContent.trim().replace(" ", " 列");
const chipText = (chip) => chip.firstChild.textContent.trim();

function mark(row) {
  const select = selectOf(row);
  const changed = select.value !== select.dataset.guess;
  row.querySelector("[data-map-guessed]").hidden = changed;
  row.querySelector("[data-map-said]").hidden = !changed;
}

function put(name, row) {
  const table = tableOf(row);
  for (const other of rowsOf(table)) {
    if (other !== row && selectOf(other).value === name) { selectOf(other).value = ""; mark(other); }
  }
  const select = selectOf(row);
  select.value = name;
  mark(row);
  row.classList.add("is-set");
  setTimeout(() => row.classList.remove("is-set"), 900);
  select.dispatchEvent(new Event("input", { bubbles: true }));
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

function pick(chip) {
  drop();
  held = { name: chip.dataset.mapChip, table: tableOf(chip), title: chipText(chip) };
  lift(chip);
}

function lift(chip) {
  chip.setAttribute("aria-pressed", "true");
  held.table.classList.add("is-picking");
  say.textContent = `已拿起“${held.title}”。用上下键选列，回车放下，Esc 取消；也可以直接点那一列。`;
}

function aim(step) {
  const rows = rowsOf(held.table);
  rows[at]?.classList.remove("is-over");
  at = (at + step + rows.length) % rows.length;
  rows[at].classList.add("is-over");
  rows[at].scrollIntoView({ block: "nearest" });
  say.textContent = `${titleOf(rows[at])}，回车放下“${held.title}”`;
}

function drop() {
  if (!held) return;
  for (const row of rowsOf(held.table)) row.classList.remove("is-over");
  held.table.classList.remove("is-picking");
  held.table.querySelector("[data-map-chip][aria-pressed=true]")?.setAttribute("aria-pressed", "false");
  held = null;
  at = -1;
}

function settle(row) {
  const { name, title, table } = held;
  drop();
  put(name, row);
  say.textContent = `“${title}”已对应到${titleOf(row)}`;
  // the chips come back from the server; keyboard users stay where they were
  refocus = { table, name };
}

let refocus = null;
document.addEventListener("htmx:afterSettle", () => {
  if (!refocus) return;
  const chip = refocus.table.querySelector(`[data-map-chip="${refocus.name}"]`);
  if (document.activeElement === document.body) chip?.focus();
  refocus = null;
});

form?.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-map-chip]");
  if (chip) {
    const again = chip.getAttribute("aria-pressed") === "true";
    if (again) drop(); else pick(chip);
    return;
  }
  const row = event.target.closest("tr[data-map-column]");
  if (held && row && tableOf(row) === held.table && !event.target.closest("select")) { event.preventDefault(); settle(row); }
});

form?.addEventListener("keydown", (event) => {
  if (!held) return;
  if (event.key === "Escape") { say.textContent = "已取消"; drop(); event.preventDefault(); }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") { aim(event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1); event.preventDefault(); }
  if ((event.key === "Enter" || event.key === " ") && at >= 0) { event.preventDefault(); settle(rowsOf(held.table)[at]); }
});

form?.addEventListener("change", (event) => {
  const row = event.target.closest("tr[data-map-column]");
  if (row) mark(row);
});

form?.addEventListener("dragstart", (event) => {
  const chip = event.target.closest?.("[data-map-chip]");
  if (!chip) return;
  drop();
  held = { name: chip.dataset.mapChip, table: tableOf(chip), title: chipText(chip) };
  // Chromium ends a drag whose element changes while it starts.
  setTimeout(() => { if (held) lift(chip); });
  event.dataTransfer.setData("text/plain", chipText(chip));
  event.dataTransfer.effectAllowed = "move";
});
form?.addEventListener("dragover", (event) => {
  const row = event.target.closest?.("tr[data-map-column]");
  if (!held) return;
  for (const other of rowsOf(held.table)) other.classList.toggle("is-over", other === row);
  if (row && tableOf(row) === held.table) event.preventDefault();
});
form?.addEventListener("drop", (event) => {
  const row = event.target.closest?.("tr[data-map-column]");
  if (!held || !row || tableOf(row) !== held.table) return;
  event.preventDefault();
  settle(row);
});
form?.addEventListener("dragend", drop);
