// Shows an import's progress while the browser waits for the answer. The import works without it.

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("#ambil[data-progress]"));
const PAUSE = 400;

/** @param {HTMLFormElement} form */
async function follow(form) {
  const bar = /** @type {HTMLProgressElement} */ (form.querySelector("progress"));
  const count = /** @type {HTMLElement} */ (form.querySelector("#hitungan"));
  for (;;) {
    await new Promise((resume) => setTimeout(resume, PAUSE));
    try {
      const answer = await (await fetch(form.dataset.progress ?? "")).json();
      // Until the list is checked, the bar has no value: it only shows that work is under way.
      if (answer.done) {
        bar.value = answer.done;
        count.textContent = `${answer.done} / ${bar.max}`;
      }
    } catch {
      // The form's own answer reports the outcome.
    }
  }
}

form?.addEventListener("submit", (event) => {
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  if (button.ariaDisabled) {
    event.preventDefault();
    return;
  }
  button.setAttribute("aria-disabled", "true");
  /** @type {HTMLElement} */ (form.querySelector("#kemajuan")).hidden = false;
  follow(form);
});
