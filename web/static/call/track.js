// What a call sounded like so far: level, speech and tone of each leg in steps, and the spans the service told.
// Holds one call and nothing of the page around it; `version` rises with every change.

import { signal } from "../vendor/preact.js";

export const FLOOR_DBFS = -96;
const STEP_MS = 100; // of a call that runs
const LEGS = ["agent", "customer", "mixed"];
const FIRST_STEPS = 4096; // about seven minutes; doubled when they are full

class LegTrack {
  constructor() {
    this.length = 0;
    this.dbfs = new Int8Array(FIRST_STEPS).fill(FLOOR_DBFS);
    this.speaking = new Uint8Array(FIRST_STEPS);
    this.tone = new Uint8Array(FIRST_STEPS); // 0 calm to 255
    this.known = new Uint8Array(FIRST_STEPS); // 1 where the service has told us
  }

  put(step, dbfs, speaking, tone) {
    if (step >= this.dbfs.length) this.#grow(step + 1);
    this.dbfs[step] = Math.max(FLOOR_DBFS, Math.min(0, Math.round(dbfs)));
    this.speaking[step] = speaking ? 1 : 0;
    this.tone[step] = Math.round(255 * Math.max(0, Math.min(1, tone)));
    this.known[step] = 1;
    if (step >= this.length) this.length = step + 1;
  }

  #grow(steps) {
    const wanted = Math.max(steps, this.dbfs.length * 2);
    for (const name of ["dbfs", "speaking", "tone", "known"]) {
      const larger = new this[name].constructor(wanted);
      if (name === "dbfs") larger.fill(FLOOR_DBFS);
      larger.set(this[name]);
      this[name] = larger;
    }
  }
}

export class CallTrack {
  constructor() {
    this.stepMs = STEP_MS;
    /** @type {Record<string, LegTrack>} */
    this.legs = {};
    /** @type {{kind: string, leg: string|null, from_ms: number, to_ms: number}[]} */
    this.spans = []; // hold, gap, whisper: what cannot be seen from levels
    this.held = false; // the newest hold goes on
    this.version = signal(0);
  }

  /** How far the call is known. */
  get endMs() {
    let steps = 0;
    for (const leg of Object.values(this.legs)) steps = Math.max(steps, leg.length);
    return steps * this.stepMs;
  }

  /** The answer of `GET /api/v1/calls/{id}/timeline`, whole or from `from_ms` on. */
  takeTimeline(timeline) {
    if (Object.keys(this.legs).length === 0) this.stepMs = timeline.step_ms; // of a call that is over they may be wider
    const first = Math.floor((timeline.from_ms ?? 0) / this.stepMs);
    for (const [name, levels] of Object.entries(timeline.legs)) {
      levels.dbfs.forEach((dbfs, at) => this.#leg(name)?.put(first + at, dbfs, levels.speaking[at], levels.tones?.[at] ?? 0));
    }
    const since = timeline.from_ms ?? 0;
    const kept = this.spans.filter((span) => span.to_ms < since);
    this.spans = [...kept, ...timeline.spans.filter(({ kind }) => kind === "hold" || kind === "gap" || kind === "whisper")];
    this.version.value += 1;
  }

  /** A `levels` message. @returns {number|null} from where on something is missing before it, null when nothing is */
  takeLevels(message) {
    const first = Math.round(message.at_ms / this.stepMs);
    let missing = null;
    for (const name of LEGS) {
      const levels = message[name];
      if (!levels) continue;
      const leg = this.#leg(name);
      if (first > leg.length) missing = Math.min(missing ?? Infinity, leg.length * this.stepMs);
      levels.dbfs.forEach((dbfs, at) => leg.put(first + at, dbfs, levels.speaking[at], levels.tone));
    }
    this.version.value += 1;
    return missing;
  }

  #leg(name) {
    if (!LEGS.includes(name)) return null;
    return (this.legs[name] ??= new LegTrack());
  }
}
