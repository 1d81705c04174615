// One appeal: the score with its evidence, what was said, and what may be done about it by whom.

import { keyName } from "../frame/shortcuts.js";
import { me } from "../lib/acting.js";
import { t } from "../lib/i18n.js";
import { may } from "../lib/session.js";
import { clockText } from "../lib/wording.js";
import { ask, Done, Fault, useAsked } from "../office/api.js";
import { nameOf } from "../office/people.js";
import { html, signal, useEffect, useState } from "../vendor/preact.js";
import { AppealState } from "./appeal-state.js";
import { Judging, marksOf } from "./judging.js";
import { act, ActSheet, CallLink, Part, Proof, ReasonField, Trail, Who } from "./parts.js";
import { isFault, itemsOf, markText, resultText, sheetOf, worded } from "./sheets.js";

const inHand = signal({});

/** Keys of the appeal on view. */
export function keysOfAppeal() {
  return [
    ["uphold", "u", "appeal.act.uphold"],
    ["change", "c", "appeal.act.change"],
    ["arbitrate", "a", "appeal.act.arbitrate"],
    ["ask-arbitration", "q", "appeal.act.ask"],
  ].map(([id, key, says]) => ({ id, key, says, group: "case", does: () => inHand.value[id]?.() }));
}

async function load(id) {
  const appeal = await ask(`/inspection/appeals/${encodeURIComponent(id)}`);
  const score = await ask(`/inspection/scores/${encodeURIComponent(appeal.score_id)}`);
  const [sheet, { alerts }] = await Promise.all([sheetOf(score.sheet_digest), ask(`/calls/${encodeURIComponent(score.call.call_id)}/alerts`).catch(() => ({ alerts: [] }))]);
  return { appeal, score, sheet, alerts };
}

/** What this person may do now; `why` names what stands in the way of deciding. */
function possible({ appeal }) {
  const decider = appeal.trail.find((step) => ["uphold", "change"].includes(step.act))?.by;
  const party = [appeal.agent_id, appeal.inspector].includes(me.value);
  const waits = appeal.state === "open" || appeal.state === "arbitration";
  const barred = party || (appeal.state === "arbitration" && decider === me.value);
  const decides = waits && may("quality") && !barred;
  const names = [];
  if (decides) names.push(...(appeal.state === "open" ? ["uphold", "change"] : ["arbitrate"]));
  if (["upheld", "changed"].includes(appeal.state) && party) names.push("ask-arbitration");
  return { names, why: waits && may("quality") && barred ? "appeal.other_decides" : waits && !may("quality") ? "appeal.lead_decides" : null };
}

export function AppealView({ id, onChanged, onClose }) {
  const asked = useAsked(() => load(id), id);
  const [sheet, setSheet] = useState(null);
  const [done, setDone] = useState("");
  const { names, why } = asked.found ? possible(asked.found) : { names: [], why: null };
  useEffect(() => {
    inHand.value = Object.fromEntries(names.map((name) => [name, () => setSheet(name)]));
    return () => (inHand.value = {});
  }, [names.join()]);
  if (!asked.found) return html`<section class="panel detail">${asked.fault ? html`<${Fault} fault=${asked.fault} />` : html`<p class="empty" role="status">${t("office.loading")}</p>`}</section>`;
  const { appeal, score, sheet: used, alerts } = asked.found;
  const send = (name, body) =>
    act(`/inspection/appeals/${encodeURIComponent(id)}/${name}`, appeal, body).then(() => {
      setDone(t("appeal.done"));
      asked.again();
      onChanged();
    });
  const labels = { uphold: "appeal.act.uphold", change: "appeal.act.change", arbitrate: "appeal.act.arbitrate", "ask-arbitration": "appeal.act.ask" };
  return html`<section class="panel detail" aria-labelledby="appeal-title" data-shown=${id}>
    <header class="detail-head">
      <div>
        <h3 id="appeal-title">${t("appeal.of", { name: nameOf(appeal.agent_id) })}</h3>
        <p class="subtle">${worded(used.title)} · ${t("appeal.inspector")} <${Who} id=${appeal.inspector} /></p>
      </div>
      <button class="button quiet icon" aria-label=${t("loop.close_view")} title=${t("loop.close_view")} onClick=${onClose}>✕</button>
    </header>
    <p class="detail-state"><${AppealState} state=${appeal.state} /><b class="points">${resultText(score, used)}</b></p>
    <div class="buttons-row">
      ${names.map((name, at) => html`<button key=${name} class="button ${at === 0 ? "primary" : ""}" aria-keyshortcuts=${keyName(name)} onClick=${() => setSheet(name)}>${t(labels[name])}</button>`)}
    </div>
    ${why && html`<p class="subtle">${t(why)}</p>`}
    <${Done} text=${done} />
    <${Part} title=${t("appeal.said")}><${Trail} steps=${appeal.trail} family="appeal.did" /></>
    <${Scored} score=${score} sheet=${used} alerts=${alerts} />
    ${sheet === "uphold" && html`<${ActSheet} title=${t("appeal.act.uphold")} save=${t("appeal.act.uphold")} onClose=${() => setSheet(null)} onSend=${(said) => send("decide", { changed: false, reason: said.get("reason").trim() })}>
      <${ReasonField} label=${t("loop.reason")} />
    </>`}
    ${sheet === "ask-arbitration" && html`<${ActSheet} title=${t("appeal.act.ask")} says=${t("appeal.ask_says")} save=${t("appeal.act.ask")} onClose=${() => setSheet(null)} onSend=${(said) => send("ask-arbitration", { reason: said.get("reason").trim() })}>
      <${ReasonField} label=${t("loop.reason")} />
    </>`}
    ${sheet === "change" && html`<${ChangeSheet} title="appeal.act.change" score=${score} sheet=${used} onClose=${() => setSheet(null)} onSend=${(reason, marks) => send("decide", { changed: true, reason, marks })} />`}
    ${sheet === "arbitrate" && html`<${ChangeSheet} title="appeal.act.arbitrate" says=${t("appeal.arbitrate_says")} score=${score} sheet=${used} onClose=${() => setSheet(null)} onSend=${(reason, marks) => send("arbitrate", { reason, marks })} />`}
  </section>`;
}

/** The judgements that may be put otherwise, and why. */
function ChangeSheet({ title, says, score, sheet, onClose, onSend }) {
  const [changed, setChanged] = useState({});
  return html`<${ActSheet} title=${t(title)} says=${says} save=${t(title)} wide=${true} onClose=${onClose} onSend=${(said) => onSend(said.get("reason").trim(), marksOf(changed))}>
    <${Judging} sheet=${sheet} marks=${score.marks} changed=${changed} onChange=${setChanged} />
    <${ReasonField} label=${t("loop.reason")} focus=${false} />
  </>`;
}

/** The faults of the score with their proofs; what was faultless is folded away. */
function Scored({ score, sheet, alerts }) {
  const marks = new Map(score.marks.map((mark) => [mark.item, mark]));
  const judged = itemsOf(sheet).map((item) => [item, marks.get(item.id)]);
  const faults = judged.filter(([item, mark]) => mark && isFault(item, mark));
  const others = judged.filter(([item, mark]) => !mark || !isFault(item, mark));
  return html`<${Part} title=${t("appeal.scored")}>
    <p><${CallLink} callId=${score.call.call_id} /> · ${clockText(score.call.duration_ms)}${score.note && html` <q dir="auto">${score.note}</q>`}</p>
    ${faults.length === 0 && html`<p class="subtle">${t("appeal.no_faults")}</p>`}
    <ul class="judged">
      ${faults.map(
        ([item, mark]) => html`<li key=${item.id} data-item=${item.id}>
          <b>${worded(item.title)}</b><span>${markText(item, mark)}</span>${mark.reason && html`<q dir="auto">${mark.reason}</q>`}
          <ul class="proofs">${alerts.filter(({ alert_id: alertId }) => mark.evidence.includes(alertId)).map((alert) => html`<${Proof} key=${alert.alert_id} alert=${alert} />`)}</ul>
        </li>`,
      )}
    </ul>
    <details>
      <summary>${t("appeal.others", { n: others.length })}</summary>
      <ul class="judged">${others.map(([item, mark]) => html`<li key=${item.id}><span>${worded(item.title)}</span><span class="subtle">${mark ? markText(item, mark) : t("loop.mark.none")}</span></li>`)}</ul>
    </details>
  </>`;
}
