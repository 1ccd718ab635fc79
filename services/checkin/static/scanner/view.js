// Shows a result: colour, word, sign, sentence. It disappears by itself; the list of the last results stays.

import { element, part } from "./page.js";
import { say, texts, timeOfDay, title, verdictTexts } from "./texts.js";
import { signal } from "./signals.js";

/** @typedef {import("./types.js").AgendaItem} AgendaItem */
/** @typedef {import("./types.js").EventInfo} EventInfo */
/** @typedef {import("./types.js").Result} Result */
/** @typedef {import("./types.js").Scan} Scan */
/** @typedef {import("./types.js").WalkIn} WalkIn */
/** @typedef {import("./types.js").Words} Words */
/** @typedef {import("./desk.js").Desk} Desk */

const SHOWN = { good: 4000, warn: 7000, bad: 7000 };
const LAST = 6;

export class View {
  constructor() {
    /** @type {number | undefined} */
    this.timer = undefined;
    /** @type {Result | null} */
    this.shown = null;
  }

  /** @type {(result: Result, event: EventInfo, now: number) => Words} */
  show(result, event, now) {
    const words = verdictTexts(result.outcome, result.about, event, now);
    const person = result.person || {};
    const box = document.createElement("div");
    box.className = `verdict ${words.tone}`;
    box.dataset.outcome = result.outcome;
    box.dataset.scan = result.scan_id;
    box.append(part("span", words.sign, { className: "sign", ariaHidden: "true" }), part("p", words.word, { className: "word" }));
    const lines = document.createElement("div");
    lines.append(...this.#lines(result, person, words));
    box.append(lines);
    // Replacing the content of the live region makes screen readers say all of it.
    element("result").replaceChildren(box);
    this.shown = result;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.clear(), SHOWN[words.tone]);
    return words;
  }

  /** @type {(result: Result, event: EventInfo, now: number, silent: boolean) => void} */
  announce(result, event, now, silent) {
    signal(this.show(result, event, now).tone, silent);
  }

  /** @type {(result: Result, person: NonNullable<Result["person"]>, words: Words) => HTMLElement[]} */
  #lines(result, person, words) {
    const lines = [];
    const name = person.name || result.name;
    if (name) lines.push(part("p", name, { className: "who" }));
    if (person.organisation) lines.push(part("p", person.organisation));
    if (person.role && person.role !== "peserta") lines.push(part("p", texts.roles[person.role]));
    if (person.group_number) {
      const group = say("group", { number: person.group_number });
      lines.push(part("p", person.group_topic ? `${group}: ${person.group_topic}` : group, { className: "group" }));
    }
    if (person.needs_assistance) lines.push(part("p", `♿ ${say("assistance")}`, { className: "assistance" }));
    lines.push(part("p", words.message));
    if (result.session) lines.push(part("p", title(result.session), { className: "session" }));
    return lines;
  }

  clear() {
    clearTimeout(this.timer);
    this.shown = null;
    element("result").replaceChildren(part("p", say("ready"), { className: "ready" }));
  }

  /** @param {string} text */
  message(text) {
    element("result").replaceChildren(part("p", text, { className: "ready" }));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.clear(), 7000);
  }

  /**
   * Registration's answers about guests, beside the result, for scanning goes on.
   * @param {WalkIn[]} guests
   */
  answers(guests) {
    element("answers").replaceChildren(...guests.map((guest) => part("p", answerOf(guest), { className: `notice ${guest.outcome === "registered" ? "" : "warning"}` })));
  }

  /** @type {(scans: Scan[], desk: Desk) => void} */
  last(scans, desk) {
    const items = scans.slice(0, LAST).map((scan) => {
      const person = desk.people.get(desk.owner(scan.subject) ?? "");
      const name = person?.name || desk.walkIns.get(scan.subject ?? "")?.name || scan.name;
      const undone = desk.undone.has(scan.scan_id) ? "undone" : scan.outcome;
      const words = verdictTexts(undone, null, desk.current, desk.now());
      const item = part("li", "");
      item.append(part("span", timeOfDay(scan.at, desk.current, desk.now()), { className: "when" }));
      item.append(` ${words.sign} ${words.word}${name ? `: ${name}` : ""}${scan.unsent ? ` (${say("waiting")})` : ""}`);
      const guest = desk.walkIns.get(scan.walk_in_id ?? "");
      if (guest?.outcome) item.append(part("span", ` · ${say(`guest_${guest.outcome}_short`)}`));
      return item;
    });
    element("last").replaceChildren(...items);
    element("last-block").hidden = items.length === 0;
  }

  /** @type {(online: boolean | null, unsent: number) => void} */
  sync(online, unsent) {
    const state = element("sync");
    const words = online === false ? say("offline") : online ? say("online") : say("connecting");
    state.className = `state ${online === false ? "warn" : online ? "good" : "off"}`;
    state.textContent = `${online === false ? "!" : online ? "✓" : "…"} ${words}`;
    state.dataset.online = String(online);
    element("unsent").textContent = unsent ? say(unsent === 1 ? "unsent_one" : "unsent", { number: unsent }) : say("all_sent");
    element("unsent").dataset.unsent = String(unsent);
  }

  /** @type {(desk: Desk, session: AgendaItem | undefined) => void} */
  counts(desk, session) {
    element("session-now").textContent = session ? `${timeOfDay(session.starts_at, desk.current, desk.now())} · ${title(session)}` : "";
    const number = session ? desk.countIn(session.id) : 0;
    element("count").textContent = say("count", { number, expected: desk.expected ?? desk.people.size });
  }
}

/** @param {WalkIn} guest */
function answerOf({ name, outcome, reason }) {
  return say(reason ? "guest_refused_because" : `guest_${outcome}`, { name, reason });
}
