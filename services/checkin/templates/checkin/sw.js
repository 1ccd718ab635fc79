// What the server knows of the page's files; what the service worker does with them follows.
const VERSION = {{ ("hadir-scanner-" ~ version) | tojson }};
const SHELLS = {{ shells | tojson }};
const FILES = {{ files | tojson }};

{% include "checkin/service-worker.js" %}
