// A sheet of one's own, written here or read from a file: every fault with its line, and how it would look.

import { t } from "../lib/i18n.js";
import { numberText } from "../lib/wording.js";
import { ask, Fault } from "../office/api.js";
import { Editor } from "../rules/editor.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { SheetTable } from "./sheet-view.js";

const WAIT_MS = 700; // after the last key
const EXAMPLE = `sheet: my_sheet
version: 1
title: {zh: 我的评分表, en: My sheet}
total_points: 100
pass_points: 80
grades:
  - {id: good, title: {zh: 良好, en: Good}, at_least: 80}
  - {id: failed, title: {zh: 不合格, en: Failed}, at_least: 0}
groups:
  - id: words
    title: {zh: 服务用语, en: Words}
    items:
      - id: opening
        form: deductions
        points: 100
        title: {zh: 开头语, en: Opening}
        deductions:
          - {id: missing, points: 20, at_most: 1, title: {zh: 无开头语, en: No opening}, proved_by: [{kind: missing_greeting}]}
`;

export function SheetCheck() {
  const [text, setText] = useState(EXAMPLE);
  const [checked, setChecked] = useState(null);
  const [fault, setFault] = useState(null);
  const [jump, setJump] = useState({ line: null, round: 0 });
  const newest = useRef(0);
  useEffect(() => {
    const number = (newest.current += 1);
    const timer = setTimeout(
      () =>
        ask("/inspection/sheets/check", { method: "POST", body: { text } }).then(
          (found) => {
            if (number !== newest.current) return;
            setChecked(found);
            setFault(null);
          },
          (refusal) => number === newest.current && setFault(refusal),
        ),
      WAIT_MS,
    );
    return () => clearTimeout(timer);
  }, [text]);
  const read = async ({ target }) => target.files[0] && setText(await target.files[0].text());
  const faults = checked?.faults ?? [];
  return html`<div class="edit-side sheet-editor">
    <section class="panel edit" aria-label=${t("plans.view.check")}>
      <header class="panel-head">
        <h3>${t("sheets.check")}</h3>
        <span class="state ${checked === null ? "off" : faults.length > 0 ? "bad" : "good"}" role="status">${checked === null ? t("rules.checking") : faults.length > 0 ? t("rules.faults", { n: numberText(faults.length) }) : t("sheets.sound")}</span>
        <span class="grow"></span>
        <label class="button">${t("sheets.read")}<input class="visually-hidden" type="file" accept=".yaml,.yml" onChange=${read} /></label>
      </header>
      <${Editor} text=${text} label=${t("sheets.check")} faults=${faults.filter(({ line }) => line !== null).map(({ line, detail }) => ({ line, text: detail }))} line=${jump.line} lineAsked=${jump.round} onText=${setText} />
    </section>
    <${Fault} fault=${fault} />
    ${faults.length > 0 &&
    html`<section class="panel faults" aria-labelledby="faults-title">
      <header class="panel-head"><h3 id="faults-title">${t("rules.faults", { n: numberText(faults.length) })}</h3></header>
      <ol>
        ${faults.map(
          ({ line, detail }, at) => html`<li key=${at}>
            ${line === null ? html`<span></span>` : html`<button class="link mono" onClick=${() => setJump(({ round }) => ({ line, round: round + 1 }))}>${t("sheets.line", { n: line })}</button>`}
            <span>${detail}</span>
          </li>`,
        )}
      </ol>
    </section>`}
    <p class="subtle">${t("sheets.where")}</p>
    ${checked?.sheet && html`<${SheetTable} sheet=${checked.sheet.sheet} />`}
  </div>`;
}
