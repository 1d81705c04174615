// The parts of the wallboard: tiles, calls, alerts, trend, agents, queues.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { SeverityMark } from "../lib/severity-mark.js";
import { ageText, clockText, kindOf, percentText } from "../lib/wording.js";
import { board, durationOf, since, withNames } from "./floor.js";

const SHOWN_CALLS = 6;
const SHOWN_ALERTS = 3;
const SHOWN_QUEUES = 3;
const STATES = ["busy", "ringing", "wrap_up", "idle", "break", "login"];
const STRIP_STEPS = 20;
const STRIP_MOST = 60; // dB above the floor
const POOR_LEVEL = 0.8;
const MANY_GONE = 0.1;

export function Tiles() {
  const { calls, alerts, agents, figures } = board.value;
  return html`<section class="tiles" aria-label=${t("wall.overview")}>
    <article class="tile" tabindex="0">
      <header>
        <h2>${t("wall.live")}</h2>
        ${calls.coverage_ratio !== null && html`<span>${t("wall.analysed", { share: percentText(calls.coverage_ratio) })}</span>`}
      </header>
      <div class="live">
        <p class="figure">${calls.live}</p>
        <dl class="tiers">
          ${["full", "spotting", "acoustic"].map(
            (tier) => html`<div key=${tier} title=${t(`wall.tier.${tier}`)}><dt>${t(`wall.heard.${tier}`)}</dt><dd>${calls.by_tier[tier]}</dd></div>`,
          )}
        </dl>
      </div>
    </article>
    <article class="tile ${alerts.critical > 0 ? "alarm" : ""}" tabindex="0">
      <h2>${t("wall.critical")}</h2>
      <p class="figure">${alerts.critical > 0 && html`<${SeverityMark} severity="critical" />`}${alerts.critical}</p>
      <p class="sub">${waitingText(alerts.critical_unclaimed, alerts.oldest_critical_unclaimed_at)}</p>
    </article>
    <article class="tile ${alerts.unclaimed > 0 ? "wait" : ""}" tabindex="0">
      <h2>${t("wall.unclaimed")}</h2>
      <p class="figure">${alerts.unclaimed}</p>
      <p class="sub">${alerts.unclaimed > 0 ? oldestText(alerts.oldest_unclaimed_at) : t("wall.none_waits")}</p>
    </article>
    <article class="tile" tabindex="0">
      <h2>${t("wall.talking")}</h2>
      <p class="figure">${calls.agents_talking}</p>
      <p class="sub">${agents === null ? t("wall.held", { n: calls.held }) : t("wall.logged_in", { n: agents.logged_in })}</p>
    </article>
    <article class="tile" tabindex="0">
      <h2>${t("wall.reached")}</h2>
      <p class="figure">
        ${figures?.reached_in_time_ratio == null ? "–" : html`${Math.round(figures.reached_in_time_ratio * 100)}<small>%</small>`}
      </p>
      <p class="sub">${figures?.claim_p50_s == null ? t("wall.last_day") : t("wall.claimed_in", { time: clockText(figures.claim_p50_s * 1000) })}</p>
    </article>
  </section>`;
}

function waitingText(n, at) {
  return n === 0 ? t("wall.none_waits") : html`${t("wall.waiting_n", { n })} <b>${clockText(since(at))}</b>`;
}

function oldestText(at) {
  return html`${t("wall.oldest")} <b>${clockText(since(at))}</b>`;
}

export function Calls() {
  const { live, worst } = board.value.calls;
  const shown = worst.slice(0, SHOWN_CALLS);
  return html`<section class="panel calls" tabindex="0" aria-label=${t("wall.worst")}>
    <header><h2>${t("wall.worst")}</h2>${live > shown.length && html`<span>${t("wall.more", { n: live - shown.length })}</span>`}</header>
    ${shown.length === 0
      ? html`<p class="nothing">${t("calls.none")}</p>`
      : html`<ol>${shown.map((call) => html`<${Call} key=${call.key} call=${call} />`)}</ol>`}
  </section>`;
}

function Call({ call }) {
  return html`<li>
    <i class="risk-line ${call.severity ?? ""}" aria-hidden="true"><span style=${{ transform: `scaleX(${call.risk / 100})` }}></span></i>
    <span class="who">${agentOf(call) || t("call.no_agent")}</span>
    <${MiniStrip} strip=${call.strip} />
    <span class="why">
      ${call.severity
        ? html`<${SeverityMark} severity=${call.severity} word=${true} /><span class="kind">${kindOf(call)}</span>`
        : html`<span>${[t(`call.state.${call.state}`), call.queue].filter(Boolean).join(" · ")}</span>`}
    </span>
    <span class="risk"><span class="visually-hidden">${t("call.risk")}</span>${call.risk}</span>
    <span class="time">
      ${call.state === "held" && html`<span class="hold"><span class="visually-hidden">${t("call.state.held")}</span></span>`}${clockText(durationOf(call))}
    </span>
  </li>`;
}

/** The last minute of both parties, agent upwards, customer downwards; what is speech is full. */
function MiniStrip({ strip }) {
  return html`<svg class="strip" viewBox=${`0 -10 ${STRIP_STEPS * 3} 20`} preserveAspectRatio="none" aria-hidden="true">
    ${["agent", "customer"].map((leg) =>
      strip[leg].map((step, at) => {
        const tall = (Math.abs(step) / STRIP_MOST) * 10;
        return step !== 0 && html`<rect key=${`${leg}${at}`} class="${leg} ${step < 0 ? "faint" : ""}" x=${at * 3} y=${leg === "agent" ? -tall : 0} width="2" height=${tall} />`;
      }),
    )}
  </svg>`;
}

/** @param {{agent_id: string|null, agent_name: string|null}} shown a call or an alert */
function agentOf(shown) {
  return (withNames && shown.agent_name) || shown.agent_id;
}

export function LastAlerts() {
  const shown = board.value.alerts.last.slice(0, SHOWN_ALERTS);
  return html`<section class="panel last" tabindex="0" aria-label=${t("wall.last")}>
    <header><h2>${t("wall.last")}</h2></header>
    ${shown.length === 0
      ? html`<p class="nothing">${t("wall.no_last")}</p>`
      : html`<ol>
          ${shown.map(
            (alert) => html`<li key=${alert.key}>
              <${SeverityMark} severity=${alert.severity} />
              <strong>${kindOf(alert)}${alert.count > 1 && ` ×${alert.count}`}</strong>
              <span class="whose">${agentOf(alert) ? html`<span class="visually-hidden">${t(`severity.${alert.severity}`)} </span>${agentOf(alert)}` : t(`severity.${alert.severity}`)}</span>
              <span class="age ${alert.claimed ? "claimed" : ""}">
                ${ageText(since(alert.opened_at))}<span class="visually-hidden"> ${t(alert.claimed ? "state.acknowledged" : "state.open")}</span>
              </span>
            </li>`,
          )}
        </ol>`}
  </section>`;
}

/** Bars of calls upwards, alerts as dots on the same scale, an hour wide. */
export function Trend() {
  const { calls, alerts } = board.value.trend;
  const most = Math.max(4, ...calls, ...alerts);
  const y = (n) => 100 - (n / most) * 92;
  return html`<section class="panel trend" tabindex="0" aria-label=${t("wall.trend")}>
    <header>
      <h2>${t("wall.trend")}</h2>
      <span class="legend"><span>${t("wall.trend.calls")}</span><span class="alerts">${t("wall.trend.alerts")}</span></span>
    </header>
    <svg viewBox="0 0 600 106" preserveAspectRatio="none" aria-hidden="true">
      <line class="axis" x1="0" x2="600" y1="100.5" y2="100.5" />
      <g class="bars">${calls.map((n, at) => n > 0 && html`<rect key=${at} x=${at * 10 + 1.5} width="7" y=${y(n)} height=${100 - y(n)} />`)}</g>
      <g class="dots">${alerts.map((n, at) => n > 0 && html`<rect key=${at} x=${at * 10 + 0.5} width="9" y=${y(n) - 3} height="6" />`)}</g>
    </svg>
    <p class="scale"><span>${t("wall.hour_ago")}</span><span>${t("wall.trend.most", { n: most })}</span><span>${t("wall.now")}</span></p>
  </section>`;
}

export function Agents() {
  const { states, stale } = board.value.agents;
  return html`<section class="panel agents" tabindex="0" aria-label=${t("wall.agents")}>
    <header>
      <h2>${t("wall.agents")}</h2>
      ${stale > 0 && html`<span class="aged-note">${t("wall.agents_stale", { n: stale })}</span>`}
    </header>
    <dl>
      ${STATES.filter((state) => state !== "login" || states[state]).map(
        (state) => html`<div key=${state}><dt>${t(`agent.state.${state}`)}</dt><dd>${states[state] ?? 0}</dd></div>`,
      )}
    </dl>
  </section>`;
}

export function Queues() {
  const { queues, more_queues: beyond } = board.value;
  const shown = queues.slice(0, SHOWN_QUEUES);
  const more = queues.length - shown.length + beyond;
  const head = ["waiting", "longest", "level", "gone", "handle"];
  return html`<section class="panel queues" tabindex="0" aria-label=${t("wall.queues")}>
    <table>
      <thead>
        <tr>
          <th scope="col">${t("wall.queues")}${more > 0 && html`<small>+${more}</small>`}</th>
          ${head.map((name) => html`<th key=${name} scope="col">${t(`wall.queue.${name}`)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (queue) => html`<tr key=${queue.queue} class=${queue.stale ? "aged" : ""}>
            <td>${queue.queue}</td>
            ${queue.stale
              ? html`<td class="note" colspan="2">▲ ${t("wall.queue_stale", { age: ageText(since(queue.at)) })}</td>`
              : html`<td>${queue.waiting ?? "–"}</td><td>${queue.longest_wait_s === null ? "–" : clockText(queue.longest_wait_s * 1000)}</td>`}
            <${Share} ratio=${queue.service_level_ratio} poor=${!queue.stale && queue.service_level_ratio < POOR_LEVEL} />
            <${Share} ratio=${queue.abandoned_ratio} poor=${!queue.stale && queue.abandoned_ratio > MANY_GONE} />
            <td>${queue.handle_time_s_mean === null ? "–" : clockText(queue.handle_time_s_mean * 1000)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

/** A share of a queue's calls; a poor one by sign and colour. */
function Share({ ratio, poor }) {
  const marked = ratio !== null && poor;
  return html`<td class=${marked ? "bad" : ""}>${marked && html`<small aria-label=${t("wall.poor")}>▼</small>`}${percentText(ratio)}</td>`;
}
