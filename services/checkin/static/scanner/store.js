// What the device keeps, in IndexedDB. A write is done only when its transaction is: then a result may show green.

/** @typedef {import("./types.js").PersonRow} PersonRow */
/** @typedef {import("./types.js").PresenceRow} PresenceRow */
/** @typedef {import("./types.js").Scan} Scan */
/** @typedef {import("./types.js").WalkIn} WalkIn */
/** @typedef {import("./types.js").RosterInfo} RosterInfo */
/** @typedef {import("./types.js").RosterRows} RosterRows */
/** @typedef {{people: PersonRow, presence: PresenceRow, walk_ins: WalkIn, scans: Scan}} Rows the stores and their rows */
/** @typedef {{token: string, event_id: number, roster: RosterInfo, silent: boolean}} Meta */
/** @typedef {import("idb").IDBPDatabase<Schema>} Database */
/**
 * @typedef {{
 *   meta: {key: keyof Meta, value: Meta[keyof Meta]},
 *   people: {key: string, value: PersonRow},
 *   presence: {key: string, value: PresenceRow},
 *   walk_ins: {key: string, value: WalkIn},
 *   scans: {key: string, value: Scan, indexes: {unsent: number}},
 * }} Schema
 */

import { openDB } from "./lib/idb.js";

const ROSTER = /** @type {const} */ (["people", "presence", "walk_ins"]);

export async function openStore() {
  /** @type {Database} */
  const db = await openDB("hadir-door", 1, {
    upgrade(database) {
      database.createObjectStore("meta");
      database.createObjectStore("people", { keyPath: "participant_id" });
      database.createObjectStore("presence", { keyPath: "key" });
      database.createObjectStore("walk_ins", { keyPath: "walk_in_id" });
      // Every scan of this device: `unsent` is 1 or 0, for IndexedDB cannot index booleans.
      database.createObjectStore("scans", { keyPath: "scan_id" }).createIndex("unsent", "unsent");
    },
  });
  return new Store(db);
}

export class Store {
  /** @param {Database} db */
  constructor(db) {
    this.db = db;
  }

  /**
   * @template {keyof Meta} Name
   * @param {Name} name
   * @returns {Promise<Meta[Name] | undefined>}
   */
  get(name) {
    return /** @type {Promise<any>} */ (this.db.get("meta", name));
  }

  /**
   * @template {keyof Meta} Name
   * @param {Name} name
   * @param {Meta[Name]} value
   */
  set(name, value) {
    return this.db.put("meta", value, name);
  }

  /**
   * @template {keyof Rows} Name
   * @param {Name} name
   * @returns {Promise<Rows[Name][]>}
   */
  all(name) {
    return /** @type {Promise<any>} */ (this.db.getAll(name));
  }

  unsent() {
    return this.db.getAllFromIndex("scans", "unsent", 1);
  }

  /**
   * @template {keyof Rows} Name
   * @param {Name} name
   * @param {Rows[Name][]} rows
   */
  async put(name, rows) {
    const transaction = this.db.transaction(name, "readwrite", { durability: "strict" });
    await Promise.all([...rows.map((row) => transaction.store.put(/** @type {any} */ (row))), transaction.done]);
  }

  /**
   * @param {WalkIn} walkIn
   * @param {Scan} scan
   */
  async addWalkIn(walkIn, scan) {
    const transaction = this.db.transaction(["walk_ins", "scans"], "readwrite", { durability: "strict" });
    /** @type {Promise<unknown>[]} */
    const writes = [transaction.objectStore("walk_ins").put(walkIn), transaction.objectStore("scans").put(scan)];
    await Promise.all([...writes, transaction.done]);
  }

  /**
   * Changes of the roster, all or none: if the browser stops in between, the old revision still holds.
   * @param {RosterRows} changes
   * @param {RosterInfo} meta
   */
  async applyRoster(changes, meta) {
    const transaction = this.db.transaction(["meta", "people", "presence"], "readwrite");
    const people = transaction.objectStore("people");
    const presence = transaction.objectStore("presence");
    /** @type {Promise<unknown>[]} */
    const writes = [transaction.objectStore("meta").put(meta, "roster")];
    for (const row of changes.people) writes.push(row.erased ? people.delete(row.participant_id) : people.put(row));
    for (const row of changes.presence) writes.push(presence.put(row));
    await Promise.all([...writes, transaction.done]);
  }

  // Forget people, keys and token. Scans that were not sent stay: they name tickets, not people.
  async wipe() {
    const transaction = this.db.transaction(["meta", "scans", ...ROSTER], "readwrite");
    const scans = transaction.objectStore("scans");
    /** @type {Promise<unknown>[]} */
    const writes = [transaction.objectStore("meta").clear(), ...ROSTER.map((name) => transaction.objectStore(name).clear())];
    for (const scan of await scans.getAll()) {
      writes.push(scan.unsent ? scans.put({ ...scan, name: null }) : scans.delete(scan.scan_id));
    }
    await Promise.all([...writes, transaction.done]);
  }
}
