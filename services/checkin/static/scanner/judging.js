// The verdict on one passage; the same rules as judging.py, which a test holds this file to.

/** @typedef {import("./types.js").AgendaItem} AgendaItem */
/** @typedef {import("./types.js").History} History */
/** @typedef {import("./types.js").Outcome} Outcome */
/** @typedef {import("./types.js").Passage} Passage */
/** @typedef {import("./types.js").Schedule} Schedule */
/** @typedef {Pick<import("./types.js").Person, "status" | "status_at">} Person */

import { isLate, isOpen, lastBefore, nextAfter, openAt, sessionOf } from "./schedule.js";

export const ADMITTING = new Set(["checked_in", "late", "provisional"]);
export const OVERRULABLE = new Set(["too_early", "closed", "cancelled", "waitlisted"]);

/** @type {(verdict: string, session?: AgendaItem | null, about?: number | null) => Outcome} */
const outcome = (verdict, session = null, about = null) => ({ verdict, session_id: session ? session.id : null, about });

/**
 * @param {import("./types.js").TicketStanding} ticket
 * @param {Person | null} person
 * @param {Schedule} schedule
 * @param {History} history stays by session id
 * @param {Passage} passage
 * @returns {Outcome}
 */
export function decide(ticket, person, schedule, history, passage) {
  const refusal = standing(ticket, person, passage);
  if (refusal && !(passage.overridden && OVERRULABLE.has(refusal))) return outcome(refusal);
  return passage.direction === "out" ? leaving(schedule, history, passage) : entering(person, schedule, history, passage);
}

/**
 * @param {History} history
 * @param {number} sessionId
 */
export function isIn(history, sessionId) {
  const stays = history.get(sessionId) || [];
  return stays.length > 0 && stays[stays.length - 1].left_at === null;
}

/**
 * What is known after a passage with this outcome: a new Map.
 * @param {History} history
 * @param {{at: number}} passage
 * @param {{verdict: string, session_id: number | null}} outcome
 * @returns {History}
 */
export function after(history, passage, { verdict, session_id: id }) {
  if (id === null) return history;
  const stays = history.get(id) || [];
  if (ADMITTING.has(verdict)) return new Map(history).set(id, [...stays, { arrived_at: passage.at, left_at: null }]);
  if (verdict === "checked_out" && isIn(history, id)) {
    return new Map(history).set(id, [...stays.slice(0, -1), { ...stays[stays.length - 1], left_at: passage.at }]);
  }
  return history;
}

/** @type {(ticket: import("./types.js").TicketStanding, person: Person | null, passage: Passage) => string | null} */
function standing(ticket, person, passage) {
  if (ticket.revoked) return "revoked";
  if (person === null) return ticket.expired ? "revoked" : null;
  if (person.status === "waitlisted") return "waitlisted";
  if (person.status === "cancelled") return passage.at >= person.status_at ? "cancelled" : null;
  if (passage.at < person.status_at && passage.answered && ["waitlisted", "cancelled"].includes(passage.answered)) return passage.answered;
  return null;
}

/** @type {(person: Person | null, schedule: Schedule, history: History, passage: Passage) => Outcome} */
function entering(person, schedule, history, passage) {
  let session = sessionOf(schedule, passage.session_id) || openAt(schedule, passage.at);
  if (!session || !isOpen(session, passage.at)) {
    const refused = shut(session, schedule, passage.at);
    session = sessionOf(schedule, refused.session_id);
    if (!passage.overridden || !session) return refused;
  }
  const stays = history.get(session.id) || [];
  if (isIn(history, session.id)) return outcome("already_in", session, stays[stays.length - 1].arrived_at);
  if (person === null) return outcome("provisional", session);
  return outcome(!stays.length && isLate(session, passage.at) ? "late" : "checked_in", session);
}

/** @type {(chosen: AgendaItem | null | undefined, schedule: Schedule, at: number) => Outcome} */
function shut(chosen, schedule, at) {
  const session = chosen || nextAfter(schedule, at) || lastBefore(schedule, at);
  if (!session) return outcome("closed");
  return at < session.opens_at ? outcome("too_early", session, session.opens_at) : outcome("closed", session, session.closes_at);
}

/** @type {(schedule: Schedule, history: History, passage: Passage) => Outcome} */
function leaving(schedule, history, passage) {
  const inside = schedule.findLast((session) => isIn(history, session.id));
  const session = sessionOf(schedule, passage.session_id) || inside || lastBefore(schedule, passage.at);
  if (!session) return shut(null, schedule, passage.at);
  const stays = history.get(session.id) || [];
  return outcome("checked_out", session, isIn(history, session.id) ? stays[stays.length - 1].arrived_at : null);
}
