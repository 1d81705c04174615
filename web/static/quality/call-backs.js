// Customers who gave up waiting: who calls them back by when, how often it was tried, and how it ended.

import { offerShortcuts } from "../frame/shortcuts.js";
import { me } from "../lib/acting.js";
import { t } from "../lib/i18n.js";
import { customerOf, numberText, timeText } from "../lib/wording.js";
import { addressed } from "../office/address.js";
import { ask, Done, Fault, query, useAsked } from "../office/api.js";
import { loadPeople } from "../office/people.js";
import { Segments } from "../office/parts.js";
import { html, signal, useEffect, useState } from "../vendor/preact.js";
import { act, ActSheet, actingKey, CallLink, Due, Nothing, Part, ReasonField, ROW_KEYS, TwoPanes, Who } from "./parts.js";

const AGAIN_MS = 30_000;
const MOST = 500;
const SHOWN = ["open", "mine", "reached", "given_up", "dropped"];
const LOOK = { open: "fair", reached: "good", given_up: "bad", dropped: "off" };
const { state, change } = addressed({ show: "open", task: "" });
const inHand = signal({});

export function CallBacks() {
  const { show, task } = state.value;
  const asked = useAsked(() => ask(`/call-backs${query({ state: show === "mine" ? "open" : show, limit: MOST })}`), `${show} ${actingKey()}`, AGAIN_MS);
  useEffect(() => {
    loadPeople();
    const keys = [["claim", "a"], ["reached", "r"], ["tried", "t"], ["drop", "d"]];
    offerShortcuts([...ROW_KEYS, ...keys.map(([id, key]) => ({ id, key, says: `back.act.${id}`, group: "case", does: () => inHand.value[id]?.() }))]);
  }, []);
  const all = asked.found?.call_backs ?? [];
  const rows = show === "mine" ? all.filter(({ assignee }) => assignee === me.value) : show === "open" ? all : [...all].reverse();
  const shown = all.find((each) => each.call_back_id === task);
  return html`
    <div class="page-head">
      <h2>${t("inspection.tab.call_backs")}</h2>
      <${Segments} label=${t("fact.state")} chosen=${show} onChoose=${(next) => change({ show: next, task: "" })} options=${SHOWN.map((each) => [each, t(`back.show.${each}`)])} />
      <span class="grow"></span>
      <span class="subtle" role="status">${asked.found && t("library.found", { n: numberText(rows.length) })}</span>
    </div>
    <${TwoPanes}
      list=${html`<section class="panel" aria-label=${t("inspection.tab.call_backs")}>
        ${rows.length === 0 ? html`<${Nothing} asked=${asked} text=${t(show === "open" ? "back.none_open" : "loop.none_here")} />` : html`<${Rows} rows=${rows} chosen=${task} onChoose=${(id) => change({ task: id })} />`}
      </section>`}
      detail=${shown && html`<${CallBack} key=${`${task} ${actingKey()}`} task=${shown} onChanged=${asked.again} onClose=${() => change({ task: "" })} />`}
    />
  `;
}

function Rows({ rows, chosen, onChoose }) {
  return html`<div class="scroll"><table class="table folds">
    <thead>
      <tr>
        <th scope="col">${t("back.gave_up")}</th>
        <th scope="col">${t("fact.queue")}</th>
        <th scope="col">${t("loop.due")}</th>
        <th scope="col" class="number">${t("back.tries")}</th>
        <th scope="col">${t("back.in_hand")}</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (each) => html`<tr key=${each.call_back_id} data-task=${each.call_back_id} class=${each.call_back_id === chosen ? "chosen" : ""}>
          <td class="main"><button class="link" data-row aria-current=${each.call_back_id === chosen ? "true" : undefined} onClick=${() => onChoose(each.call_back_id)}>${timeText(each.abandoned_at, false)}</button></td>
          <td data-label=${t("fact.queue")}>${each.call.queue ?? "–"}${each.call.team && html`<span class="sub">${each.call.team}</span>`}</td>
          <td data-label=${t("loop.due")}>${each.state === "open" ? html`<${Due} at=${each.due_at} />` : html`<span class="state ${LOOK[each.state]}">${t(`back.show.${each.state}`)}</span>`}</td>
          <td class="number" data-label=${t("back.tries")}>${numberText(each.attempts.length)}</td>
          <td data-label=${t("back.in_hand")}>${each.assignee ? html`<${Who} id=${each.assignee} />` : html`<span class="zero">${t("back.nobody")}</span>`}</td>
        </tr>`,
      )}
    </tbody>
  </table></div>`;
}

function CallBack({ task, onChanged, onClose }) {
  const call = useAsked(() => ask(`/calls/${encodeURIComponent(task.call.call_id)}`).catch(() => null), task.call.call_id);
  const [asking, setAsking] = useState(null);
  const [done, setDone] = useState("");
  const [fault, setFault] = useState(null);
  const path = `/call-backs/${encodeURIComponent(task.call_back_id)}`;
  const isOpen = task.state === "open";
  const said = (word) => () => {
    setDone(t(word));
    setFault(null);
    onChanged();
  };
  const claim = () => act(`${path}/claim`, task).then(said("back.done.claim"), setFault);
  const tried = (form, reached) => act(`${path}/attempts`, task, { reached, note: form.get("note").trim() || null }).then(said(reached ? "back.done.reached" : "back.done.tried"));
  const own = task.assignee === me.value;
  useEffect(() => {
    inHand.value = isOpen ? { ...(!own && { claim }), reached: () => setAsking("reached"), tried: () => setAsking("tried"), drop: () => setAsking("drop") } : {};
    return () => (inHand.value = {});
  }, [isOpen, own, task.version]);
  return html`<section class="panel detail" aria-labelledby="task-title" data-shown=${task.call_back_id}>
    <header class="detail-head">
      <div>
        <h3 id="task-title">${call.found ? html`<bdi>${customerOf(call.found)}</bdi>` : t("call.no_number")}</h3>
        <p class="subtle">${t("back.waited", { at: timeText(task.abandoned_at, false) })}${task.call.queue && ` · ${task.call.queue}`}</p>
      </div>
      <button class="button quiet icon" aria-label=${t("loop.close_view")} title=${t("loop.close_view")} onClick=${onClose}>✕</button>
    </header>
    <p class="detail-state">${isOpen ? html`<${Due} at=${task.due_at} />` : html`<span class="state ${LOOK[task.state]}">${t(`back.show.${task.state}`)}</span>`}
      <span>${task.assignee ? html`${t("back.in_hand")}: <${Who} id=${task.assignee} />` : t("back.nobody")}</span></p>
    ${isOpen &&
    html`<div class="buttons-row">
      ${!own && html`<button class="button ${task.assignee ? "" : "primary"}" aria-keyshortcuts="a" onClick=${claim}>${t("back.act.claim")}</button>`}
      <button class="button ${own ? "primary" : ""}" aria-keyshortcuts="r" onClick=${() => setAsking("reached")}>${t("back.act.reached")}</button>
      <button class="button" aria-keyshortcuts="t" onClick=${() => setAsking("tried")}>${t("back.act.tried")}</button>
      <button class="button quiet" aria-keyshortcuts="d" onClick=${() => setAsking("drop")}>${t("back.act.drop")}</button>
    </div>`}
    <${Done} text=${done} /><${Fault} fault=${fault} />
    <${Part} title=${t("back.number")}><p class="subtle">${t("back.number_says")}</p><p><${CallLink} callId=${task.call.call_id} /></p></>
    <${Part} title=${t("back.tries")}>
      ${task.attempts.length === 0
        ? html`<p class="subtle">${t("back.no_tries")}</p>`
        : html`<ol class="trail">${task.attempts.map(
            ({ by, at, reached, note }, number) => html`<li key=${number}><time datetime=${at}>${timeText(at, false)}</time><span>${t(reached ? "back.was_reached" : "back.not_reached")} · <${Who} id=${by} />${note && html`<q dir="auto">${note}</q>`}</span></li>`,
          )}</ol>`}
      ${task.reason && html`<p><q dir="auto">${task.reason}</q></p>`}
    </>
    ${asking === "reached" && html`<${ActSheet} title=${t("back.act.reached")} save=${t("back.act.reached")} onClose=${() => setAsking(null)} onSend=${(form) => tried(form, true)}><${ReasonField} label=${t("back.outcome")} name="note" /></>`}
    ${asking === "tried" && html`<${ActSheet} title=${t("back.act.tried")} says=${t("back.tried_says")} save=${t("back.act.tried")} onClose=${() => setAsking(null)} onSend=${(form) => tried(form, false)}><${ReasonField} label=${t("library.note")} name="note" required=${false} /></>`}
    ${asking === "drop" && html`<${ActSheet} title=${t("back.act.drop")} says=${t("back.drop_says")} save=${t("back.act.drop")} onClose=${() => setAsking(null)} onSend=${(form) => act(`${path}/drop`, task, { reason: form.get("reason").trim() }).then(said("back.done.drop"))}><${ReasonField} label=${t("loop.reason")} /></>`}
  </section>`;
}
