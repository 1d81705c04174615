// The alert that is spoken of: what happened, what may be done, what the manual says, who has it.

import { Icon } from "../call/icons.js";
import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { SeverityMark } from "../lib/severity-mark.js";
import { adviceOf, clockText, kindOf, titleOf } from "../lib/wording.js";
import { AlertButtons, History, Ownership } from "./alert-actions.js";

const REPLAY_LEAD_MS = 2000;
const OVER = new Set(["resolved", "false_positive"]);
const RANK = { critical: 3, major: 2, minor: 1, info: 0 };

/** Where its replay begins: a little before what it speaks of. */
export function leadIn({ evidence }) {
  return Math.max(0, evidence.from_ms - REPLAY_LEAD_MS);
}

/** The gravest that is not over, the newest of equals; of a call without one the last. */
export function gravest(alerts) {
  const open = alerts.filter(({ state, suppressed_by }) => !OVER.has(state) && !suppressed_by);
  return open.reduce((most, each) => (most && RANK[most.severity] > RANK[each.severity] ? most : each), null) ?? alerts.at(-1) ?? null;
}

export function AlertOnView({ alert, onPlay }) {
  const from = leadIn(alert);
  const advice = adviceOf(alert);
  return html`<li class="call-alert ${alert.severity} ${alert.suppressed_by ? "suppressed" : ""}" data-alert=${alert.alert_id}>
    <p class="call-alert-head">
      <${SeverityMark} severity=${alert.severity} word=${true} />
      ${alert.state !== "open" && html`<span class="badge soft">${t(`state.${alert.state}`)}</span>`}
      ${alert.suppressed_by && html`<span class="badge soft" title=${alert.suppressed_by}>${t("alert.suppressed")}</span>`}
      ${alert.count > 1 && html`<span class="badge" title=${t("alert.count")}>×${alert.count}</span>`}
    </p>
    <p class="row-title">${titleOf(alert)}</p>
    <p class="row-sub"><span>${kindOf(alert)}</span><span>${clockText(alert.evidence.from_ms)}–${clockText(alert.evidence.to_ms)}</span></p>
    ${alert.evidence.text && html`<q class="alert-words" dir="auto">${alert.evidence.text}</q>`}
    ${advice && html`<div class="advice"><h4>${t("alert.advice")}</h4><p>${advice}</p></div>`}
    ${alert.clause && html`<p class="clause"><span>${t("alert.clause")}</span> ${alert.clause}</p>`}
    <p class="row-owner"><${Ownership} alert=${alert} /></p>
    <button class="button replay" onClick=${onPlay}><${Icon} name="play" />${t("alert.replay", { at: clockText(from) })}</button>
    <${AlertButtons} alert=${alert} />
    <${History} alert=${alert} />
  </li>`;
}
