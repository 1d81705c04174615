// What the inbox shows: the view that is chosen, filters, groups by call, bursts folded. The desk holds the alerts themselves.

import { computed, effect, signal, untracked } from "../vendor/preact.js";
import { kindOf, titleOf } from "../lib/wording.js";
import { person } from "./alert-actions.js";
import { callOf, follow, now, shownAlerts } from "./desk.js";
import { StormGuard } from "./storm.js";

export const VIEWS = ["open", "mine", "later", "done", "silent"];
export const SEVERITIES = ["info", "minor", "major", "critical"];
const RANK = { info: 0, minor: 1, major: 2, critical: 3 };
const KEPT = "earshot.inbox";
const MOST_DONE = 100;
const FRESH_MS = 15000; // older ones that come were missed during a break, they are no burst
const REFRESH_MS = 5000;
const WAITING = new Set(["open", "provisional"]);

const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
const guard = new StormGuard();
const seen = new Set();
const foldsVersion = signal(0);
const done = new Map();
const doneVersion = signal(0);

export const view = signal("open");
export const least = signal(SEVERITIES.includes(kept.least) ? kept.least : "info");
export const place = signal(kept.place ?? ""); // "team:east", "queue:billing", or everywhere
export const onlyUndecided = signal(false);
export const sought = signal("");
export const silent = signal([]); // what was found and told to nobody, newest first
export const openFolds = signal(new Set());
export const arrived = signal([]); // new alerts since the page was opened, newest last; bounded

effect(() => localStorage.setItem(KEPT, JSON.stringify({ least: least.value, place: place.value })));

export function isWaiting(alert) {
  return WAITING.has(alert.state);
}

/** Whether the verdict of who hung up could not be reached. */
export function isUndecided(alert) {
  return alert.evidence.values.verdict === "undecided";
}

function isMine(alert) {
  return alert.assignee !== null && alert.assignee === (person.value ?? "local");
}

const OF_VIEW = {
  open: ({ state }) => state !== "snoozed",
  mine: (alert) => alert.state !== "snoozed" && isMine(alert),
  later: ({ state }) => state === "snoozed",
};

/** How many alerts each view has before filters; null where it is not counted. */
export const counts = computed(() => {
  const all = shownAlerts.value;
  return { ...Object.fromEntries(Object.entries(OF_VIEW).map(([name, fits]) => [name, all.filter(fits).length])), done: null, silent: null };
});

const ofView = computed(() => {
  doneVersion.value;
  if (view.value === "done") return [...done.values()].sort((a, b) => b.updated_at.localeCompare(a.updated_at)).slice(0, MOST_DONE);
  return shownAlerts.value.filter(OF_VIEW[view.value] ?? (() => false));
});

export const undecidedCount = computed(() => ofView.value.filter(isUndecided).length);

const filtered = computed(() => ofView.value.filter(passes));

export const hiddenCount = computed(() => ofView.value.length - filtered.value.length);

/** Whether a call or an alert has what is sought and is where we look. @param {{team: string, queue: string}} one @param {string[]} words */
export function isSought(one, words) {
  const [sort, name] = place.value.split(/:(.*)/s);
  if (name && one[sort] !== name) return false;
  const wanted = sought.value.trim().toLowerCase();
  return wanted === "" || words.some((word) => word && String(word).toLowerCase().includes(wanted));
}

function passes(alert) {
  if (RANK[alert.severity] < RANK[least.value]) return false;
  if (onlyUndecided.value && !isUndecided(alert)) return false;
  const agent = callOf(alert.call_id)?.agent;
  const { agent_id, call_id, clause, queue, team, rule } = alert;
  return isSought(alert, [agent_id, agent?.name, call_id, clause, queue, team, rule, titleOf(alert), kindOf(alert)]);
}

export function showAll() {
  least.value = "info";
  place.value = sought.value = "";
  onlyUndecided.value = false;
}

/** Folded bursts first, then the calls by their gravest and newest alert. @returns {{folds: {kind: string, alerts: object[]}[], groups: object[][]}} */
export const shown = computed(() => {
  foldsVersion.value;
  const folds = new Map();
  const groups = new Map();
  for (const alert of filtered.value) {
    const kind = view.value === "open" ? guard.foldOf(alert.alert_id) : null;
    const into = kind === null ? groups : folds;
    const key = kind ?? alert.call_id;
    if (!into.has(key)) into.set(key, []);
    into.get(key).push(alert);
  }
  return { folds: [...folds].map(([kind, alerts]) => ({ kind, alerts })), groups: [...groups.values()] };
});

/** Alerts of one call each, in the order of the first of each. */
export function byCall(alerts) {
  const groups = new Map();
  for (const alert of alerts) {
    if (!groups.has(alert.call_id)) groups.set(alert.call_id, []);
    groups.get(alert.call_id).push(alert);
  }
  return [...groups.values()];
}

export function toggleFold(kind) {
  const open = new Set(openFolds.value);
  if (!open.delete(kind)) open.add(kind);
  openFolds.value = open;
}

/** Put a folded burst among the others. */
export function unfold(kind) {
  guard.unfold(kind);
  foldsVersion.value += 1;
}

/** How many new alerts came within the last ten seconds. */
export function pace() {
  return guard.pace(Date.now());
}

export const places = computed(() => {
  const teams = new Set();
  const queues = new Set();
  for (const { team, queue } of shownAlerts.value) {
    if (team) teams.add(team);
    if (queue) queues.add(queue);
  }
  const [sort, name] = place.value.split(/:(.*)/s);
  if (name) (sort === "team" ? teams : queues).add(name);
  return { teams: [...teams].sort(), queues: [...queues].sort() };
});

follow((message) => {
  if (message.type === "snapshot") {
    guard.clear();
    seen.clear();
    for (const { alert_id } of message.alerts) seen.add(alert_id);
    foldsVersion.value += 1;
  } else if (message.type === "alert") take(message);
});

function take(alert) {
  const isOver = ["resolved", "false_positive", "withdrawn"].includes(alert.state);
  if (isOver) {
    seen.delete(alert.alert_id);
    guard.forget(alert.alert_id);
    if (alert.state !== "withdrawn") keepDone(alert);
    return;
  }
  if (done.delete(alert.alert_id)) doneVersion.value += 1;
  if (seen.has(alert.alert_id) || alert.suppressed_by !== null) return;
  seen.add(alert.alert_id);
  if (now.value - Date.parse(alert.opened_at) > FRESH_MS) return;
  if (guard.take(alert, Date.now())) foldsVersion.value += 1;
  arrived.value = [...arrived.value.slice(-20), alert];
}

function keepDone(alert) {
  done.set(alert.alert_id, alert);
  if (done.size > MOST_DONE) done.delete(done.keys().next().value);
  doneVersion.value += 1;
}

/** What the service alone knows is asked of it while it is looked at. */
effect(() => {
  const ask = { done: askDone, silent: askSilent }[view.value];
  if (!ask) return undefined;
  untracked(ask);
  const again = setInterval(() => !document.hidden && ask(), REFRESH_MS);
  return () => clearInterval(again);
});

async function askDone() {
  const answer = await fetch(`/api/v1/alerts?state=resolved,false_positive&limit=${MOST_DONE}`).catch(() => null);
  if (!answer?.ok) return;
  const { alerts } = await answer.json();
  for (const alert of alerts.reverse()) if (!(done.get(alert.alert_id)?.version >= alert.version)) keepDone(alert);
}

async function askSilent() {
  const answer = await fetch(`/api/v1/alerts/suppressed?limit=${MOST_DONE}`).catch(() => null);
  if (answer?.ok) silent.value = (await answer.json()).suppressed.reverse();
}
