// The call on view: who, how it stands, listening, stepping in, the strip, the words, its alerts.

import { Captions } from "../call/captions.js";
import { ListenBar, ListenFigures, play } from "../call/listen-bar.js";
import { CallStrip } from "../call/strip.js";
import { Transcript } from "../call/transcript.js";
import { keyName } from "../frame/shortcuts.js";
import { html, signal } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { SeverityMark } from "../lib/severity-mark.js";
import { agentOf, causesText, clockText, coverageText, customerOf, languageName, titleOf } from "../lib/wording.js";
import { NotTold } from "./alert-actions.js";
import { durationOf } from "./call-list.js";
import { AlertOnView, gravest, leadIn } from "./alert-on-view.js";
import { chosenAlertId, openCall, openCallAlerts, openCallId } from "./desk.js";
import { Ending } from "./ending.js";
import { missing, openLines, track } from "./open-call.js";
import { StepIn } from "./step-in.js";
import { TalkBar } from "./talk-bar.js";

const KEPT = "earshot.captions";
const captions = signal(localStorage.getItem(KEPT) === "1");

/** Large letters instead of the transcript, or back. */
export function toggleCaptions() {
  captions.value = !captions.value;
  localStorage.setItem(KEPT, captions.value ? "1" : "0");
}

export function CallView({ player, onListen }) {
  const callId = openCallId.value;
  if (callId === null) return html`<main class="call-view idle"><p class="empty">${t("view.none")}</p></main>`;
  const call = openCall.value;
  if (call === null) {
    return html`<main class="call-view idle"><p class="empty">${t(missing.value ? "view.gone" : "view.loading")}</p></main>`;
  }
  const live = call.state !== "ended";
  const alerts = openCallAlerts.value;
  const chosen = alerts.find(({ alert_id }) => alert_id === chosenAlertId.value) ?? gravest(alerts);
  const heard = player.callId.value === callId;
  const onPlay = (ms) => play(player, callId, ms);
  const onAlert = (alert) => {
    chosenAlertId.value = alert.alert_id;
    play(player, callId, leadIn(alert), clipOf(alert));
  };
  const nameOfRule = (rule) => {
    const alert = alerts.find((each) => each.rule === rule);
    return alert ? titleOf(alert) : rule;
  };
  const said = { lines: openLines.value, language: call.language, live, nameOfRule };
  return html`<main class="call-view" aria-labelledby="call-title" data-open-call=${callId} key=${callId}>
    <header class="call-head">
      <div class="parties">
        <h2 id="call-title"><span class="dot agent" aria-hidden="true"></span><bdi>${agentOf(call)}</bdi></h2>
        <span class="party"><span class="dot customer" aria-hidden="true"></span><bdi>${customerOf(call)}</bdi> <a class="call-link" href=${`/calls/${encodeURIComponent(callId)}`} target="_blank" rel="noopener">${t("call.page")}</a></span>
      </div>
      <dl class="facts">
        <${Fact} name=${t("fact.state")} value=${t(`call.state.${call.state}`)} kind=${call.state} />
        <${Fact} name=${t("fact.duration")} value=${clockText(durationOf(call))} />
        ${call.queue && html`<${Fact} name=${t("fact.queue")} value=${call.queue} />`}
        <${Fact} name=${t("fact.language")} value=${languageName(call.language)} />
        <${Fact} name=${t("fact.risk")} value=${call.risk} />
        <${Fact} name=${t("fact.coverage")} value=${coverageText(call.coverage)} />
        ${live && moodText(call.legs) && html`<${Fact} name=${t("fact.mood")} value=${moodText(call.legs)} />`}
      </dl>
    </header>
    <${ListenBar} ...${{ player, callId, live, onListen, keyOf: keyName, endMs: () => track.value.endMs }} />
    ${live && html`<${StepIn} call=${call} listening=${heard && player.status.value !== "ended"}><${TalkBar} call=${call} /></${StepIn}>`}
    <${CallStrip}
      key=${callId}
      ...${{ track: track.value, alerts, live, onAlert, onPlay, labelOf: titleOf, chosen: chosen?.alert_id ?? null }}
      positionMs=${heard ? player.positionMs.value : null}
    />
    <div class="call-body">
      <section class="transcript-side" aria-labelledby="transcript-title">
        <header class="side-head">
          <h3 id="transcript-title">${t("transcript.title")}</h3>
          <button class="button quiet small" aria-pressed=${captions.value} aria-keyshortcuts=${keyName("captions")} onClick=${toggleCaptions}>${t("captions.toggle")}</button>
        </header>
        ${call.tier === "acoustic" && html`<p class="note">${t("transcript.acoustic")}</p>`}
        ${call.coverage_causes.length > 0 && html`<p class="note">${t("coverage.lacks", { what: causesText(call.coverage_causes) })}</p>`}
        ${captions.value
          ? html`<${Captions} ...${said} />`
          : html`<${Transcript} ...${said} positionMs=${heard ? player.positionMs.value : null} onPlay=${onPlay} />`}
      </section>
      <aside class="call-alerts" aria-labelledby="call-alerts-title">
        ${(call.verdict !== null || call.hung_up_by !== null) && html`<${Ending} call=${call} />`}
        <h3 id="call-alerts-title">${t("view.alerts")}</h3>
        ${alerts.length === 0 && html`<p class="empty">${t("view.no_alerts")}</p>`}
        <ol>
          ${chosen && html`<${AlertOnView} key=${chosen.alert_id} alert=${chosen} onPlay=${() => onAlert(chosen)} />`}
          ${alerts.filter((alert) => alert !== chosen).map((alert) => html`<${OtherAlert} key=${alert.alert_id} alert=${alert} />`)}
        </ol>
        <${NotTold} callId=${callId} />
        <${ListenFigures} player=${player} />
      </aside>
    </div>
  </main>`;
}

/** Where the sound of an alert is kept for good, once it is. */
function clipOf({ alert_id, evidence }) {
  return evidence.clip ? `/api/v1/alerts/${encodeURIComponent(alert_id)}/clip.wav` : null;
}

function OtherAlert({ alert }) {
  return html`<li>
    <button class="other-alert ${alert.suppressed_by ? "suppressed" : ""}" data-alert=${alert.alert_id} onClick=${() => (chosenAlertId.value = alert.alert_id)}>
      <${SeverityMark} severity=${alert.severity} />
      <span class="other-title">${titleOf(alert)}</span>
      <time>${clockText(alert.evidence.to_ms)}</time>
      ${alert.state !== "open" && html`<span class="badge soft">${t(`state.${alert.state}`)}</span>`}
    </button>
  </li>`;
}

function Fact({ name, value, kind }) {
  return html`<div class=${kind ?? ""}><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>`;
}

/** Voices that are not calm. */
function moodText(legs) {
  return Object.entries(legs)
    .filter(([, { mood }]) => mood !== "calm")
    .map(([leg, { mood }]) => `${t(`leg.${leg}`)} ${t(`mood.${mood}`)}`)
    .join(" · ");
}
