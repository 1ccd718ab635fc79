// The types of the npm packages under the names by which scanner_files.py serves them.

declare module "*/lib/idb.js" {
  export * from "idb";
}
declare module "*/lib/ed25519.js" {
  export * from "@noble/ed25519";
}
declare module "*/lib/zxing/reader/index.js" {
  export * from "zxing-wasm/reader";
}
