// Open alerts, gravest and newest first.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { now, openCallId, openCallView, shownAlerts } from "./desk.js";
import { Ownership } from "./alert-actions.js";
import { SeverityMark } from "../lib/severity-mark.js";
import { ageText, kindOf, titleOf } from "./wording.js";

const MOST_ROWS = 200;

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
          ${alerts.slice(0, MOST_ROWS).map((alert) => html`<${AlertRow} key=${alert.alert_id} alert=${alert} />`)}
        </ol>`}
  </section>`;
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
          ${alert.agent_id && html`<span>${t("alert.agent", { id: alert.agent_id })}</span>`}
          <span class="call-name">${alert.call_id}</span>
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
