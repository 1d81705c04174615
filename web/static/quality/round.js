// One round: while it runs who has scored how far and nothing else; then every result and how far the inspectors agree.

import { t } from "../lib/i18n.js";
import { me } from "../lib/acting.js";
import { may } from "../lib/session.js";
import { numberText, timeText } from "../lib/wording.js";
import { ask, Done, Fault, useAsked } from "../office/api.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { act, ActSheet, CallLink, Part, Who } from "./parts.js";
import { scoreAddress } from "./score-address.js";
import { itemTitle, sheets, worded } from "./sheets.js";

const RELIABLE = 0.8; // Krippendorff's own bounds: from here on agreement is good,
const TENTATIVE = 0.667; // from here on good enough for tentative conclusions

async function load(id) {
  const path = `/inspection/calibrations/${encodeURIComponent(id)}`;
  const round = await ask(path);
  return { round, agreement: round.closed_at ? await ask(`${path}/agreement`) : null };
}

export function Round({ id, onChanged, onClose }) {
  const asked = useAsked(() => load(id), id);
  const [ending, setEnding] = useState(false);
  const [done, setDone] = useState("");
  if (!asked.found) return html`<section class="panel detail">${asked.fault ? html`<${Fault} fault=${asked.fault} />` : html`<p class="empty" role="status">${t("office.loading")}</p>`}</section>`;
  const { round, agreement } = asked.found;
  const sheet = sheets.value.find((each) => each.sheet === round.sheet);
  const most = round.call_ids.length * round.inspectors.length;
  const scored = round.progress.reduce((sum, each) => sum + each.scored, 0);
  const close = () =>
    act(`/inspection/calibrations/${encodeURIComponent(id)}/close`, round).then(() => {
      setDone(t("calibration.ended"));
      asked.again();
      onChanged();
    });
  return html`<section class="panel detail" aria-labelledby="round-title" data-shown=${id}>
    <header class="detail-head">
      <div>
        <h3 id="round-title"><bdi>${round.title}</bdi></h3>
        <p class="subtle">${sheet ? worded(sheet.title) : round.sheet} · ${timeText(round.created_at, false)}</p>
      </div>
      <button class="button quiet icon" aria-label=${t("loop.close_view")} title=${t("loop.close_view")} onClick=${onClose}>✕</button>
    </header>
    <p class="detail-state"><span class="state ${round.closed_at ? "off" : "good"}">${t(round.closed_at ? "calibration.closed" : "calibration.runs")}</span><span>${t("calibration.progress", { done: numberText(scored), most: numberText(most) })}</span></p>
    <div class="buttons-row">${round.closed_at === null && may("quality") && html`<button class="button" onClick=${() => setEnding(true)}>${t("calibration.end")}</button>`}</div>
    <${Done} text=${done} />
    ${round.closed_at === null ? html`<${Blind} round=${round} />` : html`<${Agreement} agreement=${agreement} sheet=${sheet} /><${Results} round=${round} />`}
    ${ending && html`<${ActSheet} title=${t("calibration.end")} says=${t(scored < most ? "calibration.end_early" : "calibration.end_says")} save=${t("calibration.end")} onClose=${() => setEnding(false)} onSend=${close} />`}
  </section>`;
}

/** Nobody is shown anything of another's score: only how many calls are done, and one's own way to them. */
function Blind({ round }) {
  const takesPart = round.inspectors.includes(me.value);
  const own = new Map(round.own.map((each) => [each.call_id, each]));
  const [fault, setFault] = useState(null);
  const score = (callId) =>
    ask(`/inspection/calibrations/${encodeURIComponent(round.calibration_id)}/calls/${encodeURIComponent(callId)}/score`, { method: "POST" }).then(
      (begun) => location.assign(scoreAddress(callId, begun.score_id)),
      setFault,
    );
  return html`
    <${Part} title=${t("calibration.blind")}>
      <p class="subtle">${t("calibration.blind_says")}</p>
      <ul class="progress-list">
        ${round.progress.map(
          ({ inspector, scored }) => html`<li key=${inspector}><${Who} id=${inspector} /><progress max=${round.call_ids.length} value=${scored} aria-label=${t("calibration.of_person", { name: inspector })}></progress><span>${numberText(scored)} / ${numberText(round.call_ids.length)}</span></li>`,
        )}
      </ul>
    </>
    ${takesPart &&
    html`<${Part} title=${t("calibration.yours")}>
      <ul class="recheck">
        ${round.call_ids.map((callId) => {
          const state = own.get(callId)?.state;
          return html`<li key=${callId}><span class="mono">${callId}</span>
            ${state && state !== "draft" ? html`<span class="state good">${t("calibration.scored")}</span>` : html`<button class="button" onClick=${() => score(callId)}>${t(state ? "calibration.go_on" : "calibration.score")}</button>`}
          </li>`;
        })}
      </ul>
      <${Fault} fault=${fault} />
    </>`}
  `;
}

function verdictOf(alpha) {
  if (alpha === null) return ["off", "calibration.verdict.none"];
  if (alpha >= RELIABLE) return ["good", "calibration.verdict.good"];
  return alpha >= TENTATIVE ? ["fair", "calibration.verdict.fair"] : ["bad", "calibration.verdict.bad"];
}

function alphaText(alpha) {
  return alpha === null ? "–" : numberText(alpha, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function Agreement({ agreement, sheet }) {
  const [how, word] = verdictOf(agreement.alpha);
  const items = agreement.items.filter(({ alpha }) => alpha !== null).sort((a, b) => a.alpha - b.alpha);
  const silent = agreement.items.length - items.length;
  return html`
    <${Part} title=${t("calibration.alpha_title")}>
      <p class="alpha"><b>α ${alphaText(agreement.alpha)}</b><span class="state ${how}">${t(word)}</span></p>
      <p class="subtle">${t("calibration.alpha_says")}</p>
      <table class="table tight-table">
        <thead><tr><th scope="col">${t("calibration.item")}</th><th scope="col" class="number">α</th><th scope="col"><span class="visually-hidden">${t("calibration.verdict")}</span></th></tr></thead>
        <tbody>
          ${items.map(({ item, alpha }) => {
            const [state, says] = verdictOf(alpha);
            return html`<tr key=${item}><td>${itemTitle(item, sheet)}</td><td class="number">${alphaText(alpha)}</td><td class="tight"><span class="state ${state}">${t(says)}</span></td></tr>`;
          })}
        </tbody>
      </table>
      ${silent > 0 && html`<p class="subtle">${t("calibration.silent", { n: numberText(silent) })}</p>`}
    </>
    <${Part} title=${t("calibration.drift_title")}>
      <table class="table tight-table"><tbody>
        ${Object.entries(agreement.drift).map(([inspector, points]) => html`<tr key=${inspector}><th scope="row"><${Who} id=${inspector} /></th><td class="number">${signed(points)}</td><td class="tight subtle">${t(Math.abs(points) < 0.05 ? "calibration.as_others" : points > 0 ? "calibration.milder" : "calibration.stricter")}</td></tr>`)}
      </tbody></table>
    </>
  `;
}

/** Points above or below, with their sign. @param {number} points */
export function signed(points) {
  return numberText(points, { signDisplay: "exceptZero", minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

function Results({ round }) {
  const given = new Map(round.scores.map((each) => [`${each.call_id} ${each.inspector}`, each]));
  const cell = (callId, inspector) => {
    const score = given.get(`${callId} ${inspector}`);
    if (!score) return html`<span class="zero">–</span>`;
    return html`<a class="link" href=${scoreAddress(callId, score.score_id)}>${numberText(score.points ?? score.passed_indicators)}</a>`;
  };
  return html`<${Part} title=${t("calibration.results")}>
    <div class="scroll" tabindex="0" role="group" aria-label=${t("calibration.results")}><table class="table tight-table">
      <thead><tr><th scope="col">${t("history.call")}</th>${round.inspectors.map((each) => html`<th key=${each} scope="col" class="number"><${Who} id=${each} /></th>`)}</tr></thead>
      <tbody>${round.call_ids.map((callId) => html`<tr key=${callId}><th scope="row"><${CallLink} callId=${callId} /></th>${round.inspectors.map((each) => html`<td key=${each} class="number">${cell(callId, each)}</td>`)}</tr>`)}</tbody>
    </table></div>
  </>`;
}
