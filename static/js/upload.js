// form[data-upload] with .wp-drop: drop or choose, check size and kind before sending, show how far it is.
// The server answers with an address (X-Location), a redirect (followed) or a page with errors (shown). [data-auto] sends at once.
// [data-anywhere]: a file may be dropped on any place of the page. [data-many]: several files become lines of
// [data-upload-queue], each sent as a request of its own, with an employer of its own.

import { sendAll, showQueue } from "./upload-queue.js";

export const megabytes = (bytes) => bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

for (const form of document.querySelectorAll("form[data-upload]")) wire(form);
wireAnywhere();

function wire(form) {
  const zone = form.querySelector("[data-drop]");
  const input = zone.querySelector("input[type=file]");
  const error = zone.querySelector("[data-drop-error]");
  const many = "many" in form.dataset;
  input.multiple = many;

  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("is-over"); });
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.remove("is-over"); });
  zone.addEventListener("drop", (event) => { event.stopPropagation(); document.body.classList.remove("is-dropping"); take(form, event.dataTransfer.files); });
  input.addEventListener("change", () => {
    const files = [...input.files];
    const problems = files.map((file) => complaint(file, input, zone));
    error.textContent = files.length === 1 ? problems[0] : "";
    zone.querySelector("[data-drop-file]").textContent = files.length === 1 ? `${files[0].name}（${megabytes(files[0].size)}）` : files.length ? `共 ${files.length} 份文件，请在下面核对用工单位` : "";
    if (many) showQueue(form, files, problems);
    if (files.length === 1 && !problems[0] && "auto" in form.dataset) form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formMethod === "get") return;
    event.preventDefault();
    const files = [...input.files];
    const problem = files.length ? files.length === 1 && complaint(files[0], input, zone) : "请先选择文件。";
    if (problem) { error.textContent = problem; return; }
    if (files.length > 1) { sendAll(form, files, files.map((file) => complaint(file, input, zone)), event.submitter); return; }
    send(form, event.submitter, error);
  });
}

function take(form, files) {
  const zone = form.querySelector("[data-drop]");
  const input = zone.querySelector("input[type=file]");
  if (files.length > 1 && !input.multiple) { zone.querySelector("[data-drop-error]").textContent = "一次只能上传一个文件。"; return; }
  if (!files.length) return;
  input.files = files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function wireAnywhere() {
  const target = () => document.querySelector("form[data-upload][data-anywhere]");
  const carries = (event) => event.dataTransfer?.types?.includes("Files") && target();
  let depth = 0;
  document.addEventListener("dragenter", (event) => { if (carries(event)) { depth += 1; document.body.classList.add("is-dropping"); event.preventDefault(); } });
  document.addEventListener("dragleave", () => { depth = Math.max(0, depth - 1); if (!depth) document.body.classList.remove("is-dropping"); });
  document.addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    depth = 0;
    document.body.classList.remove("is-dropping");
    if (!carries(event)) return;
    event.preventDefault();
    take(target(), event.dataTransfer.files);
  });
}

function complaint(file, input, zone) {
  const kinds = input.accept.split(",").map((kind) => kind.trim().toLowerCase()).filter(Boolean);
  if (kinds.length && !kinds.some((kind) => file.name.toLowerCase().endsWith(kind))) return `不支持这种文件，请上传 ${kinds.join("、")} 文件。`;
  const limit = Number(zone.dataset.maxMb || 20);
  if (file.size > limit * 1048576) return `文件有 ${megabytes(file.size)}，超过 ${limit} MB。请拆分后上传。`;
  if (file.size === 0) return "文件是空的。";
  return "";
}

function send(form, submitter, error) {
  const box = form.querySelector("[data-drop-progress]");
  const bar = box.querySelector("progress");
  const [label, text] = box.querySelectorAll(".wp-progress__head span");
  const request = new XMLHttpRequest();
  box.hidden = false;
  submitter?.setAttribute("disabled", "");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.max = event.total;
    bar.value = event.loaded;
    text.textContent = `${megabytes(event.loaded)} / ${megabytes(event.total)}`;
  });
  request.upload.addEventListener("load", () => { label.textContent = "已上传，正在检查"; bar.removeAttribute("value"); text.textContent = ""; });
  request.addEventListener("load", () => {
    const told = request.getResponseHeader("X-Location");
    if (told) { location.assign(told); return; }
    if (request.responseURL && new URL(request.responseURL).pathname !== new URL(form.action).pathname) { location.assign(request.responseURL); return; }
    if (request.status < 500 && request.responseText) {
      // the same address again: the form with its errors
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const main = page.querySelector("#main");
      if (main) { show(main, form); return; }
    }
    fail("上传没有成功，请稍后再试。");
  });
  request.addEventListener("error", () => fail("网络不通，文件没有上传。"));
  request.open("POST", form.action);
  request.setRequestHeader("X-Upload", "script");
  request.send(new FormData(form, submitter));

  function fail(message) { box.hidden = true; submitter?.removeAttribute("disabled"); error.textContent = message; }
}

/** The page that came back, with the chosen file still chosen. */
function show(main, before) {
  const kept = before.querySelector("input[type=file]").files;
  document.querySelector("#main").replaceWith(main);
  window.htmx?.process(main);
  main.querySelectorAll("form[data-upload]").forEach(wire);
  const form = main.querySelector("form[data-upload]");
  const input = form?.querySelector("input[type=file]");
  if (input && !input.closest("[data-drop]").querySelector("[data-drop-error]").textContent) {
    input.files = kept;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  window.scrollTo(0, 0);
  main.querySelector("[data-focus]")?.focus();
}
