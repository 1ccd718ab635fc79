// Updates the numbers on an event's page while certificates are issued or e-mails sent. Without it, reload the page.

const section = /** @type {HTMLElement | null} */ (document.querySelector("#progress[data-live]"));
const PAUSE = 2000;

/**
 * @typedef {{run: string, mails_waiting: number, planned: number, issued: number} & Record<string, string | number | null>} Counts
 */

/**
 * @param {HTMLElement} section
 * @param {string | null} tag the ETag of the last answer
 * @returns {Promise<{tag: string | null, counts?: Counts}>}
 */
async function look(section, tag) {
  const response = await fetch(section.dataset.address ?? "", { headers: tag ? { "If-None-Match": tag } : {} });
  if (response.status === 304) return { tag };
  if (!response.ok) throw new Error(String(response.status));
  return { tag: response.headers.get("ETag"), counts: await response.json() };
}

/**
 * @param {HTMLElement} section
 * @param {Counts} counts
 */
function show(section, counts) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll("[data-count]"))) {
    const value = counts[element.dataset.count ?? ""];
    if (value !== null && value !== undefined) element.textContent = String(value);
  }
  const bar = section.querySelector("progress");
  if (bar && counts.planned) {
    bar.max = counts.planned;
    bar.value = counts.issued;
  }
}

/** @param {Counts} counts */
const isOver = (counts) => !["waiting", "handed_out", "running"].includes(counts.run) && !counts.mails_waiting;

/** @param {HTMLElement} section */
async function follow(section) {
  /** @type {string | null} */
  let tag = null;
  for (;;) {
    await new Promise((resume) => setTimeout(resume, PAUSE));
    if (document.hidden) continue;
    try {
      const seen = await look(section, tag);
      tag = seen.tag;
      if (!seen.counts) continue;
      show(section, seen.counts);
      if (isOver(seen.counts)) {
        location.reload();
        return;
      }
    } catch {
      // No network, or the sign-in has expired and a reload asks for it.
    }
  }
}

if (section) follow(section);
