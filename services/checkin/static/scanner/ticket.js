// Reading a ticket on the device: base45, 90 bytes, Ed25519. The layout is described in docs and shared/tickets.py.

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const HEAD = 26;
const LENGTH = HEAD + 64;
const DOMAIN = new TextEncoder().encode("EVT1\0");

/**
 * The bytes of a base45 text; null if it is not base45.
 * @param {string} text
 */
export function decode45(text) {
  const bytes = [];
  for (let start = 0; start < text.length; start += 3) {
    const group = [...text.slice(start, start + 3)].map((character) => ALPHABET.indexOf(character));
    const number = group.reduce((sum, value, place) => sum + value * 45 ** place, 0);
    const size = group.length - 1;
    if (group.includes(-1) || size === 0 || number >= 256 ** size) return null;
    if (size === 2) bytes.push(number >> 8);
    bytes.push(number & 255);
  }
  return Uint8Array.from(bytes);
}

/**
 * A typed code in capitals without separators; null if it cannot be one.
 * @param {string} text
 */
export const plainCode = (text) => {
  const code = text.length <= 40 ? text.toUpperCase().replace(/[^0-9A-Z]/g, "") : "";
  return code.length > 0 && code.length <= 20 ? code : null;
};

/**
 * What a scanned or typed text names: {ticket_id, expires_at}, {code} or {refused}.
 * @param {string} text
 * @param {number} eventId
 * @param {Map<number, Uint8Array<ArrayBuffer>>} keys the 32 raw bytes by key number
 * @returns {Promise<import("./types.js").TicketText>}
 */
export async function read(text, eventId, keys) {
  if (text.slice(0, 4).toUpperCase() !== "EV1:") {
    const code = plainCode(text);
    return code ? { code } : { refused: "unknown_ticket" };
  }
  const raw = decode45(text.toUpperCase().trim().slice(4));
  if (!raw || raw.length !== LENGTH || raw[0] !== 1) return { refused: "unknown_ticket" };
  const head = raw.slice(0, HEAD);
  const view = new DataView(head.buffer);
  const key = keys.get(head[1]);
  if (!key || !(await verifies(key, raw.slice(HEAD), new Uint8Array([...DOMAIN, ...head])))) return { refused: "bad_signature" };
  if (view.getUint32(2) !== eventId) return { refused: "wrong_event" };
  const hex = [...head.slice(6, 22)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { ticket_id: hex, expires_at: view.getUint32(22) * 1000 };
}

/** @param {string} text */
export function parseKeys(text) {
  return new Map(text.split(",").map((part) => {
    const [kid, encoded] = part.trim().split(":");
    const binary = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
    return [Number(kid), Uint8Array.from(binary, (character) => character.charCodeAt(0))];
  }));
}

/** @type {(key: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>) => Promise<boolean>} */
async function verifies(key, signature, message) {
  try {
    const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
  } catch {
    // Browsers before Chrome 137, Firefox 129, Safari 17 do not know Ed25519.
    const { verifyAsync } = await import("./lib/ed25519.js");
    return verifyAsync(signature, message, key, { zip215: false }).catch(() => false);
  }
}
