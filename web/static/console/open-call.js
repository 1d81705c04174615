// What the console knows of the call on view besides its state and alerts: its words, its sound so far. Follows `openCallId`.

import { CallTrack } from "../call/track.js";
import { computed, effect, signal, untracked } from "../vendor/preact.js";
import { follow, openCall, openCallId, socket, takeOpenCall } from "./desk.js";

const DRAW_MS = 50;
const FILL_AGAIN_MS = 1000; // what is missing is asked for at most so often
const FILL_BACK_MS = 120_000; // spans of a gap or hold that has just ended began within this

const lines = new Map(); // "leg:utterance" → line
const version = signal(0);
let drawing = null;
let filling = null;

export const missing = signal(false); // the service knows no such call
export const track = signal(new CallTrack());

export const openLines = computed(() => {
  version.value;
  return [...lines.values()].sort((a, b) => a.start_ms - b.start_ms || a.leg.localeCompare(b.leg));
});

follow(take);
effect(() => {
  const callId = openCallId.value;
  lines.clear();
  missing.value = false;
  track.value = new CallTrack();
  draw();
  if (callId === null) return undefined;
  untracked(() => {
    socket.follow(`transcript:${callId}`);
    load(callId);
  });
  return () => {
    clearTimeout(filling);
    filling = null;
    socket.unfollow(`transcript:${callId}`);
  };
});

const standing = computed(() => {
  const call = openCall.value;
  const gaps = Object.values(call?.legs ?? {}).map(({ gaps_ms }) => gaps_ms);
  return call ? `${call.state} ${gaps}` : null;
});
effect(() => {
  if (standing.value === null) return; // a hold, a gap or the end: levels do not tell of these
  untracked(() => {
    track.value.held = openCall.value.state === "held";
    if (track.value.endMs > 0) fill(openCall.value.state === "ended" ? 0 : Math.max(0, track.value.endMs - FILL_BACK_MS));
  });
});

async function load(callId) {
  const path = `/api/v1/calls/${encodeURIComponent(callId)}`;
  const [call, past] = await Promise.all([fetch(path), fetch(`${path}/alerts`), loadTimeline(callId, 0)]);
  if (openCallId.value !== callId) return;
  missing.value = call.status === 404;
  takeOpenCall(call.ok ? await call.json() : null, past.ok ? (await past.json()).alerts : []);
}

async function loadTimeline(callId, fromMs) {
  const answer = await fetch(`/api/v1/calls/${encodeURIComponent(callId)}/timeline?from_ms=${Math.max(0, Math.floor(fromMs))}`);
  if (answer.ok && openCallId.value === callId) track.value.takeTimeline(await answer.json());
}

/** Ask for what is missing from `fromMs` on, a little later; what else is missing by then comes with the next batch. */
function fill(fromMs) {
  const callId = openCallId.value;
  filling ??= setTimeout(() => {
    filling = null;
    loadTimeline(callId, fromMs).catch(() => {}); // the socket says so when the service is away, and asks again
  }, FILL_AGAIN_MS);
}

function take(message) {
  if (message.call_id !== openCallId.value || message.call_id == null) return;
  if (message.type === "levels") {
    const fromMs = track.value.takeLevels(message);
    if (fromMs !== null) fill(fromMs);
  } else if (message.type === "transcript") {
    takeLine(message);
    draw();
  }
}

function takeLine(line) {
  const key = `${line.leg}:${line.utterance}`;
  const known = lines.get(key);
  if (known && (known.revision >= line.revision || known.final > line.final)) return; // a final comes again only to hide digits
  if (line.final && line.text === "") lines.delete(key);
  else lines.set(key, line);
}

function draw() {
  drawing ??= setTimeout(() => {
    drawing = null;
    version.value += 1;
  }, DRAW_MS);
}
