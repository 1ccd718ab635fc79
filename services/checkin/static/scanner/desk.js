// What the device knows, in memory: the roster, who is in, what was scanned here. It can judge without the server.

import { ADMITTING, after, decide } from "./judging.js";
import { makeSchedule, openAt, sessionOf, lastBefore } from "./schedule.js";
import { parseKeys, read } from "./ticket.js";

/** @typedef {import("./types.js").EventInfo} EventInfo */
/** @typedef {import("./types.js").History} History */
/** @typedef {import("./types.js").Judged} Judged */
/** @typedef {import("./types.js").Passage} Passage */
/** @typedef {import("./types.js").Person} Person */
/** @typedef {import("./types.js").PresenceRow} PresenceRow */
/** @typedef {import("./types.js").Scan} Scan */
/** @typedef {import("./types.js").Subject} Subject */
/** @typedef {import("./types.js").WalkIn} WalkIn */

// Verdicts on texts that name no person.
const NAMELESS = new Set(["unknown_ticket", "bad_signature", "wrong_event"]);

export class Desk {
  constructor() {
    /** @type {EventInfo | undefined} */
    this.event = undefined;
    /** @type {number | undefined} */
    this.expected = undefined;
    /** @type {import("./types.js").Schedule} */
    this.schedule = [];
    /** @type {Map<number, Uint8Array<ArrayBuffer>>} */
    this.keys = new Map();
    this.offset = 0;
    /** @type {Map<string, Person>} */
    this.people = new Map();
    /** @type {Map<string, string>} */
    this.byTicket = new Map();
    /** @type {Map<string, string>} */
    this.byCode = new Map();
    /** @type {Map<string, PresenceRow>} */
    this.presence = new Map();
    /** @type {Map<string, Scan>} */
    this.scans = new Map();
    /** @type {Map<string, WalkIn>} */
    this.walkIns = new Map();
    /** @type {Set<string>} */
    this.undone = new Set();
  }

  // The event of the device. Throws before the first roster has come.
  get current() {
    if (!this.event) throw new Error("no roster yet");
    return this.event;
  }

  /** @param {import("./types.js").RosterInfo} roster */
  setUp(roster) {
    this.event = roster.event;
    this.schedule = makeSchedule(roster.schedule.sessions);
    this.keys = parseKeys(roster.keys);
    this.offset = roster.offset;
  }

  // The server's time as far as this device knows it, in milliseconds.
  now() {
    return Date.now() + (this.offset || 0);
  }

  /** @param {import("./types.js").PersonRow[]} rows */
  addPeople(rows) {
    for (const row of rows) {
      if (row.erased) {
        this.people.delete(row.participant_id);
        continue;
      }
      const person = { ...row, status_at: Date.parse(row.status_at), plain: plain(row.name || "") };
      this.people.set(row.participant_id, person);
      for (const id of [...row.revoked_ticket_ids, row.ticket_id]) this.byTicket.set(id, row.participant_id);
      this.byCode.set(row.code, row.participant_id);
    }
  }

  /** @param {PresenceRow[]} rows */
  addPresence(rows) {
    for (const row of rows) this.presence.set(row.key, row);
  }

  /** @param {Scan} scan */
  addScan(scan) {
    this.scans.set(scan.scan_id, scan);
    if (scan.undoes && scan.outcome !== "not_undone") this.undone.add(scan.undoes);
  }

  /**
   * The verdict on a ticket, a person or a walk-in now.
   * @param {Subject & Passage} passage
   * @returns {Promise<Judged>}
   */
  async judge({ ticket, participant_id: id, walk_in_id: walkIn, ...passage }) {
    /** @type {import("./types.js").TicketText} */
    const named = ticket === undefined ? {} : await read(ticket, this.current.event_id, this.keys);
    const person = this.#find(named, id, walkIn);
    if (named.refused || (!person && !named.ticket_id && !walkIn)) {
      return { outcome: named.refused || "unknown_ticket", session_id: null, about: null, person: null, subject: null };
    }
    const subject = person?.participant_id || named.ticket_id || walkIn || null;
    const standing = {
      revoked: Boolean(person && named.ticket_id && person.ticket_id !== named.ticket_id),
      expired: Boolean(named.expires_at && passage.at >= named.expires_at),
    };
    const verdict = decide(standing, person, this.schedule, this.history(subject), passage);
    return { outcome: verdict.verdict, session_id: verdict.session_id, about: verdict.about, person, subject };
  }

  /** @type {(named: import("./types.js").TicketText, id?: string, walkIn?: string) => Person | null} */
  #find(named, id, walkIn) {
    const registered = walkIn && this.walkIns.get(walkIn)?.participant_id;
    const byText = this.byTicket.get(named.ticket_id ?? "") || this.byCode.get(named.code ?? "");
    return this.people.get(id || registered || byText || "") || null;
  }

  /**
   * Whose scan it is: a scan may name a ticket or a walk-in whose person became known only later.
   * @param {string | null} subject
   */
  owner(subject) {
    if (subject === null) return null;
    return this.byTicket.get(subject) || this.walkIns.get(subject)?.participant_id || subject;
  }

  /**
   * What the server last said about a person, then what was scanned here and may not have reached it.
   * @param {string | null} subject
   */
  history(subject) {
    /** @type {History} */
    let history = new Map();
    for (const session of this.schedule) {
      const row = this.presence.get(`${subject}:${session.id}`);
      if (row?.arrived_at) {
        const stay = { arrived_at: Date.parse(row.arrived_at), left_at: row.left_at ? Date.parse(row.left_at) : null };
        history.set(session.id, [stay]);
      }
    }
    const own = [...this.scans.values()].filter((scan) => this.owner(scan.subject) === subject);
    own.sort((a, b) => a.at - b.at || (a.scan_id < b.scan_id ? -1 : 1));
    for (const scan of own) {
      if (scan.undoes || this.undone.has(scan.scan_id) || NAMELESS.has(scan.outcome)) continue;
      const last = scan.session_id === null ? undefined : history.get(scan.session_id)?.at(-1);
      if (last && scan.at <= (last.left_at || last.arrived_at)) continue;
      if (ADMITTING.has(scan.outcome) && last && last.left_at === null) continue;
      history = after(history, scan, { verdict: scan.outcome, session_id: scan.session_id });
    }
    return history;
  }

  /**
   * Apply an undo on the device at once; it is sent to the server like any scan.
   * @param {Scan} target
   * @returns {PresenceRow | null}
   */
  forgetArrival(target) {
    this.undone.add(target.scan_id);
    const key = `${this.owner(target.subject)}:${target.session_id}`;
    const row = this.presence.get(key);
    if (!row) return null;
    const before = target.direction === "out" ? { ...row, left_at: null } : { ...row, arrived_at: null, left_at: null };
    this.presence.set(key, before);
    return before;
  }

  /** @param {string} text */
  search(text) {
    const words = plain(text).split(" ").filter(Boolean);
    if (!words.length || text.length < 2) return [];
    const hits = [...this.people.values()].filter((person) => words.every((word) => person.plain.includes(word)));
    return hits.sort((a, b) => a.plain.localeCompare(b.plain));
  }

  /** @param {number | null} chosen */
  currentSession(chosen) {
    const now = this.now();
    return sessionOf(this.schedule, chosen) || openAt(this.schedule, now) || lastBefore(this.schedule, now) || this.schedule[0];
  }

  /**
   * How many people are in the session now, as far as this device knows.
   * @param {number} sessionId
   */
  countIn(sessionId) {
    const inside = new Set();
    for (const row of this.presence.values()) {
      if (row.session_id === sessionId && row.arrived_at && !row.left_at) inside.add(row.participant_id);
    }
    // What was scanned here since, sent or not: the server's presence comes back only with the next roster.
    const own = [...this.scans.values()].filter((scan) => scan.session_id === sessionId && !this.undone.has(scan.scan_id));
    for (const scan of own.sort((a, b) => a.at - b.at)) {
      const owner = this.owner(scan.subject);
      const row = this.presence.get(`${owner}:${sessionId}`);
      if (scan.at < Date.parse(row?.left_at || row?.arrived_at || "1970-01-01")) continue;
      if (ADMITTING.has(scan.outcome)) inside.add(owner);
      if (scan.outcome === "checked_out") inside.delete(owner);
    }
    return inside.size;
  }
}

/**
 * Lower case, without accents and punctuation, so that names match as people type them in a hurry.
 * @param {string} text
 */
export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}
