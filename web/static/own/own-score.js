// One closed score as its agent sees it: the result, what was wrong and what proves it, the inspector's words, the appeal.

import { Sound } from "../call/sound.js";
import { html, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { clockText, kindOf, timeText, titleOf } from "../lib/wording.js";
import { ask, Fault, useAsked } from "../office/api.js";
import { gradeText, isFault, itemsOf, markText, pointsText, worded } from "../inspection/wording.js";
import { nameOf } from "../office/people.js";
import { AppealSheet } from "./appeal-sheet.js";

const DAY_MS = 86_400_000;

/** @param {{score: any, sheet: any, appeal: any, own: any, first: boolean, onChanged: () => void}} props */
export function OwnScore({ score, sheet, appeal, own, first, onChanged }) {
  const [open, setOpen] = useState(first);
  const { result, call } = score;
  return html`<details class="panel own-score" data-score=${score.score_id} open=${open} onToggle=${({ target }) => setOpen(target.open)}>
    <summary>
      <span class="when">${timeText(call.started_at, false)}<span class="sub">${clockText(call.duration_ms)} · ${worded(sheet.title)}</span></span>
      <span class="state ${result.passed ? "good" : "bad"}">${result.grade ? gradeText(sheet, result) : t(result.passed ? "sheet.pass" : "sheet.fail")}</span>
      <span class="own-points">${result.points === null ? result.indicators.passed : pointsText(result.points)}${result.most !== null && html`<small> / ${pointsText(result.most)}</small>`}</span>
    </summary>
    ${open && html`<${Body} ...${{ score, sheet, appeal, own, onChanged }} />`}
  </details>`;
}

function Body({ score, sheet, appeal, own, onChanged }) {
  const address = `/inspection/scores/${encodeURIComponent(score.score_id)}/evidence`;
  const { found, fault } = useAsked(() => ask(address), address);
  const marks = Object.fromEntries(score.marks.map((mark) => [mark.item, mark]));
  const items = itemsOf(sheet).filter(({ id }) => marks[id]);
  const told = (item) => isFault(marks[item.id]) || marks[item.id].reason || item.form === "levels" || item.form === "bonus";
  const wrong = items.filter((item) => told(item) && !(item.form === "bonus" && !isFault(marks[item.id])));
  const fine = items.filter((item) => !wrong.includes(item));
  return html`<div class="own-body">
    <${Fault} fault=${fault} />
    ${score.result.fatal.length > 0 && html`<p class="lost">${t("sheet.zeroed", { n: score.result.fatal.length })}</p>`}
    ${wrong.map((item) => html`<${Item} key=${item.id} item=${item} mark=${marks[item.id]} findings=${found?.findings ?? []} />`)}
    ${score.note && html`<p class="own-note"><span class="subtle">${t("own.note")}</span> <q dir="auto">${score.note}</q></p>`}
    ${fine.length > 0 &&
    html`<details class="own-fine"><summary>${t("own.fine", { n: fine.length })}</summary>
      <p>${fine.map(({ title }) => worded(title)).join(" · ")}</p></details>`}
    <${Appeal} ...${{ score, appeal, own, onChanged }} />
  </div>`;
}

function Item({ item, mark, findings }) {
  const proofs = findings.filter(({ alert_id }) => mark.evidence.includes(alert_id));
  return html`<section class="own-item" data-own-item=${item.id}>
    <h3>${worded(item.title)}</h3>
    <p class=${isFault(mark) && item.form !== "bonus" ? "lost" : ""}>${markText(item, mark)}</p>
    ${mark.reason && html`<q dir="auto">${mark.reason}</q>`}
    ${proofs.map(
      (each) => html`<div key=${each.alert_id} class="own-found">
        <span>${clockText(each.evidence.from_ms)} · ${titleOf(each)}</span>
        ${each.evidence.text && html`<q dir="auto">${each.evidence.text}</q>`}
        <span class="subtle">${kindOf(each)}${each.clause && ` · ${each.clause}`}</span>
        ${each.evidence.clip && html`<${Sound} src=${each.evidence.clip} label=${t("alert.clip_of", { title: titleOf(each) })} />`}
      </div>`,
    )}
    ${item.clause && html`<p class="subtle">${item.clause}</p>`}
  </section>`;
}

function Appeal({ score, appeal, own, onChanged }) {
  const [asking, setAsking] = useState(null);
  const until = Date.parse(score.closed_at) + own.appeal_within_days * DAY_MS;
  const may = appeal ? (["upheld", "changed"].includes(appeal.state) ? "arbitration" : null) : score.state === "closed" && Date.now() < until ? "appeal" : null;
  return html`<div class="own-appeal">
    ${appeal &&
    html`<p><b>${t(`own.appeal.${appeal.state}`)}</b></p>
      <ol>
        ${appeal.trail.map((step, at) => html`<li key=${at}><time datetime=${step.at}>${timeText(step.at, false)}</time>${t(`own.act.${step.act}`)} · <bdi>${nameOf(step.by)}</bdi> <q dir="auto">${step.reason}</q></li>`)}
      </ol>`}
    ${!appeal && html`<p class="subtle">${may ? t("own.appeal_until", { at: timeText(until, false) }) : t("own.appeal_over")}</p>`}
    ${may && html`<p class="own-acts"><button class="button" data-act=${may} onClick=${() => setAsking(may)}>${t(may === "appeal" ? "own.appeal_do" : "own.arbitration_do")}</button></p>`}
    ${asking && html`<${AppealSheet} ...${{ score, appeal, asking }} onClose=${() => setAsking(null)} onDone=${onChanged} />`}
  </div>`;
}
