// How alerts, ages, times, numbers and names read in the page's language.

import { has, locale, t } from "./i18n.js";

/** Title from kind, verdict, leg and measured values; the service's own where the catalogue has none or a value is missing. */
export function titleOf(alert) {
  const values = {};
  for (const [name, value] of Object.entries({ ...alert.evidence.threshold, ...alert.evidence.values })) {
    values[name] = value;
    if (name.endsWith("_ms") && typeof value === "number") values[`${name.slice(0, -3)}_s`] = (value / 1000).toFixed(1);
    else if (typeof value === "number") values[name] = Math.round(value * 10) / 10;
  }
  if (alert.leg) values.party = t(`leg.${alert.leg}`);
  const word = String(values.verdict ?? values.fault ?? "").replaceAll(" ", "_");
  const keys = [`title.${alert.kind}.${word}`, `title.${alert.kind}.${alert.leg}`, `title.${alert.kind}`];
  const key = keys.find(has);
  const text = key ? t(key, values) : "";
  if (text && !text.includes("{")) return text;
  return alert.title_by_language?.[locale.value.slice(0, 2)] || alert.title || kindOf(alert);
}

/** What may be done about it, in the page's language where the alert has it. */
export function adviceOf(alert) {
  return alert.advice_by_language?.[locale.value.slice(0, 2)] ?? alert.advice;
}

export function kindOf(alert) {
  return has(`kind.${alert.kind}`) ? t(`kind.${alert.kind}`) : alert.kind;
}

/** What of a call is not analysed, by leg: `customer_gaps` is "Customer: some of the sound is missing". @param {string[]} causes */
export function causesText(causes) {
  const ofLegs = new Map();
  for (const cause of causes) {
    const [leg, ...rest] = cause.split("_");
    const key = `coverage.${rest.join("_")}`;
    const [who, what] = has(key) ? [t(`leg.${leg}`), t(key)] : ["", has(`coverage.${cause}`) ? t(`coverage.${cause}`) : cause];
    ofLegs.set(who, [...(ofLegs.get(who) ?? []), what]);
  }
  const told = [...ofLegs].map(([who, what]) => [who, what.join(t("present.comma"))]);
  return told.map(([who, what]) => (who ? t("coverage.of_leg", { who, what }) : what)).join(t("coverage.and"));
}

/** `m:ss`, or `h:mm:ss` from an hour on. @param {number} ms */
export function clockText(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const tail = `${String(Math.floor(s / 60) % 60).padStart(s >= 3600 ? 2 : 1, "0")}:${String(s % 60).padStart(2, "0")}`;
  return s >= 3600 ? `${Math.floor(s / 3600)}:${tail}` : tail;
}

/** How long ago. @param {number} ms */
export function ageText(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return t("age.s", { n: s });
  if (s < 3600) return t("age.min", { n: Math.floor(s / 60) });
  return t("age.h", { n: Math.floor(s / 3600) });
}

export function agentOf(call) {
  return call?.agent?.name || call?.agent?.id || call?.agent?.extension || t("call.no_agent");
}

export function customerOf(call) {
  return call?.customer?.number || t("call.no_number");
}

/** A language in the page's language: `ko` is Korean, 韩语. @param {string} code */
export function languageName(code) {
  return new Intl.DisplayNames([locale.value], { type: "language" }).of(code) ?? code;
}

/** A time of day, or a day with it when it was not today. @param {string|number|Date} at @param {boolean} seconds */
export function timeText(at, seconds = true) {
  const when = new Date(at);
  const parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(seconds && { second: "2-digit" }) };
  const isToday = when.toDateString() === new Date().toDateString();
  return formatter("DateTimeFormat", isToday ? parts : { month: "short", day: "numeric", ...parts }).format(when);
}

/** @param {number} value @param {Intl.NumberFormatOptions} options */
export function numberText(value, options = {}) {
  return formatter("NumberFormat", options).format(value);
}

/** A share 0..1; a dash where there is none. @param {number|null|undefined} ratio */
export function percentText(ratio) {
  return ratio == null ? "–" : numberText(ratio, { style: "percent" });
}

/** How much of a call was analysed; less than all never reads as all. @param {number | null} ratio */
export function coverageText(ratio) {
  return percentText(ratio !== null && ratio < 1 ? Math.min(ratio, 0.99) : ratio);
}

const formatters = new Map(); // making one costs far more than using it

function formatter(kind, options) {
  const key = `${kind} ${locale.value} ${JSON.stringify(options)}`;
  if (!formatters.has(key)) formatters.set(key, new Intl[kind](locale.value, options));
  return formatters.get(key);
}
