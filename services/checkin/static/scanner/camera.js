// The camera: about ten frames a second go to the decoder, one at a time; what it reads is handed on.

const PAUSE = 90;
// A code that stays in view is one scan; it counts again when it was out of view for this long. Each code has its own
// lock: two that are in view at once must not take turns for ever.
const LOCK = 2500;

export class Camera {
  // `found(text, at)` hears of each code, and answers false to hear of it again; `changed()` of a camera that starts, stops or is unplugged.
  constructor(video, found) {
    Object.assign(this, { video, found, stream: null, worker: null, seenAt: new Map(), timer: null, changed: () => {} });
  }

  get running() {
    return this.stream !== null;
  }

  // Throws what getUserMedia throws: NotAllowedError, NotFoundError, NotReadableError.
  async start(deviceId) {
    this.stop();
    const wanted = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: "environment" } };
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...wanted, width: { ideal: 1280 }, height: { ideal: 720 } } });
    this.video.srcObject = this.stream;
    this.track.addEventListener("ended", () => this.stop());
    await this.video.play();
    this.#prepare();
    this.#next();
    this.changed();
  }

  stop() {
    clearTimeout(this.timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
    this.changed();
  }

  async cameras() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((device) => device.kind === "videoinput" && device.deviceId);
  }

  get track() {
    return this.stream?.getVideoTracks()[0];
  }

  get hasTorch() {
    return Boolean(this.track?.getCapabilities?.().torch);
  }

  torch(on) {
    return this.track.applyConstraints({ advanced: [{ torch: on }] });
  }

  #prepare() {
    if (this.worker) return;
    this.worker = new Worker(new URL("decoder.js", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data }) => {
      if (data.text) this.#read(data.text);
      this.#next();
    };
    // A frame that the decoder chokes on is one frame lost, no more.
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.worker.terminate();
      this.worker = null;
      if (this.running) this.timer = setTimeout(() => (this.#prepare(), this.#next()), 1000);
    };
  }

  #next() {
    clearTimeout(this.timer);
    if (this.running) this.timer = setTimeout(() => this.#grab(), PAUSE);
  }

  async #grab() {
    if (!this.running || !this.worker) return;
    if (document.hidden || this.video.readyState < 2) return this.#next();
    try {
      const bitmap = await createImageBitmap(this.video);
      this.frameAt = performance.now();
      this.worker.postMessage(bitmap, [bitmap]);
    } catch {
      this.#next();
    }
  }

  #read(text) {
    const now = performance.now();
    for (const [each, at] of this.seenAt) if (now - at >= LOCK) this.seenAt.delete(each);
    const held = this.seenAt.has(text);
    this.seenAt.set(text, now);
    if (!held && this.found(text, this.frameAt) === false) this.seenAt.delete(text);
  }
}
