// Where an improvement stands, drawn and in words; and what came of it.

import { t } from "../lib/i18n.js";
import { html } from "../vendor/preact.js";

/** The four steps, done ones filled; the word beside them says which is due. */
export function StepLine({ case: { step, result }, words = true }) {
  const at = ["report", "plan", "recheck", "closed"].indexOf(step) + 1;
  return html`<span class="steps">
    <svg viewBox="0 0 70 12" width="70" height="12" aria-hidden="true">
      <line x1="6" y1="6" x2="64" y2="6" />
      ${[0, 1, 2, 3].map((number) => html`<circle key=${number} cx=${6 + number * 19.3} cy="6" r=${number === at ? 5 : 4} class=${number < at || step === "closed" ? (step === "closed" && result === "repeated" ? "past bad" : "past") : number === at ? "now" : ""} />`)}
    </svg>
    ${words && html`<span>${t(`loop.show.${step}`)}</span>`}
  </span>`;
}

export function Result({ result }) {
  const how = { improved: "good", repeated: "bad", withdrawn: "off" }[result] ?? "off";
  return html`<span class="state ${how}">${t(`loop.result.${result}`)}</span>`;
}
