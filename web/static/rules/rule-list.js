// Every rule in force: what it is about, how grave, how often people marked it right, and whether it may speak.

import { html, useState } from "../vendor/preact.js";
import { has, locale, t } from "../lib/i18n.js";
import { SeverityMark } from "../lib/severity-mark.js";
import { languageName, numberText } from "../lib/wording.js";
import { ask, Done, Fault, useAsked } from "../office/api.js";
import { Interval, Segments } from "../office/parts.js";

export function RuleList({ rules, onEdit }) {
  const [language, setLanguage] = useState("");
  const [words, setWords] = useState("");
  const [order, setOrder] = useState("precision");
  const precision = useAsked(() => ask("/rules/precision"), "precision");
  const known = new Map((precision.found?.rules ?? []).map((each) => [each.rule, each]));
  const all = rules.packs.flatMap((pack) => pack.rules.map((rule) => ({ ...rule, language: pack.language, marks: known.get(rule.id) })));
  const extra = [...known.values()].filter((each) => !all.some((rule) => rule.id === each.rule)).map(ofDetector);
  const needle = words.trim().toLowerCase();
  const shown = [...all, ...extra]
    .filter((rule) => (language === "" || rule.language === language) && (needle === "" || textOf(rule).includes(needle)))
    .sort(ORDERS[order]);
  return html`<section class="panel" aria-label=${t("rules.view.list")}>
    <div class="panel-foot rule-filters">
      <input class="field" type="search" aria-label=${t("rules.find")} placeholder=${t("rules.find")} value=${words} onInput=${({ target }) => setWords(target.value)} />
      <${Segments} label=${t("fact.language")} chosen=${language} onChoose=${setLanguage} options=${[["", t("office.all")], ...rules.packs.map((pack) => [pack.language, languageName(pack.language)])]} />
      <${Segments} label=${t("rules.order")} chosen=${order} onChoose=${setOrder} options=${Object.keys(ORDERS).map((each) => [each, t(`rules.order.${each}`)])} />
      <span class="grow"></span>
      <span class="subtle" role="status">${t("rules.count", { n: numberText(shown.length) })}</span>
    </div>
    <${Fault} fault=${precision.fault} />
    <div class="scroll">
      <table class="table folds rules-table">
        <thead>
          <tr>
            <th scope="col">${t("rules.rule")}</th>
            <th scope="col">${t("filter.severity")}</th>
            <th scope="col">${t("rules.who")}</th>
            <th scope="col" class="number">${t("figures.alerts")}</th>
            <th scope="col" class="number">${t("rules.per_hour")}</th>
            <th scope="col">${t("figures.precision")}</th>
            <th scope="col"><span class="visually-hidden">${t("office.actions")}</span></th>
          </tr>
        </thead>
        <tbody>
          ${shown.map((rule) => html`<${Row} key=${rule.id} rule=${rule} onEdit=${onEdit} onChanged=${precision.again} />`)}
        </tbody>
      </table>
    </div>
  </section>`;
}

function Row({ rule, onEdit, onChanged }) {
  const [fault, setFault] = useState(null);
  const [done, setDone] = useState("");
  const { marks } = rule;
  const speak = () =>
    ask(`/rules/${encodeURIComponent(rule.id)}/speak`, { method: "POST" }).then(() => {
      setDone(t("rules.speaks"));
      onChanged();
    }, setFault);
  return html`<tr data-rule=${rule.id} class=${rule.enabled ? "" : "off"}>
    <td class="main">
      ${rule.file ? html`<button class="link" onClick=${() => onEdit(`${rule.language}/${rule.file}`, rule.line)}>${titleOfRule(rule)}</button>` : titleOfRule(rule)}
      <span class="sub"><span class="mono">${rule.id}</span>${rule.clause && html` · ${rule.clause}`}</span>
    </td>
    <td data-label=${t("filter.severity")}>${rule.severity ? html`<${SeverityMark} severity=${rule.severity} word=${true} />` : html`<span class="zero">${rule.file ? t("rules.no_alert") : "–"}</span>`}</td>
    <td data-label=${t("rules.who")}>${rule.leg && t(`leg.${rule.leg}`)}</td>
    <td class="number" data-label=${t("figures.alerts")}>${marks ? numberText(marks.alerts) : html`<span class="zero">0</span>`}</td>
    <td class="number" data-label=${t("rules.per_hour")}>${marks?.per_agent_hour == null ? "–" : numberText(marks.per_agent_hour, { maximumFractionDigits: 2 })}</td>
    <td data-label=${t("figures.precision")}>${marks ? html`<${Interval} ...${marks} />` : html`<span class="interval-none">${t("precision.none")}</span>`}</td>
    <td class="tight">
      ${!rule.enabled && html`<span class="badge soft">${t("rules.off")}</span>`}
      ${marks?.silent && html`<span class="badge">${t("rules.silent")}</span> <button class="button quiet" onClick=${speak}>${t("rules.let_speak")}</button>`}
      <${Done} text=${done} /><${Fault} fault=${fault} />
    </td>
  </tr>`;
}

const ORDERS = {
  precision: (a, b) => worth(a) - worth(b) || alertsOf(b) - alertsOf(a) || a.id.localeCompare(b.id),
  alerts: (a, b) => alertsOf(b) - alertsOf(a) || a.id.localeCompare(b.id),
  file: (a, b) => `${a.language}/${a.file}`.localeCompare(`${b.language}/${b.file}`) || a.line - b.line,
};

/** Those that are surely wrong most often come first; those nobody has marked last. */
function worth({ marks }) {
  return marks && marks.right + marks.wrong > 0 ? marks.upper : 2;
}

function alertsOf({ marks }) {
  return marks?.alerts ?? 0;
}

/** A detector that is no rule of a file, but has alerts and marks. */
function ofDetector(marks) {
  return { id: marks.rule, marks, enabled: true, severity: null, title: null, file: null, line: 0, leg: null, clause: null, language: "", phrases: [] };
}

function titleOfRule({ id, title }) {
  const kind = id.split(".").at(-1);
  return title?.[locale.value.slice(0, 2)] ?? (has(`kind.${kind}`) ? t(`kind.${kind}`) : id);
}

function textOf(rule) {
  return [rule.id, rule.clause, rule.title?.en, rule.title?.zh, ...rule.phrases].join(" ").toLowerCase();
}
