// How much of a call was analysed, and the stretches in which rules could not see, with the cause.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { causesText, clockText, numberText } from "../lib/wording.js";

const MOST = 40;

export function Coverage({ call, onPlay }) {
  const causes = causesText(call.coverage_causes);
  return html`<section class="of-call coverage" aria-labelledby="coverage-title">
    <h3 id="coverage-title">${t("fact.coverage")} <b>${numberText(call.coverage, { style: "percent", maximumFractionDigits: 1 })}</b></h3>
    <div class="meter-line" role="presentation"><span style=${{ width: `${call.coverage * 100}%` }}></span></div>
    ${causes && html`<p class="subtle">${causes}</p>`}
    ${call.undecided.length > 0 &&
    html`<details class="history">
      <summary>${t("coverage.undecided")} <span class="count">${call.undecided.length}</span></summary>
      <ol>
        ${call.undecided.slice(0, MOST).map(
          ({ kinds, leg, from_ms, to_ms, cause }, at) => html`<li key=${at}>
            <button class="link at" disabled=${onPlay === null} onClick=${() => onPlay?.(from_ms)}>${clockText(from_ms)}–${clockText(to_ms)}</button>
            <span>${t(`leg.${leg}`)}: ${t(`undecided.${cause}`)}<span class="sub">${kinds.map((kind) => t(`kind.${kind}`)).join(", ")}</span></span>
          </li>`,
        )}
      </ol>
    </details>`}
  </section>`;
}
