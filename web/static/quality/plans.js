// Where samples come from: the plans that draw each week's calls, and the sheets they are scored on.

import { offerShortcuts } from "../frame/shortcuts.js";
import { t } from "../lib/i18n.js";
import { may } from "../lib/session.js";
import { numberText } from "../lib/wording.js";
import { addressed } from "../office/address.js";
import { ask, Done, Fault, useAsked } from "../office/api.js";
import { loadPeople } from "../office/people.js";
import { Segments } from "../office/parts.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { ActSheet, actingKey, Nothing, ROW_KEYS, Who } from "./parts.js";
import { PlanForm } from "./plan-form.js";
import { SheetCheck } from "./sheet-check.js";
import { SheetView } from "./sheet-view.js";
import { loadSheets, sheets, worded } from "./sheets.js";

const VIEWS = ["plans", "sheets", "check"];
const { state, change } = addressed({ view: "plans", sheet: "" });

export function Plans() {
  const { view, sheet } = state.value;
  useEffect(() => {
    loadPeople();
    loadSheets();
    offerShortcuts(ROW_KEYS);
  }, []);
  return html`
    <div class="page-head">
      <h2>${t("inspection.tab.plans")}</h2>
      <${Segments} label=${t("plans.view")} chosen=${view} onChoose=${(next) => change({ view: next })} options=${VIEWS.map((each) => [each, t(`plans.view.${each}`)])} />
    </div>
    ${view === "plans" && html`<${PlanList} />`}
    ${view === "sheets" && html`<${SheetView} chosen=${sheet} onChoose=${(name) => change({ sheet: name })} />`}
    ${view === "check" && html`<${SheetCheck} />`}
  `;
}

/** The ISO week of a day: `2026-W48`. @param {Date} day */
export function weekOf(day) {
  const thursday = new Date(Date.UTC(day.getFullYear(), day.getMonth(), day.getDate()));
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.ceil(((thursday.getTime() - first) / 86_400_000 + 1) / 7);
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, "0")}`;
}

function PlanList() {
  const asked = useAsked(() => ask("/inspection/plans"), actingKey());
  const [edited, setEdited] = useState(null); // {plan}; plan null: a new one
  const [removing, setRemoving] = useState(null);
  const [done, setDone] = useState("");
  const [fault, setFault] = useState(null);
  const leads = may("quality");
  const changed = (text) => {
    setDone(text);
    setFault(null);
    asked.again();
  };
  const draw = (plan) => {
    const period = weekOf(new Date());
    ask(`/inspection/plans/${plan.plan}/draw`, { method: "POST", body: { period } }).then(({ tasks }) => changed(t("plans.drawn", { n: numberText(tasks.length), week: period })), setFault);
  };
  const plans = asked.found?.plans ?? [];
  return html`
    <section class="panel" aria-label=${t("plans.view.plans")}>
      <div class="panel-foot plan-bar">
        <p class="subtle">${t("plans.says")}</p><span class="grow"></span>
        ${leads && html`<button class="button primary" onClick=${() => setEdited({ plan: null })}>${t("plans.add")}</button>`}
      </div>
      <${Done} text=${done} /><${Fault} fault=${fault} />
      ${plans.length === 0
        ? html`<${Nothing} asked=${asked} text=${t("plans.none")} />`
        : html`<div class="scroll"><table class="table folds">
            <thead><tr>${["name", "sheet", "many", "risk", "of", "inspectors"].map((each) => html`<th key=${each} scope="col">${t(`plans.field.${each}`)}</th>`)}<th scope="col"><span class="visually-hidden">${t("office.actions")}</span></th></tr></thead>
            <tbody>${plans.map((plan) => html`<${PlanRow} key=${plan.plan} ...${{ plan, leads, draw }} onEdit=${() => setEdited({ plan })} onRemove=${() => setRemoving(plan)} />`)}</tbody>
          </table></div>`}
    </section>
    ${edited && html`<${PlanForm} plan=${edited.plan} onClose=${() => setEdited(null)} onSaved=${(name) => changed(t("plans.saved", { name }))} />`}
    ${removing &&
    html`<${ActSheet} title=${t("plans.remove")} says=${t("plans.remove_says", { name: removing.plan })} save=${t("plans.remove")} danger=${true} onClose=${() => setRemoving(null)}
      onSend=${() => ask(`/inspection/plans/${removing.plan}?version=${removing.version}`, { method: "DELETE" }).then(() => changed(t("plans.removed", { name: removing.plan })))} />`}
  `;
}

function PlanRow({ plan, leads, draw, onEdit, onRemove }) {
  const sheet = sheets.value.find((each) => each.sheet === plan.sheet);
  const share = plan.share_ratio === null ? null : numberText(plan.share_ratio, { style: "percent", maximumFractionDigits: 1 });
  const many = [plan.number === null ? null : t("plans.a_week", { n: numberText(plan.number) }), share].filter(Boolean).join(" + ");
  const where = [...plan.sites, ...plan.teams, ...plan.queues];
  const least = [plan.least_risk > 0 && t("plans.least_risk", { n: plan.least_risk }), plan.least_duration_s > 0 && t("plans.least_s", { n: numberText(plan.least_duration_s) })].filter(Boolean);
  return html`<tr data-plan=${plan.plan}>
    <td class="main">${leads ? html`<button class="link" data-row onClick=${onEdit}>${plan.plan}</button>` : plan.plan}<span class="sub">${t(`plans.origin.${plan.origin}`)}</span></td>
    <td data-label=${t("plans.field.sheet")}>${sheet ? worded(sheet.title) : plan.sheet}</td>
    <td data-label=${t("plans.field.many")}>${many}<span class="sub">${t(`plans.per.${plan.per}`)}</span></td>
    <td data-label=${t("plans.field.risk")}>${plan.risk_weight === 0 ? t("plans.blind") : t("plans.weight", { n: numberText(plan.risk_weight) })}${least.length > 0 && html`<span class="sub">${least.join(" · ")}</span>`}</td>
    <td data-label=${t("plans.field.of")}>${where.length > 0 ? where.join(", ") : t("office.all")}</td>
    <td data-label=${t("plans.field.inspectors")}>${plan.inspectors.length > 0 ? plan.inspectors.map((id, at) => html`${at > 0 && ", "}<${Who} id=${id} />`) : t("plans.everybody")}</td>
    <td class="tight">${leads && html`<button class="button quiet" onClick=${() => draw(plan)}>${t("plans.draw")}</button> <button class="button quiet" onClick=${onRemove}>${t("plans.remove")}</button>`}</td>
  </tr>`;
}
