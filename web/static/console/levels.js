// How loud both parties of every live call were in its last minute: a byte a step and leg, whoever looks.

import { follow } from "./desk.js";

export const STEPS = 24;
const STEP_MS = 2500; // all steps: one minute
const FLOOR_DBFS = -60;
const SPOKE = 128;
const LEGS = ["agent", "customer"];
const YOUNG_MS = 5000; // of a call that has just begun nothing was missed

const tracks = new Map(); // call_id → {newest: step, agent: Uint8Array, customer: Uint8Array}
const missed = new Map(); // call_id → how long it had run when this page came; until that has been asked for
let asking = Promise.resolve(); // one after the other

follow((message) => {
  if (message.type === "levels") take(message);
  else if (message.type === "call_ended") (tracks.delete(message.call_id), missed.delete(message.call_id));
  else if (message.type === "snapshot" || message.type === "resumed") forgetAllBut(message.calls);
});

/** The track of a call; `newest` moves when something was added. @param {string} callId */
export function trackOf(callId) {
  return tracks.get(callId) ?? null;
}

/** A step of a track as {loud: 0..1, spoke}; `back` steps before the newest. @param {object} track @param {"agent"|"customer"} leg @param {number} back */
export function stepOf(track, leg, back) {
  const value = track[leg][(track.newest - back + STEPS * 2) % STEPS];
  return { loud: (value & 127) / -FLOOR_DBFS, spoke: value >= SPOKE };
}

/** Ask for the last minute of a call that ran before this page came; once, and of nobody else meanwhile. @param {string} callId */
export function fillIn(callId) {
  const durationMs = missed.get(callId);
  if (durationMs === undefined) return;
  missed.delete(callId);
  const from = Math.max(0, durationMs - STEPS * STEP_MS);
  const path = `/api/v1/calls/${encodeURIComponent(callId)}/timeline?from_ms=${Math.floor(from)}`;
  asking = asking.then(async () => {
    const answer = await fetch(path).catch(() => null);
    if (answer?.ok) takeTimeline(callId, await answer.json());
  });
}

function takeTimeline(callId, { from_ms, step_ms, legs }) {
  if (LEGS.some((leg) => legs[leg]?.dbfs.length > 0)) take({ call_id: callId, at_ms: from_ms, step_ms, ...legs });
}

function take(message) {
  let track = tracks.get(message.call_id);
  if (!track) {
    track = { newest: Math.floor(message.at_ms / STEP_MS), changes: 0, agent: new Uint8Array(STEPS), customer: new Uint8Array(STEPS) };
    tracks.set(message.call_id, track);
  }
  const steps = Math.max(...LEGS.map((leg) => message[leg]?.dbfs.length ?? 0));
  for (let step = 0; step < steps; step++) {
    const place = Math.floor((message.at_ms + step * message.step_ms) / STEP_MS);
    if (place <= track.newest - STEPS) continue;
    for (; track.newest < place; track.newest++) for (const leg of LEGS) track[leg][(track.newest + 1) % STEPS] = 0;
    for (const leg of LEGS) {
      const dbfs = message[leg]?.dbfs[step];
      if (dbfs === undefined) continue;
      const loud = Math.round(Math.max(0, Math.min(-FLOOR_DBFS, dbfs - FLOOR_DBFS)));
      const at = place % STEPS;
      const spoke = message[leg].speaking[step] || track[leg][at] >= SPOKE;
      track[leg][at] = Math.max(track[leg][at] & 127, loud) | (spoke ? SPOKE : 0);
    }
  }
  track.changes += 1;
}

function forgetAllBut(calls) {
  const live = new Set(calls.map(({ call_id }) => call_id));
  for (const callId of tracks.keys()) if (!live.has(callId)) tracks.delete(callId);
  for (const { call_id, duration_ms } of calls) if (!tracks.has(call_id) && duration_ms >= YOUNG_MS) missed.set(call_id, duration_ms);
}
