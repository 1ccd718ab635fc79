// Scanning: judge on the device, keep, show, then ask the server; and take back within a minute.

import { OVERRULABLE, ADMITTING } from "./judging.js";
import { sessionOf } from "./schedule.js";

const UNDO_FOR = 60000;

export class Door {
  constructor(store, desk, sync, view) {
    Object.assign(this, { store, desk, sync, view, direction: "in", chosen: null, silent: false, lastScan: null });
    this.changed = () => {};
  }

  // `what`: {ticket} | {participant_id} | {walk_in_id, walkIn}; `override`: a reason. Answers the scan as it is kept.
  async scan(what, override = null, seenAt = performance.now()) {
    const { walkIn, ...subject } = what;
    const at = this.desk.now();
    const passage = { at, direction: this.direction, session_id: this.chosen, overridden: override !== null, answered: null };
    const verdict = await this.desk.judge({ ...subject, ...passage });
    const scan = {
      scan_id: crypto.randomUUID(),
      event_id: this.desk.event.event_id,
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
    this.view.announce(result, this.desk.event, this.desk.now(), this.silent);
    performance.measure("hadir-verdict", { start: seenAt, end: performance.now() });
    this.lastScan = { scan, what: subject, person: verdict.person, until: Date.now() + UNDO_FOR };
    this.changed();
    this.#confirm(scan, result, seenAt);
    return scan;
  }

  async #keep(scan, walkIn) {
    if (walkIn) {
      await this.store.addWalkIn(walkIn, scan);
      this.desk.walkIns.set(walkIn.walk_in_id, walkIn);
    } else {
      await this.store.put("scans", [scan]);
    }
    this.desk.addScan(scan);
  }

  // The server's word, if it comes in time, is shown where it differs and the result is still to be seen.
  async #confirm(scan, result, seenAt) {
    if (this.sync.online === false || scan.walk_in_id) return this.sync.run().catch(this.failed);
    try {
      const [answer] = await this.sync.send([{ ...scan, live: true }]);
      performance.measure("hadir-confirmed", { start: seenAt, end: performance.now() });
      if (answer.outcome !== result.outcome && this.view.shown?.scan_id === scan.scan_id) {
        const about = answer.about ? Date.parse(answer.about) : null;
        const session = sessionOf(this.desk.schedule, answer.session_id);
        const corrected = { ...result, person: result.person || answer, outcome: answer.outcome, about, session };
        this.view.announce(corrected, this.desk.event, this.desk.now(), this.silent);
      }
      this.changed();
    } catch (error) {
      this.sync.online = error.name === "Unpaired" ? this.sync.online : false;
      await this.failed(error);
      this.changed();
    }
  }

  get undoable() {
    const last = this.lastScan;
    const worth = last && (ADMITTING.has(last.scan.outcome) || last.scan.outcome === "checked_out");
    return worth && !this.desk.undone.has(last.scan.scan_id) && Date.now() < last.until ? last : null;
  }

  get overrulable() {
    const last = this.lastScan;
    return last && last.person && OVERRULABLE.has(last.scan.outcome) && Date.now() < last.until ? last : null;
  }

  async undo() {
    const last = this.undoable;
    if (!last) return;
    const target = this.desk.scans.get(last.scan.scan_id) || last.scan;
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
    this.view.announce(result, this.desk.event, this.desk.now(), this.silent);
    this.changed();
    this.sync.run().catch(this.failed);
  }
}
