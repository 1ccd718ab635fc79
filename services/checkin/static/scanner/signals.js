// A result can be heard and felt, too: one high pair of tones for in, one tone for look, two low ones for no.

const TONES = {
  good: { notes: [[880, 0], [1320, 0.11]], length: 0.1, vibrate: [60] },
  warn: { notes: [[660, 0]], length: 0.25, vibrate: [60, 60, 60] },
  bad: { notes: [[220, 0], [180, 0.22]], length: 0.2, vibrate: [250, 80, 250] },
};
let context = null;

// Browsers let a page sound only after somebody touched it.
export function allowSound() {
  context ||= "AudioContext" in window ? new AudioContext() : null;
  context?.resume().catch(() => {});
}

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
