// One item of the sheet: what can be judged, how it stands, what proves it, why somebody judged so.

import { html, useLayoutEffect, useRef } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { clockText, kindOf, titleOf } from "../lib/wording.js";
import { choicesOf, countedOf, pointsText, worded } from "../inspection/wording.js";
import { alerts } from "./record.js";
import { count, inHand, pick, reasonFor, take } from "./score-keys.js";
import { editable, judge, markOf } from "./score-record.js";

/** @param {{item: any, first: boolean, onHear: (alert: any) => void}} props */
export function ScoreItem({ item, first, onHear }) {
  const mark = markOf(item.id);
  const held = inHand.value === item.id;
  const reach = held || (first && inHand.value === null) ? 0 : -1;
  const onKeyDown = (event) => {
    const number = Number(event.key);
    if (!editable.value || event.ctrlKey || event.altKey || event.metaKey || !(number >= 1 && number <= 9) || event.target.matches("input:not([type=radio])")) return;
    event.preventDefault();
    pick(item, number);
  };
  return html`<div
    class="item ${mark.state} ${held ? "held" : ""} ${item.form}"
    data-item=${item.id}
    role="group"
    aria-label=${`${worded(item.title)}: ${t(`sheet.state.${mark.state}`)}`}
    tabindex=${reach}
    onFocusIn=${() => (inHand.value = item.id)}
    onClick=${({ target }) => target.closest("button, input, label") === null && take(item.id)}
    onKeyDown=${onKeyDown}
  >
    <p class="item-head">
      <span class="item-title">${worded(item.title)}</span>
      ${item.form === "fatal" && html`<span class="badge fatal">${t(`sheet.fatal.${item.category}`)}</span>`}
      ${item.key && html`<span class="badge">${t("sheet.key")}</span>`}
      <span class="badge soft stand">${t(`sheet.state.${mark.state}`)}</span>
    </p>
    ${choicesOf(item).length > 0 ? html`<${Choices} item=${item} mark=${mark} reach=${reach} />` : html`<${Counted} item=${item} mark=${mark} reach=${reach} />`}
    ${mark.evidence.length > 0 && html`<${Evidence} mark=${mark} reach=${reach} onHear=${onHear} />`}
    ${item.clause && html`<p class="subtle clause">${item.clause}</p>`}
    <${Reason} item=${item} mark=${mark} />
  </div>`;
}

function Choices({ item, mark, reach }) {
  return html`<ol class="choices-of">
    ${choicesOf(item).map(
      ({ id, name, points }, at) => html`<li key=${id}>
        <label>
          <input type="radio" name=${`choice-${item.id}`} checked=${mark.choice === id} disabled=${!editable.value} tabindex=${reach} onChange=${() => pick(item, at + 1)} />
          <kbd aria-hidden="true">${at + 1}</kbd>
          <span>${name}</span>
          ${points !== null && html`<span class="worth">${pointsText(points)}</span>`}
        </label>
      </li>`,
    )}
  </ol>`;
}

function Counted({ item, mark, reach }) {
  return html`<ol class="counted">
    ${countedOf(item).map(({ id, title, points }, at) => {
      const times = mark.counts[id] ?? 0;
      const name = title ? worded(title) : t("sheet.times");
      return html`<li key=${id} class=${times > 0 ? "happened" : ""}>
        <kbd aria-hidden="true">${at + 1}</kbd>
        <span class="what">${name}</span>
        <span class="worth">${worthText(item, points)}</span>
        <button class="step" tabindex=${reach} disabled=${!editable.value || times === 0} aria-label=${t("sheet.fewer", { what: name })} onClick=${() => count(item, id, -1)}>−</button>
        <output aria-label=${t("sheet.how_often", { what: name })}>${times}</output>
        <button class="step" tabindex=${reach} disabled=${!editable.value} aria-label=${t("sheet.more", { what: name })} onClick=${() => count(item, id, 1)}>+</button>
      </li>`;
    })}
  </ol>`;
}

function worthText(item, points) {
  if (item.form === "fatal") return t("sheet.all");
  if (points === "all") return t("sheet.all");
  if (points === null) return "";
  return item.form === "bonus" ? `+${pointsText(points)}` : `−${pointsText(points)}`;
}

function Evidence({ mark, reach, onHear }) {
  return html`<ol class="evidence" aria-label=${t("sheet.evidence")}>
    ${mark.evidence.map((alertId) => {
      const alert = alerts.value.find(({ alert_id }) => alert_id === alertId);
      if (!alert) return html`<li key=${alertId} class="subtle">${t("sheet.evidence_gone")}</li>`;
      return html`<li key=${alertId}>
        <button class="hear" tabindex=${reach} onClick=${() => onHear(alert)}>
          <span class="glyph play" aria-hidden="true"></span><span class="visually-hidden">${t("sheet.hear")} </span><span class="at">${clockText(alert.evidence.from_ms)}</span>
          <span>${titleOf(alert)}</span>
        </button>
        ${alert.evidence.text && html`<q dir="auto">${alert.evidence.text}</q>`}
        <span class="subtle">${kindOf(alert)}${alert.clause && ` · ${alert.clause}`}</span>
      </li>`;
    })}
  </ol>`;
}

function Reason({ item, mark }) {
  const field = useRef(null);
  const writes = reasonFor.value === item.id;
  useLayoutEffect(() => {
    // at once: the next key is a letter of the reason
    if (writes) field.current?.focus();
  }, [writes]);
  if (!writes) return mark.reason && html`<p class="reason"><q dir="auto">${mark.reason}</q></p>`;
  const end = () => {
    reasonFor.value = null;
    take(item.id);
  };
  const keep = (event) => {
    event.preventDefault();
    const reason = field.current.value.trim();
    if (mark.state === "open") judge(item.id, { open: true, reason: reason || null });
    else judge(item.id, { counts: mark.counts, choice: mark.choice, reason: reason || null });
    end();
  };
  const onKeyDown = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end();
  };
  return html`<form class="reason" onSubmit=${keep}>
    <label><span class="visually-hidden">${t("sheet.reason")}</span>
      <input ref=${field} class="field" maxlength="2000" placeholder=${t("sheet.reason_hint")} value=${mark.reason ?? ""} onKeyDown=${onKeyDown} /></label>
    <button class="button">${t("sheet.keep")}</button>
  </form>`;
}
