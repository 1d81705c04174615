// Everything the service keeps of one call, asked for at once; of a running call again every few seconds.

import { CallTrack } from "../call/track.js";
import { signal } from "../vendor/preact.js";
import { may } from "../lib/session.js";
import { ask } from "../office/api.js";

const AGAIN_MS = 5000;

/** The call of the address: `/calls/{id}`. */
export const callId = decodeURIComponent(location.pathname.split("/").at(-1));
const path = `/calls/${encodeURIComponent(callId)}`;

export const call = signal(null);
export const lines = signal([]);
export const alerts = signal([]);
export const suppressed = signal([]);
export const track = signal(new CallTrack());
export const fault = signal(null);
export const wordsFault = signal(null);
export const recordedFrom = signal(null); // ms; null: nothing is kept to be heard

export async function load() {
  try {
    call.value = await ask(path);
    fault.value = null;
  } catch (refusal) {
    fault.value = refusal;
    return;
  }
  await Promise.all([loadWords(), loadAlerts(), loadTrack(), loadSound()]);
  if (call.value.state !== "ended") setTimeout(load, AGAIN_MS);
}

async function loadWords() {
  try {
    lines.value = (await ask(`${path}/transcript`)).lines;
    wordsFault.value = null;
  } catch (refusal) {
    wordsFault.value = refusal;
  }
}

async function loadAlerts() {
  const [found, kept] = await Promise.allSettled([ask(`${path}/alerts`), ask(`/alerts/suppressed?call_id=${encodeURIComponent(callId)}`)]);
  if (found.status === "fulfilled") alerts.value = found.value.alerts;
  if (kept.status === "fulfilled") suppressed.value = kept.value.suppressed;
}

async function loadTrack() {
  const timeline = await ask(`${path}/timeline`).catch(() => null);
  if (timeline === null) return;
  const found = new CallTrack();
  found.takeTimeline(timeline);
  track.value = found;
}

/** From where on the call can be heard: all of it where it was recorded, its end while that is still in memory. */
async function loadSound() {
  recordedFrom.value = may("download") ? await ask(`${path}/audio`).then(({ from_ms }) => from_ms, () => null) : null;
}

export function soundAddress(fromMs) {
  return `/api/v1${path}/audio.wav?from_ms=${Math.max(0, Math.floor(fromMs))}&to_ms=${Math.max(1, call.value.duration_ms)}`;
}
