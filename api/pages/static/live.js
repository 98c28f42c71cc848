// The live feed: server-sent events become rows.  Whatever comes is a text, never markup.
import { name, size } from "./texts.js";
import { showLocalTimes, utc } from "./times.js";

const MOST_ROWS = 200;
const RELOAD_MS = 3000;
const SAY_MS = 2000;
const KINDS = ["verdict", "alarm", "ruleset", "feedback", "retroactive"];
const STATES = { on: "Connected", off: "Not connected; trying again", paused: "Paused" };

export function startLive() {
  const place = document.querySelector("[data-live]");
  if (!place) return;
  const feed = new Feed(place);
  const button = document.querySelector("[data-live-pause]");
  button.hidden = false;
  button.addEventListener("click", () => {
    feed.paused = !feed.paused;
    button.setAttribute("aria-pressed", String(feed.paused));
    button.textContent = feed.paused ? "Go on" : "Pause";
    feed.paused ? feed.close("paused") : feed.open();
  });
  // A page that nobody sees shall not keep a session alive
  document.addEventListener("visibilitychange", () => {
    if (feed.paused) return;
    document.hidden ? feed.close("off") : feed.open();
  });
  feed.open();
}

class Feed {
  constructor(place) {
    this.paused = false;
    this.last = place.dataset.last;
    this.rows = place.querySelector("[data-rows]");
    this.empty = place.querySelector("[data-live-empty]");
    this.said = place.querySelector("[data-live-said]");
    this.state = document.querySelector("[data-live-state]");
    this.template = document.querySelector("[data-live-row]");
    this.source = null;
    this.unsaid = 0;
  }

  open() {
    this.close("off");
    const query = new URLSearchParams({ after: this.last });
    for (const kind of KINDS) query.append("kind", kind);
    const source = new EventSource(`/live/events?${query}`);
    source.addEventListener("open", () => this.show("on"));
    source.addEventListener("error", () => {
      this.show("off");
      // Signed out, or refused: the browser will not try again, but a new look at the page may help
      if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), RELOAD_MS);
    });
    for (const kind of KINDS) {
      source.addEventListener(kind, (message) => {
        this.last = message.lastEventId;
        this.add(JSON.parse(message.data));
      });
    }
    this.source = source;
  }

  close(state) {
    this.source?.close();
    this.source = null;
    this.show(state);
  }

  show(state) {
    this.state.classList.toggle("is-on", state === "on");
    this.state.classList.toggle("is-off", state === "off");
    this.state.lastElementChild.textContent = STATES[state];
  }

  add(event) {
    const row = this.template.content.firstElementChild.cloneNode(true);
    row.classList.add("fresh");
    row.dataset.event = event.id;
    const time = row.querySelector("time");
    time.dateTime = event.time;
    time.textContent = utc(event.time);
    if (event.kind === "verdict") fillVerdict(row, event);
    else fillOther(row, event);
    showLocalTimes(row);
    const known = event.verdict && this.rows.querySelector(`a[href="/verdicts/${event.verdict}"]`);
    if (known && event.kind === "verdict") known.closest("tr").remove();
    this.rows.prepend(row);
    while (this.rows.children.length > MOST_ROWS) this.rows.lastElementChild.remove();
    this.empty.hidden = true;
    if (event.data.action === "block") this.say(event.data.file_name);
  }

  // Many blocks at once are told in one sentence
  say(file) {
    this.unsaid += 1;
    if (this.unsaid > 1) return;
    setTimeout(() => {
      this.said.textContent = this.unsaid > 1
        ? `${this.unsaid} transfers were blocked.`
        : `Blocked: ${name(file || "a file without a name").textContent}`;
      this.unsaid = 0;
    }, SAY_MS);
  }
}

function fillVerdict(row, event) {
  const data = event.data;
  const link = row.querySelector("[data-file]");
  link.href = `/verdicts/${event.verdict}`;
  link.append(data.file_name ? name(data.file_name) : "no name");
  set(row, "[data-kind]", [data.direction, data.true_type].filter(Boolean).join(" · "));
  badge(row, data.action, `is-${data.action}`);
  const level = row.querySelector("[data-level]");
  level.classList.add(`is-${data.level}`);
  level.lastElementChild.textContent = data.level;
  const found = data.detection?.name ?? (data.unscanned?.length ? `not inspected: ${data.unscanned[0]}` : "");
  row.querySelector("[data-found]").append(name(found, 40));
  row.querySelector("[data-channel]").append(name(data.channel, 32));
  if (data.user) row.querySelector("[data-user]").append(name(data.user, 32));
  row.querySelector("[data-client]").append(name(data.client_ip, 45));
  set(row, "[data-size]", size(data.size));
}

function fillOther(row, event) {
  const { data, kind } = event;
  const link = row.querySelector("[data-file]");
  row.querySelector("[data-level]").remove();
  if (kind === "alarm") {
    badge(row, data.ok ? "works again" : "alarm", data.ok ? "is-ok" : "is-failed");
    link.href = "/health";
    link.append(name(data.part));
    row.querySelector("[data-kind]").append(name(data.explanation ?? "", 160));
  } else if (kind === "ruleset") {
    badge(row, "rule set", "is-staged");
    link.href = "/rulesets";
    link.append(name(`${data.action ?? "changed"} ${event.ruleset.slice(0, 12)}`));
  } else {
    badge(row, kind, "is-warning");
    link.href = event.verdict ? `/verdicts/${event.verdict}` : "/rulesets";
    link.append(name(kind === "feedback" ? `${data.author}: ${data.reason}` : "would be blocked now"));
  }
}

function badge(row, text, kind) {
  const shown = row.querySelector("[data-action]");
  shown.textContent = text;
  shown.classList.add(kind);
}

function set(row, place, text) {
  row.querySelector(place).textContent = text;
}
