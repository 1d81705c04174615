// The player's judgement, free of any audio interface: frames in, output samples out. Runs inside the worklet and in tests.
// Numbers from web.md §1.2, each measured there.

import { GAP_BEFORE, REPLAY } from "./frame.js";
import { LOOKAHEAD, valueAt } from "./resampler.js";

const RING = 65536; // samples a leg: 4 s at 16 kHz
const MASK = RING - 1;
const START_MS = 60;
const LEAST_MS = 40;
const MOST_MS = 240;
const MARGIN_MS = 20;
const GROWTH_MS = 60; // at once, on an underrun
const SHRINK_MS_PER_S = 5;
const CLEAN_S = 20;
const FADE_MS = 5;
const SKIP_MS = 250; // above the target: jump
const QUIET = 10 ** (-50 / 20);
const BIN_MS = 5;
const BINS = 100;

export class Playout {
  /** @param {number} outputRate */
  constructor(outputRate) {
    this.outputRate = outputRate;
    this.rings = [new Float32Array(RING), new Float32Array(RING)];
    this.gains = new Float32Array([1, 0, 0, 1]); // agent→left, customer→left, agent→right, customer→right
    this.wanted = new Float32Array(this.gains);
    this.rate = 16000;
    this.counters = { framesIn: 0, samplesIn: 0, samplesOut: 0, underruns: 0, lost: 0, gaps: 0, skips: 0, dropped: 0 };
    this.lastSeq = -1;
    this.replaying = false;
    this.targetMs = START_MS;
    this.floorMs = START_MS;
    this.speed = 1;
    this.reset();
    this.lateness = new Float32Array(BINS);
    this.leastDelayMs = [Infinity, Infinity];
    this.delayWindowMs = 0;
    this.cleanS = 0;
  }

  /** Forget what waits and begin again at the target. */
  reset() {
    this.write = 0;
    this.read = 0;
    this.playing = false;
    this.level = 0; // of the fade, 0..1
    this.fromOld = 0; // samples of a cross-fade still to go
    this.oldRead = 0;
    this.depthMs = 0;
    this.capturedMs = 0; // of the sample at `write`
    this.quietFrom = undefined; // since which sample both legs have been quiet
    for (const ring of this.rings) ring.fill(0);
  }

  get waitingMs() {
    return ((this.write - this.read) * 1000) / this.rate;
  }

  /** Epoch time (service clock) at which the sample now playing was captured; 0 before the first. */
  get playingCapturedMs() {
    return this.playing ? this.capturedMs - this.waitingMs : 0;
  }

  /** @param {import("./frame.js").readFrame extends (...a:any)=>infer R ? NonNullable<R> : never} frame @param {number} nowMs */
  add(frame, nowMs) {
    const replaying = (frame.flags & REPLAY) !== 0;
    if (replaying !== this.replaying || frame.rate !== this.rate) {
      this.replaying = replaying;
      this.rate = frame.rate;
      this.lastSeq = -1;
      this.reset();
    }
    const missing = this.lastSeq >= 0 ? frame.seq - this.lastSeq - 1 : 0;
    if (frame.flags & GAP_BEFORE) {
      this.counters.gaps += 1;
      this.counters.dropped += Math.max(0, missing); // the service said so: we were too slow for it
    } else if (missing > 0) {
      this.counters.lost += missing;
    }
    this.lastSeq = frame.seq;
    this.counters.framesIn += 1;
    this.counters.samplesIn += frame.samples;
    this.capturedMs = frame.capturedMs + (frame.samples * 1000) / frame.rate;
    let loudest = 0;
    for (let leg = 0; leg < 2; leg++) {
      const [ring, samples] = [this.rings[leg], frame.legs[leg]];
      for (let i = 0; i < samples.length; i++) {
        const value = samples[i] / 32768;
        ring[(this.write + i) & MASK] = value;
        loudest = Math.max(loudest, Math.abs(value));
      }
    }
    this.quietFrom = loudest < QUIET ? (this.quietFrom ?? this.write) : undefined;
    this.write += frame.samples;
    if (this.write - this.read > RING - 4096) this.#jump(this.write - this.#targetSamples());
    if (!replaying) this.#judgeLateness(nowMs - this.capturedMs, (frame.samples * 1000) / frame.rate);
    if (this.playing) this.#drain(frame.samples);
    else if (this.waitingMs >= this.targetMs) this.#begin();
  }

  /** Fill both output channels; `left.length` samples. @param {Float32Array} left @param {Float32Array} right */
  render(left, right) {
    const step = (this.rate / this.outputRate) * this.speed;
    const fade = 1000 / (FADE_MS * this.outputRate);
    const fadeSamples = (FADE_MS * this.rate) / 1000 + LOOKAHEAD + 1;
    const { gains, wanted } = this;
    for (let i = 0; i < left.length; i++) {
      for (let k = 0; k < 4; k++) gains[k] += Math.max(-fade, Math.min(fade, wanted[k] - gains[k]));
      const ahead = this.write - this.read;
      if (this.playing && ahead > LOOKAHEAD) {
        this.level = Math.max(0, Math.min(1, this.level + (ahead > fadeSamples ? fade : -fade)));
        let agent = valueAt(this.rings[0], MASK, this.read);
        let customer = valueAt(this.rings[1], MASK, this.read);
        if (this.fromOld > 0) {
          const old = this.fromOld * fade;
          agent += (valueAt(this.rings[0], MASK, this.oldRead) - agent) * old;
          customer += (valueAt(this.rings[1], MASK, this.oldRead) - customer) * old;
          this.oldRead += step;
          this.fromOld -= 1;
        }
        left[i] = (agent * gains[0] + customer * gains[1]) * this.level;
        right[i] = (agent * gains[2] + customer * gains[3]) * this.level;
        this.read += step;
        this.counters.samplesOut += 1;
      } else {
        left[i] = right[i] = 0;
        if (this.playing) this.#runDry();
      }
    }
    if (!this.playing) return;
    const seconds = left.length / this.outputRate;
    this.cleanS += seconds;
    if (this.cleanS > CLEAN_S) this.floorMs = Math.max(LEAST_MS, this.floorMs - SHRINK_MS_PER_S * seconds);
    this.targetMs = Math.min(MOST_MS, Math.max(this.floorMs, this.latenessMs()));
  }

  /** @param {"both"|"agent"|"customer"|"mono"|"swap"} mode */
  setMode(mode) {
    const half = 0.7071;
    const gains = { both: [1, 0, 0, 1], agent: [1, 0, 1, 0], customer: [0, 1, 0, 1], mono: [half, half, half, half], swap: [0, 1, 1, 0] };
    this.wanted.set(gains[mode] ?? gains.both);
  }

  /** 99th percentile of frame lateness over about 30 s, with its margin. */
  latenessMs() {
    const total = this.lateness.reduce((sum, count) => sum + count, 0);
    let above = 0;
    for (let bin = BINS - 1; bin > 0; bin--) {
      above += this.lateness[bin];
      if (above > total * 0.01 && above >= 2) return (bin + 1) * BIN_MS + MARGIN_MS;
    }
    return LEAST_MS;
  }

  #targetSamples() {
    return Math.round((this.targetMs * this.rate) / 1000);
  }

  #begin() {
    this.playing = true;
    this.level = 0;
    this.read = this.write - this.#targetSamples(); // trim what piled up while the device started
    this.depthMs = this.targetMs;
    this.speed = 1;
  }

  #runDry() {
    this.playing = false;
    this.level = 0;
    this.counters.underruns += 1;
    this.floorMs = Math.min(MOST_MS, this.targetMs + GROWTH_MS);
    this.targetMs = this.floorMs;
    this.cleanS = 0;
  }

  #judgeLateness(delayMs, frameMs) {
    this.delayWindowMs += frameMs;
    if (this.delayWindowMs > 15000) {
      this.delayWindowMs = 0;
      this.leastDelayMs = [this.leastDelayMs[1], Infinity]; // the least of the last 15 to 30 s
    }
    this.leastDelayMs[1] = Math.min(this.leastDelayMs[1], delayMs);
    const late = delayMs - Math.min(this.leastDelayMs[0], this.leastDelayMs[1]);
    for (let bin = 0; bin < BINS; bin++) this.lateness[bin] *= 1 - 1 / 1500;
    this.lateness[Math.min(BINS - 1, Math.floor(late / BIN_MS))] += 1;
  }

  /** Bring the depth back to the target: in silence by leaving a frame out, else a little faster, else by a jump. */
  #drain(samples) {
    this.depthMs += (this.waitingMs - this.depthMs) * 0.1;
    const excessMs = this.depthMs - this.targetMs - 10;
    const quietAhead = this.quietFrom !== undefined && this.quietFrom <= this.read;
    if (excessMs > SKIP_MS) {
      this.counters.skips += 1;
      this.#jump(this.write - this.#targetSamples());
    } else if (excessMs > 30 && quietAhead) {
      this.#jump(this.read + samples);
    } else if (excessMs > 20) {
      this.speed = 1 + Math.min(0.06, excessMs / 1500);
    } else if (excessMs < -30) {
      this.speed = 0.99;
    } else if (Math.abs(excessMs) < 10) {
      this.speed = 1;
    }
  }

  #jump(to) {
    this.oldRead = this.read;
    this.fromOld = Math.round((FADE_MS * this.outputRate) / 1000);
    this.depthMs -= ((to - this.read) * 1000) / this.rate;
    this.read = to;
  }
}
