// [data-timeline] li[data-at]: dates to scale on wide screens; the plain list stays below 768 px and in print.

const DAY = 86400000;
const LANE = 36; // height of one row of labels
const TOP = 50; // first row of labels, under the axis and its months
const narrow = matchMedia("(max-width: 767.98px), print");

export function wireTimelines(root) {
  for (const list of root.querySelectorAll("[data-timeline]")) if (!list.dataset.wired) start(list);
}

function start(list) {
  list.dataset.wired = "";
  new ResizeObserver(() => layout(list)).observe(list.parentElement);
  narrow.addEventListener("change", () => layout(list));
  layout(list);
}

function layout(list) {
  const events = [...list.querySelectorAll("li[data-at]")];
  list.querySelectorAll(".wp-timeline__tick").forEach((tick) => tick.remove());
  if (narrow.matches || events.length < 2) return reset(list, events);
  list.classList.add("is-scaled");
  const times = events.map((event) => Date.parse(event.dataset.at));
  const from = Math.min(...times) - 6 * DAY;
  const span = Math.max(...times) + 12 * DAY - from || DAY;
  const width = list.clientWidth;
  const x = (time) => ((time - from) / span) * width;
  const placed = events
    .map((event, i) => measure(event, x(times[i]), width))
    .filter((item) => !item.event.classList.contains("is-today"))
    .sort((a, b) => b.at - a.at);
  // From right to left, a label under whatever it would touch: then no stem runs through a label.
  const done = [];
  for (const item of [...placed.filter((i) => !i.flip), ...placed.filter((i) => i.flip)]) {
    const touching = done.filter((other) => item.left <= other.right && item.right >= other.left);
    item.lane = 1 + Math.max(-1, ...touching.map((other) => other.lane));
    item.label.style.top = `${TOP + item.lane * LANE}px`;
    item.event.style.setProperty("--stem", `${TOP - 22 + item.lane * LANE}px`);
    done.push(item);
  }
  list.style.height = `${TOP + (1 + Math.max(...done.map((item) => item.lane))) * LANE}px`;
  months(list, from, span, x);
}

function measure(event, at, width) {
  event.style.left = `${at}px`;
  const label = event.querySelector(".wp-timeline__label");
  const wide = label.offsetWidth + 14;
  const flip = at + wide > width;
  event.classList.toggle("is-flip", flip);
  return { event, label, at, flip, left: flip ? at - wide : at - 2, right: flip ? at + 2 : at + wide };
}

function months(list, from, span, x) {
  const date = new Date(from);
  const step = span > 540 * DAY ? 3 : 1;
  date.setUTCDate(1);
  for (date.setUTCMonth(date.getUTCMonth() + 1); date.getTime() < from + span; date.setUTCMonth(date.getUTCMonth() + step)) {
    const tick = document.createElement("span");
    tick.className = "wp-timeline__tick";
    tick.setAttribute("aria-hidden", "true");
    tick.textContent = `${date.getUTCMonth() === 0 ? `${date.getUTCFullYear()}年` : ""}${date.getUTCMonth() + 1}月`;
    tick.style.left = `${x(date.getTime())}px`;
    list.append(tick);
  }
}

function reset(list, events) {
  list.classList.remove("is-scaled");
  list.style.height = "";
  for (const event of events) { event.style.left = ""; event.querySelector(".wp-timeline__label").style.top = ""; }
}
