// Scanning: judge on the device, store, show, then ask the server. A scan can be undone within a minute.

import { OVERRULABLE, ADMITTING } from "./judging.js";
import { sessionOf } from "./schedule.js";
import { Unpaired } from "./sync.js";

/** @typedef {import("./types.js").Judged} Judged */
/** @typedef {import("./types.js").LastScan} LastScan */
/** @typedef {import("./types.js").Result} Result */
/** @typedef {import("./types.js").Scan} Scan */
/** @typedef {import("./types.js").Subject} Subject */
/** @typedef {import("./types.js").WalkIn} WalkIn */

const UNDO_FOR = 60000;

export class Door {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./desk.js").Desk} desk
   * @param {import("./sync.js").Sync} sync
   * @param {import("./view.js").View} view
   */
  constructor(store, desk, sync, view) {
    this.store = store;
    this.desk = desk;
    this.sync = sync;
    this.view = view;
    /** @type {import("./types.js").Direction} */
    this.direction = "in";
    /** @type {number | null} */
    this.chosen = null;
    this.silent = false;
    /** @type {LastScan | null} */
    this.lastScan = null;
    /** @type {() => void} */
    this.changed = () => {};
    // Called with an error of the server.
    /** @type {(error: unknown) => void} */
    this.failed = () => {};
  }

  /**
   * Judge, store and show one scan; returns it as stored.
   * @param {Subject & {walkIn?: WalkIn}} what
   * @param {string | null} override the reason, if staff admit the person against the verdict
   */
  async scan(what, override = null, seenAt = performance.now()) {
    const { walkIn, ...subject } = what;
    const at = this.desk.now();
    const passage = { at, direction: this.direction, session_id: this.chosen, overridden: override !== null, answered: null };
    const verdict = await this.desk.judge({ ...subject, ...passage });
    /** @type {Scan} */
    const scan = {
      scan_id: crypto.randomUUID(),
      event_id: this.desk.current.event_id,
      ...subject,
      direction: this.direction,
      asked: this.chosen,
      override_reason: override,
      scanned_at: new Date().toISOString(),
      at,
      outcome: verdict.outcome,
      session_id: verdict.session_id,
      subject: verdict.subject,
      unsent: 1,
    };
    await this.#keep(scan, walkIn);
    const result = { scan_id: scan.scan_id, ...verdict, name: walkIn?.name, session: sessionOf(this.desk.schedule, verdict.session_id) };
    this.view.announce(result, this.desk.current, this.desk.now(), this.silent);
    performance.measure("hadir-verdict", { start: seenAt, end: performance.now() });
    this.lastScan = { scan, what: subject, person: verdict.person, until: Date.now() + UNDO_FOR };
    this.changed();
    this.#confirm(scan, result, seenAt);
    return scan;
  }

  /**
   * @param {Scan} scan
   * @param {WalkIn} [walkIn]
   */
  async #keep(scan, walkIn) {
    if (walkIn) {
      await this.store.addWalkIn(walkIn, scan);
      this.desk.walkIns.set(walkIn.walk_in_id, walkIn);
    } else {
      await this.store.put("scans", [scan]);
    }
    this.desk.addScan(scan);
  }

  /**
   * Ask the server. A different answer is shown as long as the result is still on the screen.
   * @param {Scan} scan
   * @param {Result} result
   * @param {number} seenAt
   */
  async #confirm(scan, result, seenAt) {
    if (this.sync.online === false || scan.walk_in_id) return this.sync.run().catch(this.failed);
    try {
      const [answer] = await this.sync.send([{ ...scan, live: true }]);
      performance.measure("hadir-confirmed", { start: seenAt, end: performance.now() });
      if (answer.outcome !== result.outcome && this.view.shown?.scan_id === scan.scan_id) {
        const about = answer.about ? Date.parse(answer.about) : null;
        const session = sessionOf(this.desk.schedule, answer.session_id);
        const corrected = { ...result, person: result.person || answer, outcome: answer.outcome, about, session };
        this.view.announce(corrected, this.desk.current, this.desk.now(), this.silent);
      }
      this.changed();
    } catch (error) {
      this.sync.online = error instanceof Unpaired ? this.sync.online : false;
      await this.failed(error);
      this.changed();
    }
  }

  /** @returns {LastScan | null} */
  get undoable() {
    const last = this.lastScan;
    const worth = last && (ADMITTING.has(last.scan.outcome) || last.scan.outcome === "checked_out");
    return worth && !this.desk.undone.has(last.scan.scan_id) && Date.now() < last.until ? last : null;
  }

  /** @returns {LastScan | null} */
  get overrulable() {
    const last = this.lastScan;
    return last && last.person && OVERRULABLE.has(last.scan.outcome) && Date.now() < last.until ? last : null;
  }

  async undo() {
    const last = this.undoable;
    if (!last) return;
    const target = this.desk.scans.get(last.scan.scan_id) || last.scan;
    /** @type {Scan} */
    const scan = {
      scan_id: crypto.randomUUID(),
      event_id: target.event_id,
      undoes: target.scan_id,
      direction: "undo",
      scanned_at: new Date().toISOString(),
      at: this.desk.now(),
      outcome: "undone",
      session_id: target.session_id,
      subject: target.subject,
      unsent: 1,
    };
    await this.store.put("scans", [scan]);
    this.desk.addScan(scan);
    const row = this.desk.forgetArrival(target);
    if (row) await this.store.put("presence", [row]);
    const result = { scan_id: scan.scan_id, outcome: "undone", about: null, person: last.person, session: null };
    this.view.announce(result, this.desk.current, this.desk.now(), this.silent);
    this.changed();
    this.sync.run().catch(this.failed);
  }
}
