// The inbox drawn: bursts folded into one row a kind, alerts by call, what nobody was told.

import { html, signal, useEffect, useRef } from "../vendor/preact.js";
import { SeverityMark } from "../lib/severity-mark.js";
import { t } from "../lib/i18n.js";
import { ageText, agentOf, clockText, kindOf, timeText, titleOf } from "../lib/wording.js";
import { begin, claimAll, nameOf, Ownership } from "./alert-actions.js";
import { agentName, callOf, chosenAlertId, isCallOver, now, openCallId, openCallView, OWN_CALL } from "./desk.js";
import { arrived, byCall, hiddenCount, isUndecided, isWaiting, openFolds, showAll, shown, silent, toggleFold, unfold, view } from "./inbox.js";
import { InboxFilters, InboxViews } from "./inbox-filters.js";

const MOST_ROWS = 200;
const SHORT_GROUP = 4;
const openGroups = signal(new Set());

export function AlertList() {
  const { folds, groups } = shown.value;
  const box = useRef(null);
  const none = folds.length === 0 && groups.length === 0;
  return html`<section class="panel alerts" aria-labelledby="alerts-title">
    <h2 id="alerts-title" class="visually-hidden">${t("alerts.title")}</h2>
    <${InboxViews} />
    <${InboxFilters} />
    ${view.value === "silent"
      ? html`<${Silent} />`
      : html`<div class="rows" ref=${box} tabindex="-1">
          ${none && html`<p class="empty">${hiddenCount.value > 0 ? t("alerts.none_shown") : t(`alerts.none.${view.value}`)}</p>`}
          ${folds.length > 0 && html`<ol class="folds">${folds.map((fold) => html`<${Fold} key=${fold.kind} ...${fold} />`)}</ol>`}
          <${Groups} groups=${groups} />
          ${hiddenCount.value > 0 &&
          html`<p class="hidden-note">
            ${t("alerts.hidden", { n: hiddenCount.value })} <button class="button quiet" onClick=${showAll}>${t("alerts.show_all")}</button>
          </p>`}
        </div>`}
    <${NewAbove} box=${box} />
  </section>`;
}

function Groups({ groups }) {
  let left = MOST_ROWS;
  const within = groups.filter((alerts) => (left -= alerts.length) + alerts.length > 0);
  return html`<ol>
    ${within.map((alerts) => html`<${CallGroup} key=${alerts[0].call_id} alerts=${alerts} />`)}
    ${within.length < groups.length && html`<li class="hidden-note">${t("alerts.more_calls", { n: groups.length - within.length })}</li>`}
  </ol>`;
}

/** Many alerts of one kind at once: one row, opened and put among the others when somebody wants to. */
function Fold({ kind, alerts }) {
  const open = openFolds.value.has(kind);
  const first = alerts.reduce((a, b) => (a.opened_at < b.opened_at ? a : b));
  const calls = new Set(alerts.map(({ call_id }) => call_id)).size;
  return html`<li class="fold">
    <div class="fold-line">
      <button class="row fold-row ${alerts[0].severity}" data-row aria-expanded=${open} onClick=${() => toggleFold(kind)}>
        <${SeverityMark} severity=${alerts[0].severity} />
        <span class="row-main">
          <span class="row-title">${kindOf(alerts[0])}</span>
          <span class="row-sub"><span>${t("fold.size", { n: alerts.length, calls })}</span></span>
        </span>
        <span class="row-side"><${Age} at=${first.opened_at} /><span class="chevron" aria-hidden="true"></span></span>
      </button>
      <button class="button claim" onClick=${() => claimAll(alerts)}>${t("fold.claim")}</button>
      <button class="button quiet claim" onClick=${() => unfold(kind)}>${t("fold.unfold")}</button>
    </div>
    ${open && html`<${Groups} groups=${byCall(alerts)} />`}
  </li>`;
}

function CallGroup({ alerts }) {
  const [{ call_id, agent_id, queue }] = alerts;
  const call = callOf(call_id);
  const title = `group-${call_id}`;
  const whole = openGroups.value.has(call_id) || alerts.length <= SHORT_GROUP + 1;
  return html`<li class="alert-group" aria-labelledby=${title}>
    <h3 id=${title} class="row-sub">
      ${(call?.agent?.name || agent_id) && html`<span class="agent-name">${call?.agent?.name ? agentOf(call) : (agentName(agent_id) ?? t("alert.agent", { id: agent_id }))}</span>`}
      ${isCallOver(alerts[0]) && html`<span>${t("call.state.ended")}</span>`}
      ${(call?.queue ?? queue) && html`<span>${call?.queue ?? queue}</span>`}
      <span class="call-name">${call_id === OWN_CALL ? t("alerts.own") : call_id}</span>
      ${alerts.length > 1 && html`<span class="count">${t("alerts.of_call", { n: alerts.length })}</span>`}
    </h3>
    <ol>
      ${alerts.map((alert, at) => html`<${AlertRow} key=${alert.alert_id} alert=${alert} hidden=${!whole && at >= SHORT_GROUP} />`)}
    </ol>
    ${!whole &&
    html`<button class="button quiet more" data-row onClick=${() => (openGroups.value = new Set([...openGroups.value, call_id]))}>
      ${t("alerts.more", { n: alerts.length - SHORT_GROUP })}
    </button>`}
  </li>`;
}

function AlertRow({ alert, hidden }) {
  const open = alert.call_id === openCallId.value && (chosenAlertId.value ?? alert.alert_id) === alert.alert_id;
  const waits = isWaiting(alert) && alert.severity !== "info";
  const title = titleOf(alert);
  return html`<li class="alert-line" hidden=${hidden}>
    <button
      class="row alert-row ${alert.severity} ${open ? "open" : ""} ${isWaiting(alert) ? "waiting" : ""}"
      data-row
      data-alert=${alert.alert_id}
      data-call=${alert.call_id}
      aria-pressed=${open}
      onClick=${() => openCallView(alert.call_id, alert.alert_id)}
    >
      <${SeverityMark} severity=${alert.severity} />
      <span class="row-main">
        <span class="row-title" title=${title}>${title}</span>
        <span class="row-sub">
          <span>${t(`severity.${alert.severity}`)}</span>
          <span>${kindOf(alert)}</span>
          ${isUndecided(alert) && html`<span class="undecided">${t("verdict.undecided")}</span>`}
        </span>
        <span class="row-owner"><${Ownership} alert=${alert} /></span>
      </span>
      <span class="row-side">
        <${Age} at=${alert.opened_at} />
        <span class="badges">
          ${alert.count > 1 && html`<span class="badge" title=${t("alert.count")}>×${alert.count}</span>`}
          ${alert.state !== "open" && html`<span class="badge soft">${t(`state.${alert.state}`)}</span>`}
        </span>
      </span>
    </button>
    ${waits &&
    html`<button class="button claim" aria-label=${`${t("act.acknowledge")}: ${title}`} onClick=${() => begin(alert, "acknowledge")}>
      ${t("act.acknowledge")}
    </button>`}
  </li>`;
}

function Age({ at }) {
  return html`<time class="age" datetime=${at} title=${timeText(at)}>${ageText(now.value - Date.parse(at))}</time>`;
}

/** What rules found and nobody was told, over all calls, with the reason. */
function Silent() {
  return html`<div class="rows">
    ${silent.value.length === 0 && html`<p class="empty">${t(`alerts.none.${view.value}`)}</p>`}
    <ol>
      ${silent.value.map(
        (each, at) => html`<li key=${`${each.call_id} ${each.rule} ${each.at_ms} ${at}`}>
          <button class="row silent-row" data-row data-call=${each.call_id} onClick=${() => openCallView(each.call_id, each.alert_id)}>
            <span class="row-main">
              <span class="row-title">${kindOf(each)}</span>
              <span class="row-sub"><span>${t(`cause.${each.cause}`)}</span>${each.by && html`<span>${nameOf(each.by)}</span>`}</span>
              <span class="row-sub"><span class="call-name">${each.call_id}</span><span>${clockText(each.at_ms)}</span></span>
            </span>
            <span class="row-side"><${Age} at=${each.at} /></span>
          </button>
        </li>`,
      )}
    </ol>
  </div>`;
}

/** Says that alerts have come above what is on screen; the list itself does not jump. */
function NewAbove({ box }) {
  const count = useRef(signal(0)).current;
  const last = arrived.value.at(-1);
  useEffect(() => {
    if (last && (box.current?.scrollTop ?? 0) > 40) count.value += 1;
  }, [last]);
  useEffect(() => {
    const list = box.current;
    const onScroll = () => list.scrollTop <= 40 && (count.value = 0);
    list?.addEventListener("scroll", onScroll, { passive: true });
    return () => list?.removeEventListener("scroll", onScroll);
  }, [box.current]);
  if (count.value === 0) return null;
  return html`<button class="pill above" onClick=${() => box.current.scrollTo({ top: 0 })}>${t("alerts.new_above", { n: count.value })} ↑</button>`;
}
