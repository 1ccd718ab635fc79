// Speaking with the server: roster down, scans up. Nobody switches anything: it is tried again by itself.

const TIMEOUT = 8000;
const BATCH = 200;

export class Unpaired extends Error {}
export class EventOver extends Error {}

export class Sync {
  constructor(store, desk, language, changed) {
    Object.assign(this, { store, desk, language, changed, online: null, running: null });
    // Hears what became of guests whom this device asked to register.
    this.answered = () => {};
  }

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
    const response = await this.call(`roster?${query}`, { headers: known ? { "If-None-Match": known.etag } : {} });
    if (response.status === 304) return;
    const parcel = await response.json();
    for (const row of parcel.presence) row.key = `${row.participant_id}:${row.session_id}`;
    const { people, presence, walk_ins: answers, ...meta } = parcel;
    // Half of the way there and back has passed since the server looked at its clock.
    meta.offset = Date.parse(parcel.now) - (asked + Date.now()) / 2;
    meta.etag = response.headers.get("ETag");
    await this.store.take({ people, presence }, meta);
    await this.#answered(answers);
    this.desk.setUp(meta);
    this.desk.addPeople(people);
    this.desk.addPresence(presence);
    this.desk.expected = meta.expected;
  }

  async #answered(answers) {
    const changed = [];
    for (const answer of answers) {
      const own = this.desk.walkIns.get(answer.walk_in_id);
      if (!own || own.outcome === answer.outcome) continue;
      const settled = { walk_in_id: own.walk_in_id, name: own.name, ...answer, unsent: 0 };
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
    const bodies = waiting.map(({ unsent, outcome, ...walkIn }) => walkIn);
    await this.call("walk-ins", { method: "POST", body: JSON.stringify({ device_now: new Date().toISOString(), walk_ins: bodies }) });
    // The address has done its duty on this device.
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

  async send(scans) {
    const body = { device_now: new Date().toISOString(), scans: scans.map(asSent) };
    const response = await this.call("scans", { method: "POST", body: JSON.stringify(body) });
    const { results } = await response.json();
    const byId = new Map(results.map((result) => [result.scan_id, result]));
    const sent = scans.filter((scan) => byId.has(scan.scan_id)).map((scan) => settled(scan, byId.get(scan.scan_id)));
    await this.store.put("scans", sent);
    for (const scan of sent) this.desk.addScan(scan);
    return results;
  }
}

function asSent(scan) {
  const fields = ["scan_id", "ticket", "participant_id", "walk_in_id", "undoes", "scanned_at", "override_reason"];
  const body = Object.fromEntries(fields.filter((name) => scan[name] != null).map((name) => [name, scan[name]]));
  if (scan.asked != null) body.session_id = scan.asked;
  // An undo has no direction of its own.
  if (!scan.undoes) body.direction = scan.direction;
  return scan.live ? body : { ...body, told: scan.outcome };
}

// The server's word replaces the device's own, in what the device will judge by.
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
