// The audio thread's end: frames come from the worker by their own port, sound goes out, figures go to the page.

import { readFrame } from "./frame.js";
import { Playout } from "./playout.js";

const ACK_EVERY = 25; // frames: 500 ms
const REPORT_S = 0.2;

class ListenSound extends AudioWorkletProcessor {
  constructor() {
    super();
    this.playout = new Playout(sampleRate);
    this.frames = null;
    this.nextReport = 0;
    this.port.onmessage = ({ data }) => this.obey(data);
  }

  obey(message) {
    if (message.type === "frames") {
      this.frames?.close();
      this.frames = message.port;
      this.playout = Object.assign(new Playout(sampleRate), { wanted: this.playout.wanted });
      this.frames.onmessage = ({ data }) => this.take(data);
    } else if (message.type === "mode") {
      this.playout.setMode(message.mode);
    } else if (message.type === "stop") {
      this.frames?.close();
      this.frames = null;
      this.playout.reset();
    }
  }

  take(buffer) {
    const frame = readFrame(buffer);
    if (frame === null) return;
    this.playout.add(frame, currentTime * 1000);
    if (!this.playout.replaying && this.playout.counters.framesIn % ACK_EVERY === 0) this.frames.postMessage(frame.seq);
  }

  process(_inputs, [output]) {
    this.playout.render(output[0], output[1]);
    if (currentTime >= this.nextReport) {
      this.nextReport = currentTime + REPORT_S;
      const { counters, targetMs, waitingMs, speed, playing, playingCapturedMs, lastSeq, replaying } = this.playout;
      this.port.postMessage({ ...counters, targetMs, waitingMs, speed, playing, playingCapturedMs, lastSeq, replaying });
    }
    return true;
  }
}

registerProcessor("earshot-listen", ListenSound);
