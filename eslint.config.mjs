// What `make lint` checks in the browsers' JavaScript; `tsc` checks the types (tsconfig.json, tsconfig.worker.json).

import js from "@eslint/js";
import globals from "globals";

const workers = ["services/checkin/static/scanner/decoder.js", "services/checkin/templates/checkin/service-worker.js"];

export default [
  {
    files: ["services/*/static/**/*.js", "shared/static/**/*.js", ...workers, "*.mjs"],
    ...js.configs.recommended,
    rules: {
      ...js.configs.recommended.rules,
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_"  }],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  { files: ["services/*/static/**/*.js"], ignores: workers, languageOptions: { globals: globals.browser } },
  { files: workers, languageOptions: { globals: { ...globals.worker } } },
  { files: [workers[1]], languageOptions: { sourceType: "script", globals: { ...globals.serviceworker, VERSION: "readonly", SHELLS: "readonly", FILES: "readonly" } } },
  // It begins as a template: service-worker.js, which it includes, is checked.
  { ignores: ["services/checkin/templates/checkin/sw.js", ".venv/", "var/"] },
];
