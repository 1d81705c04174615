// Pieces of the inspectors' pages: names, deadlines, trails, rows to walk with keys, and the sheet that asks before an act.

import { acting } from "../lib/acting.js";
import { has, t } from "../lib/i18n.js";
import { SeverityMark } from "../lib/severity-mark.js";
import { ageText, clockText, numberText, timeText, titleOf } from "../lib/wording.js";
import { ask, Fault } from "../office/api.js";
import { nameOf } from "../office/people.js";
import { Field } from "../office/parts.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";

const DAY_MS = 86_400_000;

/** Somebody's name, with the id where the two differ. */
export function Who({ id }) {
  const name = nameOf(id);
  return html`<span class="who" title=${id ?? ""}><bdi>${name}</bdi></span>`;
}

/** A time span that people plan with: minutes, hours, from two days on days. @param {number} ms */
export function spanText(ms) {
  return ms < 2 * DAY_MS ? ageText(ms) : t("loop.days", { n: numberText(Math.floor(ms / DAY_MS)) });
}

/** How long until a deadline, or how long it is past. @param {{at: string|null, overdue?: boolean}} props */
export function Due({ at, overdue }) {
  if (!at) return html`<span class="zero">–</span>`;
  const leftMs = new Date(at).getTime() - Date.now();
  const late = overdue ?? leftMs < 0;
  const near = !late && leftMs < 4 * 3_600_000;
  return html`<span class="state ${late ? "bad" : near ? "fair" : "off"}" title=${timeText(at, false)}>
    ${t(late ? "loop.late" : "loop.left", { span: spanText(Math.abs(leftMs)) })}
  </span>`;
}

/** The way to a call, where the shown moment is named. */
export function CallLink({ callId, atMs = null, children }) {
  return html`<a class="link" href=${callAddress(callId, atMs)}>${children ?? html`<span class="mono">${callId}</span>`}</a>`;
}

export function callAddress(callId, atMs = null) {
  return `/calls/${encodeURIComponent(callId)}${atMs === null ? "" : `#t=${(atMs / 1000).toFixed(1)}`}`;
}

/** Who did what and why, oldest first. @param {{steps: {act: string, by: string|null, at: string, reason: string|null}[], family: string}} props */
export function Trail({ steps, family }) {
  return html`<ol class="trail">
    ${steps.map(
      ({ act, by, at, reason }, number) => html`<li key=${number}>
        <time datetime=${at}>${timeText(at, false)}</time>
        <span>
          ${has(`${family}.${act}`) ? t(`${family}.${act}`) : act}${by && html` · <${Who} id=${by} />`}
          ${reason && html`<q dir="auto">${reason}</q>`}
        </span>
      </li>`,
    )}
  </ol>`;
}

export function Part({ title, children }) {
  return html`<section class="part"><h4>${title}</h4>${children}</section>`;
}

/** An alert that proves an item, with the way to its place in the call. */
export function Proof({ alert }) {
  return html`<li>
    <${SeverityMark} severity=${alert.severity} />
    <${CallLink} callId=${alert.call_id} atMs=${alert.evidence.from_ms}>${clockText(alert.evidence.from_ms)}</>
    <span>${titleOf(alert)}${alert.evidence.text && html` <q dir="auto">${alert.evidence.text}</q>`}</span>
  </li>`;
}

/** Move the focus among the rows of the list: `j` and `k`. @param {number} step */
export function moveRow(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (rows.length === 0) return;
  const at = rows.indexOf(document.activeElement);
  rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step))].focus();
}

/** Keys that every list of these pages has. */
export const ROW_KEYS = [
  { id: "next", key: "j", says: "help.next", group: "lists", repeats: true, does: () => moveRow(1) },
  { id: "previous", key: "k", says: "help.previous", group: "lists", repeats: true, does: () => moveRow(-1) },
];

/**
 * Asks for what an act needs and does it; what the service refuses is said in the sheet, and nothing typed is lost.
 * @param {{title: string, says?: string, save: string, danger?: boolean, wide?: boolean, children?: any, onClose: () => void,
 *   onSend: (said: FormData) => Promise<any>}} props
 */
export function ActSheet({ title, says, save, danger = false, wide = false, children, onClose, onSend }) {
  const sheet = useRef(null);
  const [fault, setFault] = useState(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => sheet.current.showModal(), []);
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await onSend(new FormData(event.target));
      sheet.current?.close();
    } catch (refusal) {
      setFault(refusal);
      setBusy(false);
    }
  };
  return html`<dialog ref=${sheet} class="sheet ${wide ? "wide" : ""}" aria-labelledby="act-sheet-title" onClose=${onClose}>
    <form onSubmit=${send}>
      <h2 id="act-sheet-title">${title}</h2>
      ${says && html`<p class="subtle">${says}</p>`}
      ${children}
      <${Fault} fault=${fault} />
      <div class="buttons">
        <button class="button ${danger ? "danger" : "primary"}" disabled=${busy}>${save}</button>
        <button class="button quiet" type="button" onClick=${() => sheet.current.close()}>${t("office.cancel")}</button>
      </div>
    </form>
  </dialog>`;
}

/** A reason in one's own words. */
export function ReasonField({ label, name = "reason", required = true, focus = true, rows = 3 }) {
  return html`<${Field} label=${label} wide=${true}><textarea class="field" name=${name} rows=${rows} maxlength="2000" required=${required} autofocus=${focus}></textarea></>`;
}

/** Send an act on a record with the version that was seen. @param {string} path @param {object} record @param {object} body */
export function act(path, record, body = {}) {
  return ask(path, { method: "POST", body: { version: record.version, ...body } });
}

/** What a list shows before it has anything. */
export function Nothing({ asked, text }) {
  if (asked.fault && !asked.found) return html`<${Fault} fault=${asked.fault} />`;
  return html`<p class="empty" role="status">${asked.found === null ? t("office.loading") : text}</p>`;
}

/** The list on the left, what is chosen of it on the right; on small screens below. */
export function TwoPanes({ list, detail }) {
  return html`<div class="two-panes ${detail ? "open" : ""}">
    <div class="pane-list">${list}</div>
    ${detail && html`<div class="pane-detail">${detail}</div>`}
  </div>`;
}

/** Asked anew when somebody else acts. */
export function actingKey() {
  return acting.value ?? "";
}
