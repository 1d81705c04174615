// The lanes under the strip: what is seen from both legs' speech (silence, talking over), and what the service told.

const SILENCE_MS = 3000; // shorter pauses are ordinary
const TALK_OVER_MS = 300; // shorter overlaps are "mhm"
export const TOLD = ["hold", "gap", "whisper"];

/** @typedef {{from_ms: number, to_ms: number, leg?: string|null}} Stretch */

/**
 * Stretches between `fromMs` and `toMs` in which nobody speaks. Holds are no silence, and missing audio is not either.
 * @param {import("./track.js").CallTrack} track @returns {Stretch[]}
 */
export function silences(track, fromMs, toMs) {
  const quiet = runs(track, fromMs - 60 * SILENCE_MS, toMs, SILENCE_MS, (agent, customer) => !agent && !customer);
  const excused = [...told(track, "hold", 0, Infinity), ...told(track, "gap", 0, Infinity)];
  return quiet
    .flatMap((stretch) => without(stretch, excused))
    .filter(({ from_ms, to_ms }) => to_ms - from_ms >= SILENCE_MS && to_ms > fromMs);
}

/** Stretches in which both speak at once. @param {import("./track.js").CallTrack} track @returns {Stretch[]} */
export function talkOvers(track, fromMs, toMs) {
  return runs(track, fromMs - 10 * SILENCE_MS, toMs, TALK_OVER_MS, (agent, customer) => agent && customer);
}

/** Spans of one kind that the service told. @param {import("./track.js").CallTrack} track @returns {Stretch[]} */
export function told(track, kind, fromMs, toMs) {
  const spans = track.spans.filter((span) => span.kind === kind);
  if (kind === "hold" && track.held && spans.length > 0) spans.push({ ...spans.pop(), to_ms: track.endMs });
  return spans.filter((span) => span.to_ms > fromMs && span.from_ms < toMs);
}

function runs(track, fromMs, toMs, leastMs, holds) {
  const { agent, customer } = track.legs;
  if (!agent || !customer) return []; // of one leg alone neither can be said
  const [first, last] = [Math.max(0, Math.floor(fromMs / track.stepMs)), Math.min(agent.length, customer.length, Math.ceil(toMs / track.stepMs))];
  const found = [];
  let since = -1;
  for (let step = first; step <= last; step++) {
    const known = step < last && agent.known[step] && customer.known[step];
    if (known && holds(agent.speaking[step], customer.speaking[step])) {
      if (since < 0) since = step;
    } else if (since >= 0) {
      if ((step - since) * track.stepMs >= leastMs) found.push({ from_ms: since * track.stepMs, to_ms: step * track.stepMs });
      since = -1;
    }
  }
  return found;
}

function without({ from_ms, to_ms }, spans) {
  let parts = [{ from_ms, to_ms }];
  for (const span of spans) {
    parts = parts.flatMap((part) => {
      if (span.to_ms <= part.from_ms || span.from_ms >= part.to_ms) return [part];
      return [
        { from_ms: part.from_ms, to_ms: Math.min(part.to_ms, span.from_ms) },
        { from_ms: Math.max(part.from_ms, span.to_ms), to_ms: part.to_ms },
      ].filter((rest) => rest.to_ms > rest.from_ms);
    });
  }
  return parts;
}
