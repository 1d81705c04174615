// Severity by shape, word and colour.

import { html } from "../vendor/preact.js";
import { t } from "./i18n.js";

const SHAPES = {
  critical: "M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z",
  major: "M8 1.6 15.2 14.4H.8z",
  minor: "M8 1.5 14.5 8 8 14.5 1.5 8z",
  info: "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8z",
};

export function SeverityMark({ severity, word = false }) {
  return html`<span class="severity ${severity}">
    <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d=${SHAPES[severity]} /></svg>
    <span class=${word ? "" : "visually-hidden"}>${t(`severity.${severity}`)}</span>
  </span>`;
}
