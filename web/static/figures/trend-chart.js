// Lines over days or months: one scale, a legend in words, a bubble for the place under the pointer.

import uPlot from "../vendor/uplot.js";
import { html, useRef } from "../vendor/preact.js";
import { locale, t } from "../lib/i18n.js";
import { theme } from "../frame/theme.js";
import { numberText } from "../lib/wording.js";
import { HEIGHT, thinned, tooltip, usePlot } from "./plot.js";

const DASHES = [undefined, [6, 4], [2, 3]];

/**
 * @param {{title: string, keys: string[], lines: {name: string, colour: string, values: (number|null)[]}[], share?: boolean}} props
 *   keys: days (`2026-11-23`) or months (`2026-11`); share: values of 0 to 1, written in percent
 */
export function TrendChart({ title, keys, lines, share = false }) {
  const box = useRef(null);
  const known = keys.length > 1 && lines.some(({ values }) => values.some((value) => value !== null));
  const shape = `${JSON.stringify([keys, lines, known])} ${locale.value} ${theme.value}`;
  usePlot(box, shape, known, (into) => draw(into, keys, lines, share));
  return html`<figure class="panel chart trend">
    <figcaption>
      <b>${title}</b>
      ${lines.map(({ name, colour }, at) => html`<span class="key" key=${name} style=${{ "--key": `var(${colour})`, "--key-style": at === 0 ? "solid" : at === 1 ? "dashed" : "dotted" }}>${name}</span>`)}
    </figcaption>
    ${known ? html`<div ref=${box} class="plot" role="img" aria-label=${label(title, keys, lines, share)}></div>` : html`<p class="empty">${t("quality.no_trend")}</p>`}
  </figure>`;
}

const text = (value, share) => (value === null ? "–" : numberText(value, share ? { style: "percent", maximumFractionDigits: 1 } : { maximumFractionDigits: 1 }));

/** The same in words: from where to where each line goes. */
function label(title, keys, lines, share) {
  const each = lines.map(({ name, values }) => {
    const at = values.map((value, number) => (value === null ? -1 : number)).filter((number) => number >= 0);
    if (at.length === 0) return `${name} –`;
    return `${name} ${periodName(keys[at[0]])} ${text(values[at[0]], share)}, ${periodName(keys[at.at(-1)])} ${text(values[at.at(-1)], share)}`;
  });
  return `${title}: ${each.join("; ")}`;
}

/** @param {string} key a day or a month */
export function periodName(key) {
  const options = key.length === 7 ? { year: "numeric", month: "short", timeZone: "UTC" } : { month: "short", day: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat(locale.value, options).format(new Date(`${key.length === 7 ? `${key}-01` : key}T00:00:00Z`));
}

function draw(box, keys, lines, share) {
  const colour = (name) => getComputedStyle(box).getPropertyValue(name).trim();
  const font = `12px ${getComputedStyle(box).fontFamily}`;
  const at = keys.map((_key, number) => number);
  const room = keys[0].length === 7 ? 92 : 72; // of a month's name, of a day's
  const most = Math.max(...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const top = share ? Math.min(1, Math.max(0.1, most * 1.15)) : Math.max(1, most * 1.15);
  const options = {
    width: Math.max(200, Math.floor(box.clientWidth)),
    height: HEIGHT,
    padding: [null, room / 2, null, null], // the last name is whole
    legend: { show: false },
    cursor: { y: false, points: { size: 9 } },
    scales: { x: { time: false }, y: { range: [0, top] } },
    axes: [
      {
        font,
        stroke: colour("--dim"),
        size: 30,
        ticks: { show: false },
        grid: { show: false },
        splits: (plot) => thinned(at, plot.width, room),
        values: (_plot, values) => values.map((number) => periodName(keys[number])),
      },
      {
        font,
        stroke: colour("--dim"),
        size: 52,
        ticks: { show: false },
        grid: { stroke: colour("--line"), width: 1 },
        values: (_plot, values) => values.map((value) => text(value, share)),
      },
    ],
    series: [
      {},
      ...lines.map(({ colour: name }, number) => ({
        stroke: colour(name),
        width: 2,
        dash: DASHES[number],
        spanGaps: true,
        points: { show: keys.length <= 45, size: 6, fill: colour("--surface") },
      })),
    ],
    plugins: [tooltip((at) => [periodName(keys[at]), ...lines.map(({ name, values }) => `${name} ${text(values[at], share)}`)].join(" · "))],
  };
  return new uPlot(options, [at, ...lines.map(({ values }) => values)], box);
}

/** Pass and error rate, and alerts per hundred calls, over the lines of days or months. */
export function QualityTrends({ lines }) {
  const keys = lines.map((line) => line.key);
  const of = (name) => lines.map((line) => line[name]);
  return html`<div class="two-charts">
    <${TrendChart}
      title=${t("quality.trend.scores")}
      keys=${keys}
      share
      lines=${[
        { name: t("quality.pass_ratio"), colour: "--good", values: of("pass_ratio") },
        { name: t("quality.error_ratio"), colour: "--critical", values: of("error_ratio") },
      ]}
    />
    <${TrendChart} title=${t("quality.trend.alerts")} keys=${keys} lines=${[{ name: t("quality.per_100"), colour: "--major", values: of("alerts_per_100_calls") }]} />
  </div>`;
}
