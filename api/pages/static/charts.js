// Draws the charts with uPlot, from the numbers of the table below each; without scripts those stay.
// A bar leads to its transfers, a dragged range to the overview of that range.
/* global uPlot */
import { onTheme } from "./theme.js";

const GAP = 0.18;
const LEAST_DRAG = 5;
const STEPS = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((one) => one * 10 ** power)).flat();
const COMPACT = new Intl.NumberFormat("en", { notation: "compact" });
const [MINUTE, HOUR, DAY] = [60, 3600, 86400];
const TIME_STEPS = [
  [MINUTE, 1, 5, 10, 15, 30],
  [HOUR, 1, 2, 3, 4, 6, 8, 12],
  [DAY, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 30, 60, 90, 120, 180, 365, 730],
].flatMap(([unit, ...many]) => many.map((one) => one * unit));
// Least step, form, and forms for when the year, month, day begins; the last: written below
const TIMES = [
  [365 * DAY, "{YYYY}", null, null, null, null, null, null, 1],
  [28 * DAY, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [DAY, "{DD} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [MINUTE, "{HH}:{mm}", "\n{DD} {MMM} {YYYY}", null, "\n{DD} {MMM}", null, null, null, 1],
];

export function startCharts() {
  for (const place of document.querySelectorAll("[data-chart] .plot")) {
    start(place, place.closest("[data-chart]"));
  }
}

function start(place, chart) {
  const table = readTable(chart);
  const keys = [...chart.querySelectorAll(".keys li")].map((line) => line.querySelector("i"));
  const shown = keys.map(() => true);
  const plot = new uPlot(options(place, table, keys), stack(table, shown), place);
  const tip = new Tip(plot, table, shown);
  plot.over.addEventListener("click", (event) => {
    if (event.pointerType !== "touch") location.assign(table.rows[at(plot, table, event.offsetX)].link);
  });
  keys.forEach((swatch, number) => addToggle(swatch, () => {
    shown[number] = !shown[number];
    plot.setData(stack(table, shown));
    tip.hide();
    return shown[number];
  }));
  new ResizeObserver(() => plot.setSize(sizeOf(place))).observe(place);
  onTheme(() => plot.redraw(false, true));
}

function readTable(chart) {
  const names = [...chart.querySelectorAll("thead th")].slice(1).map((head) => head.textContent);
  const rows = [...chart.querySelectorAll("tbody tr")].map((row) => {
    const link = row.querySelector("a");
    const { searchParams } = new URL(link.href);
    return {
      start: Date.parse(row.querySelector("time").dateTime) / 1000,
      title: `${link.textContent} UTC`,
      link: link.href,
      since: searchParams.get("since"),
      until: searchParams.get("until"),
      values: [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent.replace(/\D/g, ""))),
    };
  });
  const starts = rows.map((row) => row.start);
  // A bar may begin before the range, or end behind it: all are equally wide
  const width = rows.length > 1 ? starts.at(-1) - starts.at(-2) : MINUTE;
  return { names, rows, starts, end: starts.at(-1) + width };
}

// Each series as high as it and all shown below it; the highest first, which the others then cover
function stack({ rows, starts, names }, shown) {
  const below = rows.map(() => 0);
  const series = names.map((_, number) => rows.map((row, place) => {
    if (!shown[number]) return null;
    below[place] += row.values[number];
    return below[place];
  }));
  return [starts, ...series.reverse()];
}

function options(place, table, keys) {
  const style = getComputedStyle(place);
  const text = () => style.color;
  const lines = { stroke: () => style.borderTopColor, width: 1 };
  const axis = { stroke: text, font: `12px ${style.fontFamily}`, ticks: { show: false } };
  return {
    ...sizeOf(place),
    padding: [8, 18, 0, 0],
    legend: { show: false },
    tzDate: (stamp) => uPlot.tzDate(new Date(stamp * 1000), "Etc/UTC"),
    scales: {
      x: { range: [table.starts[0], table.end] },
      y: { range: (_, least, most) => [0, Math.max(most ?? 0, 1) * 1.04] },
    },
    axes: [
      { ...axis, grid: { show: false }, values: TIMES, incrs: TIME_STEPS, space: 70, size: 44, gap: 9 },
      { ...axis, grid: lines, incrs: STEPS, size: 44, gap: 6, values: (_, splits) => splits.map((one) => COMPACT.format(one)) },
    ],
    series: [{}, ...keys.map((swatch) => ({
      fill: () => getComputedStyle(swatch).backgroundColor,
      width: 0,
      paths: uPlot.paths.bars({ size: [1 - GAP, Infinity], align: 1 }),
      points: { show: false },
    })).reverse()],
    cursor: { x: false, y: false, points: { show: false }, drag: { setScale: false, dist: LEAST_DRAG } },
    hooks: { setSelect: [(plot) => zoom(plot, table)] },
  };
}

function sizeOf(place) {
  return { width: place.clientWidth, height: place.clientHeight };
}

function at(plot, table, left) {
  const time = plot.posToVal(left, "x");
  return Math.max(table.starts.findLastIndex((start) => start <= time), 0);
}

function zoom(plot, table) {
  const { left, width } = plot.select;
  if (!width) return;
  const query = new URLSearchParams(location.search);
  query.delete("range");
  query.set("since", table.rows[at(plot, table, left)].since);
  query.set("until", table.rows[at(plot, table, left + width)].until);
  location.assign(`/?${query}`);
}

function addToggle(swatch, toggle) {
  const button = document.createElement("button");
  const label = swatch.nextElementSibling.textContent;
  button.type = "button";
  button.className = "toggle";
  button.setAttribute("aria-pressed", "true");
  button.setAttribute("aria-label", `Show ${label} in the chart`);
  swatch.replaceWith(button);
  button.append(swatch);
  button.addEventListener("click", () => button.setAttribute("aria-pressed", String(toggle())));
}

// What is under the pointer, as the table has it
class Tip {
  constructor(plot, table, shown) {
    Object.assign(this, { plot, table, shown });
    this.shade = add(plot.over, "shade");
    this.box = add(plot.over, "tip");
    this.hide();
    plot.over.addEventListener("pointermove", (event) => this.show(event.offsetX));
    plot.over.addEventListener("pointerleave", () => this.hide());
  }

  show(left) {
    const { plot, table, box, shade } = this;
    const place = at(plot, table, left);
    const [start, end] = [table.starts[place], table.starts[place + 1] ?? table.end]
      .map((time) => plot.valToPos(time, "x"));
    shade.style.transform = `translateX(${start}px)`;
    shade.style.width = `${end - start}px`;
    this.fill(table.rows[place]);
    box.hidden = shade.hidden = false;
    const [width, middle] = [plot.over.clientWidth, (start + end) / 2];
    const wanted = middle > width / 2 ? middle - box.offsetWidth - 12 : middle + 12;
    box.style.transform = `translateX(${Math.min(Math.max(wanted, 0), width - box.offsetWidth)}px)`;
  }

  hide() {
    this.box.hidden = this.shade.hidden = true;
  }

  fill(row) {
    const title = document.createElement("b");
    title.textContent = row.title;
    const lines = this.table.names.flatMap((name, number) => {
      if (!this.shown[number] || !row.values[number]) return [];
      const line = document.createElement("span");
      const label = document.createElement("bdi");
      label.textContent = name;
      line.append(label, String(row.values[number]));
      return [line];
    });
    this.box.replaceChildren(title, ...lines);
  }
}

function add(place, kind) {
  const made = document.createElement("div");
  made.className = kind;
  place.append(made);
  return made;
}
