// The call on view: who, how it stands, listening, energy, transcript, its alerts.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { durationOf } from "./call-list.js";
import { openCall, openCallAlerts, openCallId } from "./desk.js";
import { missing } from "./open-call.js";
import { AlertButtons, History, NotTold, Ownership } from "./alert-actions.js";
import { ListenBar, ListenFigures } from "./listen-bar.js";
import { SeverityMark } from "../lib/severity-mark.js";
import { Strip } from "./strip.js";
import { Transcript } from "./transcript.js";
import { adviceOf, agentOf, clockText, customerOf, kindOf, languageName, titleOf } from "../lib/wording.js";

const REPLAY_LEAD_MS = 2000;

export function CallView({ player, onListen }) {
  const callId = openCallId.value;
  if (callId === null) return html`<main class="call-view idle"><p class="empty">${t("view.none")}</p></main>`;
  const call = openCall.value;
  if (call === null) {
    return html`<main class="call-view idle"><p class="empty">${t(missing.value ? "view.gone" : "view.loading")}</p></main>`;
  }
  return html`<main class="call-view" aria-labelledby="call-title" data-open-call=${callId}>
    <header class="call-head">
      <div class="parties">
        <h2 id="call-title"><span class="dot agent" aria-hidden="true"></span>${agentOf(call)}</h2>
        <span class="party"><span class="dot customer" aria-hidden="true"></span>${customerOf(call)}</span>
      </div>
      <dl class="facts">
        <${Fact} name=${t("fact.state")} value=${t(`call.state.${call.state}`)} />
        <${Fact} name=${t("fact.duration")} value=${clockText(durationOf(call))} />
        ${call.queue && html`<${Fact} name=${t("fact.queue")} value=${call.queue} />`}
        <${Fact} name=${t("fact.language")} value=${languageName(call.language)} />
        <${Fact} name=${t("fact.risk")} value=${call.risk} />
        <${Fact} name=${t("fact.coverage")} value=${`${Math.round(call.coverage * 100)} %`} note=${call.coverage_causes.join(", ")} />
        ${call.state !== "ended" &&
        html`<${Fact} name=${t("fact.mood")} value=${Object.entries(call.legs)
          .map(([leg, { mood }]) => `${t(`leg.${leg}`)} ${t(`mood.${mood}`)}`)
          .join(" · ")} />`}
        ${call.verdict && html`<${Fact} name=${t("fact.verdict")} value=${t(`verdict.${call.verdict.replaceAll(" ", "_")}`)} />`}
        ${call.hung_up_by && html`<${Fact} name=${t("fact.hung_up_by")} value=${t(`party.${call.hung_up_by}`)} />`}
      </dl>
    </header>
    <${ListenBar} player=${player} call=${call} onListen=${onListen} />
    <${Strip} callId=${callId} />
    <div class="call-body">
      <section class="transcript-side" aria-labelledby="transcript-title">
        <h3 id="transcript-title">${t("transcript.title")}</h3>
        ${call.tier === "acoustic" && html`<p class="note">${t("transcript.acoustic")}</p>`}
        <${Transcript} player=${player} callId=${callId} />
      </section>
      <aside class="call-alerts" aria-labelledby="call-alerts-title">
        <h3 id="call-alerts-title">${t("view.alerts")}</h3>
        ${openCallAlerts.value.length === 0 && html`<p class="empty">${t("view.no_alerts")}</p>`}
        <ol>
          ${openCallAlerts.value.map((alert) => html`<${AlertOfCall} key=${alert.alert_id} alert=${alert} player=${player} />`)}
        </ol>
        <${NotTold} callId=${callId} />
        <${ListenFigures} player=${player} />
      </aside>
    </div>
  </main>`;
}

function Fact({ name, value, note }) {
  return html`<div title=${note || undefined}><dt>${name}</dt><dd>${value}</dd></div>`;
}

function AlertOfCall({ alert, player }) {
  const from = Math.max(0, alert.evidence.from_ms - REPLAY_LEAD_MS);
  return html`<li class="call-alert ${alert.severity} ${alert.suppressed_by ? "suppressed" : ""}" data-alert=${alert.alert_id}>
    <p class="call-alert-head">
      <${SeverityMark} severity=${alert.severity} word=${true} />
      ${alert.state !== "open" && html`<span class="badge soft">${t(`state.${alert.state}`)}</span>`}
      ${alert.suppressed_by && html`<span class="badge soft">${t("alert.suppressed")}</span>`}
    </p>
    <p class="row-title">${titleOf(alert)}</p>
    ${adviceOf(alert) && html`<p class="advice">${adviceOf(alert)}</p>`}
    <p class="row-sub">
      <span>${kindOf(alert)}</span>
      ${alert.clause && html`<span>${alert.clause}</span>`}
      ${alert.count > 1 && html`<span>×${alert.count}</span>`}
    </p>
    <p class="row-owner"><${Ownership} alert=${alert} /></p>
    <${AlertButtons} alert=${alert} />
    <button class="button quiet" onClick=${() => player.listen(alert.call_id, from).catch(() => {})}>
      ${t("alert.replay", { at: clockText(from) })}
    </button>
    <${History} alert=${alert} />
  </li>`;
}
