// The device's own knowledge, in memory: who is on the roster, who is in, what was scanned here. It judges alone.

import { ADMITTING, after, decide } from "./judging.js";
import { makeSchedule, openAt, sessionOf, lastBefore } from "./schedule.js";
import { parseKeys, read } from "./ticket.js";

const NOBODYS = new Set(["unknown_ticket", "bad_signature", "wrong_event"]);

export class Desk {
  constructor() {
    this.people = new Map();
    this.byTicket = new Map();
    this.byCode = new Map();
    this.presence = new Map();
    this.scans = new Map();
    this.walkIns = new Map();
    this.undone = new Set();
  }

  setUp(roster) {
    this.event = roster.event;
    this.schedule = makeSchedule(roster.schedule.sessions);
    this.keys = parseKeys(roster.keys);
    this.offset = roster.offset;
  }

  // The time at the server, as well as this device can know it. Milliseconds.
  now() {
    return Date.now() + (this.offset || 0);
  }

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

  addPresence(rows) {
    for (const row of rows) this.presence.set(row.key, row);
  }

  addScan(scan) {
    this.scans.set(scan.scan_id, scan);
    if (scan.undoes && scan.outcome !== "not_undone") this.undone.add(scan.undoes);
  }

  // What one text (or person, or walk-in) is worth now: {outcome, session_id, about, person, subject}.
  async judge({ ticket, participant_id: id, walk_in_id: walkIn, ...passage }) {
    const reading = ticket === undefined ? {} : await read(ticket, this.event.event_id, this.keys);
    const person = this.#find(reading, id, walkIn);
    if (reading.refused || (!person && !reading.ticket_id && !walkIn)) {
      return { outcome: reading.refused || "unknown_ticket", session_id: null, about: null, person: null, subject: null };
    }
    const subject = person ? person.participant_id : reading.ticket_id || walkIn;
    const standing = {
      revoked: Boolean(person && reading.ticket_id && person.ticket_id !== reading.ticket_id),
      expired: Boolean(reading.expires_at && passage.at >= reading.expires_at),
    };
    const verdict = decide(standing, person, this.schedule, this.history(subject), passage);
    return { outcome: verdict.verdict, session_id: verdict.session_id, about: verdict.about, person, subject };
  }

  #find(reading, id, walkIn) {
    const registered = walkIn && this.walkIns.get(walkIn)?.participant_id;
    const found = id || registered || this.byTicket.get(reading.ticket_id) || this.byCode.get(reading.code);
    return this.people.get(found) || null;
  }

  // A scan may name a ticket or a walk-in whose person became known only later.
  owner(subject) {
    return this.byTicket.get(subject) || this.walkIns.get(subject)?.participant_id || subject;
  }

  // What the server last said about a person, then what was scanned here and may not have reached it.
  history(subject) {
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
      if (scan.undoes || this.undone.has(scan.scan_id) || NOBODYS.has(scan.outcome)) continue;
      const last = history.get(scan.session_id)?.at(-1);
      if (last && scan.at <= (last.left_at || last.arrived_at)) continue;
      if (ADMITTING.has(scan.outcome) && last && last.left_at === null) continue;
      history = after(history, scan, { verdict: scan.outcome, session_id: scan.session_id });
    }
    return history;
  }

  // An undo is believed here at once; the server hears of it like of any scan.
  forgetArrival(target) {
    this.undone.add(target.scan_id);
    const key = `${this.owner(target.subject)}:${target.session_id}`;
    const row = this.presence.get(key);
    if (!row) return null;
    const before = target.direction === "out" ? { ...row, left_at: null } : { ...row, arrived_at: null, left_at: null };
    this.presence.set(key, before);
    return before;
  }

  search(text) {
    const words = plain(text).split(" ").filter(Boolean);
    if (!words.length || text.length < 2) return [];
    const hits = [...this.people.values()].filter((person) => words.every((word) => person.plain.includes(word)));
    return hits.sort((a, b) => a.plain.localeCompare(b.plain));
  }

  currentSession(chosen) {
    const now = this.now();
    return sessionOf(this.schedule, chosen) || openAt(this.schedule, now) || lastBefore(this.schedule, now) || this.schedule[0];
  }

  // How many are in the session now, by everything this device knows.
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
      if (scan.at < Date.parse(row?.left_at || row?.arrived_at || 0)) continue;
      if (ADMITTING.has(scan.outcome)) inside.add(owner);
      if (scan.outcome === "checked_out") inside.delete(owner);
    }
    return inside.size;
  }
}

// Lower case, without accents and punctuation, as people type names in a hurry.
export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}
