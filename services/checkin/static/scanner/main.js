// The scanner page: pairs the device once, then scans at the door, with or without network.

import { Camera } from "./camera.js";
import { Desk } from "./desk.js";
import { Door } from "./door.js";
import { connectForms } from "./forms.js";
import { element } from "./page.js";
import { openStore } from "./store.js";
import { EventOver, Sync, Unpaired } from "./sync.js";
import { language, say, title } from "./texts.js";
import { View } from "./view.js";

const EVERY = 5000;
let pairing = false;
const store = await openStore();
const desk = new Desk();
const view = new View();
const sync = new Sync(store, desk, language, refresh);
const door = new Door(store, desk, sync, view);
const camera = new Camera(element("video", HTMLVideoElement), seen);
door.failed = failed;
sync.answered = (/** @type {import("./types.js").WalkIn[]} */ guests) => view.answers(guests);
door.changed = refresh;
const forms = connectForms({ door, desk, store, camera, pair, forget, view });

async function start() {
  navigator.serviceWorker?.register("/checkin/sw.js").catch(() => {});
  // The first page came without the service worker: tell it which language to answer in.
  await window.caches?.open("hadir-language").then((kept) => kept.put("/checkin/scan/language", new Response(language)));
  const code = new URLSearchParams(location.hash.slice(1)).get("pair");
  if (code) {
    // A code can be used once: a reload must not send it again.
    history.replaceState(null, "", location.pathname + location.search);
    await pair(code);
  }
  if (await store.get("token")) await open();
  else show("pairing");
  setInterval(() => synchronise(), EVERY);
  window.addEventListener("online", () => synchronise());
  document.addEventListener("visibilitychange", () => document.hidden || synchronise());
  document.body.dataset.ready = "true";
}

async function open() {
  const roster = await store.get("roster");
  if (roster) desk.setUp(roster);
  desk.expected = roster?.expected;
  desk.addPeople(await store.all("people"));
  desk.addPresence(await store.all("presence"));
  for (const scan of await store.all("scans")) desk.addScan(scan);
  for (const walkIn of await store.all("walk_ins")) desk.walkIns.set(walkIn.walk_in_id, walkIn);
  if (!roster) await synchronise();
  if (!desk.event) return show(await store.get("token") ? "waiting" : "pairing");
  show("door");
  view.clear();
  forms.opened();
  await refresh();
  if (roster) synchronise();
  navigator.storage?.persist?.().catch(() => {});
}

async function synchronise() {
  if (!(await store.get("token"))) return;
  try {
    await sync.run();
    if (desk.event && element("door").hidden) await open();
  } catch (error) {
    await failed(error);
  }
}

/**
 * If the device is revoked or the event is over, delete the roster; unsent scans stay and are mentioned.
 * @param {unknown} error
 */
async function failed(error) {
  if (!(error instanceof Unpaired) && !(error instanceof EventOver)) return;
  if (error instanceof EventOver && (await store.unsent()).length) return;
  await forget();
  const waiting = (await store.unsent()).length;
  const reason = error instanceof EventOver ? say("event_over") : say("revoked");
  element("pairing-message").textContent = waiting ? `${reason} ${say("unsent", { number: waiting })}` : reason;
}

async function forget() {
  camera.stop();
  await store.wipe();
  Object.assign(desk, new Desk());
  desk.event = undefined;
  view.clear();
  show("pairing");
}

/** @param {string} text */
async function pair(text) {
  if (pairing) return;
  pairing = true;
  const code = text.includes("pair=") ? text.split("pair=")[1] : text;
  element("pairing-message").textContent = say("connecting");
  try {
    const body = JSON.stringify({ code });
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(`/checkin/api/v1/pair?lang=${language}`, { method: "POST", headers, body, credentials: "omit" });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail || answer.title);
    const previous = await store.get("event_id");
    if (previous !== undefined && previous !== answer.event_id) await store.wipe();
    await store.set("token", answer.token);
    await store.set("event_id", answer.event_id);
    element("pairing-message").textContent = "";
    // A camera that read the pairing code goes on reading tickets.
    await open();
  } catch (error) {
    element("pairing-message").textContent = error instanceof TypeError ? say("no_network") : /** @type {Error} */ (error).message;
    show("pairing");
  } finally {
    pairing = false;
  }
}

/**
 * @param {string} text
 * @param {number} at
 */
function seen(text, at) {
  if (element("door").hidden) {
    // Anything else in view, or read while a pairing is under way, must not be locked: it may be wanted in a moment.
    if (pairing || !text.includes("pair=")) return false;
    return pair(text);
  }
  return door.scan({ ticket: text }, null, at);
}

/** @param {"pairing" | "waiting" | "door"} name */
function show(name) {
  for (const section of ["pairing", "waiting", "door"]) element(section).hidden = section !== name;
  if (name === "door") element("event-title").textContent = title(desk.current);
}

async function refresh() {
  if (!desk.event) return;
  view.sync(sync.online, (await store.unsent()).length);
  view.counts(desk, desk.currentSession(door.chosen));
  view.last([...desk.scans.values()].filter((scan) => !scan.undoes).sort((a, b) => b.at - a.at), desk);
  forms.refreshed();
}

await start();
