// tr[data-href]: the whole row opens its link. The link itself stays in the row for keyboard and screen reader.
const INTERACTIVE = "a, button, input, select, textarea, label, summary, [contenteditable]";

function open(event) {
  const row = event.target.closest?.("tr[data-href]");
  if (!row || event.target.closest(INTERACTIVE) || event.button > 1) return;
  if (!getSelection().isCollapsed) return; // someone copies a number
  const link = [...row.querySelectorAll("a[href]")].find((a) => a.getAttribute("href") === row.dataset.href);
  if (event.button === 1 || event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else if (link) link.click(); // htmx may have taken the link over
  else location.assign(row.dataset.href);
}
document.addEventListener("click", open);
document.addEventListener("auxclick", open);
