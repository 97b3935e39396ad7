// figure[data-chart]: draws the JSON beside it with ECharts; the table of the same data is behind the switch.
// Canvas and rich-text tooltips only: HTML tooltips carry style attributes, which the CSP forbids.

const css = getComputedStyle(document.documentElement);
const token = (name) => css.getPropertyValue(name).trim();
const PLAIN = ["#1458b3", "#7b8797", "#4d8fd6", "#3d4a5c"];
const FONT = token("--font");
const base = { fontFamily: FONT, fontSize: 12, color: token("--ink-2") };
const colour = (series, i) => (series.level === "blue" ? PLAIN[0] : series.level ? token(`--${series.level}`) : PLAIN[i % PLAIN.length]);
const number = (value) => (typeof value === "number" ? value.toLocaleString("zh-CN") : value);

function axes(chart) {
  const horizontal = chart.type === "hbar";
  const category = { type: "category", data: chart.x, axisTick: { show: false }, axisLine: { lineStyle: { color: token("--line-strong") } }, axisLabel: base, inverse: horizontal, boundaryGap: chart.type !== "line" };
  const value = { type: "value", min: 0, minInterval: 1, splitNumber: 3, axisLabel: { ...base, formatter: number }, splitLine: { lineStyle: { color: token("--line") } } };
  return horizontal ? { xAxis: value, yAxis: category } : { xAxis: category, yAxis: value };
}

function series(chart) {
  return chart.series.map((line, i) => {
    const common = { name: line.name, data: line.data, color: colour(line, i), animation: false };
    if (chart.type === "line") return { ...common, type: "line", symbol: ["circle", "rect", "triangle", "diamond"][i % 4], symbolSize: 6, showSymbol: line.data.length <= 14, lineStyle: { width: 2, type: ["solid", "dashed", "dotted"][i % 3] } };
    return { ...common, type: "bar", barMaxWidth: 22, stack: chart.type === "stack" ? "all" : undefined, label: { show: chart.series.length === 1, position: chart.type === "hbar" ? "right" : "top", formatter: ({ value: amount }) => number(amount), ...base } };
  });
}

function option(chart) {
  return {
    ...axes(chart),
    aria: { enabled: false },
    textStyle: { fontFamily: FONT },
    grid: { left: 4, right: 20, top: chart.series.length > 1 ? 32 : 18, bottom: 4, containLabel: true },
    legend: chart.series.length > 1 ? { top: 0, left: 0, itemWidth: 18, itemHeight: 8, textStyle: base } : undefined,
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, textStyle: { ...base, color: token("--ink") }, borderColor: token("--line-strong"), valueFormatter: (value) => `${number(value)} ${chart.unit ?? ""}` },
    series: series(chart),
  };
}

const short = (name) => name.replace("裕固族自治县", "县");

async function mapOption(chart) {
  const reply = await fetch(chart.geojson);
  echarts.registerMap(chart.id, await reply.json());
  const { data, levels = [] } = chart.series[0];
  return {
    tooltip: { renderMode: "richText", confine: true, textStyle: { ...base, color: token("--ink") }, formatter: ({ name, value }) => `${name}  ${number(value)} ${chart.unit ?? ""}` },
    series: [{
      type: "map", map: chart.id, roam: false, selectedMode: false, animation: false, nameProperty: "name", left: 8, right: 8, top: 8, bottom: 8,
      label: { show: true, ...base, color: token("--ink"), formatter: ({ name, value }) => (Number.isNaN(value) ? short(name) : `${short(name)}\n${number(value)}${chart.unit ?? ""}`) },
      itemStyle: { borderColor: "#fff", borderWidth: 1.5, areaColor: token("--surface-3") },
      emphasis: { label: { color: token("--ink") }, itemStyle: { borderColor: token("--blue"), borderWidth: 2, areaColor: null } },
      data: chart.x.map((name, i) => {
        const level = levels[i];
        const fill = level ? token(`--${level}-line`) : token("--surface-3");
        return { name, value: data[i], itemStyle: { areaColor: fill }, emphasis: { itemStyle: { areaColor: fill } } };
      }),
    }],
  };
}

async function draw(figure) {
  const chart = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  const canvas = figure.querySelector("[data-chart-canvas]");
  const drawn = echarts.init(canvas, null, { renderer: "canvas" });
  drawn.setOption(chart.type === "map" ? await mapOption(chart) : option(chart));
  if (chart.hrefs) drawn.on("click", ({ name }) => { if (chart.hrefs[name]) location.assign(chart.hrefs[name]); });
  new ResizeObserver(() => drawn.resize()).observe(canvas);
}

function wire(root) {
  for (const figure of root.querySelectorAll("figure[data-chart]:not([data-wired])")) {
    figure.dataset.wired = "";
    draw(figure).catch((problem) => { figure.classList.add("is-table"); console.error(problem); });
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-chart-switch]");
  if (!button) return;
  const table = button.closest(".wp-chart").classList.toggle("is-table");
  button.textContent = table ? "看图" : "看表格";
  button.setAttribute("aria-expanded", String(table));
});
wire(document);
document.addEventListener("htmx:load", (event) => wire(event.detail.elt));
