// Talks to the server: roster down, scans up. It retries by itself; there is no offline switch.

/** @typedef {import("./types.js").RosterInfo} RosterInfo */
/** @typedef {import("./types.js").Scan} Scan */
/** @typedef {import("./types.js").ScanResult} ScanResult */
/** @typedef {import("./types.js").WalkIn} WalkIn */
/** @typedef {import("./types.js").WalkInAnswer} WalkInAnswer */

const TIMEOUT = 8000;
const BATCH = 200;

export class Unpaired extends Error {}
export class EventOver extends Error {}

export class Sync {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./desk.js").Desk} desk
   * @param {string} language
   * @param {() => unknown} changed called after every round
   */
  constructor(store, desk, language, changed) {
    this.store = store;
    this.desk = desk;
    this.language = language;
    this.changed = changed;
    /** @type {boolean | null} */
    this.online = null;
    /** @type {Promise<void> | null} */
    this.running = null;
    // Called with registration's answers about guests that this device asked to register.
    /** @type {(guests: WalkIn[]) => void} */
    this.answered = () => {};
  }

  /**
   * @param {string} path
   * @param {{method?: string, body?: string, headers?: Record<string, string>}} options
   */
  async call(path, options = {}) {
    const token = await this.store.get("token");
    if (!token) throw new Unpaired();
    const separator = path.includes("?") ? "&" : "?";
    const response = await fetch(`/checkin/api/v1/${path}${separator}lang=${this.language}`, {
      ...options,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...options.headers },
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (response.status === 401) throw new Unpaired();
    if (response.status === 410) throw new EventOver();
    if (!response.ok && response.status !== 304) throw new Error(`HTTP ${response.status}`);
    return response;
  }

  // One round; a call while one is under way joins it, and another follows if scans came in meanwhile.
  run() {
    this.running ||= this.#round().finally(() => (this.running = null));
    return this.running;
  }

  async #round() {
    try {
      await this.#sendWalkIns();
      await this.sendScans();
      await this.fetchRoster();
      this.online = true;
    } catch (error) {
      if (error instanceof Unpaired || error instanceof EventOver) throw error;
      this.online = false;
    } finally {
      await this.changed();
    }
  }

  async fetchRoster() {
    const known = await this.store.get("roster");
    const query = known ? `since=${known.revision}&seen=${encodeURIComponent(known.as_of)}` : "since=0";
    const asked = Date.now();
    const response = await this.call(`roster?${query}`, { headers: known?.etag ? { "If-None-Match": known.etag } : {} });
    if (response.status === 304) return;
    /** @type {import("./types.js").RosterAnswer} */
    const roster = await response.json();
    for (const row of roster.presence) row.key = `${row.participant_id}:${row.session_id}`;
    const { people, presence, walk_ins: answers, ...meta } = roster;
    // The server read its clock about halfway between the request and the answer.
    meta.offset = Date.parse(roster.now) - (asked + Date.now()) / 2;
    meta.etag = response.headers.get("ETag");
    await this.store.applyRoster({ people, presence }, meta);
    await this.#answered(answers);
    this.desk.setUp(meta);
    this.desk.addPeople(people);
    this.desk.addPresence(presence);
    this.desk.expected = meta.expected;
  }

  /** @param {WalkInAnswer[]} answers */
  async #answered(answers) {
    /** @type {WalkIn[]} */
    const changed = [];
    for (const answer of answers) {
      const own = this.desk.walkIns.get(answer.walk_in_id);
      if (!own || own.outcome === answer.outcome) continue;
      const settled = { name: own.name, ...answer, unsent: 0 };
      this.desk.walkIns.set(answer.walk_in_id, settled);
      changed.push(settled);
    }
    if (!changed.length) return;
    await this.store.put("walk_ins", changed);
    this.answered(changed);
  }

  async #sendWalkIns() {
    const waiting = [...this.desk.walkIns.values()].filter((walkIn) => walkIn.unsent);
    if (!waiting.length) return;
    const bodies = waiting.map(({ unsent: _unsent, outcome: _outcome, ...walkIn }) => walkIn);
    await this.call("walk-ins", { method: "POST", body: JSON.stringify({ device_now: new Date().toISOString(), walk_ins: bodies }) });
    // The device no longer needs the address.
    const sent = waiting.map(({ walk_in_id, name, outcome }) => ({ walk_in_id, name, outcome, unsent: 0 }));
    await this.store.put("walk_ins", sent);
    for (const walkIn of sent) this.desk.walkIns.set(walkIn.walk_in_id, walkIn);
  }

  // Everything unsent, oldest first, in batches. Each is taken from the queue only when the server has answered it.
  async sendScans() {
    for (;;) {
      const all = (await this.store.unsent()).filter((scan) => scan.event_id === this.desk.event?.event_id);
      if (!all.length) return;
      all.sort((a, b) => (a.scanned_at < b.scanned_at ? -1 : 1));
      await this.send(all.slice(0, BATCH));
    }
  }

  /**
   * @param {Scan[]} scans
   * @returns {Promise<ScanResult[]>}
   */
  async send(scans) {
    const body = { device_now: new Date().toISOString(), scans: scans.map(asSent) };
    const response = await this.call("scans", { method: "POST", body: JSON.stringify(body) });
    /** @type {{results: ScanResult[]}} */
    const { results } = await response.json();
    const byId = new Map(results.map((result) => [result.scan_id, result]));
    const sent = scans.flatMap((scan) => {
      const result = byId.get(scan.scan_id);
      return result ? [settled(scan, result)] : [];
    });
    await this.store.put("scans", sent);
    for (const scan of sent) this.desk.addScan(scan);
    return results;
  }
}

/** @param {Scan} scan */
function asSent(scan) {
  const fields = /** @type {const} */ (["scan_id", "ticket", "participant_id", "walk_in_id", "undoes", "scanned_at", "override_reason"]);
  /** @type {Record<string, unknown>} */
  const body = Object.fromEntries(fields.filter((name) => scan[name] != null).map((name) => [name, scan[name]]));
  if (scan.asked != null) body.session_id = scan.asked;
  // An undo has no direction of its own.
  if (!scan.undoes) body.direction = scan.direction;
  return scan.live ? body : { ...body, told: scan.outcome };
}

/**
 * The scan with the server's answer, which replaces the device's own verdict.
 * @param {Scan} scan
 * @param {ScanResult} result
 * @returns {Scan}
 */
function settled(scan, result) {
  return {
    ...scan,
    unsent: 0,
    outcome: result.outcome,
    session_id: result.session_id ?? scan.session_id,
    at: result.at ? Date.parse(result.at) : scan.at,
    subject: result.participant_id || scan.subject,
  };
}
