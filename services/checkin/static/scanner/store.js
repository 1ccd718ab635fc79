// What the device keeps, in IndexedDB. A write is done only when its transaction is: then a result may show green.

import { openDB } from "./lib/idb.js";

const ROSTER = ["people", "presence", "walk_ins"];

export async function openStore() {
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

class Store {
  constructor(db) {
    this.db = db;
  }

  get(name) {
    return this.db.get("meta", name);
  }

  set(name, value) {
    return this.db.put("meta", value, name);
  }

  all(name) {
    return this.db.getAll(name);
  }

  unsent() {
    return this.db.getAllFromIndex("scans", "unsent", 1);
  }

  async put(name, rows) {
    const transaction = this.db.transaction(name, "readwrite", { durability: "strict" });
    await Promise.all([...rows.map((row) => transaction.store.put(row)), transaction.done]);
  }

  async addWalkIn(walkIn, scan) {
    const transaction = this.db.transaction(["walk_ins", "scans"], "readwrite", { durability: "strict" });
    const writes = [transaction.objectStore("walk_ins").put(walkIn), transaction.objectStore("scans").put(scan)];
    await Promise.all([...writes, transaction.done]);
  }

  // A parcel of the roster, whole: if the browser dies in between, the old revision still stands.
  async take(parcel, meta) {
    const transaction = this.db.transaction(["meta", "people", "presence"], "readwrite");
    const people = transaction.objectStore("people");
    const presence = transaction.objectStore("presence");
    const writes = [transaction.objectStore("meta").put(meta, "roster")];
    for (const row of parcel.people) writes.push(row.erased ? people.delete(row.participant_id) : people.put(row));
    for (const row of parcel.presence) writes.push(presence.put(row));
    await Promise.all([...writes, transaction.done]);
  }

  // Forget people, keys and token. Scans that were not sent stay: they name tickets, not people.
  async wipe() {
    const transaction = this.db.transaction(["meta", "scans", ...ROSTER], "readwrite");
    const scans = transaction.objectStore("scans");
    const writes = [transaction.objectStore("meta").clear(), ...ROSTER.map((name) => transaction.objectStore(name).clear())];
    for (const scan of await scans.getAll()) {
      writes.push(scan.unsent ? scans.put({ ...scan, name: null }) : scans.delete(scan.scan_id));
    }
    await Promise.all([...writes, transaction.done]);
  }
}
