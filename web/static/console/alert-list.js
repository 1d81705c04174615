// Open alerts by call: the call with the gravest and newest first, so its own.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { now, openCallId, openCallView, shownAlerts } from "./desk.js";
import { Ownership } from "./alert-actions.js";
import { SeverityMark } from "../lib/severity-mark.js";
import { ageText, kindOf, titleOf } from "../lib/wording.js";

const MOST_ROWS = 200;
const OWN_CALL = "earshot"; // the call that alerts about the service itself name

export function AlertList() {
  const alerts = shownAlerts.value;
  return html`<section class="panel alerts" aria-labelledby="alerts-title">
    <header class="panel-head">
      <h2 id="alerts-title">${t("alerts.title")}</h2>
      <span class="count">${alerts.length}</span>
    </header>
    ${alerts.length === 0
      ? html`<p class="empty">${t("alerts.none")}</p>`
      : html`<ol class="rows">
          ${byCall(alerts.slice(0, MOST_ROWS)).map((group) => html`<${CallGroup} key=${group[0].call_id} alerts=${group} />`)}
        </ol>`}
  </section>`;
}

/** Lists of alerts of one call each, in the order of the first of each. */
function byCall(alerts) {
  const groups = new Map();
  for (const alert of alerts) {
    if (!groups.has(alert.call_id)) groups.set(alert.call_id, []);
    groups.get(alert.call_id).push(alert);
  }
  return [...groups.values()];
}

function CallGroup({ alerts }) {
  const [{ call_id, agent_id }] = alerts;
  const title = `group-${call_id}`;
  return html`<li class="alert-group" aria-labelledby=${title}>
    <h3 id=${title} class="row-sub">
      ${agent_id && html`<span>${t("alert.agent", { id: agent_id })}</span>`}
      <span class="call-name">${call_id === OWN_CALL ? t("alerts.own") : call_id}</span>
      ${alerts.length > 1 && html`<span class="count">${t("alerts.of_call", { n: alerts.length })}</span>`}
    </h3>
    <ol>
      ${alerts.map((alert) => html`<${AlertRow} key=${alert.alert_id} alert=${alert} />`)}
    </ol>
  </li>`;
}

function AlertRow({ alert }) {
  const open = alert.call_id === openCallId.value;
  return html`<li>
    <button
      class="row alert-row ${alert.severity} ${open ? "open" : ""}"
      data-row
      data-alert=${alert.alert_id}
      data-call=${alert.call_id}
      aria-pressed=${open}
      onClick=${() => openCallView(alert.call_id)}
    >
      <${SeverityMark} severity=${alert.severity} />
      <span class="row-main">
        <span class="row-title">${titleOf(alert)}</span>
        <span class="row-sub">
          <span>${t(`severity.${alert.severity}`)}</span>
          <span>${kindOf(alert)}</span>
        </span>
        <span class="row-owner"><${Ownership} alert=${alert} /></span>
      </span>
      <span class="row-side">
        <span class="age">${ageText(now.value - Date.parse(alert.opened_at))}</span>
        <span class="badges">
          ${alert.count > 1 && html`<span class="badge" title=${t("alert.count")}>×${alert.count}</span>`}
          ${alert.state !== "open" && html`<span class="badge soft">${t(`state.${alert.state}`)}</span>`}
        </span>
      </span>
    </button>
  </li>`;
}
