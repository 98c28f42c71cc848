// What is under the pointer: a tip with the numbers, which are those of the table below the chart.
// A click goes to the transfers of that bar.

export function startCharts() {
  for (const chart of document.querySelectorAll("[data-chart]")) {
    const frame = chart.querySelector(".frame");
    if (frame) follow(chart, frame);
  }
}

function follow(chart, frame) {
  const heads = [...chart.querySelectorAll("thead th")].slice(1);
  const rows = [...chart.querySelectorAll("tbody tr")];
  const drawing = frame.querySelector("svg");
  const shade = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of [["class", "hover"], ["y", "0"], ["width", "1"], ["height", "100"]]) {
    shade.setAttribute(name, value);
  }
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("aria-hidden", "true");
  tip.hidden = true;
  frame.append(tip);

  const at = (event) => {
    const box = drawing.getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * rows.length);
    return Math.min(Math.max(place, 0), rows.length - 1);
  };
  frame.addEventListener("pointermove", (event) => {
    const place = at(event);
    shade.setAttribute("x", place);
    if (!shade.isConnected) drawing.append(shade);
    fill(tip, rows[place], heads);
    tip.hidden = false;
    const middle = ((place + 0.5) / rows.length) * frame.clientWidth;
    const left = middle > frame.clientWidth / 2 ? middle - tip.offsetWidth - 12 : middle + 12;
    tip.style.left = `${Math.min(Math.max(left, 0), frame.clientWidth - tip.offsetWidth)}px`;
  });
  frame.addEventListener("pointerleave", () => {
    tip.hidden = true;
    shade.remove();
  });
  frame.addEventListener("click", (event) => {
    if (event.pointerType !== "touch") location.assign(rows[at(event)].querySelector("a").href);
  });
}

function fill(tip, row, heads) {
  const title = document.createElement("b");
  title.textContent = `${row.querySelector("th").textContent} UTC`;
  const lines = [...row.querySelectorAll("td")].map((cell, place) => {
    const line = document.createElement("span");
    const label = document.createElement("bdi");
    label.textContent = heads[place].textContent;
    line.append(label, cell.textContent);
    return line;
  });
  tip.replaceChildren(title, ...lines.filter((line) => line.lastChild.data !== "0"));
}
