// Who is not looking is told: sound by severity, the tab's title and sign, notifications. One tab of several rings.

import { effect, signal } from "../vendor/preact.js";
import { offerFor } from "../lib/one-tab.js";
import { t } from "../lib/i18n.js";
import { titleOf } from "../lib/wording.js";
import { ring } from "./alarm-sounds.js";
import { now, openCallView, shownAlerts } from "./desk.js";
import { arrived, isWaiting, pace } from "./inbox.js";
import { began, chosen, mayNotify } from "./shift.js";

const AGAIN_MS = 10000;
const MOST_RINGS = 6; // who has not come after a minute is not there; the alert has gone on to others
const STORM = 5; // more new ones than this in ten seconds are told as one
const GRAVE = new Set(["critical", "major"]);
const STORM_TAG = "earshot-storm";

const rung = new Map(); // alert_id → {times, at}
let isRinger = signal(false);
let told = null; // the newest alert that was told

/** Begin to watch the desk. @param {import("../lib/player.js").Player} player */
export function watchDesk(player) {
  effect(() => {
    if (began.value) isRinger = offerFor("earshot.ringer");
  });
  effect(() => {
    now.value;
    ringForCritical(player);
  });
  effect(() => tellNew(player, arrived.value));
  effect(badge);
}

function ringForCritical(player) {
  const waiting = shownAlerts.value.filter((alert) => alert.severity === "critical" && alert.state === "open");
  const ids = new Set(waiting.map(({ alert_id }) => alert_id));
  for (const alertId of rung.keys()) if (!ids.has(alertId)) rung.delete(alertId);
  if (!mayRing(player, "critical")) return;
  const due = waiting.filter(({ alert_id }) => {
    const { times, at } = rung.get(alert_id) ?? { times: 0, at: 0 };
    return times < MOST_RINGS && Date.now() - at >= AGAIN_MS;
  });
  if (due.length === 0) return;
  for (const { alert_id } of due) rung.set(alert_id, { times: (rung.get(alert_id)?.times ?? 0) + 1, at: Date.now() });
  ring(player, "critical", chosen.value.volume);
}

function tellNew(player, list) {
  const fresh = list.slice(list.indexOf(told) + 1).filter(({ severity }) => GRAVE.has(severity));
  told = list.at(-1) ?? null;
  if (fresh.length === 0) return;
  if (fresh.some(({ severity }) => severity === "major") && mayRing(player, "major")) ring(player, "major", chosen.value.volume);
  if (!mayNotify() || !isRinger.value) return;
  if (pace() > STORM) notify(STORM_TAG, t("notify.many", { n: pace() }), "", false, null);
  else for (const alert of fresh) notifyOf(alert);
}

function notifyOf(alert) {
  const who = alert.agent_id ? t("alert.agent", { id: alert.agent_id }) : "";
  notify(alert.alert_id, `${t(`severity.${alert.severity}`)}: ${titleOf(alert)}`, who, alert.severity === "critical", alert);
}

function notify(tag, title, body, requireInteraction, alert) {
  const shown = new Notification(title, { tag, body, requireInteraction, lang: document.documentElement.lang });
  shown.onclick = () => {
    globalThis.focus();
    if (alert) openCallView(alert.call_id, alert.alert_id);
    shown.close();
  };
}

function mayRing(player, severity) {
  return began.value && isRinger.value && chosen.value[severity] && !player.muted.value;
}

/** `(3) ▲ Earshot`, and a dot on the tab's sign, while grave alerts wait for somebody. */
function badge() {
  const waiting = shownAlerts.value.filter((alert) => GRAVE.has(alert.severity) && isWaiting(alert));
  const sign = waiting.some(({ severity }) => severity === "critical") ? "▲ " : "";
  document.title = waiting.length > 0 ? `(${waiting.length}) ${sign}Earshot` : "Earshot";
  showSign(waiting.length === 0 ? null : sign ? "#e5484d" : "#e69f00");
}

let plainSign = null;
let signShown;

function showSign(colour) {
  if (signShown === colour) return;
  signShown = colour;
  const link = document.querySelector("link[rel=icon]");
  plainSign ??= link.href;
  link.href = colour === null ? plainSign : `data:image/svg+xml,${encodeURIComponent(sign(colour))}`;
}

function sign(colour) {
  const bars = [[2, 11, 10, "#56b4e9"], [9, 6, 20, "#56b4e9"], [18, 6, 20, "#e69f00"], [25, 11, 10, "#e69f00"]];
  const drawn = bars.map(([x, y, tall, fill]) => `<rect x="${x}" y="${y}" width="5" height="${tall}" fill="${fill}"/>`).join("");
  const space = "http:/" + "/www.w3.org/2000/svg";
  return `<svg xmlns="${space}" viewBox="0 0 32 32">${drawn}<circle cx="24" cy="8" r="8" fill="${colour}"/></svg>`;
}
