// Figures per agent, team, queue, rule and day: what it comes to, how it went from day to day, a line for each.

import { html } from "../vendor/preact.js";
import { locale, t } from "../lib/i18n.js";
import { openPage, TopBar } from "../frame/page-frame.js";
import { may } from "../lib/session.js";
import { addressed } from "../office/address.js";
import { ask, Fault, query, useAsked } from "../office/api.js";
import { dayText } from "../office/days.js";
import { Field, Names, Segments, Span, hoursText } from "../office/parts.js";
import { numberText, percentText } from "../lib/wording.js";
import { DayChart } from "./day-chart.js";
import { Lines } from "./lines.js";
import { Quality } from "./quality.js";

const BY = ["agent", "team", "site", "queue", "rule", "day", "month"];
const SHOWN = ["alerts", "quality"];
const USUAL = { show: "alerts", by: "agent", from: dayText(6), to: dayText(0), agent: "", team: "", site: "", queue: "", rule: "" };
const { state, change } = addressed(USUAL);

function FiguresPage() {
  const values = state.value;
  const search = query({ ...values, show: "" });
  const quality = values.show === "quality" && may("own_scores");
  const { found: roster } = useAsked(() => ask("/roster").catch(() => null), "roster");
  const set = (name) => ({ target }) => change({ [name]: target.value.trim() });
  return html`
    <${TopBar} section="figures"><span class="grow"></span></>
    <main class="page">
      <div class="page-head">
        <h2>${t("figures.title")}</h2>
        ${may("own_scores") && html`<${Segments} label=${t("figures.show")} chosen=${values.show} onChoose=${(show) => change({ show })} options=${SHOWN.map((show) => [show, t(`figures.show.${show}`)])} />`}
        <${Segments} label=${t("figures.by")} chosen=${values.by} onChoose=${(by) => change({ by })} options=${BY.map((by) => [by, t(`figures.by.${by}`)])} />
        <span class="grow"></span>
        ${quality && may("scores") && html`<a class="button quiet" href=${`/reports${query({ site: values.site, team: values.team })}`}>${t("report.title")}</a>`}
        <a class="button" href=${`/api/v1/figures${quality ? "/quality" : ""}.csv${search}`} download>${t("office.csv")}</a>
      </div>
      <div class="panel filters">
        <div class="across"><${Span} from=${values.from} to=${values.to} onChange=${(days) => change(days)} /></div>
        <${Field} label=${t("fact.agent")}><input class="field" list="people" value=${values.agent} onChange=${set("agent")} /></>
        <${Field} label=${t("fact.team")}><input class="field" list="teams" value=${values.team} onChange=${set("team")} /></>
        <${Field} label=${t("fact.site")}><input class="field" list="sites" value=${values.site} onChange=${set("site")} /></>
        <${Field} label=${t("fact.queue")}><input class="field" list="queues" value=${values.queue} onChange=${set("queue")} /></>
        <${Field} label=${t("figures.rule")}><input class="field" value=${values.rule} onChange=${set("rule")} /></>
        <${Names} id="people" entries=${roster?.people} /><${Names} id="teams" entries=${roster?.teams} /><${Names} id="sites" entries=${roster?.sites} /><${Names} id="queues" entries=${roster?.queues} />
      </div>
      ${quality ? html`<${Quality} values=${values} />` : html`<${Alerts} search=${search} />`}
    </main>
  `;
}

function Alerts({ search }) {
  const { found, fault, busy } = useAsked(() => ask(`/figures${search}`), search);
  return html`
    <${Fault} fault=${fault} />
    ${found === null && busy && html`<p class="empty" role="status">${t("office.loading")}</p>`}
    ${found && html`<${Total} total=${found.total} /><${DayChart} table=${found} />`}
    ${found &&
    html`<section class="panel" aria-label=${t(`figures.by.${found.by}`)}>
      ${found.lines.length > 0
        ? html`<div class="scroll"><${Lines} key=${found.by} table=${found} /></div>`
        : html`<p class="empty" role="status">${t("figures.none")}</p>`}
      <p class="panel-foot subtle">${t("figures.days_of", { zone: found.timezone, time: found.day_begins })} ${t("figures.info_apart")}</p>
    </section>`}
  `;
}

function Total({ total }) {
  const tile = (name, value, note) => html`<div class="panel tile" key=${name}><dt>${t(`figures.${name}`)}</dt><dd>${value}${note && html` <small>${note}</small>`}</dd></div>`;
  const told = total.reached_in_time + total.missed;
  return html`<dl class="tiles" lang=${locale.value}>
    ${total.calls !== null && tile("calls", numberText(total.calls), hoursText(total.talk_ms))}
    ${tile("alerts", numberText(total.alerts))}
    ${total.alerts_per_100_calls !== null && tile("per_100", numberText(total.alerts_per_100_calls))}
    ${tile("critical", numberText(total.critical))}
    ${told > 0 && tile("reached", percentText(total.reached_in_time / told), `${numberText(total.reached_in_time)} / ${numberText(told)}`)}
    ${total.precision !== null && tile("precision", percentText(total.precision), `${numberText(total.lower * 100, { maximumFractionDigits: 0 })}–${percentText(total.upper)}`)}
    ${total.coverage !== null && tile("coverage", percentText(total.coverage))}
  </dl>`;
}

await openPage(FiguresPage, { title: () => t("figures.title") });
