// The camera: sends about ten frames a second to the decoder, one at a time, and passes on what it reads.

const PAUSE = 90;
// A code that stays in view is one scan; it counts again when it was out of view for this long. Each code has its own
// lock: two that are in view at once must not alternate endlessly.
const LOCK = 2500;

export class Camera {
  /**
   * @param {HTMLVideoElement} video
   * @param {(text: string, at: number) => unknown} found called with each code; if it returns false, it is called again for the same code
   */
  constructor(video, found) {
    this.video = video;
    this.found = found;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {Map<string, number>} */
    this.seenAt = new Map();
    /** @type {number | undefined} */
    this.timer = undefined;
    this.frameAt = 0;
    // Called when the camera starts, stops or is unplugged.
    this.changed = () => {};
  }

  get running() {
    return this.stream !== null;
  }

  /**
   * Throws what getUserMedia throws: NotAllowedError, NotFoundError, NotReadableError.
   * @param {string} [deviceId]
   */
  async start(deviceId) {
    this.stop();
    const wanted = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: "environment" } };
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...wanted, width: { ideal: 1280 }, height: { ideal: 720 } } });
    this.video.srcObject = this.stream;
    this.track?.addEventListener("ended", () => this.stop());
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

  /** @param {boolean} on */
  async torch(on) {
    if (!this.track) throw new Error("the camera is off");
    return this.track.applyConstraints({ advanced: [{ torch: on }] });
  }

  #prepare() {
    if (this.worker) return;
    const worker = new Worker(new URL("decoder.js", import.meta.url), { type: "module" });
    this.worker = worker;
    worker.onmessage = ({ data }) => {
      if (data.text) this.#read(data.text);
      this.#next();
    };
    // If the decoder fails on a frame, only that frame is lost.
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      this.worker = null;
      if (this.running) this.timer = setTimeout(() => {
        this.#prepare();
        this.#next();
      }, 1000);
    };
  }

  #next() {
    clearTimeout(this.timer);
    if (this.running) this.timer = setTimeout(() => this.#grab(), PAUSE);
  }

  async #grab() {
    if (!this.running || !this.worker) return;
    if (document.hidden || this.video.readyState < 2) {
      this.#next();
      return;
    }
    try {
      const bitmap = await createImageBitmap(this.video);
      this.frameAt = performance.now();
      this.worker.postMessage(bitmap, [bitmap]);
    } catch {
      this.#next();
    }
  }

  /** @param {string} text */
  #read(text) {
    const now = performance.now();
    for (const [each, at] of this.seenAt) if (now - at >= LOCK) this.seenAt.delete(each);
    const held = this.seenAt.has(text);
    this.seenAt.set(text, now);
    if (!held && this.found(text, this.frameAt) === false) this.seenAt.delete(text);
  }
}
