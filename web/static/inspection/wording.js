// How score sheets and their results read in the page's language.

import { locale, t } from "../lib/i18n.js";
import { numberText } from "../lib/wording.js";

/** A wording of a sheet in the page's language. @param {{zh: string, en: string}} wording */
export function worded(wording) {
  return wording[locale.value.slice(0, 2)] ?? wording.en;
}

/** Points as people write them: 92, 7.5. @param {number} points */
export function pointsText(points) {
  return numberText(points, { maximumFractionDigits: 2 });
}

/** The name of a score's grade. @param {{grades: any[]}} sheet @param {{grade: string|null}} result */
export function gradeText(sheet, result) {
  const found = sheet.grades.find(({ id }) => id === result.grade);
  return found ? worded(found.title) : "";
}

/** All items of a sheet in its order. */
export function itemsOf(sheet) {
  return sheet.groups.flatMap((group) => group.items);
}

/** What is counted in an item: its deductions or occurrences, else the item itself. */
export function countedOf(item) {
  if (item.form === "deductions") return item.deductions;
  if (item.form === "penalty" && item.occurrences.length > 0) return item.occurrences.map((each) => ({ ...each, points: item.each }));
  return [{ id: item.id, title: null, points: pointsOf(item) }];
}

function pointsOf(item) {
  if (item.form === "penalty") return item.each;
  if (item.form === "bonus") return item.points > 0 ? item.points : item.monthly_points;
  return item.form === "errors" ? null : (item.monthly_points ?? null);
}

/** What can be chosen in an item: levels best first, or how an indicator stands; empty where occurrences are counted. */
export function choicesOf(item) {
  if (item.form === "levels") return item.levels.map(({ id, title, points }) => ({ id, name: worded(title), points: Number(points) }));
  if (item.form === "indicator") return ["passed", "failed", "not_involved"].map((id) => ({ id, name: t(`sheet.indicator.${id}`), points: null }));
  return [];
}

/** A mark in words: "Dead air ×2", "Plain", "no fault". */
export function markText(item, { choice, counts }) {
  if (choice !== null) return choicesOf(item).find(({ id }) => id === choice)?.name ?? choice;
  const said = countedOf(item)
    .filter(({ id }) => counts[id] > 0)
    .map(({ id, title }) => `${title ? worded(title) : t("sheet.times")} ×${counts[id]}`);
  return said.length > 0 ? said.join(", ") : t("sheet.no_fault");
}

/** Whether a mark says that something was wrong. */
export function isFault({ choice, counts }) {
  return choice === "failed" || (choice === null && Object.values(counts).some((times) => times > 0));
}
