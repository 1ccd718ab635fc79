// What templates/checkin/sw.js puts before the service worker's code.

declare const VERSION: string;
declare const SHELLS: string[];
declare const FILES: string[];
