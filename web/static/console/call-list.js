// Live calls, riskiest first: what both parties sounded like in the last minute, how well the call is heard, how it stands.

import { html, signal } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { agentOf, causesText, clockText, numberText, percentText } from "../lib/wording.js";
import { now, openCallId, openCallView, shownCalls } from "./desk.js";
import { isSought } from "./inbox.js";
import { MiniStrip } from "./mini-strip.js";

const MOST_ROWS = 200;
const WELL_HEARD = 0.95;
const HOLD_MS = 3000;
const held = signal(null); // {order, since} while somebody points at the rows: they do not move away under the hand

export function CallList({ player }) {
  const all = shownCalls.value;
  const live = all.filter((call) => call.state !== "ended");
  const calls = inHeldOrder(all.filter((call) => isSought(call, [agentOf(call), call.agent?.id, call.call_id, call.queue, call.team])));
  const hold = () => (held.value = { order: calls.map(({ call_id }) => call_id), since: Date.now() });
  return html`<section class="panel calls" aria-labelledby="calls-title">
    <header class="panel-head">
      <h2 id="calls-title">${t("calls.title")}</h2>
      <span class="count">${tiersText(live)}</span>
    </header>
    ${calls.length === 0
      ? html`<p class="empty">${t(all.length > 0 ? "calls.none_shown" : "calls.none")}</p>`
      : html`<ol class="rows" tabindex="-1" onPointerMove=${hold} onPointerLeave=${() => (held.value = null)}>
          ${calls.slice(0, MOST_ROWS).map((call) => html`<${CallRow} key=${call.call_id} call=${call} player=${player} />`)}
        </ol>`}
    ${calls.length > MOST_ROWS && html`<p class="hidden-note">${t("calls.more", { n: calls.length - MOST_ROWS })}</p>`}
  </section>`;
}

function inHeldOrder(calls) {
  if (held.value === null) return calls;
  if (now.value && Date.now() - held.value.since > HOLD_MS) return calls;
  const places = new Map(held.value.order.map((callId, at) => [callId, at]));
  const placeOf = ({ call_id }) => places.get(call_id) ?? Infinity;
  return [...calls].sort((a, b) => (placeOf(a) === placeOf(b) ? 0 : placeOf(a) - placeOf(b)));
}

/** How many calls, and how they are heard where not all are heard whole. */
function tiersText(live) {
  const of = (tier) => live.filter((call) => call.tier === tier).length;
  const parts = ["spotting", "acoustic"].filter((tier) => of(tier) > 0).map((tier) => t(`calls.tier.${tier}`, { n: of(tier) }));
  return [numberText(live.length), ...parts].join(" · ");
}

/** How long the call has run: counted on between messages while it is live. */
export function durationOf(call) {
  if (call.state === "ended" || call.state === "ringing") return call.duration_ms;
  return Math.max(call.duration_ms, now.value - Date.parse(call.started_at));
}

function CallRow({ call, player }) {
  const open = call.call_id === openCallId.value;
  const heard = player.callId.value === call.call_id && player.status.value !== "ended";
  const poorly = call.coverage < WELL_HEARD && call.state !== "ringing";
  return html`<li>
    <button
      class="row call-row ${call.state} ${open ? "open" : ""}"
      data-row
      data-call=${call.call_id}
      aria-pressed=${open}
      title=${call.call_id}
      onClick=${() => openCallView(call.call_id)}
    >
      <${MiniStrip} callId=${call.call_id} />
      <span class="row-main">
        <span class="row-title">${agentOf(call)} ${heard && html`<span class="badge ear">${t("listen.listening")}</span>`}</span>
        <span class="row-sub">
          <span>${t(`call.state.${call.state}`)}</span>
          ${call.tier !== "full" && html`<span class="tier">${t(`wall.tier.${call.tier}`)}</span>`}
          ${poorly && html`<span title=${causesText(call.coverage_causes)}>${t("call.coverage", { share: percentText(call.coverage) })}</span>`}
          ${call.queue && html`<span>${call.queue}</span>`}
        </span>
      </span>
      <span class="row-side">
        <${Duration} call=${call} />
        <span class="badges">
          ${call.open_alerts > 0 && html`<span class="badge">${t(call.open_alerts === 1 ? "call.alert" : "call.alerts", { n: call.open_alerts })}</span>`}
          ${call.risk > 0 && html`<span class="badge risk ${gradeOf(call.risk)}" title=${t("call.risk")}>${call.risk}</span>`}
        </span>
      </span>
    </button>
  </li>`;
}

function Duration({ call }) {
  return html`<span class="age">${clockText(durationOf(call))}</span>`;
}

function gradeOf(risk) {
  return risk >= 70 ? "high" : risk >= 30 ? "raised" : "";
}
