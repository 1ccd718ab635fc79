// Keeps the scanner page on the device: one versioned set, fetched whole, answered from the device first.
const VERSION = {{ ("hadir-scanner-" ~ version) | tojson }};
const SHELLS = {{ shells | tojson }};
const FILES = {{ files | tojson }};
const LANGUAGE = "/checkin/scan/language";

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(VERSION);
    // "reload" goes past the HTTP cache, so that the set is of one version; without cookies, so that fetching the
    // page in every language does not change the reader's own.
    const fresh = { cache: "reload", credentials: "omit" };
    await cache.addAll([...SHELLS, ...FILES].map((url) => new Request(url, fresh)));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("hadir-scanner-") && name !== VERSION) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

async function shell(url) {
  const kept = await caches.open("hadir-language");
  const asked = url.searchParams.get("lang");
  if (asked) await kept.put(LANGUAGE, new Response(asked));
  const stored = await kept.match(LANGUAGE);
  const language = (stored && (await stored.text())) || (self.navigator.language || "id").slice(0, 2);
  const cache = await caches.open(VERSION);
  return (await cache.match(`/checkin/scan?lang=${language}`)) || (await cache.match(SHELLS[0])) || fetch(url);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname === "/checkin/scan") {
    event.respondWith(shell(url));
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(caches.open(VERSION).then((cache) => cache.match(url.pathname)).then((hit) => hit || fetch(event.request)));
  }
});
