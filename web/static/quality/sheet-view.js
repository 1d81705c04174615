// A score sheet to be read: its groups and items, what each costs, and what the service proves by itself.

import { has, t } from "../lib/i18n.js";
import { numberText } from "../lib/wording.js";
import { html } from "../vendor/preact.js";
import { sheets, worded } from "./sheets.js";

export function SheetView({ chosen, onChoose }) {
  const sheet = sheets.value.find((each) => each.sheet === chosen) ?? sheets.value[0];
  if (!sheet) return html`<p class="empty" role="status">${t("office.loading")}</p>`;
  return html`<div class="workshop">
    <nav class="panel files" aria-label=${t("plans.view.sheets")}>
      <ul>${sheets.value.map((each) => html`<li key=${each.sheet}><button data-row aria-current=${each === sheet ? "true" : undefined} onClick=${() => onChoose(each.sheet)}>${worded(each.title)}</button></li>`)}</ul>
    </nav>
    <${SheetTable} sheet=${sheet} />
  </div>`;
}

export function SheetTable({ sheet }) {
  const points = (value) => numberText(Number(value));
  const costs = sheet.arithmetic === "points";
  return html`<section class="panel sheet-table" aria-label=${worded(sheet.title)}>
    <header class="panel-head"><h3>${worded(sheet.title)} <span class="subtle mono">${sheet.sheet} · ${sheet.version}</span></h3></header>
    <p class="sheet-facts subtle">
      ${sheet.total_points !== null && t("sheets.points", { total: points(sheet.total_points), pass: points(sheet.pass_points) })}
      ${sheet.arithmetic === "indicators" && t("sheets.indicators")}
      ${sheet.grades.length > 0 && ` · ${sheet.grades.map((grade) => `${worded(grade.title)} ≥ ${points(grade.at_least)}`).join(", ")}`}
      ${sheet.source && ` · ${sheet.source}`}
    </p>
    ${sheet.groups.map(
      (group) => html`<div class="scroll" key=${group.id}><table class="table folds">
        <caption>${worded(group.title)}${group.weight !== null && ` · ${points(group.weight)}`}</caption>
        <thead><tr><th scope="col">${t("sheets.item")}</th><th scope="col">${t("sheets.form")}</th>${costs && html`<th scope="col">${t("sheets.costs")}</th>`}<th scope="col">${t("sheets.proved")}</th></tr></thead>
        <tbody>
          ${group.items.map(
            (item) => html`<tr key=${item.id}>
              <td class="main">${worded(item.title)}<span class="sub mono">${item.id}</span></td>
              <td data-label=${t("sheets.form")}>${t(`sheets.form.${item.form}`)}${item.key && html` <span class="badge">${t("sheets.key")}</span>`}</td>
              ${costs && html`<td data-label=${t("sheets.costs")}><ul class="costs">${costsOf(item).map((text, at) => html`<li key=${at}>${text}</li>`)}</ul></td>`}
              <td data-label=${t("sheets.proved")}>${proofsOf(item).join(", ") || html`<span class="zero">–</span>`}</td>
            </tr>`,
          )}
        </tbody>
      </table></div>`,
    )}
  </section>`;
}

function costsOf(item) {
  const points = (value) => numberText(Number(value));
  switch (item.form) {
    case "deductions":
      return [t("sheets.begins", { n: points(item.points) }), ...item.deductions.map((each) => `${worded(each.title)}: ${each.points === "all" ? t("sheets.all") : `−${points(each.points)}`}${each.at_most ? ` (≤ ${each.at_most}×)` : ""}`)];
    case "levels":
      return item.levels.map((each) => `${worded(each.title)}: ${points(each.points)}`);
    case "errors":
      return [t("sheets.by_errors", { points: item.points_by_errors.map(points).join(" → ") })];
    case "penalty":
      return [t("sheets.penalty", { n: points(item.each), times: item.at_most, items: item.takes_from.join(", ") }), ...item.occurrences.map((each) => worded(each.title))];
    case "fatal":
      return [t(`sheets.fatal.${item.category}`), t(`sheets.zeroes.${item.zeroes}`), ...(Number(item.monthly_points) > 0 ? [t("sheets.monthly", { n: `−${points(item.monthly_points)}` })] : [])];
    case "mistake":
      return [t("sheets.monthly", { n: `−${points(item.monthly_points)}` })];
    case "bonus":
      return [...(Number(item.points) > 0 ? [`+${points(item.points)}`] : []), ...(Number(item.monthly_points) > 0 ? [t("sheets.monthly", { n: `+${points(item.monthly_points)}` })] : [])];
    default:
      return [];
  }
}

/** What proves the item: kinds of alerts and rules, each once. */
function proofsOf(item) {
  const all = [...(item.proved_by ?? []), ...(item.failed_by ?? []), ...[...(item.deductions ?? []), ...(item.occurrences ?? [])].flatMap((each) => each.proved_by)];
  return [...new Set(all.map(({ kind, rule }) => (kind ? (has(`kind.${kind}`) ? t(`kind.${kind}`) : kind) : rule)))];
}
