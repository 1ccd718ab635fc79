// Sound and vibration of a result: a high pair of tones for admitted, one tone for attention, two low ones for refused.

/** @type {Record<import("./types.js").Tone, {notes: [number, number][], length: number, vibrate: number[]}>} */
const TONES = {
  good: { notes: [[880, 0], [1320, 0.11]], length: 0.1, vibrate: [60] },
  warn: { notes: [[660, 0]], length: 0.25, vibrate: [60, 60, 60] },
  bad: { notes: [[220, 0], [180, 0.22]], length: 0.2, vibrate: [250, 80, 250] },
};
/** @type {AudioContext | null} */
let context = null;

// Browsers let a page play sound only after a click or key press.
export function allowSound() {
  context ||= "AudioContext" in window ? new AudioContext() : null;
  context?.resume().catch(() => {});
}

/** @type {(tone: import("./types.js").Tone, silent: boolean) => void} */
export function signal(tone, silent) {
  const { notes, length, vibrate } = TONES[tone];
  navigator.vibrate?.(vibrate);
  if (silent || !context || context.state !== "running") return;
  for (const [frequency, delay] of notes) {
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    const start = context.currentTime + delay;
    oscillator.frequency.value = frequency;
    oscillator.type = tone === "bad" ? "square" : "sine";
    gain.gain.setValueAtTime(0.25, start);
    gain.gain.exponentialRampToValueAtTime(0.001, start + length);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + length);
  }
}
