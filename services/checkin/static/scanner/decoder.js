// The Worker that reads QR codes. It must be inside the service worker's scope, or it would not start offline.

import { prepareZXingModule, readBarcodes } from "./lib/zxing/reader/index.js";

const WIDEST = 960;
prepareZXingModule({ overrides: { locateFile: () => new URL("lib/zxing/reader.wasm", import.meta.url).href }, fireImmediately: true });
/** @type {OffscreenCanvas | null} */
let canvas = null;

self.onmessage = async ({ data: bitmap }) => {
  const started = performance.now();
  let text = null;
  try {
    const [result] = await readBarcodes(pixels(bitmap), { formats: ["QRCode"], maxNumberOfSymbols: 1, tryDownscale: false });
    text = result?.text ?? null;
  } finally {
    self.postMessage({ text, ms: performance.now() - started });
  }
};

/**
 * The image, at most WIDEST pixels wide or high.
 * @param {ImageBitmap} bitmap
 */
function pixels(bitmap) {
  const scale = Math.min(1, WIDEST / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)];
  if (!canvas || canvas.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no 2d context");
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}
