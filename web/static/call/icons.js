// Small drawn signs of the listen bar; they carry no words of their own.

import { html } from "../vendor/preact.js";

const PATHS = {
  play: "M4 2.5v11l9-5.5z",
  stop: "M3.5 3.5h9v9h-9z",
  pause: "M3.5 2.5h3.2v11H3.5zm5.800 0h3.200v11H9.300z",
  back: "M8 3V.6L4 3.9 8 7.2V4.8a4.1 4.1 0 1 1-4.1 4.1H2.1A5.9 5.9 0 1 0 8 3z",
  loud: "M2 6v4h2.6L8 13V3L4.6 6zm7.6-.9v5.8a3.2 3.2 0 0 0 0-5.8zm0-2.6v1.3a4.4 4.4 0 0 1 0 8.4v1.3a5.7 5.7 0 0 0 0-11z",
  muted: "M2 6v4h2.6L8 13V3L4.6 6zm12.2.6-.9-.9-1.7 1.7-1.7-1.7-.9.9L10.700 8.300l-1.700 1.700.9.9 1.700-1.700 1.700 1.700.9-.9-1.700-1.700z",
};

export function Icon({ name }) {
  return html`<svg class="icon-sign" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
