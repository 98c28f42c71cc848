// Times stand in UTC; this adds what the clock on the wall says.
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

export function showLocalTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    time.title = `Here: ${FULL.format(new Date(time.dateTime))}`;
  }
  for (const place of root.querySelectorAll("[data-local]")) {
    place.textContent = FULL.format(new Date(place.dataset.local));
  }
}

export function utc(text) {
  return new Date(text).toISOString().slice(0, 19).replace("T", " ");
}
