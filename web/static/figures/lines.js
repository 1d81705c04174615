// A line for each agent, team, queue, rule or day; sorted by any column.

import { html, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { numberText, percentText } from "../lib/wording.js";
import { Interval, Sparkline, hoursText } from "../office/parts.js";

const COLUMNS = [
  ["calls", (line) => line.calls],
  ["talk", (line) => line.talk_ms],
  ["alerts", (line) => line.alerts],
  ["per_100", (line) => line.alerts_per_100_calls],
  ["critical", (line) => line.critical],
  ["major", (line) => line.major],
  ["minor", (line) => line.minor],
  ["ended_by_agent", (line) => line.ended_by_agent],
  ["precision", (line) => line.precision],
  ["coverage", (line) => line.coverage],
];
const OF_CALLS = new Set(["calls", "talk", "per_100", "ended_by_agent", "coverage"]);

export function Lines({ table }) {
  const [sort, setSort] = useState({ by: table.by === "day" ? "name" : "alerts", down: table.by !== "day" });
  const columns = COLUMNS.filter(([name]) => table.total.calls !== null || !OF_CALLS.has(name));
  const value = sort.by === "name" ? (line) => line.name ?? line.key ?? "" : COLUMNS.find(([name]) => name === sort.by)[1];
  const lines = [...table.lines].sort((a, b) => order(value(a), value(b)) * (sort.down ? -1 : 1));
  const head = (name, text, number) => html`<th key=${name} scope="col" class=${number ? "number" : ""} aria-sort=${sort.by === name ? (sort.down ? "descending" : "ascending") : undefined}>
    <button onClick=${() => setSort({ by: name, down: sort.by === name ? !sort.down : number })}>${text}${sort.by === name ? (sort.down ? " ↓" : " ↑") : ""}</button>
  </th>`;
  const spark = table.days.length > 1 && table.by !== "day";
  return html`<table class="table folds figures">
    <thead>
      <tr>
        ${head("name", t(`figures.one.${table.by}`), false)}
        ${columns.map(([name]) => head(name, t(`figures.${name}`), name !== "precision"))}
        ${spark && html`<th scope="col">${t("figures.by_day")}</th>`}
      </tr>
    </thead>
    <tbody>
      ${lines.map(
        (line) => html`<tr key=${line.key ?? ""}>
          <td class="main"><${Name} line=${line} by=${table.by} /></td>
          ${columns.map(([name]) => html`<td key=${name} class=${name === "precision" ? "" : "number"} data-label=${t(`figures.${name}`)}><${Cell} name=${name} line=${line} /></td>`)}
          ${spark && html`<td data-label=${t("figures.by_day")}><${Sparkline} values=${line.alerts_by_day} label=${t("figures.spark", { days: line.alerts_by_day.join(", ") })} /></td>`}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function Name({ line, by }) {
  if (line.key === null) return html`<span class="subtle">${t("figures.nobody")}</span>`;
  if (by === "rule" || by === "agent") {
    const search = new URLSearchParams({ show: by === "rule" ? "alerts" : "calls", [by]: line.key });
    return html`<a href=${`/history?${search}`}>${line.name ?? line.key}</a>${line.name && html`<span class="sub mono">${line.key}</span>`}`;
  }
  return line.key;
}

function Cell({ name, line }) {
  switch (name) {
    case "precision":
      return html`<${Interval} ...${line} />`;
    case "talk":
      return line.talk_ms === null ? "" : hoursText(line.talk_ms);
    case "coverage":
      return percentText(line.coverage);
    case "per_100":
      return line.alerts_per_100_calls === null ? "–" : numberText(line.alerts_per_100_calls);
    default:
      return line[name] === 0 ? html`<span class="zero">0</span>` : numberText(line[name] ?? 0);
  }
}

function order(a, b) {
  if (a === null || b === null) return (a === null ? -1 : 0) + (b === null ? 1 : 0);
  return typeof a === "string" ? a.localeCompare(b) : a - b;
}
