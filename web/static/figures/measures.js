// The figures of quality: how each is read from a line, written, and whether more of it is better.

import { clockText, numberText } from "../lib/wording.js";

const outside = (name) => (line) => line.outside[name]?.value ?? null;
const whole = (value) => numberText(value, { maximumFractionDigits: 0 });
const tenth = (value) => numberText(value, { maximumFractionDigits: 1 });
const share = (value) => numberText(value, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const shareOrValue = (value) => (value <= 1 ? share(value) : tenth(value));
/** From a minute on as a clock says it. */
const lasting = (value) => (value < 60 ? seconds(value) : clockText(value * 1000));
const seconds = (value) => numberText(value, { style: "unit", unit: "second", unitDisplay: "narrow", maximumFractionDigits: value < 10 ? 1 : 0 });

/** @type {[string, {of: (line: any) => number|null, text: (value: number) => string, better?: 1|-1, ofCalls?: boolean}][]} */
export const MEASURES = [
  ["calls", { of: (line) => line.calls, text: whole, ofCalls: true }],
  ["mean_talk", { of: (line) => (line.mean_talk_ms === null ? null : line.mean_talk_ms / 1000), text: lasting, ofCalls: true }],
  ["alerts", { of: (line) => line.alerts, text: whole }],
  ["per_100", { of: (line) => line.alerts_per_100_calls, text: tenth, better: -1, ofCalls: true }],
  ["scored", { of: (line) => line.scored, text: whole, ofCalls: true }],
  ["mean_score", { of: (line) => line.mean_score, text: (value) => numberText(value, { minimumFractionDigits: 1, maximumFractionDigits: 2 }), better: 1, ofCalls: true }],
  ["pass_ratio", { of: (line) => line.pass_ratio, text: share, better: 1, ofCalls: true }],
  ["error_ratio", { of: (line) => line.error_ratio, text: share, better: -1, ofCalls: true }],
  ["fatal_ratio", { of: (line) => line.fatal_ratio, text: share, better: -1, ofCalls: true }],
  ["service_fatal", { of: (line) => line.service_fatal, text: whole, better: -1, ofCalls: true }],
  ["business_fatal", { of: (line) => line.business_fatal, text: whole, better: -1, ofCalls: true }],
  ["mistakes", { of: (line) => line.mistakes, text: whole, better: -1, ofCalls: true }],
  ["faults", { of: (line) => line.faults, text: whole, better: -1, ofCalls: true }],
  ["faults_per_100", { of: (line) => line.faults_per_100_scored, text: tenth, better: -1, ofCalls: true }],
  ["csat", { of: outside("csat"), text: shareOrValue, better: 1, ofCalls: true }],
  ["fcr", { of: outside("fcr"), text: shareOrValue, better: 1, ofCalls: true }],
  ["complaints", { of: outside("complaints"), text: whole, better: -1, ofCalls: true }],
  ["answer_s", { of: outside("answer_s"), text: lasting, better: -1, ofCalls: true }],
  ["handle_s", { of: outside("handle_s"), text: lasting, ofCalls: true }],
];

export const MEASURE = Object.fromEntries(MEASURES);

/** As text, a dash where nothing is known. @param {string} name @param {any} line */
export function measureText(name, line) {
  const value = MEASURE[name].of(line);
  return value === null || value === undefined ? "–" : MEASURE[name].text(value);
}
