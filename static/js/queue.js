// [data-queue] with [data-queue-item]: J/K anywhere, ↑/↓ inside the list, Enter opens. The keys can be switched off.
// After a decision the server sends HX-Trigger: queue:next.

const OFF = "portal.keys.off";
const items = () => [...document.querySelectorAll("[data-queue] [data-queue-item]")];
const current = () => document.querySelector('[data-queue-item][aria-current="true"]');
const keysOff = () => localStorage.getItem(OFF) === "1";

function choose(item, load) {
  if (!item) return;
  for (const other of items()) {
    other.setAttribute("aria-current", String(other === item));
    other.tabIndex = other === item ? 0 : -1;
  }
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
  if (load) item.querySelector("a[href]")?.click();
}

function move(step) {
  const list = items();
  const at = list.indexOf(current());
  const next = list[Math.min(list.length - 1, Math.max(0, at + step))];
  // where the row's link is htmx's, moving shows the case; elsewhere it only marks the row
  if (next && next !== current()) choose(next, next.querySelector("a[hx-get]") !== null);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || keysOff()) return;
  const target = event.target;
  if (target.closest("input, select, textarea, [contenteditable], dialog")) return;
  const inside = target.closest("[data-queue]") !== null;
  const key = event.key.toLowerCase();
  if (key === "j" || (inside && event.key === "ArrowDown")) move(1);
  else if (key === "k" || (inside && event.key === "ArrowUp")) move(-1);
  else if (event.key === "Enter" && target.matches("[data-queue-item]")) target.querySelector("a[href]")?.click();
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const item = event.target.closest?.("[data-queue-item]");
  if (item && item !== current()) choose(item, false);
  const toggle = event.target.closest?.("[data-queue-keys]");
  if (!toggle) return;
  localStorage.setItem(OFF, keysOff() ? "0" : "1");
  label(toggle);
});

document.addEventListener("queue:next", () => {
  const done = current();
  const list = items();
  const next = list[list.indexOf(done) + 1] ?? list.find((item) => item !== done);
  done?.remove();
  if (next) choose(next, true);
});

function label(toggle) {
  toggle.textContent = keysOff() ? "打开快捷键" : "关闭快捷键";
  toggle.setAttribute("aria-pressed", String(!keysOff()));
}
for (const toggle of document.querySelectorAll("[data-queue-keys]")) label(toggle);
const first = current() ?? items()[0];
if (first) first.tabIndex = 0;
