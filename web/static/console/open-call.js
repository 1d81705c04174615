// What the console knows of the call on view besides its state and alerts: its words, its sound so far. Follows `openCallId`.

import { computed, effect, signal, untracked } from "../vendor/preact.js";
import { follow, openCallId, socket, takeOpenCall } from "./desk.js";

const DRAW_MS = 50;

const lines = new Map(); // "leg:utterance" → line
const version = signal(0);
let drawing = null;

export const missing = signal(false); // the service knows no such call

export const openLines = computed(() => {
  version.value;
  return [...lines.values()].sort((a, b) => a.start_ms - b.start_ms || a.leg.localeCompare(b.leg));
});

follow(take);
effect(() => {
  const callId = openCallId.value;
  lines.clear();
  missing.value = false;
  draw();
  if (callId === null) return undefined;
  untracked(() => {
    socket.follow(`transcript:${callId}`);
    load(callId);
  });
  return () => socket.unfollow(`transcript:${callId}`);
});

async function load(callId) {
  const path = `/api/v1/calls/${encodeURIComponent(callId)}`;
  const [call, past] = await Promise.all([fetch(path), fetch(`${path}/alerts`)]);
  if (openCallId.value !== callId) return;
  missing.value = call.status === 404;
  takeOpenCall(call.ok ? await call.json() : null, past.ok ? (await past.json()).alerts : []);
}

function take(message) {
  if (message.type !== "transcript" || message.call_id !== openCallId.value) return;
  takeLine(message);
  draw();
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
