// form[data-upload] with .wp-drop: drop or choose, check size and kind before sending, show how far it is.
// The server answers with a redirect (followed) or a page with errors (shown). [data-auto] sends at once.

const megabytes = (bytes) => `${(bytes / 1048576).toFixed(1)} MB`;

for (const form of document.querySelectorAll("form[data-upload]")) wire(form);

function wire(form) {
  const zone = form.querySelector("[data-drop]");
  const input = zone.querySelector("input[type=file]");
  const error = zone.querySelector("[data-drop-error]");
  const chosen = zone.querySelector("[data-drop-file]");

  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("is-over"); });
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.remove("is-over"); });
  zone.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length > 1) { error.textContent = "一次只能上传一个文件。"; return; }
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", () => {
    error.textContent = complaint(input, zone);
    const file = input.files[0];
    chosen.textContent = file ? `${file.name}（${megabytes(file.size)}）` : "";
    if (file && !error.textContent && "auto" in form.dataset) form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    const problem = complaint(input, zone);
    event.preventDefault();
    if (problem) { error.textContent = problem; return; }
    send(form, event.submitter, error);
  });
}

function complaint(input, zone) {
  const file = input.files[0];
  if (!file) return "请先选择文件。";
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
    if (request.responseURL && new URL(request.responseURL).pathname !== new URL(form.action).pathname) { location.assign(request.responseURL); return; }
    if (request.status < 500 && request.responseText) {
      // the same address again: the form with its errors
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const main = page.querySelector("#main");
      if (main) { document.querySelector("#main").replaceWith(main); document.querySelectorAll("form[data-upload]").forEach(wire); window.scrollTo(0, 0); return; }
    }
    fail("上传没有成功，请稍后再试。");
  });
  request.addEventListener("error", () => fail("网络不通，文件没有上传。"));
  request.open("POST", form.action);
  request.send(new FormData(form, submitter));

  function fail(message) { box.hidden = true; submitter?.removeAttribute("disabled"); error.textContent = message; }
}
