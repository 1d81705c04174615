// The sheet beside the call: its result live, its items, what was changed, submitting, and the way to the next call.

import { html, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { query, Fault } from "../office/api.js";
import { nameOf } from "../office/people.js";
import { clockText, timeText } from "../lib/wording.js";
import { gradeText, itemsOf, markText, pointsText, worded } from "../inspection/wording.js";
import { ScoreItem } from "./score-item.js";
import { askSubmit, submitting } from "./score-keys.js";
import { begin, close, editable, fault, nextTask, score, sheet, sheets, trail, waiting } from "./score-record.js";

/** @param {{onHear: (alert: any) => void}} props */
export function ScorePanel({ onHear }) {
  const first = itemsOf(sheet.value)[0]?.id;
  return html`<section class="score-panel panel" aria-labelledby="score-title" data-score=${score.value.score_id}>
    <${Result} />
    <${Fault} fault=${fault.value} />
    <div class="score-items">
      ${sheet.value.groups.map(
        (group) => html`<section key=${group.id} class="score-group" aria-labelledby=${`group-${group.id}`}>
          <h4 id=${`group-${group.id}`}>${worded(group.title)}<${GroupPoints} id=${group.id} /></h4>
          ${group.items.map((item) => html`<${ScoreItem} key=${item.id} item=${item} first=${item.id === first} onHear=${onHear} />`)}
        </section>`,
      )}
      <${Trail} />
    </div>
    <${Foot} />
    ${submitting.value && html`<${SubmitSheet} />`}
  </section>`;
}

function Result() {
  const { result, state, inspector, calibration_id } = score.value;
  const open = result.open_items.length;
  const stands = result.passed ? "good" : "bad";
  return html`<header class="score-head">
    <div>
      <h3 id="score-title">${worded(sheet.value.title)}</h3>
      <p class="subtle"><bdi>${nameOf(inspector)}</bdi> · ${t(`sheet.score.${state}`)}${calibration_id && ` · ${t("sheet.blind")}`}</p>
    </div>
    <p class="score-points" role="status" aria-label=${resultText(result)}>
      ${result.points !== null
        ? html`<b data-points>${pointsText(result.points)}</b><small>/ ${pointsText(result.most)}</small>`
        : html`<b data-points>${result.indicators.passed}</b><small>${t("sheet.passed_indicators")}</small>`}
    </p>
    <p class="score-stand">
      ${result.grade && html`<span class="badge">${gradeText(sheet.value, result)}</span>`}
      <span class="state ${stands}">${t(result.passed ? "sheet.pass" : "sheet.fail")}</span>
      ${result.fatal.length > 0 && html`<span class="badge fatal">${t("sheet.zeroed", { n: result.fatal.length })}</span>`}
      ${result.bonus > 0 && html`<span class="badge">${t("sheet.bonus", { n: pointsText(result.bonus) })}</span>`}
      ${result.monthly_points !== 0 && html`<span class="badge soft">${t("sheet.monthly", { n: pointsText(result.monthly_points) })}</span>`}
      <span class="grow"></span>
      <span class="subtle open-count">${open > 0 ? t("sheet.open_count", { n: open }) : t("sheet.none_open")}</span>
    </p>
  </header>`;
}

function resultText({ points, most, indicators }) {
  return points === null ? t("sheet.passed_count", { n: indicators.passed }) : t("sheet.points_of", { n: pointsText(points), most: pointsText(most) });
}

function GroupPoints({ id }) {
  const found = score.value.result.groups.find(({ group }) => group === id);
  if (!found || found.most === 0) return null;
  return html`<span class="group-points">${pointsText(found.points)} / ${pointsText(found.most)}</span>`;
}

function Foot() {
  const over = score.value.state !== "draft";
  const to = nextTask.value;
  if (over && nextTask.value !== null) {
    const address = `/calls/${encodeURIComponent(to.call.call_id)}${query({ task: to.task_id })}`;
    return html`<footer class="score-foot"><span class="done" role="status">${t("sheet.submitted")}</span><span class="grow"></span><a id="next-call" class="button primary" href=${address}>${t("sheet.next_call", { at: timeText(to.call.started_at, false) })}</a></footer>`;
  }
  if (over || !editable.value) {
    return html`<footer class="score-foot">${over && html`<span class="done" role="status">${t("sheet.submitted")}</span>`}<span class="grow"></span><a class="button" href="/worklist">${t("sheet.to_worklist")}</a></footer>`;
  }
  return html`<footer class="score-foot">
    <span class="subtle" role="status">${t(waiting.value > 0 ? "sheet.saving" : "sheet.saved")}</span>
    <span class="grow"></span>
    <span class="subtle legend" aria-hidden="true"><kbd>J</kbd><kbd>K</kbd> <kbd>1</kbd>–<kbd>9</kbd> <kbd>Y</kbd> <kbd>E</kbd></span>
    <button class="button primary" id="submit-score" onClick=${askSubmit}>${t("sheet.submit")}</button>
  </footer>`;
}

function SubmitSheet() {
  const box = useRef(null);
  const [busy, setBusy] = useState(false);
  useLayoutEffect(() => box.current.showModal(), []);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    const note = new FormData(event.target).get("note").trim();
    if (!(await close(note))) return setBusy(false);
    box.current.close(); // which gives the focus back to the item: on from there
    document.querySelector(".score-foot a")?.focus();
    return undefined;
  };
  return html`<dialog ref=${box} class="sheet" aria-labelledby="submit-title" onClose=${() => (submitting.value = false)}>
    <h2 id="submit-title">${t("sheet.submit_title")}</h2>
    <${Fault} fault=${fault.value} />
    <p class="submit-result">${resultText(score.value.result)} · ${t(score.value.result.passed ? "sheet.pass" : "sheet.fail")}</p>
    <form onSubmit=${submit}>
      <label class="labelled"><span>${t("sheet.note")}</span><input class="field" name="note" maxlength="2000" /></label>
      <div class="buttons">
        <button class="button primary" disabled=${busy} autofocus>${t("sheet.submit")}</button>
        <button class="button quiet" type="button" onClick=${() => box.current.close()}>${t("people.cancel")}</button>
      </div>
    </form>
  </dialog>`;
}

function Trail() {
  const items = Object.fromEntries(itemsOf(sheet.value).map((item) => [item.id, item]));
  return html`<details class="history trail">
    <summary>${t("sheet.trail")} <span class="count">${trail.value.length}</span></summary>
    <ol>
      ${trail.value.map(({ version, at, by, act, reason, content }) => {
        const item = items[content.item];
        const what = item && html`: ${worded(item.title)} – ${content.state === "open" ? t("sheet.state.open") : markText(item, content)}`;
        return html`<li key=${version}>
          <time datetime=${at}>${timeText(at)}</time>
          <span>${t(`sheet.act.${act}`)}${what}${by && ` · ${by}`}${reason && html` <q dir="auto">${reason}</q>`}</span>
        </li>`;
      })}
    </ol>
  </details>`;
}

/** Where no score is yet: on which sheet it is begun. */
export function ScoreBegin() {
  const [chosen, setChosen] = useState(null);
  const name = chosen ?? sheets.value[0]?.sheet;
  if (!name) return fault.value && html`<div class="panel score-begin"><${Fault} fault=${fault.value} /></div>`;
  return html`<form class="panel score-begin" aria-label=${t("sheet.begin")} onSubmit=${(event) => (event.preventDefault(), begin(name))}>
    <${Fault} fault=${fault.value} />
    <label><span class="visually-hidden">${t("sheet.which")}</span>
      <select class="field" onChange=${({ target }) => setChosen(target.value)}>
        ${sheets.value.map((each) => html`<option key=${each.sheet} value=${each.sheet} selected=${each.sheet === name}>${worded(each.title)}</option>`)}
      </select></label>
    <button class="button primary" id="begin-score">${t("sheet.begin")}</button>
  </form>`;
}

/** What is heard, for those who do not see it. */
export function hearingText(alert, what) {
  return t("sheet.hears", { at: clockText(alert.evidence.from_ms), what });
}
