// Shows how far an import has come while the browser waits for its answer. Without it, the answer comes just the same.

const form = document.querySelector("#ambil[data-progress]");
const PAUSE = 400;

async function follow() {
  const bar = form.querySelector("progress");
  const count = form.querySelector("#hitungan");
  for (;;) {
    await new Promise((resume) => setTimeout(resume, PAUSE));
    try {
      const answer = await (await fetch(form.dataset.progress)).json();
      // Until the list is checked, the bar has no value: it only shows that something goes on.
      if (answer.done) {
        bar.value = answer.done;
        count.textContent = `${answer.done} / ${bar.max}`;
      }
    } catch {
      // The answer to the form says how it ended.
    }
  }
}

form?.addEventListener("submit", (event) => {
  if (form.querySelector("button").ariaDisabled) {
    event.preventDefault();
    return;
  }
  form.querySelector("button").setAttribute("aria-disabled", "true");
  form.querySelector("#kemajuan").hidden = false;
  follow();
});
