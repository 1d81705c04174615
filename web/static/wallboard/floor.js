// What the wallboard knows: the newest message, how old it is, and what it is asked to show.

import { computed, signal } from "../vendor/preact.js";
import { ConsoleSocket } from "../lib/console-socket.js";

const STALE_MS = 5000; // five messages missed
const OLD_MS = 30000; // figures of this age mislead: they fade away
const ALERTS_STALE_MS = 10000;

const asked = new URLSearchParams(location.search);
const clockOffsetMs = signal(0);
const heardAt = signal(null);

export const board = signal(null);
export const now = signal(Date.now());
export const banners = signal([]);
export const withNames = asked.get("names") !== "id"; // a public screen may show ids alone
export const askedLocale = asked.get("lang");
export const askedTheme = asked.get("theme");
export const places = { teams: asked.getAll("team").filter(Boolean), queues: asked.getAll("queue").filter(Boolean) };

export const socket = new ConsoleSocket(receive);

/** How long no message has come; null while everything is well. */
export const staleMs = computed(() => {
  if (heardAt.value === null) return null;
  const age = now.value - heardAt.value;
  return age > STALE_MS ? age : null;
});
export const isOld = computed(() => (staleMs.value ?? 0) > OLD_MS);
export const lastHeardAt = computed(() => heardAt.value);

/** How long the alerts have not been read though messages come; null while they are fresh. */
export const alertsStaleMs = computed(() => {
  if (board.value === null || staleMs.value !== null) return null;
  const age = Date.parse(board.value.server_time) - Date.parse(board.value.alerts_at);
  return age > ALERTS_STALE_MS ? age : null;
});

/** How long ago by the service's clock. @param {string|null} stamp */
export function since(stamp) {
  return stamp === null ? 0 : now.value + clockOffsetMs.value - Date.parse(stamp);
}

/** How long a call has run; it stands still when nothing is heard of it. */
export function durationOf(call) {
  return call.duration_ms + Math.min(Math.max(0, now.value - (heardAt.value ?? now.value)), STALE_MS);
}

export function start() {
  heardAt.value = Date.now(); // a board that never hears anything says so too
  socket.topics = new Set(["wallboard"]);
  socket.places = places;
  socket.start();
  setInterval(() => (now.value = Date.now()), 500);
}

function receive(message) {
  if (message.type === "wallboard") {
    heardAt.value = now.value = Date.now();
    clockOffsetMs.value = Date.parse(message.server_time) - Date.now();
    board.value = message;
  } else if (message.type === "banner") {
    banners.value = [...banners.value.filter((about) => about !== message.about), ...(message.active ? [message.about] : [])];
  } else if (message.type === "snapshot" || message.type === "resumed") {
    banners.value = [];
    if (socket.reconnects > 0) renewWhenChanged();
  }
}

/** After a restart the service may have other pages than the ones that are running here. */
async function renewWhenChanged() {
  const answer = await fetch("/wallboard", { cache: "no-store" }).catch(() => null);
  const page = answer?.ok ? await answer.text() : "";
  const running = new URL("main.js", import.meta.url).pathname;
  if (page.includes("wallboard/main.js") && !page.includes(running)) location.reload();
}
