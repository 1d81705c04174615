// Small drawn things: severity by shape, word and colour; meters.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { levelsOf } from "./desk.js";

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

/** Two bars, agent above customer, −60 to 0 dBFS. */
export function LevelMeter({ callId, live }) {
  const held = live ? levelsOf(callId) : null;
  return html`<span class="meters" aria-hidden="true">
    ${["agent", "customer"].map((leg) => {
      const last = held?.[leg]?.at(-1) ?? { dbfs: -96, speaking: false };
      const width = Math.max(0, Math.min(1, (last.dbfs + 60) / 60));
      return html`<span class="meter ${leg} ${last.speaking ? "speaking" : ""}">
        <span class="fill" style=${{ transform: `scaleX(${width.toFixed(2)})` }}></span>
      </span>`;
    })}
  </span>`;
}
