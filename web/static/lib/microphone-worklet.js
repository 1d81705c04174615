// The audio thread's end of the microphone: sound of any rate in, frames of 20 ms at 16 kHz and the level out.

import { LOOKAHEAD, TAPS, valueAt } from "./resampler.js";

const RATE = 16000;
const FRAME = 320;
const RING = 8192; // a power of two
const MASK = RING - 1;

class MicrophoneSound extends AudioWorkletProcessor {
  constructor() {
    super();
    this.ring = new Float32Array(RING);
    this.written = TAPS; // silence stands before the first sample
    this.at = TAPS;
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.energy = 0;
  }

  process([input]) {
    const samples = input[0];
    if (!samples) return true; // the microphone is not there yet
    for (let index = 0; index < samples.length; index++) this.ring[this.written++ & MASK] = samples[index];
    const step = sampleRate / RATE;
    while (this.at + LOOKAHEAD < this.written) {
      this.put(valueAt(this.ring, MASK, this.at));
      this.at += step;
    }
    return true;
  }

  put(value) {
    this.energy += value * value;
    this.frame[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(value * 32768)));
    if (this.filled < FRAME) return;
    const pcm = this.frame.buffer;
    this.port.postMessage({ pcm, rms: Math.sqrt(this.energy / FRAME) }, [pcm]);
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.energy = 0;
  }
}

registerProcessor("earshot-microphone", MicrophoneSound);
