// A sampling plan to be filled in: how many calls of what, on which sheet, heard by whom.

import { t } from "../lib/i18n.js";
import { ask } from "../office/api.js";
import { Field } from "../office/parts.js";
import { html } from "../vendor/preact.js";
import { ActSheet } from "./parts.js";
import { sheets, worded } from "./sheets.js";

const PER = ["agent", "queue", "team", "all"];
const NEW = { plan: "", sheet: "", per: "agent", number: 3, share_ratio: null, risk_weight: 0, least_risk: 0, least_duration_s: 0, teams: [], queues: [], sites: [], inspectors: [], version: 0 };

function listed(text) {
  return text.split(/[\s,，、;]+/).filter(Boolean);
}

/** @param {{plan: object|null, onClose: () => void, onSaved: (name: string) => void}} props */
export function PlanForm({ plan, onClose, onSaved }) {
  const given = plan ?? NEW;
  const send = async (said) => {
    const number = (name) => (said.get(name) === "" ? null : Number(said.get(name)));
    const name = said.get("plan").trim();
    const body = {
      plan: name,
      sheet: said.get("sheet"),
      per: said.get("per"),
      number: number("number"),
      share_ratio: said.get("share") === "" ? null : Number(said.get("share")) / 100,
      risk_weight: number("risk_weight") ?? 0,
      least_risk: number("least_risk") ?? 0,
      least_duration_s: number("least_duration_s") ?? 0,
      ...Object.fromEntries(["teams", "queues", "sites", "inspectors"].map((each) => [each, listed(said.get(each))])),
    };
    await ask(`/inspection/plans/${encodeURIComponent(name)}`, { method: "PUT", body: { version: given.version, plan: body } });
    onSaved(name);
  };
  const list = (name) => html`<${Field} label=${t(`plans.list.${name}`)} hint=${t("roster.hint.many")}><input class="field" name=${name} value=${given[name].join(", ")} /></>`;
  return html`<${ActSheet} title=${plan ? plan.plan : t("plans.add")} says=${t("plans.form_says")} save=${t("plans.save")} wide=${true} onClose=${onClose} onSend=${send}>
    <div class="form">
      <${Field} label=${t("plans.field.name")} hint=${t("plans.name_hint")}><input class="field mono" name="plan" required pattern="[a-z][a-z0-9_]{0,63}" readonly=${plan !== null} value=${given.plan} autofocus=${plan === null} /></>
      <${Field} label=${t("plans.field.sheet")}><select class="field" name="sheet">${sheets.value.map((each) => html`<option key=${each.sheet} value=${each.sheet} selected=${each.sheet === given.sheet}>${worded(each.title)}</option>`)}</select></>
      <${Field} label=${t("plans.field.per")}><select class="field" name="per">${PER.map((each) => html`<option key=${each} value=${each} selected=${each === given.per}>${t(`plans.per.${each}`)}</option>`)}</select></>
      <${Field} label=${t("plans.number")}><input class="field" type="number" name="number" min="1" max="10000" value=${given.number ?? ""} autofocus=${plan !== null} /></>
      <${Field} label=${t("plans.share")}><input class="field" type="number" name="share" min="0.1" max="100" step="0.1" value=${given.share_ratio === null ? "" : Math.round(given.share_ratio * 1000) / 10} /></>
      <${Field} label=${t("plans.risk_weight")} hint=${t("plans.risk_hint")}><input class="field" type="number" name="risk_weight" min="0" max="100" step="any" value=${given.risk_weight} /></>
      <${Field} label=${t("plans.field.least_risk")}><input class="field" type="number" name="least_risk" min="0" max="100" value=${given.least_risk} /></>
      <${Field} label=${t("plans.field.least_s")}><input class="field" type="number" name="least_duration_s" min="0" max="36000" step="any" value=${given.least_duration_s} /></>
      ${["teams", "queues", "sites", "inspectors"].map(list)}
    </div>
  </>`;
}
