// Entry of every page. Behaviour is wired by data-* attributes and survives htmx swaps because it listens on the document.
import "./forms.js";
import "./rows.js";
import { wireTimelines } from "./timeline.js";

const INTERACTIVE_MENU = "details[data-menu]";

function closeMenus(except) {
  for (const menu of document.querySelectorAll(`${INTERACTIVE_MENU}[open]`)) if (menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest(INTERACTIVE_MENU));
  if (event.target.closest("[data-dismiss]")) event.target.closest(".wp-alert")?.remove();
  if (event.target.closest("[data-print]")) window.print();
  if (event.target.closest("[data-back]")) history.back();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector(`${INTERACTIVE_MENU}[open]`);
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

/** Show a message at the lower right; errors stay until closed. */
export function toast(text, level = "blue") {
  const box = document.createElement("div");
  box.className = `wp-alert u-${level}`;
  if (level === "red") box.setAttribute("role", "alert");
  const body = document.createElement("div");
  body.className = "wp-alert__body";
  body.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "wp-alert__x";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", "关闭提示");
  close.textContent = "×";
  box.append(body, close);
  document.querySelector("[data-toasts]")?.append(box);
  if (level !== "red") setTimeout(() => box.remove(), 8000);
}

const FAILURES = {
  401: "登录已过期，请刷新页面重新登录。",
  403: "没有办理权限，或页面已过期。请刷新后再试。",
  404: "内容不存在，或不在您的范围内。",
  409: "这条记录刚被别人修改，请刷新后再办。",
  429: "操作太频繁，请稍后再试。",
};
document.addEventListener("htmx:responseError", (event) => toast(FAILURES[event.detail.xhr.status] ?? "系统出错，刚才的操作没有完成，请稍后再试。", "red"));
document.addEventListener("htmx:sendError", () => toast("网络不通，刚才的操作没有完成。", "red"));
document.addEventListener("htmx:timeout", () => toast("服务器响应超时，请稍后再试。", "red"));
// a server event: HX-Trigger: {"portal:toast": {"text": "…", "level": "green"}}
document.addEventListener("portal:toast", (event) => toast(event.detail.text, event.detail.level));

let running = 0;
function loading(step) {
  running = Math.max(0, running + step);
  document.body.classList.toggle("is-loading", running > 0);
}
document.addEventListener("htmx:beforeRequest", () => loading(1));
document.addEventListener("htmx:afterRequest", () => loading(-1));

/** On a phone the chosen tab or chip may lie beyond the edge: move the strip, not the page. */
function showTab(tab) {
  const strip = tab.closest(".wp-tabs, .wp-chips");
  strip.scrollLeft = tab.offsetLeft - strip.offsetLeft - (strip.clientWidth - tab.offsetWidth) / 2;
}

function wire(root) {
  for (const box of root.querySelectorAll("[data-dismiss-after]")) setTimeout(() => box.remove(), Number(box.dataset.dismissAfter));
  root.querySelector("[data-focus]")?.focus();
  for (const tab of root.querySelectorAll(".wp-tabs [aria-current], .wp-chips [aria-current]")) showTab(tab);
  wireTimelines(root);
}
wire(document);
document.addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) wire(event.detail.elt.parentElement ?? document); });
