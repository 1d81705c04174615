// What the console knows: calls and alerts. Messages in, signals out. Words and sound of the call on view: open-call.js; levels: levels.js.

import { computed, signal } from "../vendor/preact.js";
import { ConsoleSocket } from "../lib/console-socket.js";

export const OWN_CALL = "earshot"; // the call that alerts about the service itself name
const ENDED_KEPT_MS = 60000;
const DRAW_MS = 50; // changes are drawn together, at most 20 times a second
const OVER = new Set(["resolved", "false_positive", "withdrawn"]);
const RANK = { critical: 3, major: 2, minor: 1, info: 0 };

const calls = new Map();
const alerts = new Map();
const alertsOfCall = new Map(); // of the call on view, over ones too
const followers = new Set(); // told what comes
const agentNames = new Map(); // by id, of calls that may be over
const version = signal(0);
let drawing = null;

export const openCallId = signal(null);
export const clockOffsetMs = signal(0);
export const now = signal(Date.now());
export const chosenAlertId = signal(null); // the alert of the call on view that is meant

export const banners = signal([]); // what every page says while it lasts: bus, store

export const socket = new ConsoleSocket(receive);

export const shownAlerts = computed(() => {
  version.value;
  return [...alerts.values()]
    .filter((alert) => !OVER.has(alert.state) && alert.suppressed_by === null)
    .sort((a, b) => RANK[b.severity] - RANK[a.severity] || b.opened_at.localeCompare(a.opened_at));
});

export const shownCalls = computed(() => {
  version.value;
  return [...calls.values()].sort(
    (a, b) =>
      (a.state === "ended") - (b.state === "ended") ||
      b.risk - a.risk ||
      b.open_alerts - a.open_alerts ||
      a.started_at.localeCompare(b.started_at) ||
      a.call_id.localeCompare(b.call_id),
  );
});

/** The alert a key acts on: of the row that has the focus, else the one that is meant, else the gravest of the call on view. */
export function alertInHand() {
  const focused = document.activeElement?.closest("[data-alert]")?.dataset.alert ?? chosenAlertId.value;
  const found = focused ? (alerts.get(focused) ?? alertsOfCall.get(focused)) : null;
  return found ?? shownAlerts.value.find((alert) => alert.call_id === openCallId.value) ?? null;
}

export const openCall = computed(() => {
  version.value;
  return calls.get(openCallId.value) ?? null;
});

export const openCallAlerts = computed(() => {
  version.value;
  const found = new Map(alertsOfCall);
  for (const alert of alerts.values()) {
    if (alert.call_id === openCallId.value && !(found.get(alert.alert_id)?.version > alert.version)) {
      found.set(alert.alert_id, alert);
    }
  }
  return [...found.values()]
    .filter((alert) => alert.state !== "withdrawn")
    .sort((a, b) => a.evidence.from_ms - b.evidence.from_ms);
});

/** @param {string} callId */
export function callOf(callId) {
  return calls.get(callId) ?? null;
}

/** Whether the call of an alert is over; what the service tells of itself is of none. */
export function isCallOver({ call_id }) {
  return call_id !== OWN_CALL && (calls.get(call_id)?.state ?? "ended") === "ended";
}

export function start() {
  socket.start();
  setInterval(() => {
    now.value = Date.now() + clockOffsetMs.value;
    forgetEnded();
  }, 1000);
}

/** @param {string} callId @param {string|null} alertId the alert that is meant */
export function openCallView(callId, alertId = null) {
  if (openCallId.value !== callId) closeCallView();
  chosenAlertId.value = alertId;
  openCallId.value = callId;
}

export function closeCallView() {
  alertsOfCall.clear();
  chosenAlertId.value = null;
  openCallId.value = null;
  draw();
}

/** @param {(message: any) => void} follower told each message of the socket, when the desk has taken it */
export function follow(follower) {
  followers.add(follower);
}

/** What was asked for of the call on view; one that is in no snapshot was over before we came. */
export function takeOpenCall(call, past) {
  if (call && !calls.has(call.call_id)) keep({ ...call, endedSince: Date.now() });
  for (const alert of past) {
    if (!(alertsOfCall.get(alert.alert_id)?.version >= alert.version)) alertsOfCall.set(alert.alert_id, alert);
  }
  draw();
}

function keep(call) {
  calls.set(call.call_id, call);
  if (call.agent?.id && call.agent.name) agentNames.set(call.agent.id, call.agent.name);
}

/** An agent as calls have named them; null where none has. @param {string} id */
export function agentName(id) {
  return agentNames.get(id) ?? null;
}

function receive(message) {
  take(message);
  for (const follower of followers) follower(message);
}

function take(message) {
  switch (message.type) {
    case "snapshot":
      banners.value = [];
      alerts.clear();
      for (const alert of message.alerts) alerts.set(alert.alert_id, alert);
      replaceCalls(message);
      break;
    case "resumed":
      banners.value = [];
      replaceCalls(message);
      break;
    case "alert":
      takeAlert(message);
      break;
    case "call":
      keep(message);
      break;
    case "call_ended":
      keep({ ...message, endedSince: Date.now() });
      break;
    case "banner":
      banners.value = [...banners.value.filter((about) => about !== message.about), ...(message.active ? [message.about] : [])];
      return;
    case "heartbeat":
      clockOffsetMs.value = Date.parse(message.server_time) - Date.now();
      return;
    default:
      return;
  }
  draw();
}

function replaceCalls(message) {
  clockOffsetMs.value = Date.parse(message.server_time) - Date.now();
  const gone = [...calls.values()].filter((call) => !message.calls.some(({ call_id }) => call_id === call.call_id));
  calls.clear();
  for (const call of message.calls) keep(call);
  for (const call of gone) calls.set(call.call_id, { ...call, state: "ended", endedSince: call.endedSince ?? Date.now() });
}

export function takeAlert(alert) {
  const known = alerts.get(alert.alert_id) ?? alertsOfCall.get(alert.alert_id);
  if (known && known.version >= alert.version) return;
  if (OVER.has(alert.state)) alerts.delete(alert.alert_id);
  else alerts.set(alert.alert_id, alert);
  if (alert.call_id === openCallId.value) alertsOfCall.set(alert.alert_id, alert);
  draw();
}

function forgetEnded() {
  let changed = false;
  for (const [callId, call] of calls) {
    if (call.endedSince && Date.now() - call.endedSince > ENDED_KEPT_MS && callId !== openCallId.value) {
      calls.delete(callId);
      changed = true;
    }
  }
  if (changed) draw();
}

function draw() {
  drawing ??= setTimeout(() => {
    drawing = null;
    version.value += 1;
  }, DRAW_MS);
}
