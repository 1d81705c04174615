// Calls and alerts of the past as rows; each leads to its call, words to the place where they were said.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { SeverityMark } from "../lib/severity-mark.js";
import { agentOf, clockText, coverageText, kindOf, timeText, titleOf } from "../lib/wording.js";
import { nameOf } from "../office/people.js";
import { SEVERITIES } from "./choices.js";

export function callAddress(callId, atMs = null) {
  return `/calls/${encodeURIComponent(callId)}${atMs === null ? "" : `#t=${(atMs / 1000).toFixed(1)}`}`;
}

export function CallRows({ rows, said }) {
  return html`<table class="table folds history">
    <thead>
      <tr>
        <th scope="col">${t("history.call")}</th>
        <th scope="col">${t("fact.agent")}</th>
        <th scope="col">${t("fact.queue")}</th>
        <th scope="col" class="number">${t("fact.duration")}</th>
        <th scope="col">${t("fact.hung_up_by")}</th>
        <th scope="col">${t("history.alerts")}</th>
        <th scope="col" class="number">${t("fact.coverage")}</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (call) => html`<tr key=${call.call_id} data-call=${call.call_id}>
          <td class="main">
            <a href=${callAddress(call.call_id, call.said[0]?.start_ms ?? null)}>${timeText(call.started_at, false)}</a>
            <span class="sub mono">${call.call_id}</span>
            <${SaidHere} callId=${call.call_id} said=${call.said} asked=${said} />
          </td>
          <td data-label=${t("fact.agent")}><span class="who-of-call"><bdi>${agentOf(call)}</bdi></span>${call.team && html`<span class="sub">${call.team}</span>`}</td>
          <td data-label=${t("fact.queue")}>${call.queue}</td>
          <td class="number" data-label=${t("fact.duration")}>${call.state === "ended" ? clockText(call.duration_ms) : t(`call.state.${call.state}`)}</td>
          <td data-label=${t("fact.hung_up_by")}>${call.hung_up_by && t(`party.${call.hung_up_by}`)}</td>
          <td data-label=${t("history.alerts")}><${Counts} counts=${call.alerts} /></td>
          <td class="number" data-label=${t("fact.coverage")}>${coverageText(call.coverage)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

export function AlertRows({ rows, said }) {
  return html`<table class="table folds history">
    <thead>
      <tr>
        <th scope="col">${t("history.alert")}</th>
        <th scope="col">${t("filter.severity")}</th>
        <th scope="col">${t("fact.agent")}</th>
        <th scope="col">${t("fact.queue")}</th>
        <th scope="col">${t("fact.state")}</th>
        <th scope="col">${t("history.opened")}</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (alert) => html`<tr key=${alert.alert_id} data-alert=${alert.alert_id}>
          <td class="main">
            <a href=${callAddress(alert.call_id, alert.evidence.from_ms)}>${titleOf(alert)}</a>
            <span class="sub">${kindOf(alert)} · ${clockText(alert.evidence.from_ms)} · <span class="mono">${alert.call_id}</span></span>
            <${SaidHere} callId=${alert.call_id} said=${alert.said} asked=${said} />
          </td>
          <td data-label=${t("filter.severity")}><${SeverityMark} severity=${alert.severity} word=${true} /></td>
          <td data-label=${t("fact.agent")}>${alert.agent_id && html`<bdi>${nameOf(alert.agent_id)}</bdi>`}${alert.team && html`<span class="sub">${alert.team}</span>`}</td>
          <td data-label=${t("fact.queue")}>${alert.queue}</td>
          <td data-label=${t("fact.state")}>
            ${t(`state.${alert.state}`)}
            ${alert.outcome && html`<span class="sub">${t(`outcome.${alert.outcome}`)}</span>`}
          </td>
          <td class="tight" data-label=${t("history.opened")}>${timeText(alert.opened_at, false)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** How many alerts of each severity. */
export function Counts({ counts }) {
  const there = SEVERITIES.filter((severity) => counts[severity]);
  if (there.length === 0) return html`<span class="zero">–</span>`;
  return html`<span class="counts">
    ${there.map((severity) => html`<span key=${severity} class="severity ${severity}"><${SeverityMark} severity=${severity} /><b>${counts[severity]}</b></span>`)}
  </span>`;
}

/** Where the words were said, each a way to its place in the call. */
function SaidHere({ callId, said }) {
  if (said.length === 0) return null;
  return html`<span class="said-here">
    ${said.map(
      (each, at) => html`<a key=${at} class="said ${each.leg}" href=${callAddress(callId, each.start_ms)}>
        <span class="at">${clockText(each.start_ms)} <span class="who">${t(`leg.${each.leg}`)}</span></span>
        <q dir="auto">${marked(each)}</q>
      </a>`,
    )}
  </span>`;
}

/** The text with the places found in it; offsets are in code points, as the service counts. */
function marked({ text, places }) {
  const signs = [...text];
  const parts = [];
  let done = 0;
  for (const [from, to] of places) {
    if (from < done) continue;
    parts.push(signs.slice(done, from).join(""), html`<mark>${signs.slice(from, to).join("")}</mark>`);
    done = to;
  }
  parts.push(signs.slice(done).join(""));
  return parts;
}
