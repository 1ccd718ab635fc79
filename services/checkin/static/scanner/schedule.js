// When each door is open; the same rules as schedule.py. Instants are milliseconds; intervals are half-open.

/** @typedef {import("./types.js").AgendaItem} AgendaItem */
/** @typedef {import("./types.js").Schedule} Schedule */

const TIMES = ["opens_at", "starts_at", "late_after", "closes_at", "ends_at"];

/**
 * The agenda items in the order in which their doors open.
 * @param {import("./types.js").AgendaItemRow[]} sessions
 * @returns {Schedule}
 */
export function makeSchedule(sessions) {
  const made = sessions.map((item) => {
    const times = TIMES.map((name) => [name, Date.parse(item[/** @type {"opens_at"} */ (name)])]);
    return /** @type {AgendaItem} */ ({ ...item, ...Object.fromEntries(times) });
  });
  made.sort((a, b) => a.opens_at - b.opens_at || a.id - b.id);
  return made;
}

/** @type {(session: AgendaItem, at: number) => boolean} */
export const isOpen = (session, at) => session.opens_at <= at && at < session.closes_at;
/** @type {(session: AgendaItem, at: number) => boolean} */
export const isLate = (session, at) => at >= session.late_after;
/** @type {(schedule: Schedule, id: number | null | undefined) => AgendaItem | undefined} */
export const sessionOf = (schedule, id) => schedule.find((session) => session.id === id);
/** @type {(schedule: Schedule, at: number) => AgendaItem | undefined} */
export const openAt = (schedule, at) => schedule.findLast((session) => isOpen(session, at));
/** @type {(schedule: Schedule, at: number) => AgendaItem | undefined} */
export const nextAfter = (schedule, at) => schedule.find((session) => session.opens_at > at);
/** @type {(schedule: Schedule, at: number) => AgendaItem | undefined} */
export const lastBefore = (schedule, at) => schedule.findLast((session) => session.opens_at <= at);
