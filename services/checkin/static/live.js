// Asks every few seconds whether anything changed; no connection is held open, and a hidden page does not ask.

const EVERY = 4000;
const live = document.getElementById("live");
const state = document.getElementById("live-state");
let stamp = live.dataset.stamp;

async function refresh() {
  if (document.hidden) return;
  try {
    const response = await fetch(live.dataset.address, {
      headers: { "If-None-Match": `"${stamp}"` },
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(8000),
    });
    // The sign-in ran out: loading the page anew renews it.
    if (response.type === "opaqueredirect") return location.reload();
    if (response.status === 200) {
      const open = new Set([...live.querySelectorAll("details[open]")].map((each) => each.id));
      const next = document.createElement("template");
      next.innerHTML = await response.text();
      for (const each of next.content.querySelectorAll("details")) each.open = open.has(each.id);
      // Whoever reads with the keyboard keeps their place.
      const focused = document.activeElement?.id;
      live.replaceChildren(next.content);
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
      stamp = response.headers.get("ETag").replace(/^W\//, "").replaceAll('"', "");
    } else if (response.status !== 304) throw new Error(String(response.status));
    state.textContent = live.dataset.fresh;
  } catch {
    state.textContent = live.dataset.lost;
  }
}

setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
