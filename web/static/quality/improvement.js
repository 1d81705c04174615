// One confirmed fault: what was found, who was told, what is planned, what later calls showed, and whether it helped.

import { keyName } from "../frame/shortcuts.js";
import { t } from "../lib/i18n.js";
import { may } from "../lib/session.js";
import { numberText, timeText } from "../lib/wording.js";
import { ask, Done, Fault, useAsked } from "../office/api.js";
import { html, signal, useEffect, useState } from "../vendor/preact.js";
import { act, ActSheet, CallLink, Due, Part, Proof, ReasonField, Trail, Who } from "./parts.js";
import { itemsOf, itemTitle, markText, resultText, sheetOf } from "./sheets.js";
import { Result, StepLine } from "./steps.js";

const inHand = signal({}); // acts of the case on view by name, for the keys

/** Keys of the case on view. */
export function keysOfCase() {
  return [
    ["report", "r", "loop.act.report"],
    ["plan", "p", "loop.act.plan"],
    ["close", "c", "loop.act.close"],
  ].map(([id, key, says]) => ({ id, key, says, group: "case", does: () => inHand.value[id]?.() }));
}

async function load(id) {
  const path = `/inspection/improvements/${encodeURIComponent(id)}`;
  const [found, { steps }] = await Promise.all([ask(path), ask(`${path}/trail`)]);
  const scoreId = steps.find(({ act }) => act === "confirm")?.content.score_id;
  const [score, alerts, later] = await Promise.all([
    scoreId ? ask(`/inspection/scores/${encodeURIComponent(scoreId)}`).catch(() => null) : null,
    ask(`/calls/${encodeURIComponent(found.call_id)}/alerts`).catch(() => ({ alerts: [] })),
    found.step === "recheck" ? ask(`${path}/recheck-calls`).catch(() => ({ call_ids: [] })) : { call_ids: [] },
  ]);
  return { found, steps, score, alerts: alerts.alerts, later: later.call_ids, sheet: score ? await sheetOf(score.sheet_digest).catch(() => null) : null };
}

export function Case({ id, onChanged, onClose }) {
  const asked = useAsked(() => load(id), id);
  const [sheet, setSheet] = useState(null);
  const [done, setDone] = useState("");
  const shown = asked.found?.found;
  const step = shown?.step;
  const canReport = step === "report" && may("scores");
  const canPlan = step === "plan" && may("scores");
  const canClose = shown !== undefined && step !== "closed" && may("score");
  useEffect(() => {
    inHand.value = { ...(canReport && { report: () => setSheet("report") }), ...(canPlan && { plan: () => setSheet("plan") }), ...(canClose && { close: () => setSheet("close") }) };
    return () => (inHand.value = {});
  }, [canReport, canPlan, canClose]);
  if (!asked.found) return html`<section class="panel detail">${asked.fault ? html`<${Fault} fault=${asked.fault} />` : html`<p class="empty" role="status">${t("office.loading")}</p>`}</section>`;
  const { steps, score, alerts, later, sheet: used } = asked.found;
  const path = `/inspection/improvements/${encodeURIComponent(id)}`;
  const send = (name, body) =>
    act(`${path}/${name}`, shown, body).then(() => {
      setDone(t(`loop.done.${name}`));
      asked.again();
      onChanged();
    });
  return html`<section class="panel detail" aria-labelledby="case-title" data-shown=${id}>
    <header class="detail-head">
      <div>
        <h3 id="case-title">${itemTitle(shown.fault, used)}</h3>
        <p class="subtle"><${Who} id=${shown.agent_id} />${shown.team && ` · ${shown.team}`}${shown.site && ` · ${shown.site}`}</p>
      </div>
      <button class="button quiet icon" aria-label=${t("loop.close_view")} title=${t("loop.close_view")} onClick=${onClose}>✕</button>
    </header>
    <p class="detail-state"><${StepLine} case=${shown} /> ${step === "closed" ? html`<${Result} result=${shown.result} />` : html`<${Due} at=${shown.due_at} overdue=${shown.overdue} />`}</p>
    <div class="buttons-row">
      ${canReport && html`<button class="button primary" aria-keyshortcuts=${keyName("report")} onClick=${() => setSheet("report")}>${t("loop.act.report")}</button>`}
      ${canPlan && html`<button class="button primary" aria-keyshortcuts=${keyName("plan")} onClick=${() => setSheet("plan")}>${t("loop.act.plan")}</button>`}
      ${canClose && html`<button class="button" aria-keyshortcuts=${keyName("close")} onClick=${() => setSheet("close")}>${t("loop.act.close")}</button>`}
    </div>
    <${Done} text=${done} />
    <${Finding} shown=${shown} score=${score} sheet=${used} alerts=${alerts} />
    <${Part} title=${t("loop.show.report")}>
      <p>${shown.reported_at ? t("loop.reported", { at: timeText(shown.reported_at, false) }) : t("loop.not_reported")}</p>
    </>
    <${Part} title=${t("loop.show.plan")}>
      ${shown.plan ? html`<p class="plan-text" dir="auto">${shown.plan}</p><p class="subtle">${timeText(shown.planned_at, false)}</p>` : html`<p class="subtle">${t("loop.no_plan")}</p>`}
    </>
    <${Recheck} shown=${shown} later=${later} />
    ${shown.planned_at && html`<${Outcome} outcome=${shown.outcome} />`}
    <details class="part"><summary>${t("loop.trail")}</summary><${Trail} steps=${steps} family="loop.did" /></details>
    ${sheet === "report" && html`<${ActSheet} title=${t("loop.act.report")} says=${t("loop.report_says")} save=${t("loop.act.report")} onClose=${() => setSheet(null)} onSend=${() => send("report", {})} />`}
    ${sheet === "plan" &&
    html`<${ActSheet} title=${t("loop.act.plan")} says=${t("loop.plan_says")} save=${t("loop.save_plan")} onClose=${() => setSheet(null)} onSend=${(said) => send("plan", { plan: said.get("plan").trim() })}>
      <${ReasonField} label=${t("loop.show.plan")} name="plan" rows=${6} />
    </>`}
    ${sheet === "close" && html`<${CloseSheet} step=${step} onClose=${() => setSheet(null)} onSend=${(said) => send("close", { result: said.get("result"), reason: said.get("reason").trim() })} />`}
  </section>`;
}

function CloseSheet({ step, onClose, onSend }) {
  const results = step === "recheck" ? ["improved", "repeated", "withdrawn"] : ["withdrawn"];
  return html`<${ActSheet} title=${t("loop.act.close")} says=${t("loop.close_says")} save=${t("loop.act.close")} onClose=${onClose} onSend=${onSend}>
    <fieldset class="choices">
      <legend class="subtle">${t("loop.outcome")}</legend>
      ${results.map((each, at) => html`<label key=${each}><input type="radio" name="result" value=${each} checked=${at === 0} autofocus=${at === 0} /> ${t(`loop.result.${each}`)}</label>`)}
    </fieldset>
    <${ReasonField} label=${t("loop.reason")} focus=${false} />
  </>`;
}

/** What the inspector found: the item, how it was judged, and the alerts that prove it. */
function Finding({ shown, score, sheet, alerts }) {
  const mark = score?.marks.find(({ item }) => item === shown.fault);
  const item = sheet && itemsOf(sheet).find(({ id }) => id === shown.fault);
  const proofs = alerts.filter(({ alert_id: id }) => mark?.evidence.includes(id));
  return html`<${Part} title=${t("loop.show.found")}>
    <p><${CallLink} callId=${shown.call_id} />${score && sheet && html` · ${resultText(score, sheet)}`}</p>
    ${item && mark && html`<p>${markText(item, mark)}${mark.reason && html` <q dir="auto">${mark.reason}</q>`}</p>`}
    ${proofs.length > 0 && html`<ul class="proofs">${proofs.map((alert) => html`<${Proof} key=${alert.alert_id} alert=${alert} />`)}</ul>`}
    <p class="subtle">${t("loop.confirmed", { at: timeText(shown.confirmed_at, false) })}${score && html` · <${Who} id=${score.inspector} />`}</p>
  </>`;
}

function Recheck({ shown, later }) {
  if (["report", "plan"].includes(shown.step) && shown.rechecked.length === 0) return html`<${Part} title=${t("loop.show.recheck")}><p class="subtle">${t("loop.recheck_later")}</p></>`;
  return html`<${Part} title=${t("loop.show.recheck")}>
    <ul class="recheck">
      ${shown.rechecked.map(({ call_id: callId, faulty }) => html`<li key=${callId}><span class="state ${faulty ? "bad" : "good"}">${t(faulty ? "loop.again" : "loop.not_again")}</span> <${CallLink} callId=${callId} /></li>`)}
      ${later.map((callId) => html`<li key=${callId}><span class="state off">${t("loop.to_hear")}</span> <${CallLink} callId=${callId} /></li>`)}
    </ul>
    ${shown.rechecked.length + later.length === 0 && html`<p class="subtle">${t("loop.no_later_calls")}</p>`}
  </>`;
}

/** The same fault per 100 scored calls, before the plan and after it. */
function Outcome({ outcome }) {
  const { before_per_100: before, after_per_100: after } = outcome;
  const bar = (name, value) => html`<div class="outcome-line">
    <dt>${t(`loop.${name}`)}</dt>
    <dd>
      ${value === null
        ? html`<span class="zero">${t("loop.no_calls")}</span>`
        : html`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="whole" x="0" y="3" width="100" height="4" /><rect class=${name} x="0" y="1" width=${Math.min(100, value)} height="8" /></svg><b>${numberText(value, { maximumFractionDigits: 1 })}</b>`}
    </dd>
  </div>`;
  return html`<${Part} title=${t("loop.outcome_title")}><dl class="outcome">${bar("before", before)}${bar("after", after)}</dl></>`;
}
