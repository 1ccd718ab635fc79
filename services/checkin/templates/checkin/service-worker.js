// Keeps the scanner page on the device: one versioned set, fetched as a whole, answered from the device first.
// VERSION, SHELLS and FILES come from sw.js, which includes this file.
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const LANGUAGE = "/checkin/scan/language";

worker.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(VERSION);
    // "reload" goes past the HTTP cache, so that the set is of one version; without cookies, so that fetching the
    // page in every language does not change the reader's own.
    const fresh = { cache: "reload", credentials: "omit" };
    await cache.addAll([...SHELLS, ...FILES].map((url) => new Request(url, fresh)));
    await worker.skipWaiting();
  })());
});

worker.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("hadir-scanner-") && name !== VERSION) await caches.delete(name);
    }
    await worker.clients.claim();
  })());
});

/** @param {URL} url */
async function shell(url) {
  const kept = await caches.open("hadir-language");
  const asked = url.searchParams.get("lang");
  if (asked) await kept.put(LANGUAGE, new Response(asked));
  const stored = await kept.match(LANGUAGE);
  const language = (stored && (await stored.text())) || (worker.navigator.language || "id").slice(0, 2);
  const cache = await caches.open(VERSION);
  return (await cache.match(`/checkin/scan?lang=${language}`)) || (await cache.match(SHELLS[0])) || fetch(url);
}

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (url.pathname === "/checkin/scan") {
    event.respondWith(shell(url));
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(caches.open(VERSION).then((cache) => cache.match(url.pathname)).then((hit) => hit || fetch(event.request)));
  }
});
