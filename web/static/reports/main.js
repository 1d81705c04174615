// The monthly report: key figures against last month and targets, what must be explained, trends, places, faults, closed loop.

import { html } from "../vendor/preact.js";
import { locale, t } from "../lib/i18n.js";
import { openPage, TopBar } from "../frame/page-frame.js";
import { addressed } from "../office/address.js";
import { dayText } from "../office/days.js";
import { Fault, ask, query, useAsked } from "../office/api.js";
import { Field, Names } from "../office/parts.js";
import { numberText } from "../lib/wording.js";
import { MEASURE, MEASURES, measureText } from "../figures/measures.js";
import { Faults } from "../figures/quality.js";
import { QualityTrends, periodName } from "../figures/trend-chart.js";

const { state, change } = addressed({ month: "", site: "", team: "" });
const OF_PLACES = ["calls", "per_100", "scored", "mean_score", "pass_ratio", "error_ratio", "fatal_ratio", "faults_per_100", "csat", "fcr", "complaints"];
const SHOWN_MONTHS = 36;
const thisMonth = () => dayText().slice(0, 7);
const LOOP = ["confirmed", "reported_in_time", "planned_in_time", "improved", "repeated", "overdue", "appeals", "appeals_changed", "call_backs", "reached", "given_up"];

function ReportPage() {
  const values = state.value;
  const search = query(values);
  const printed = query({ ...values, language: locale.value });
  const { found, fault, busy } = useAsked(() => ask(`/reports/monthly${search}`), search);
  const { found: roster } = useAsked(() => ask("/roster").catch(() => null), "roster");
  const set = (name) => ({ target }) => change({ [name]: target.value.trim() });
  return html`
    <${TopBar} section="figures"><span class="grow"></span></>
    <main class="page report" aria-busy=${busy}>
      <div class="page-head">
        <h2>${t("report.title")}${found ? ` · ${periodName(found.month)}` : ""}</h2>
        <span class="grow"></span>
        <a class="button quiet" href="/figures?show=quality">${t("report.to_figures")}</a>
        <a class="button" href=${`/api/v1/reports/monthly.csv${printed}`} download>${t("office.csv")}</a>
        <a class="button primary" href=${`/api/v1/reports/monthly.pdf${printed}`} download>${t("report.pdf")}</a>
      </div>
      <div class="panel filters">
        <${Field} label=${t("report.month")}><${Months} chosen=${values.month || found?.month || thisMonth()} onChange=${set("month")} /></>
        <${Field} label=${t("fact.site")}><input class="field" list="sites" value=${values.site} onChange=${set("site")} /></>
        <${Field} label=${t("fact.team")}><input class="field" list="teams" value=${values.team} onChange=${set("team")} /></>
        <${Names} id="sites" entries=${roster?.sites} /><${Names} id="teams" entries=${roster?.teams} />
      </div>
      <${Fault} fault=${fault} />
      ${found === null && busy && html`<p class="empty" role="status">${t("office.loading")}</p>`}
      ${found && html`<${Report} report=${found} />`}
    </main>
  `;
}

/** The last three years by month, in the page's language: not every browser has a field for months. */
function Months({ chosen, onChange }) {
  const [year, month] = thisMonth().split("-").map(Number);
  const months = Array.from({ length: SHOWN_MONTHS }, (_, ago) => new Date(Date.UTC(year, month - 1 - ago)).toISOString().slice(0, 7));
  if (!months.includes(chosen)) months.push(chosen);
  return html`<select class="field" id="month" value=${chosen} onChange=${onChange}>
    ${months.map((each) => html`<option key=${each} value=${each} selected=${each === chosen}>${periodName(each)}</option>`)}
  </select>`;
}

function Report({ report }) {
  return html`
    <div class="beside">
      <${KeyFigures} report=${report} />
      <div class="column">
        <${ToExplain} report=${report} />
        <${Loop} loop=${report.loop} />
      </div>
    </div>
    <${QualityTrends} lines=${report.months} />
    ${report.sites.length > 1 && html`<${Places} by="site" title=${t("report.sites")} lines=${report.sites} />`}
    <${Places} by="team" title=${t("report.teams")} lines=${report.teams} />
    <${Places} by="agent" title=${t("report.agents")} lines=${report.agents} />
    ${report.faults.length > 0 && html`<${Faults} faults=${report.faults} scored=${report.total.scored} before />`}
    <p class="subtle">${t("report.about", { zone: report.timezone, time: report.day_begins, at: new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeStyle: "short" }).format(new Date(report.made_at)) })} ${t("figures.info_apart")}</p>
  `;
}

function KeyFigures({ report }) {
  const targets = Object.fromEntries(report.targets.map((each) => [each.figure, each]));
  const compared = report.before.calls > 0; // a month before the first call says nothing
  return html`<section class="panel" aria-label=${t("report.key_figures")}>
    <div class="panel-head"><h3>${t("report.key_figures")}</h3></div>
    <table class="table key-figures">
      <thead><tr><th scope="col">${t("report.figure")}</th>${["this_month", "last_month", "change", "target"].map((name) => html`<th scope="col" class="number" key=${name}>${t(`report.${name}`)}</th>`)}</tr></thead>
      <tbody>
        ${MEASURES.map(
          ([name]) => html`<tr key=${name}>
            <th scope="row">${t(`quality.${name}`)}</th>
            <td class="number"><b>${measureText(name, report.total)}</b></td>
            <td class="number">${compared ? measureText(name, report.before) : "–"}</td>
            <td class="number">${compared && html`<${Change} name=${name} now=${report.total} before=${report.before} />`}</td>
            <td class="number">${targets[name] && html`<${Target} name=${name} target=${targets[name]} />`}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

/** By how much it rose or fell; in words whether that is good. */
function Change({ name, now, before }) {
  const { of, better } = MEASURE[name];
  const [is, was] = [of(now), of(before)];
  if (is === null || was === null || is === was) return is === null || was === null ? "" : "=";
  const ratio = name.endsWith("_ratio") || ((name === "csat" || name === "fcr") && is <= 1);
  const by = ratio
    ? t("report.points", { n: numberText((is - was) * 100, { signDisplay: "always", maximumFractionDigits: 1 }) })
    : numberText(is - was, { signDisplay: "always", maximumFractionDigits: 1 });
  if (!better) return by;
  const good = is > was === better > 0;
  return html`<span class=${good ? "good" : "bad"}>${by}<span class="visually-hidden"> ${good ? t("quality.better") : t("quality.worse")}</span></span>`;
}

function Target({ name, target }) {
  const word = target.met === null ? "unknown" : target.met ? "met" : "missed";
  return html`<span class="state ${target.met === null ? "off" : target.met ? "good" : "bad"}">${target.at_least ? "≥" : "≤"} ${MEASURE[name].text(target.target)} · ${t(`report.${word}`)}</span>`;
}

/** What missed its target, and sites too far below all together: the month's report must say why. */
function ToExplain({ report }) {
  const missed = report.targets.filter(({ met }) => met === false);
  return html`<section class="panel" aria-label=${t("report.explain")}>
    <div class="panel-head"><h3>${t("report.explain")}</h3></div>
    ${missed.length + report.gaps.length === 0
      ? html`<p class="empty">${t("report.nothing_to_explain")}</p>`
      : html`<ul class="points">
          ${missed.map(({ figure, value }) => html`<li key=${figure}>${t("report.explain_target", { figure: t(`quality.${figure}`), value: MEASURE[figure].text(value) })}</li>`)}
          ${report.gaps.map(
            (gap) => html`<li key=${`${gap.site}.${gap.figure}`}>
              ${t("report.explain_gap", { site: gap.site ?? t("figures.nobody"), figure: t(`quality.${gap.figure}`), value: MEASURE[gap.figure].text(gap.value), together: MEASURE[gap.figure].text(gap.together) })}
            </li>`,
          )}
        </ul>`}
  </section>`;
}

function Loop({ loop }) {
  return html`<section class="panel" aria-label=${t("report.loop")}>
    <div class="panel-head"><h3>${t("report.loop")}</h3></div>
    <dl class="facts">${LOOP.map((name) => html`<div key=${name}><dt>${t(`report.loop.${name}`)}</dt><dd>${numberText(loop[name])}</dd></div>`)}</dl>
  </section>`;
}

function Places({ by, title, lines }) {
  const known = OF_PLACES.filter((name) => lines.some((line) => MEASURE[name].of(line) !== null));
  const sorted = [...lines].sort((a, b) => (a.mean_score ?? Infinity) - (b.mean_score ?? Infinity));
  if (lines.length === 0) return null;
  return html`<section class="panel" aria-label=${title}>
    <div class="panel-head"><h3>${title}</h3></div>
    <div class="scroll" tabindex="0" role="group" aria-label=${title}>
      <table class="table folds">
        <thead><tr><th scope="col">${t(`figures.one.${by}`)}</th>${known.map((name) => html`<th scope="col" class="number" key=${name}>${t(`quality.${name}`)}</th>`)}</tr></thead>
        <tbody>
          ${sorted.map(
            (line) => html`<tr key=${line.key ?? ""}>
              <td class="main">${line.name ?? line.key ?? t("figures.nobody")}${line.name && html`<span class="sub mono">${line.key}</span>`}</td>
              ${known.map((name) => html`<td class="number" key=${name} data-label=${t(`quality.${name}`)}>${measureText(name, line)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

await openPage(ReportPage, { title: () => t("report.title") });
