// Alerts and calls from day to day: two lines over the same days, each with a scale of its own.

import uPlot from "../vendor/uplot.js";
import { html, useRef } from "../vendor/preact.js";
import { locale, t } from "../lib/i18n.js";
import { theme } from "../frame/theme.js";
import { numberText } from "../lib/wording.js";
import { HEIGHT, thinned, tooltip, usePlot } from "./plot.js";

export function DayChart({ table }) {
  const box = useRef(null);
  const { days, total } = table;
  const shape = `${JSON.stringify(total.alerts_by_day)} ${JSON.stringify(total.calls_by_day)} ${locale.value} ${theme.value}`;
  usePlot(box, shape, days.length > 1, (into) => draw(into, table));
  if (days.length < 2) return null;
  return html`<figure class="panel chart">
    <figcaption>
      <span class="key alerts">${t("figures.alerts")}</span>
      ${total.calls_by_day.length > 0 && html`<span class="key calls">${t("figures.calls")}</span>`}
    </figcaption>
    <div ref=${box} class="plot" role="img" aria-label=${label(table)}></div>
  </figure>`;
}

/** The same in words: the peak of each. */
function label({ days, total }) {
  const most = Math.max(...total.alerts_by_day);
  return t("figures.chart", { n: numberText(most), day: dayName(days[total.alerts_by_day.indexOf(most)]), first: dayName(days[0]), last: dayName(days.at(-1)) });
}

function dayName(day) {
  return new Intl.DateTimeFormat(locale.value, { month: "short", day: "numeric", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}

function draw(box, { days, total }) {
  const colour = (name) => getComputedStyle(box).getPropertyValue(name).trim();
  const font = `12px ${getComputedStyle(box).fontFamily}`;
  const hasCalls = total.calls_by_day.length > 0;
  const at = days.map((day) => Date.parse(`${day}T00:00:00Z`) / 1000);
  const axis = (scale, side, grid) => ({
    scale,
    side,
    font,
    stroke: colour("--dim"),
    size: 52,
    ticks: { show: false },
    grid: { show: grid, stroke: colour("--line"), width: 1 },
    values: (_plot, values) => values.map((value) => (Number.isInteger(value) ? numberText(value) : "")),
  });
  const from0 = { range: (_plot, _low, high) => [0, Math.max(4, Math.ceil(high * 1.1))] };
  const line = (name, scale, dash) => ({
    scale,
    stroke: colour(name),
    width: 2,
    dash,
    points: { show: days.length <= 45, size: 6, fill: colour("--surface") },
  });
  const options = {
    width: Math.max(200, Math.floor(box.clientWidth)),
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { size: 9 } },
    tzDate: (s) => uPlot.tzDate(new Date(s * 1000), "UTC"),
    scales: { x: { time: true }, alerts: from0, calls: from0 },
    axes: [
      {
        font,
        stroke: colour("--dim"),
        size: 30,
        ticks: { show: false },
        grid: { show: false },
        space: 64,
        splits: (plot) => thinned(at, plot.width, 72),
        values: (_plot, values) => values.map((s) => dayName(new Date(s * 1000).toISOString().slice(0, 10))),
      },
      axis("alerts", 3, true),
      ...(hasCalls ? [axis("calls", 1, false)] : []),
    ],
    series: [{}, line("--major", "alerts"), ...(hasCalls ? [line("--agent", "calls", [6, 4])] : [])],
    plugins: [tooltip((number) => dayText(days, total, number))],
  };
  return new uPlot(options, [at, total.alerts_by_day, ...(hasCalls ? [total.calls_by_day] : [])], box);
}

/** What the day under the pointer says. */
function dayText(days, total, number) {
  const calls = total.calls_by_day.length > 0 ? ` · ${t("figures.calls")} ${numberText(total.calls_by_day[number])}` : "";
  return `${dayName(days[number])} · ${t("figures.alerts")} ${numberText(total.alerts_by_day[number])}${calls}`;
}
