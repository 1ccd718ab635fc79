// Updates the numbers on an event's page while a run or mails are unfinished. Without it, reloading does the same.

const section = document.querySelector("#progress[data-live]");
const PAUSE = 2000;

async function fetchCounts(tag) {
  const response = await fetch(section.dataset.address, { headers: tag ? { "If-None-Match": tag } : {} });
  if (response.status === 304) return { tag };
  if (!response.ok) throw new Error(String(response.status));
  return { tag: response.headers.get("ETag"), counts: await response.json() };
}

function show(counts) {
  for (const element of section.querySelectorAll("[data-count]")) {
    const value = counts[element.dataset.count];
    if (value !== null && value !== undefined) element.textContent = value;
  }
  const bar = section.querySelector("progress");
  if (bar && counts.planned) {
    bar.max = counts.planned;
    bar.value = counts.issued;
  }
}

const isOver = (counts) => !["waiting", "handed_out", "running"].includes(counts.run) && !counts.mails_waiting;

async function follow() {
  let tag = null;
  for (;;) {
    await new Promise((resume) => setTimeout(resume, PAUSE));
    if (document.hidden) continue;
    try {
      const seen = await fetchCounts(tag);
      tag = seen.tag;
      if (!seen.counts) continue;
      show(seen.counts);
      if (isOver(seen.counts)) {
        location.reload();
        return;
      }
    } catch {
      // Try again: the network may come back. If the sign-in has expired, a reload asks for it.
    }
  }
}

if (section) follow();
