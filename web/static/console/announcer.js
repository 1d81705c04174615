// What a screen reader is told without being asked: critical alerts at once, how many wait when that changed; never a flood.

import { effect, html, signal } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { titleOf } from "../lib/wording.js";
import { shownAlerts } from "./desk.js";
import { arrived, isWaiting } from "./inbox.js";

const PAUSE_MS = 3000; // at most one text in this time; what comes meanwhile is told together

const grave = signal("");
const count = signal("");
let pending = [];
let told = null;
let pausing = false;
let toldCount = null;

effect(() => {
  const list = arrived.value;
  pending.push(...list.slice(list.indexOf(told) + 1).filter(({ severity }) => severity === "critical"));
  told = list.at(-1) ?? null;
  if (pending.length > 0) speakSoon();
});
effect(() => {
  const waiting = shownAlerts.value.filter((alert) => isWaiting(alert) && alert.severity !== "info").length;
  if (toldCount === null) toldCount = waiting; // what was there when we came is on the page
  else if (waiting !== toldCount) speakSoon();
});

function speakSoon() {
  if (pausing) return;
  pausing = true;
  queueMicrotask(speak);
}

function speak() {
  if (pending.length > 0) {
    const last = pending.at(-1);
    const words = `${t("severity.critical")}: ${titleOf(last)}`;
    grave.value = pending.length > 1 ? `${t("announce.critical", { n: pending.length })} ${words}` : words;
    pending = [];
  }
  const waiting = shownAlerts.peek().filter((alert) => isWaiting(alert) && alert.severity !== "info").length;
  if (waiting !== toldCount) count.value = t("announce.waiting", { n: waiting });
  toldCount = waiting;
  setTimeout(() => {
    pausing = false;
    const now = shownAlerts.peek().filter((alert) => isWaiting(alert) && alert.severity !== "info").length;
    if (pending.length > 0 || now !== toldCount) speakSoon();
  }, PAUSE_MS);
}

/** Both regions are there before anything is put in. */
export function Announcer() {
  return html`<div class="visually-hidden" role="alert">${grave.value}</div>
    <div class="visually-hidden" role="status" id="announced-count">${count.value}</div>`;
}
