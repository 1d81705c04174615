// The page's words: flat catalogues, `{name}` placeholders, switched live.

import { signal } from "../vendor/preact.js";

export const LOCALES = { en: "English", "zh-CN": "中文" };
const KEPT = "earshot.locale";
const catalogues = {};

export const locale = signal("en");

/** @param {string} wanted a locale of LOCALES */
export async function useLocale(wanted) {
  if (!catalogues[wanted]) {
    const answer = await fetch(new URL(`../i18n/${wanted}.json`, import.meta.url));
    catalogues[wanted] = await answer.json();
  }
  localStorage.setItem(KEPT, wanted);
  document.documentElement.lang = wanted;
  locale.value = wanted;
}

/** The locale chosen last, else the browser's. */
export function firstLocale() {
  const kept = localStorage.getItem(KEPT);
  if (kept in LOCALES) return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

/** Whether the catalogue has this key. @param {string} key */
export function has(key) {
  return key in (catalogues[locale.value] ?? {});
}

/** @param {string} key @param {Record<string, string|number>} values @returns {string} */
export function t(key, values = {}) {
  const text = catalogues[locale.value]?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}
