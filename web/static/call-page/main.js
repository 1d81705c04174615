// One call of the past, or one that runs: words, strip, sound, alerts with their history, how it ended and what was seen of it.

import { CallStrip } from "../call/strip.js";
import { Transcript } from "../call/transcript.js";
import { Ending } from "../console/ending.js";
import { openPage, TopBar } from "../frame/page-frame.js";
import { offerShortcuts } from "../frame/shortcuts.js";
import { t } from "../lib/i18n.js";
import { agentOf, clockText, customerOf, languageName, timeText, titleOf } from "../lib/wording.js";
import { may } from "../lib/session.js";
import { Fault } from "../office/api.js";
import { loadPeople } from "../office/people.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { Alerts } from "./alerts.js";
import { Coverage } from "./coverage.js";
import { alerts, call, callId, fault, lines, load, recordedFrom, track, wordsFault } from "./record.js";
import { ClipPlayer, Recording, playClip, playFrom, playKeys, positionMs, standAt } from "./recording.js";
import { scoreKeys } from "./score-keys.js";
import { ScoreBegin, ScorePanel, hearingText } from "./score-panel.js";
import { editable, loadScore, markOf, score, sheets } from "./score-record.js";

const LEAD_MS = 2000;

function askedMs() {
  const found = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
  return found ? Math.round(Number(found[1]) * 1000) : null;
}

function CallPage() {
  const [chosen, setChosen] = useState(null);
  useEffect(() => {
    const go = () => {
      const ms = askedMs();
      if (ms === null) return;
      standAt(ms);
      showLine(ms);
    };
    loadPeople();
    load().then(() => (go(), call.value?.state === "ended" && loadScore()));
    addEventListener("hashchange", go);
    return () => removeEventListener("hashchange", go);
  }, []);
  useEffect(() => {
    const page = { hear: hearEvidence, begin: () => document.getElementById("begin-score")?.click() };
    offerShortcuts([
      ...(score.value !== null || sheets.value.length > 0 ? scoreKeys(page) : []),
      ...playKeys(),
      { id: "history", key: "h", says: "help.to_history", group: "page", does: () => (location.href = "/history") },
    ]);
  }, [score.value?.score_id, editable.value, sheets.value.length, recordedFrom.value]);
  const bar = html`<${TopBar} section=${score.value === null ? "history" : "inspection"}><span class="grow"></span></>`;
  if (fault.value) return html`${bar}<main class="page"><${Fault} fault=${fault.value} /><p><a class="link" href="/history">${t("call.to_history")}</a></p></main>`;
  if (call.value === null) return html`${bar}<main class="page"><p class="empty" role="status">${t("office.loading")}</p></main>`;
  const live = call.value.state !== "ended";
  const play = recordedFrom.value === null ? null : hear;
  const nameOfRule = (rule) => {
    const found = alerts.value.find((each) => each.rule === rule);
    return found ? titleOf(found) : rule;
  };
  const choose = (alertId) => {
    setChosen(alertId);
    document.getElementById(`alert-${alertId}`)?.scrollIntoView({ block: "nearest" });
  };
  return html`${bar}
    <main class="page call-page" data-call=${callId}>
      <${Head} live=${live} />
      <div class="call-columns ${score.value === null ? "" : "with-score"}">
        <div class="call-main panel">
          <${Recording} />
          <${CallStrip}
            ...${{ track: track.value, alerts: alerts.value, live, chosen, labelOf: titleOf, positionMs: positionMs.value }}
            onAlert=${(alert) => {
              choose(alert.alert_id);
              place(Math.max(0, alert.evidence.from_ms - LEAD_MS));
            }}
            onPlay=${place}
          />
          <section class="transcript-side" aria-labelledby="transcript-title">
            <h3 id="transcript-title">${t("transcript.title")}</h3>
            <${Fault} fault=${wordsFault.value} />
            ${!wordsFault.value && html`<${Transcript} lines=${lines.value} language=${call.value.language} live=${live} positionMs=${positionMs.value} nameOfRule=${nameOfRule} onPlay=${place} />`}
          </section>
        </div>
        ${score.value !== null && html`<${ScorePanel} onHear=${hearAlert} />`}
        <aside class="call-aside" aria-label=${t("call.judged")}>
          ${score.value === null && may("score") && html`<${ScoreBegin} />`}
          ${(call.value.verdict !== null || call.value.hung_up_by !== null) && html`<div class="panel"><${Ending} call=${call.value} /></div>`}
          <div class="panel"><${Coverage} call=${call.value} onPlay=${play} /></div>
          <div class="panel"><${Alerts} chosen=${chosen} onChoose=${setChosen} onPlay=${play} /></div>
        </aside>
      </div>
      <${ClipPlayer} />
    </main>`;
}

function Head({ live }) {
  const { value } = call;
  return html`<header class="call-page-head">
    <div class="parties">
      <h2><span class="dot agent" aria-hidden="true"></span><bdi>${agentOf(value)}</bdi></h2>
      <span class="party"><span class="dot customer" aria-hidden="true"></span><bdi>${customerOf(value)}</bdi></span>
    </div>
    <dl class="facts">
      <${Fact} name=${t("history.began")} value=${timeText(value.started_at)} />
      <${Fact} name=${t("fact.duration")} value=${clockText(value.duration_ms)} />
      <${Fact} name=${t("fact.state")} value=${t(`call.state.${value.state}`)} />
      ${value.queue && html`<${Fact} name=${t("fact.queue")} value=${value.queue} />`}
      ${value.team && html`<${Fact} name=${t("fact.team")} value=${value.team} />`}
      <${Fact} name=${t("fact.language")} value=${languageName(value.language)} />
      <${Fact} name=${t("fact.call_id")} value=${value.call_id} mono=${true} />
    </dl>
    ${live && html`<p class="live-note"><span class="state good">${t("call.runs")}</span> <a class="button" href="/">${t("call.to_console")}</a></p>`}
  </header>`;
}

function Fact({ name, value, mono = false }) {
  return html`<div><dt>${name}</dt><dd class=${mono ? "mono" : ""}><bdi>${value}</bdi></dd></div>`;
}

/** Hear a place and let the address name it. */
function hear(ms) {
  place(ms);
}

/** What proves a judgement: from the recording, a little before it; else its clip; else its words are shown. */
function hearAlert(alert) {
  const ms = Math.max(0, alert.evidence.from_ms - LEAD_MS);
  if (recordedFrom.value !== null && ms >= recordedFrom.value) place(ms);
  else if (alert.evidence.clip) playClip(alert.evidence.clip, hearingText(alert, titleOf(alert)));
  else standAt(ms);
  showLine(alert.evidence.from_ms);
}

let heardLast = { item: null, at: -1 };

/** The next piece of evidence of an item. */
function hearEvidence(item) {
  const found = markOf(item.id).evidence.map((id) => alerts.value.find(({ alert_id }) => alert_id === id)).filter(Boolean);
  if (found.length === 0) return;
  heardLast = { item: item.id, at: heardLast.item === item.id ? (heardLast.at + 1) % found.length : 0 };
  hearAlert(found[heardLast.at]);
}

function place(ms) {
  history.replaceState(null, "", `#t=${(ms / 1000).toFixed(1)}`);
  if (recordedFrom.value === null) {
    standAt(ms);
    showLine(ms);
  } else {
    playFrom(ms);
  }
}

/** Bring the words of a moment into view. */
function showLine(ms) {
  requestAnimationFrame(() => {
    const line = lines.value.findLast((each) => each.start_ms <= ms) ?? lines.value[0];
    const shown = line && document.querySelector(`[data-line="${line.leg}:${line.utterance}"]`);
    const box = shown?.closest(".transcript");
    if (box) box.scrollTop = shown.offsetTop - (box.clientHeight - shown.offsetHeight) / 2;
  });
}

await openPage(CallPage, { title: () => t("call.title", { id: callId }) });
