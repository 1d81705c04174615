// Figures of quality: what it comes to, how it went, places side by side, a line for each, what was wrong most often.

import { html, useState } from "../vendor/preact.js";
import { locale, t } from "../lib/i18n.js";
import { Fault, ask, query, useAsked } from "../office/api.js";
import { Field } from "../office/parts.js";
import { numberText, percentText } from "../lib/wording.js";
import { MEASURE, MEASURES, measureText } from "./measures.js";
import { QualityTrends } from "./trend-chart.js";

const TILES = ["calls", "per_100", "scored", "mean_score", "pass_ratio", "error_ratio", "fatal_ratio", "csat", "fcr", "complaints"];
const COLUMNS = MEASURES.map(([name]) => name);
const PLACES = ["site", "team", "queue"];
const COMPARED = ["pass_ratio", "mean_score", "error_ratio", "fatal_ratio", "per_100", "faults_per_100", "csat", "fcr"];
const DAYS_AT_MOST = 62; // beyond it a trend is of months

export function Quality({ values }) {
  const search = query({ ...values, show: "" });
  const span = (Date.parse(values.to) - Date.parse(values.from)) / 86_400_000;
  const trendBy = span > DAYS_AT_MOST ? "month" : "day";
  const trendSearch = query({ ...values, show: "", by: trendBy });
  const { found, fault, busy } = useAsked(() => ask(`/figures/quality${search}`), search);
  const { found: trend } = useAsked(() => ask(`/figures/quality${trendSearch}`), trendSearch);
  const { found: wrong } = useAsked(() => ask(`/figures/faults${search}`), search);
  return html`
    <${Fault} fault=${fault} />
    ${found === null && busy && html`<p class="empty" role="status">${t("office.loading")}</p>`}
    ${found && found.by !== "rule" && html`<${Tiles} total=${found.total} />`}
    ${trend && !values.rule && trend.lines.length > 1 && html`<${QualityTrends} lines=${trend.lines} />`}
    ${found && PLACES.includes(found.by) && found.lines.length > 1 && html`<${Compared} table=${found} />`}
    ${found &&
    html`<section class="panel" aria-label=${t(`figures.by.${found.by}`)}>
      ${found.lines.length > 0
        ? html`<div class="scroll" tabindex="0" role="group" aria-label=${t(`figures.by.${found.by}`)}><${QualityLines} key=${found.by} table=${found} /></div>`
        : html`<p class="empty" role="status">${t("figures.none")}</p>`}
      <p class="panel-foot subtle">${t("figures.days_of", { zone: found.timezone, time: found.day_begins })} ${t("quality.counts")} ${t("figures.info_apart")}</p>
    </section>`}
    ${wrong && wrong.faults.length > 0 && found && html`<${Faults} faults=${wrong.faults} scored=${found.total.scored} />`}
  `;
}

function Tiles({ total }) {
  return html`<dl class="tiles" lang=${locale.value}>
    ${TILES.filter((name) => MEASURE[name].of(total) !== null).map(
      (name) => html`<div class="panel tile" key=${name}><dt>${t(`quality.${name}`)}</dt><dd>${measureText(name, total)}</dd></div>`,
    )}
  </dl>`;
}

/** Places side by side: a bar each, and a stroke where all together are. */
function Compared({ table }) {
  const usual = COMPARED.find((name) => table.lines.some((line) => MEASURE[name].of(line) !== null)) ?? "per_100";
  const [chosen, choose] = useState(usual);
  const { of, better } = MEASURE[chosen];
  const together = of(table.total);
  const lines = [...table.lines].sort((a, b) => ((of(a) ?? -Infinity) - (of(b) ?? -Infinity)) * -better);
  const most = Math.max(...lines.map((line) => of(line) ?? 0), together ?? 0) || 1;
  const difference = (line) => {
    const value = of(line);
    if (value === null || together === null || value === together) return "";
    return value > together === better > 0 ? t("quality.better") : t("quality.worse");
  };
  return html`<section class="panel compared" aria-label=${t("quality.compared")}>
    <div class="panel-head">
      <h3>${t("quality.compared")}</h3>
      <span class="grow"></span>
      <${Field} label=${t("quality.measure")}>
        <select class="field" value=${chosen} onChange=${({ target }) => choose(target.value)}>
          ${COMPARED.map((name) => html`<option key=${name} value=${name} selected=${name === chosen}>${t(`quality.${name}`)}</option>`)}
        </select>
      </>
    </div>
    <ul class="bars">
      ${lines.map((line) => {
        const verdict = difference(line);
        return html`<li key=${line.key ?? ""}>
          <span class="place">${line.key ?? t("figures.nobody")}</span>
          <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
            <rect class="whole" x="0" y="0" width="100" height="12" />
            <rect class=${verdict === t("quality.worse") ? "bar worse" : "bar"} x="0" y="0" width=${((of(line) ?? 0) / most) * 100} height="12" />
            ${together !== null && html`<rect class="together" x=${Math.max(0, (together / most) * 100 - 0.4)} y="0" width="0.8" height="12" />`}
          </svg>
          <b>${measureText(chosen, line)}</b><small>${verdict}</small>
        </li>`;
      })}
    </ul>
    <p class="panel-foot subtle">${t("quality.together", { value: measureText(chosen, table.total) })}</p>
  </section>`;
}

function QualityLines({ table }) {
  const inOrder = table.by === "day" || table.by === "month";
  const [sort, setSort] = useState({ by: inOrder ? "name" : "mean_score", down: false });
  const known = (name) => table.lines.some((line) => ![null, undefined].includes(MEASURE[name].of(line)));
  const columns = COLUMNS.filter((name) => (table.by !== "rule" || !MEASURE[name].ofCalls) && known(name));
  const value = (line) => (sort.by === "name" ? line.name ?? line.key ?? "" : sort.by === "proved" ? line.faulty : MEASURE[sort.by].of(line));
  const lines = [...table.lines].sort((a, b) => order(value(a), value(b), sort.down));
  const head = (name, text, number) => html`<th key=${name} scope="col" class=${number ? "number" : ""} aria-sort=${sort.by === name ? (sort.down ? "descending" : "ascending") : undefined}>
    <button onClick=${() => setSort({ by: name, down: sort.by === name ? !sort.down : number })}>${text}${sort.by === name ? (sort.down ? " ↓" : " ↑") : ""}</button>
  </th>`;
  return html`<table class="table folds figures quality">
    <thead>
      <tr>
        ${head("name", t(`figures.one.${table.by}`), false)}${columns.map((name) => head(name, t(`quality.${name}`), true))}
        ${table.by === "rule" && head("proved", t("report.proved"), true)}
      </tr>
    </thead>
    <tbody>
      ${lines.map(
        (line) => html`<tr key=${line.key ?? ""}>
          <td class="main">${line.key === null ? html`<span class="subtle">${t("figures.nobody")}</span>` : line.name ?? line.key}${line.name && html`<span class="sub mono">${line.key}</span>`}</td>
          ${columns.map((name) => html`<td key=${name} class="number" data-label=${t(`quality.${name}`)}>${measureText(name, line)}</td>`)}
          ${table.by === "rule" && html`<td class="number" data-label=${t("report.proved")}>${numberText(line.faulty)}</td>`}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** What was wrong most often. @param {{faults: any[], scored: number, before?: boolean}} props */
export function Faults({ faults, scored, before = false }) {
  const language = locale.value.slice(0, 2);
  return html`<section class="panel" aria-label=${t("report.faults")}>
    <div class="panel-head"><h3>${t("report.faults")}</h3></div>
    <div class="scroll">
      <table class="table folds">
        <thead>
          <tr>
            <th scope="col">${t("report.fault")}</th><th scope="col">${t("report.kind")}</th><th scope="col" class="number">${t("report.calls")}</th>
            <th scope="col" class="number">${t("report.of_scored")}</th>
            ${before && html`<th scope="col" class="number">${t("report.last_month")}</th>`}
            <th scope="col" class="number">${t("report.agents_with")}</th>
          </tr>
        </thead>
        <tbody>
          ${faults.map(
            (fault) => html`<tr key=${`${fault.sheet}.${fault.item}`}>
              <td class="main">${fault.titles[language] ?? fault.item}<span class="sub mono">${fault.sheet} · ${fault.item}</span></td>
              <td data-label=${t("report.kind")}>${t(`quality.error.${fault.error}`)}</td>
              <td class="number" data-label=${t("report.calls")}>${numberText(fault.calls)}</td>
              <td class="number" data-label=${t("report.of_scored")}>${scored ? percentText(fault.calls / scored) : "–"}</td>
              ${before && html`<td class="number" data-label=${t("report.last_month")}>${numberText(fault.calls_before)}</td>`}
              <td class="number" data-label=${t("report.agents_with")}>${numberText(fault.agents)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** What is not known comes last, whichever way. */
function order(a, b, down) {
  const missing = (each) => each === null || each === undefined;
  if (missing(a) || missing(b)) return (missing(a) ? 1 : 0) - (missing(b) ? 1 : 0);
  return (typeof a === "string" ? a.localeCompare(b) : a - b) * (down ? -1 : 1);
}
