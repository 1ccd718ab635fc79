// The page's controls: code or name, direction and session, camera, undo and override, walk-in, pairing.

import { plainCode } from "./ticket.js";
import { plain } from "./desk.js";
import { allowSound } from "./signals.js";
import { language, say, timeOfDay, title } from "./texts.js";
import { part } from "./view.js";

const MOST = 8;
const element = (id) => document.getElementById(id);
const coarse = matchMedia("(pointer: coarse)");

export function connectForms({ door, desk, store, camera, pair, forget, view }) {
  const input = element("ticket");
  document.addEventListener("pointerdown", allowSound);
  document.addEventListener("keydown", (event) => {
    allowSound();
    // A keyboard scanner types wherever the focus is: what nobody else takes belongs to the code.
    const free = event.target === document.body || event.target === element("isi") || event.target.closest?.("#result, #last");
    if (free && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) input.focus();
  });

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
    const hits = desk.byCode.has(plainCode(text)) || text.toUpperCase().startsWith("EV1:") ? [] : desk.search(text);
    if (hits.length === 0) submit(text);
    else if (hits.length === 1 && hits[0].plain === plain(text)) choose(hits[0]);
    else matches(hits);
  });

  input.addEventListener("input", () => {
    const text = input.value;
    matches(/^ev1:/i.test(text) || /\d/.test(text) ? [] : desk.search(text));
  });

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

  async function choose(person) {
    input.value = "";
    matches([]);
    focusInput();
    await door.scan({ participant_id: person.participant_id });
  }

  // On a phone focus would call up the keyboard over the camera.
  function focusInput() {
    if (!coarse.matches) input.focus();
  }

  for (const radio of document.querySelectorAll("input[name=direction]")) {
    radio.addEventListener("change", () => (door.direction = radio.value));
  }
  element("session").addEventListener("change", ({ target }) => {
    door.chosen = target.value ? Number(target.value) : null;
    door.changed();
  });
  element("silent").addEventListener("change", ({ target }) => {
    door.silent = target.checked;
    store.set("silent", target.checked);
  });

  connectCamera(camera, view);
  element("undo").addEventListener("click", () => door.undo().then(focusInput));
  element("override").addEventListener("click", () => element("override-dialog").showModal());
  element("override-form").addEventListener("submit", () => {
    const last = door.overrulable;
    const reason = element("reason").value.trim();
    element("reason").value = "";
    if (last && reason) door.scan(last.what, reason);
  });
  element("override-cancel").addEventListener("click", () => element("override-dialog").close());

  connectWalkIn(door, focusInput);
  element("pair-form").addEventListener("submit", (event) => {
    event.preventDefault();
    pair(element("pair-code").value.trim());
  });
  element("forget").addEventListener("click", () => {
    const waiting = Number(element("unsent").dataset.unsent);
    element("forget-unsent").textContent = waiting ? element("unsent").textContent : "";
    element("forget-dialog").showModal();
  });
  element("forget-form").addEventListener("submit", () => forget());
  element("forget-cancel").addEventListener("click", () => element("forget-dialog").close());

  return {
    async opened() {
      const options = desk.schedule.map((session) =>
        part("option", `${timeOfDay(session.starts_at, desk.event, desk.now())} · ${title(session)}`, { value: session.id }),
      );
      element("session").replaceChildren(part("option", say("by_schedule"), { value: "" }), ...options);
      element("silent").checked = door.silent = Boolean(await store.get("silent"));
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

function connectCamera(camera, view) {
  const report = (error) => {
    const words = say(error.name === "NotAllowedError" ? "camera_denied" : "camera_missing");
    if (element("door").hidden) element("pairing-message").textContent = words;
    else view.message(words);
  };

  async function turnOn(deviceId) {
    try {
      await camera.start(deviceId);
      const cameras = await camera.cameras();
      const options = cameras.map((each, index) => part("option", each.label || say("camera_number", { number: index + 1 }), { value: each.deviceId }));
      element("cameras").replaceChildren(...options);
      element("cameras").value = camera.track.getSettings().deviceId;
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
  element("cameras").addEventListener("change", ({ target }) => turnOn(target.value));
  element("torch").addEventListener("click", ({ target }) => {
    const on = target.getAttribute("aria-pressed") !== "true";
    camera.torch(on).then(() => target.setAttribute("aria-pressed", String(on))).catch(() => (target.hidden = true));
  });
}

function connectWalkIn(door, done) {
  element("walkin-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const value = (name) => form.elements[name].value.trim() || null;
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
    element("walkin").open = false;
    done();
    await door.scan({ walk_in_id: walkIn.walk_in_id, walkIn });
  });
}
