// Asks every few seconds whether anything changed. It holds no connection open, and a hidden page does not ask.

const EVERY = 4000;
const live = /** @type {HTMLElement} */ (document.getElementById("live"));
const state = /** @type {HTMLElement} */ (document.getElementById("live-state"));
let tag = live.dataset.stamp;

async function refresh() {
  if (document.hidden) return;
  try {
    const response = await fetch(live.dataset.address ?? "", {
      headers: { "If-None-Match": `"${tag}"` },
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(8000),
    });
    // The sign-in has expired: a reload renews it.
    if (response.type === "opaqueredirect") {
      location.reload();
      return;
    }
    if (response.status === 200) {
      const open = new Set([...live.querySelectorAll("details[open]")].map((each) => each.id));
      const next = document.createElement("template");
      next.innerHTML = await response.text();
      for (const each of next.content.querySelectorAll("details")) each.open = open.has(each.id);
      // Keep the focus of keyboard users.
      const focused = document.activeElement?.id;
      live.replaceChildren(next.content);
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
      tag = (response.headers.get("ETag") ?? "").replace(/^W\//, "").replaceAll('"', "");
    } else if (response.status !== 304) throw new Error(String(response.status));
    state.textContent = live.dataset.fresh ?? "";
  } catch {
    state.textContent = live.dataset.lost ?? "";
  }
}

setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
