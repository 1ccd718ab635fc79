// The words of this page in the reader's language, put into it by the server.

import { element } from "./page.js";

/** @typedef {import("./types.js").EventInfo} EventInfo */
/** @typedef {Omit<import("./types.js").Words, "message"> & {message: string, plain: string}} Verdict */

/** @type {{page: Record<string, string>, roles: Record<string, string>, verdicts: Record<string, Verdict>}} */
export const texts = JSON.parse(element("texts").textContent);
export const language = document.documentElement.lang;

/**
 * One of the page's sentences, with {names} filled in.
 * @param {string} key
 * @param {Record<string, unknown>} values
 * @returns {string}
 */
export function say(key, values = {}) {
  return texts.page[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/**
 * Time of day in the event's zone, e.g. "07.30 WIB"; with the date when it is another day.
 * @param {number} instant
 * @param {EventInfo} event
 * @param {number} now
 */
export function timeOfDay(instant, event, now) {
  const options = /** @type {const} */ ({ timeZone: event.timezone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const parts = new Intl.DateTimeFormat("en-GB", options).format(instant).replace(":", ".");
  const day = new Intl.DateTimeFormat(language, { timeZone: event.timezone, weekday: "long", day: "numeric", month: "long" });
  const other = day.format(instant) !== day.format(now) ? `, ${day.format(instant)}` : "";
  return `${parts} ${event.zone}${other}`;
}

/**
 * The verdict's tone, sign, word and sentence.
 * @param {string} outcome
 * @param {number | null} about
 * @param {EventInfo} event
 * @param {number} now
 * @returns {import("./types.js").Words}
 */
export function verdictTexts(outcome, about, event, now) {
  const entry = texts.verdicts[outcome];
  const when = about ? timeOfDay(about, event, now) : "";
  return { ...entry, message: when ? entry.message.replace("{when}", when) : entry.plain };
}

/** @param {{title: string, title_en?: string | null}} item */
export const title = (item) => (language === "en" && item.title_en ? item.title_en : item.title);
