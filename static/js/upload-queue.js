// Several payrolls at once: a line per file with its employer, then one request after another, then how far each is read.

const POLL = 1200;

/** Lines for the chosen files, one or none show nothing. */
export function showQueue(form, files, problems) {
  const list = form.querySelector("[data-upload-queue]");
  list.replaceChildren();
  list.hidden = files.length < 2;
  if (list.hidden) return;
  const employers = form.querySelector("select[name=employer]");
  files.forEach((file, at) => list.append(line(file, at, problems[at], employers)));
}

function line(file, at, problem, employers) {
  const item = document.createElement("li");
  item.className = "wp-queue__line";
  const name = document.createElement("span");
  name.className = "wp-queue__name";
  name.textContent = file.name;
  const choice = employers.cloneNode(true);
  choice.removeAttribute("id");
  choice.name = `employer-${at}`;
  choice.setAttribute("aria-label", `${file.name} 的用工单位`);
  choice.value = guess(file.name, employers) ?? employers.value;
  const state = document.createElement("span");
  state.className = "wp-queue__state";
  state.setAttribute("role", "status");
  const bar = document.createElement("progress");
  bar.hidden = true;
  bar.setAttribute("aria-label", `${file.name} 的进度`);
  item.append(name, choice, bar, state);
  if (problem) fail(item, problem);
  return item;
}

/** The employer whose name, or the heart of it, the file's name holds. */
function guess(fileName, employers) {
  for (const option of employers.options) {
    const heart = option.textContent.replace(/^(甘肃|张掖|临泽|高台|山丹|民乐|肃南|甘州)(省|市|县|区)?/, "").replace(/(劳务|建筑|建设|工程|集团|有限|责任|公司|分包)+.*$/, "");
    if (heart.length >= 2 && fileName.includes(heart)) return option.value;
  }
  return null;
}

/** Send them one after another; a refused one doesn't stop the others. */
export async function sendAll(form, files, problems, submitter) {
  const items = [...form.querySelectorAll(".wp-queue__line")];
  submitter?.setAttribute("disabled", "");
  for (const [at, file] of files.entries()) {
    const item = items[at];
    if (problems[at] || item.dataset.done) continue;
    const choice = item.querySelector("select");
    choice.disabled = true;
    try {
      const address = await sendOne(form, file, choice.value, item);
      item.dataset.done = "";
      follow(item, address);
    } catch (error) {
      choice.disabled = false;
      fail(item, error.message);
    }
  }
  submitter?.removeAttribute("disabled");
}

function sendOne(form, file, employer, item) {
  const body = new FormData(form);
  for (const name of [...body.keys()]) if (name.startsWith("employer-")) body.delete(name);
  body.set("file", file, file.name);
  body.set("employer", employer);
  const bar = item.querySelector("progress");
  bar.hidden = false;
  tell(item, "正在上传", "blue");
  return new Promise((done, refused) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) { bar.max = event.total; bar.value = event.loaded; } });
    request.addEventListener("load", () => {
      const told = request.getResponseHeader("X-Location") || request.responseURL;
      const address = told && new URL(told, location.href);
      if (address && address.pathname !== new URL(form.action).pathname) { done(address); return; }
      const page = new DOMParser().parseFromString(request.responseText || "", "text/html");
      const said = [...page.querySelectorAll(".wp-errors li")].map((one) => one.textContent.trim()).join("；");
      refused(new Error(said || "上传没有成功，请稍后再试。"));
    });
    request.addEventListener("error", () => refused(new Error("网络不通，文件没有上传。")));
    request.open("POST", form.action);
    request.setRequestHeader("X-Upload", "script");
    request.send(body);
  });
}

/** Ask how far the reading is until it is done. */
function follow(item, address) {
  const number = address.pathname.match(/\/payroll\/(\d+)\//)[1];
  const batch = `/payroll/${number}/`;
  const bar = item.querySelector("progress");
  bar.removeAttribute("value");
  link(item, address.searchParams.has("again") ? "以前传过，是同一批次" : "已收到，正在核验", "blue", batch, `批次 #${number}`);
  const ask = async () => {
    const answer = await fetch(`${batch}progress/`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.status === 200) { setTimeout(ask, POLL); return; }
    bar.hidden = true;
    const mapping = answer?.headers.get("HX-Redirect");
    const status = answer?.headers.get("X-Batch-Status");
    if (mapping) link(item, "要核对列对应", "orange", mapping, "去核对");
    else if (["refused", "failed"].includes(status)) link(item, "没有受理", "red", batch, "看原因");
    else link(item, "核验完成", "green", batch, "看结果并提交");
  };
  ask();
}

function tell(item, text, level) {
  item.className = `wp-queue__line u-${level}`;
  item.querySelector(".wp-queue__state").textContent = text;
}

function fail(item, text) {
  item.querySelector("progress").hidden = true;
  tell(item, text, "red");
}

function link(item, text, level, href, label) {
  tell(item, `${text} `, level);
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.textContent = label;
  item.querySelector(".wp-queue__state").append(anchor);
}
