// Live calls, riskiest first, with what each party's line sounds like now.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { now, openCallId, openCallView, shownCalls } from "./desk.js";
import { LevelMeter } from "./marks.js";
import { agentOf, clockText } from "../lib/wording.js";

const MOST_ROWS = 200;

export function CallList({ player }) {
  const calls = shownCalls.value;
  const live = calls.filter((call) => call.state !== "ended").length;
  return html`<section class="panel calls" aria-labelledby="calls-title">
    <header class="panel-head">
      <h2 id="calls-title">${t("calls.title")}</h2>
      <span class="count">${live}</span>
    </header>
    ${calls.length === 0
      ? html`<p class="empty">${t("calls.none")}</p>`
      : html`<ol class="rows">
          ${calls.slice(0, MOST_ROWS).map((call) => html`<${CallRow} key=${call.call_id} call=${call} player=${player} />`)}
        </ol>`}
  </section>`;
}

/** How long the call has run: counted on between messages while it is live. */
export function durationOf(call) {
  if (call.state === "ended" || call.state === "ringing") return call.duration_ms;
  return Math.max(call.duration_ms, now.value - Date.parse(call.started_at));
}

function CallRow({ call, player }) {
  const open = call.call_id === openCallId.value;
  const heard = player.callId.value === call.call_id;
  return html`<li>
    <button
      class="row call-row ${call.state} ${open ? "open" : ""}"
      data-row
      data-call=${call.call_id}
      aria-pressed=${open}
      onClick=${() => openCallView(call.call_id)}
    >
      <${LevelMeter} callId=${call.call_id} live=${call.state !== "ended"} />
      <span class="row-main">
        <span class="row-title">${agentOf(call)} ${heard && html`<span class="badge ear">${t("listen.listening")}</span>`}</span>
        <span class="row-sub">
          <span>${t(`call.state.${call.state}`)}</span>
          ${call.queue && html`<span>${call.queue}</span>`}
          <span class="call-name">${call.call_id}</span>
        </span>
      </span>
      <span class="row-side">
        <span class="age">${clockText(durationOf(call))}</span>
        <span class="badges">
          ${call.open_alerts > 0 && html`<span class="badge">${t(call.open_alerts === 1 ? "call.alert" : "call.alerts", { n: call.open_alerts })}</span>`}
          ${call.risk > 0 && html`<span class="badge risk" title=${t("call.risk")}>${call.risk}</span>`}
        </span>
      </span>
    </button>
  </li>`;
}
