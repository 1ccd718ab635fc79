// The words of this page in the reader's language, put into it by the server.

export const texts = JSON.parse(document.getElementById("texts").textContent);
export const language = document.documentElement.lang;

// A sentence of the page's own, with {names} filled in.
export function say(key, values = {}) {
  return texts.page[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

// Time of day in the event's zone, e.g. "07.30 WIB"; with the date when it is another day.
export function timeOfDay(instant, event, now) {
  const options = { timeZone: event.timezone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const parts = new Intl.DateTimeFormat("en-GB", options).format(instant).replace(":", ".");
  const day = new Intl.DateTimeFormat(language, { timeZone: event.timezone, weekday: "long", day: "numeric", month: "long" });
  const other = day.format(instant) !== day.format(now) ? `, ${day.format(instant)}` : "";
  return `${parts} ${event.zone}${other}`;
}

// The verdict's tone, sign, word and sentence.
export function verdictTexts(outcome, about, event, now) {
  const entry = texts.verdicts[outcome];
  const when = about ? timeOfDay(about, event, now) : "";
  return { ...entry, message: when ? entry.message.replace("{when}", when) : entry.plain };
}

export const title = (item) => (language === "en" && item.title_en ? item.title_en : item.title);
