// Score sheets as the pages read them: titles of items, what a mark says in words.

import { has, locale, t } from "../lib/i18n.js";
import { numberText } from "../lib/wording.js";
import { ask } from "../office/api.js";
import { signal } from "../vendor/preact.js";

export const sheets = signal([]); // those in use
const byDigest = new Map();
let asking = null;

export function loadSheets() {
  asking ??= ask("/inspection/sheets").then(
    (found) => {
      for (const { digest, sheet } of found.sheets) byDigest.set(digest, sheet);
      sheets.value = found.sheets.map(({ sheet }) => sheet);
    },
    () => (asking = null),
  );
  return asking;
}

/** The sheet as it was when somebody scored on it. @param {string} digest */
export async function sheetOf(digest) {
  await loadSheets();
  if (!byDigest.has(digest)) byDigest.set(digest, (await ask(`/inspection/sheets/${encodeURIComponent(digest)}`)).sheet);
  return byDigest.get(digest);
}

/** A title in the page's language. @param {{zh: string, en: string}} title */
export function worded(title) {
  return title[locale.value.slice(0, 2)] ?? title.en;
}

export function itemsOf(sheet) {
  return sheet.groups.flatMap((group) => group.items);
}

/** The title of an item, of this sheet or of whichever has one so called. @param {string} id */
export function itemTitle(id, sheet = null) {
  for (const each of sheet ? [sheet] : sheets.value) {
    const item = itemsOf(each).find((item) => item.id === id);
    if (item) return worded(item.title);
  }
  return has(`kind.${id}`) ? t(`kind.${id}`) : id;
}

/** What can be counted on an item: ids with titles; none where a choice is made. */
export function countable(item) {
  if (item.form === "deductions") return item.deductions.map(({ id, title }) => [id, worded(title)]);
  if (item.form === "penalty" && item.occurrences.length > 0) return item.occurrences.map(({ id, title }) => [id, worded(title)]);
  return ["levels", "indicator"].includes(item.form) ? [] : [[item.id, t("loop.times")]];
}

/** What can be chosen of an item, best first; none where things are counted. */
export function choicesOf(item) {
  if (item.form === "levels") return item.levels.map(({ id, title, points }) => [id, `${worded(title)} (${numberText(Number(points))})`]);
  return item.form === "indicator" ? ["passed", "failed", "not_involved"].map((each) => [each, t(`loop.choice.${each}`)]) : [];
}

/** Whether the mark says that something was wrong. */
export function isFault(item, mark) {
  if (item.form === "bonus") return false;
  if (item.form === "levels") return mark.choice !== null && mark.choice !== item.levels[0].id;
  return mark.choice === "failed" || Object.values(mark.counts).some((times) => times > 0);
}

/** A mark in words. */
export function markText(item, mark) {
  if (mark.state === "open") return t("loop.mark.open");
  const chosen = choicesOf(item).find(([id]) => id === mark.choice);
  if (chosen) return chosen[1];
  const counted = countable(item).filter(([id]) => mark.counts[id] > 0);
  if (counted.length === 0) return t("loop.mark.none");
  return counted.map(([id, title]) => (mark.counts[id] > 1 ? `${title} ×${mark.counts[id]}` : title)).join(" · ");
}

/** The result in a few words: points and grade, or how many indicators passed. */
export function resultText(score, sheet) {
  const { points, most, grade, indicators } = score.result;
  if (indicators) return t("loop.indicators", { passed: indicators.passed, failed: indicators.key_failed + indicators.ordinary_failed });
  const named = sheet?.grades.find(({ id }) => id === grade);
  return `${numberText(points)} / ${numberText(most)}${named ? ` · ${worded(named.title)}` : ""}`;
}
