// Small drawn things: meters of both parties.

import { html } from "../vendor/preact.js";
import { levelsOf } from "./desk.js";

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
