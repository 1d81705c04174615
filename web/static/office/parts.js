// Pieces that the pages of administration and of the day after share: fields, choices, a day's span, bars of a share.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { numberText, percentText } from "../lib/wording.js";
import { PERIODS, dayText } from "./days.js";

/** A field with its name above. @param {{label: string, children: any, wide?: boolean}} props */
export function Field({ label, children, wide = false, hint }) {
  return html`<label class="labelled ${wide ? "wide" : ""}"><span>${label}</span>${children}${hint && html`<small>${hint}</small>`}</label>`;
}

/** One of several, side by side. @param {{label: string, chosen: string, options: [string, string][], onChoose: (value: string) => void}} props */
export function Segments({ label, chosen, options, onChoose }) {
  const onKeyDown = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = options.findIndex(([value]) => value === chosen);
    const next = (at + step + options.length) % options.length;
    onChoose(options[next][0]);
    event.currentTarget.children[next].focus();
  };
  return html`<div class="segments" role="radiogroup" aria-label=${label} onKeyDown=${onKeyDown}>
    ${options.map(
      ([value, name], at) => html`<button
        key=${value}
        type="button"
        class="segment"
        role="radio"
        aria-checked=${value === chosen}
        tabindex=${value === chosen || (at === 0 && !options.some(([each]) => each === chosen)) ? 0 : -1}
        onClick=${() => onChoose(value)}
      >
        ${name}
      </button>`,
    )}
  </div>`;
}

/** From which day to which; the usual spans by one click. */
export function Span({ from, to, onChange }) {
  const chosen = PERIODS.find(([, first, last]) => from === dayText(first) && to === dayText(last))?.[0] ?? "own";
  const choose = (name) => {
    const found = PERIODS.find(([each]) => each === name);
    if (found) onChange({ from: dayText(found[1]), to: dayText(found[2]) });
  };
  return html`<div class="span-of-days">
    <${Segments} label=${t("days.period")} chosen=${chosen} onChoose=${choose} options=${PERIODS.map(([name]) => [name, t(`days.${name}`)])} />
    <label><span class="visually-hidden">${t("days.from")}</span>
      <input class="field" type="date" value=${from} max=${to} onChange=${({ target }) => target.value && onChange({ from: target.value, to })} /></label>
    <span aria-hidden="true">–</span>
    <label><span class="visually-hidden">${t("days.to")}</span>
      <input class="field" type="date" value=${to} min=${from} onChange=${({ target }) => target.value && onChange({ from, to: target.value })} /></label>
  </div>`;
}

/** A share with its 95 % interval: the bar is the interval, the stroke in it the share. */
export function Interval({ right, wrong, precision, lower, upper }) {
  if (right + wrong === 0) return html`<span class="interval-none">${t("precision.none")}</span>`;
  const label = t("precision.label", { share: percentText(precision), lower: percentText(lower), upper: percentText(upper), n: right + wrong });
  return html`<span class="interval" title=${label}>
    <b>${percentText(precision)}</b>
    <svg viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label=${label}>
      <rect class="whole" x="0" y="5" width="100" height="2" />
      <rect class="sure" x=${lower * 100} y="3" width=${Math.max(1, (upper - lower) * 100)} height="6" rx="2" />
      <rect class="point" x=${Math.max(0, precision * 100 - 1)} y="1" width="2" height="10" />
    </svg>
    <small>${numberText(right + wrong)}</small>
  </span>`;
}

/** Bytes as people read them. @param {number} bytes */
export function sizeText(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return numberText(value, { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: value < 10 && step > 0 ? 1 : 0 });
}

/** Hours, below one minutes. @param {number} ms */
export function hoursText(ms) {
  if (ms > 0 && ms < 3_600_000) return numberText(ms / 60_000, { style: "unit", unit: "minute", unitDisplay: "short", maximumFractionDigits: ms < 600_000 ? 1 : 0 });
  return numberText(ms / 3_600_000, { style: "unit", unit: "hour", unitDisplay: "short", maximumFractionDigits: 1 });
}

/** A small line of a few days. @param {{values: number[], label: string}} props */
export function Sparkline({ values, label }) {
  const most = Math.max(1, ...values);
  if (values.length < 2) return null;
  const points = values.map((value, at) => `${((at / (values.length - 1)) * 100).toFixed(1)},${(22 - (value / most) * 20).toFixed(1)}`).join(" ");
  return html`<svg class="sparkline" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label=${label}>
    <polyline points=${points} vector-effect="non-scaling-stroke" />
  </svg>`;
}

/** Names that may be typed into a field, from the roster. */
export function Names({ id, entries }) {
  return html`<datalist id=${id}>${(entries ?? []).map((each) => html`<option key=${each.id} value=${each.id}>${each.name ?? ""}</option>`)}</datalist>`;
}
