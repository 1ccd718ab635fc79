// The page's controls: code or name, direction and session, camera, undo and override, walk-in, pairing.

import { plainCode } from "./ticket.js";
import { plain } from "./desk.js";
import { allowSound } from "./signals.js";
import { language, say, timeOfDay, title } from "./texts.js";
import { element, part } from "./page.js";

/** @typedef {import("./types.js").Person} Person */
/** @typedef {import("./camera.js").Camera} Camera */
/** @typedef {import("./door.js").Door} Door */
/** @typedef {import("./view.js").View} View */

const MOST = 8;
const coarse = matchMedia("(pointer: coarse)");

/**
 * Connect the page's controls.
 * @param {object} parts
 * @param {Door} parts.door
 * @param {import("./desk.js").Desk} parts.desk
 * @param {import("./store.js").Store} parts.store
 * @param {Camera} parts.camera
 * @param {(code: string) => unknown} parts.pair
 * @param {() => unknown} parts.forget
 * @param {View} parts.view
 */
export function connectForms({ door, desk, store, camera, pair, forget, view }) {
  const input = element("ticket", HTMLInputElement);
  document.addEventListener("pointerdown", allowSound);
  document.addEventListener("keydown", (event) => {
    allowSound();
    // A keyboard scanner types wherever the focus is: keys that no control takes go to the code field.
    const target = event.target instanceof Element ? event.target : null;
    const free = target === document.body || target === element("isi") || target?.closest("#result, #last");
    if (free && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) input.focus();
  });

  /** @param {string} text */
  async function submit(text) {
    input.value = "";
    matches([]);
    focusInput();
    await door.scan({ ticket: text });
  }

  element("scan-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    const hits = desk.byCode.has(plainCode(text) ?? "") || text.toUpperCase().startsWith("EV1:") ? [] : desk.search(text);
    if (hits.length === 0) submit(text);
    else if (hits.length === 1 && hits[0].plain === plain(text)) choose(hits[0]);
    else matches(hits);
  });

  input.addEventListener("input", () => {
    const text = input.value;
    matches(/^ev1:/i.test(text) || /\d/.test(text) ? [] : desk.search(text));
  });

  /** @param {Person[]} people */
  function matches(people) {
    const items = people.slice(0, MOST).map((person) => {
      const button = part("button", person.name, { type: "button", className: "plain match" });
      if (person.organisation) button.append(part("span", person.organisation, { className: "meta" }));
      button.addEventListener("click", () => choose(person));
      const item = document.createElement("li");
      item.append(button);
      return item;
    });
    element("matches").replaceChildren(...items);
    element("found").textContent = people.length ? say("found", { number: people.length }) : "";
  }

  /** @param {Person} person */
  async function choose(person) {
    input.value = "";
    matches([]);
    focusInput();
    await door.scan({ participant_id: person.participant_id });
  }

  // On a phone, focus would open the keyboard over the camera.
  function focusInput() {
    if (!coarse.matches) input.focus();
  }

  for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[name=direction]"))) {
    radio.addEventListener("change", () => (door.direction = radio.value === "out" ? "out" : "in"));
  }
  const chosen = element("session", HTMLSelectElement);
  chosen.addEventListener("change", () => {
    door.chosen = chosen.value ? Number(chosen.value) : null;
    door.changed();
  });
  const silent = element("silent", HTMLInputElement);
  silent.addEventListener("change", () => {
    door.silent = silent.checked;
    store.set("silent", silent.checked);
  });

  connectCamera(camera, view);
  element("undo").addEventListener("click", () => door.undo().then(focusInput));
  const overrideDialog = element("override-dialog", HTMLDialogElement);
  const reasonField = element("reason", HTMLInputElement);
  element("override").addEventListener("click", () => overrideDialog.showModal());
  element("override-form").addEventListener("submit", () => {
    const last = door.overrulable;
    const reason = reasonField.value.trim();
    reasonField.value = "";
    if (last && reason) door.scan(last.what, reason);
  });
  element("override-cancel").addEventListener("click", () => overrideDialog.close());

  connectWalkIn(door, focusInput);
  element("pair-form").addEventListener("submit", (event) => {
    event.preventDefault();
    pair(element("pair-code", HTMLInputElement).value.trim());
  });
  const forgetDialog = element("forget-dialog", HTMLDialogElement);
  element("forget").addEventListener("click", () => {
    const waiting = Number(element("unsent").dataset.unsent);
    element("forget-unsent").textContent = waiting ? element("unsent").textContent : "";
    forgetDialog.showModal();
  });
  element("forget-form").addEventListener("submit", () => forget());
  element("forget-cancel").addEventListener("click", () => forgetDialog.close());

  return {
    async opened() {
      const options = desk.schedule.map((session) =>
        part("option", `${timeOfDay(session.starts_at, desk.current, desk.now())} · ${title(session)}`, { value: String(session.id) }),
      );
      chosen.replaceChildren(part("option", say("by_schedule"), { value: "" }), ...options);
      silent.checked = door.silent = Boolean(await store.get("silent"));
      focusInput();
    },
    refreshed() {
      const undoable = door.undoable;
      element("undo").hidden = !undoable;
      element("undo").textContent = say("undo", { name: undoable?.person?.name || say("last_scan") });
      element("override").hidden = !door.overrulable;
    },
  };
}

/** @type {(camera: Camera, view: View) => void} */
function connectCamera(camera, view) {
  const cameraList = element("cameras", HTMLSelectElement);
  /** @param {unknown} error */
  const report = (error) => {
    const words = say(error instanceof Error && error.name === "NotAllowedError" ? "camera_denied" : "camera_missing");
    if (element("door").hidden) element("pairing-message").textContent = words;
    else view.message(words);
  };

  /** @param {string} [deviceId] */
  async function turnOn(deviceId) {
    try {
      await camera.start(deviceId);
      const cameras = await camera.cameras();
      const options = cameras.map((each, index) => part("option", each.label || say("camera_number", { number: index + 1 }), { value: each.deviceId }));
      cameraList.replaceChildren(...options);
      cameraList.value = camera.track?.getSettings().deviceId ?? "";
      element("cameras-field").hidden = cameras.length < 2;
    } catch (error) {
      camera.stop();
      report(error);
    }
  }

  camera.changed = () => {
    element("stage").hidden = !camera.running;
    for (const button of document.querySelectorAll("[data-camera]")) {
      button.textContent = camera.running ? say("camera_off") : say("camera_on");
      button.setAttribute("aria-pressed", String(camera.running));
    }
    // Every camera starts with its light off.
    element("torch").hidden = !camera.hasTorch;
    element("torch").setAttribute("aria-pressed", "false");
    if (!camera.running) element("cameras-field").hidden = true;
  };

  for (const button of document.querySelectorAll("[data-camera]")) {
    button.addEventListener("click", () => (camera.running ? camera.stop() : turnOn()));
  }
  cameraList.addEventListener("change", () => turnOn(cameraList.value));
  const torch = element("torch");
  torch.addEventListener("click", () => {
    const on = torch.getAttribute("aria-pressed") !== "true";
    camera.torch(on).then(() => torch.setAttribute("aria-pressed", String(on))).catch(() => (torch.hidden = true));
  });
}

/** @type {(door: Door, done: () => void) => void} */
function connectWalkIn(door, done) {
  const form = element("walkin-form", HTMLFormElement);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = new FormData(form);
    /** @param {string} name */
    const value = (name) => String(typed.get(name) ?? "").trim() || null;
    const now = new Date().toISOString();
    const walkIn = {
      walk_in_id: crypto.randomUUID(),
      name: value("name"),
      email: value("email"),
      organisation: value("organisation"),
      locale: language,
      consent: true,
      consent_at: now,
      unsent: 1,
    };
    form.reset();
    element("walkin", HTMLDetailsElement).open = false;
    done();
    await door.scan({ walk_in_id: walkIn.walk_in_id, walkIn });
  });
}
