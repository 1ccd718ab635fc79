// When which door is open; the same rules as schedule.py. Instants are milliseconds; intervals are half-open.

const TIMES = ["opens_at", "starts_at", "late_after", "closes_at", "ends_at"];

export function makeSchedule(sessions) {
  const made = sessions.map((item) => ({ ...item, ...Object.fromEntries(TIMES.map((name) => [name, Date.parse(item[name])])) }));
  made.sort((a, b) => a.opens_at - b.opens_at || a.id - b.id);
  return made;
}

export const isOpen = (session, at) => session.opens_at <= at && at < session.closes_at;
export const isLate = (session, at) => at >= session.late_after;
export const sessionOf = (schedule, id) => schedule.find((session) => session.id === id);
export const openAt = (schedule, at) => schedule.findLast((session) => isOpen(session, at));
export const nextAfter = (schedule, at) => schedule.find((session) => session.opens_at > at);
export const lastBefore = (schedule, at) => schedule.findLast((session) => session.opens_at <= at);
