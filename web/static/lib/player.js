// Listening, as the page sees it: arm once by a click, listen to one call at a time, know the true lag.

import { signal } from "../vendor/preact.js";

const RETRY_MS = 1000;
const REPORTS_WITHOUT_SOUND = 10; // 2 s

export class Player {
  constructor() {
    this.armed = signal(false);
    this.audible = signal(false); // the context runs
    this.callId = signal(null);
    this.status = signal("off"); // off, connecting, live, replay, ended, lost
    this.mode = signal("both");
    this.volume = signal(1);
    this.muted = signal(false);
    this.counters = signal({});
    this.lagMs = signal(null);
    this.service = signal({ sent: 0, dropped: 0 });
    this.reconnects = 0;
    this.arming = null;
    this.context = this.node = this.gain = this.worker = null;
    this.analysers = [];
    this.clockOffsetMs = null;
    this.leastTripMs = Infinity;
  }

  /** Must run inside a click or key press, or the browser keeps it silent. Once is enough. */
  arm() {
    this.arming ??= this.#arm().catch((fault) => {
      this.arming = null;
      throw fault;
    });
    return this.arming;
  }

  async #arm() {
    if (!globalThis.isSecureContext || !globalThis.AudioWorkletNode) throw new Error("insecure");
    this.context = new AudioContext({ latencyHint: "interactive" });
    this.context.onstatechange = () => (this.audible.value = this.context.state === "running");
    const resumed = this.context.resume();
    await this.context.audioWorklet.addModule(new URL("./listen-worklet.js", import.meta.url));
    this.node = new AudioWorkletNode(this.context, "earshot-listen", {
      numberOfInputs: 0,
      numberOfOutputs: 1,
      outputChannelCount: [2],
    });
    this.node.port.onmessage = ({ data }) => this.#report(data);
    this.gain = this.context.createGain();
    const splitter = this.context.createChannelSplitter(2);
    this.node.connect(this.gain).connect(this.context.destination);
    this.gain.connect(splitter);
    this.analysers = [0, 1].map((channel) => {
      const analyser = this.context.createAnalyser();
      analyser.fftSize = 4096;
      splitter.connect(analyser, channel);
      return analyser;
    });
    this.worker = new Worker(new URL("./listen-worker.js", import.meta.url));
    this.worker.onmessage = ({ data }) => this.#hear(data);
    await resumed;
    this.audible.value = this.context.state === "running";
    this.armed.value = true;
  }

  /** @param {string} callId @param {number|null} fromMs replay from here, null for live */
  async listen(callId, fromMs = null) {
    await this.arm();
    if (this.context.state !== "running") await this.context.resume();
    this.callId.value = callId;
    this.reconnects = 0;
    this.#open(fromMs);
  }

  stop() {
    this.worker?.postMessage({ type: "close" });
    this.node?.port.postMessage({ type: "stop" });
    this.callId.value = null;
    this.status.value = "off";
    this.lagMs.value = null;
  }

  backToLive() {
    this.worker?.postMessage({ type: "send", message: { type: "seek", from_ms: null } });
  }

  setMode(mode) {
    this.mode.value = mode;
    this.node?.port.postMessage({ type: "mode", mode });
    this.worker?.postMessage({ type: "send", message: { type: "mode", mode } });
  }

  setVolume(volume) {
    this.volume.value = volume;
    this.#applyVolume();
  }

  toggleMute() {
    this.muted.value = !this.muted.value;
    this.#applyVolume();
  }

  /** Root mean square of what goes out now, per channel (left, right). */
  rms() {
    return this.analysers.map((analyser) => {
      const samples = new Float32Array(analyser.fftSize);
      analyser.getFloatTimeDomainData(samples);
      return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
    });
  }

  #applyVolume() {
    const volume = this.muted.value ? 0 : this.volume.value;
    this.gain?.gain.setTargetAtTime(volume, this.context.currentTime, 0.005);
  }

  #open(fromMs) {
    const { port1, port2 } = new MessageChannel();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const url = `${scheme}://${location.host}/ws/listen/${encodeURIComponent(this.callId.value)}`;
    this.status.value = "connecting";
    this.lagMs.value = null;
    this.silentReports = 0;
    this.node.port.postMessage({ type: "frames", port: port1 }, [port1]);
    this.worker.postMessage({ type: "open", url, port: port2, fromMs }, [port2]);
  }

  #hear(data) {
    if (data.type === "closed") {
      if (this.callId.value === null || this.status.value === "ended") return;
      this.status.value = "lost";
      this.reconnects += 1;
      const callId = this.callId.value;
      setTimeout(() => this.callId.value === callId && this.status.value === "lost" && this.#open(null), RETRY_MS);
      return;
    }
    const { message } = data;
    if (message.type === "end") {
      this.status.value = "ended";
      this.lagMs.value = null;
    } else if (message.type === "stats") {
      this.service.value = { sent: message.sent, dropped: message.dropped };
    } else if (message.type === "time") {
      this.#setClock(message, data.at);
    }
  }

  /** The service's clock minus ours, from the exchange with the shortest way. */
  #setClock(message, at) {
    const tripMs = at - message.client_time - (message.server_ms - message.received_ms);
    this.leastTripMs *= 1.02; // an old good one counts for a minute or so
    if (tripMs > this.leastTripMs) return;
    this.leastTripMs = tripMs;
    this.clockOffsetMs = (message.received_ms + message.server_ms) / 2 - (message.client_time + at) / 2;
  }

  #report(counters) {
    this.counters.value = counters;
    if (this.callId.value === null || this.status.value === "ended" || this.status.value === "lost") return;
    if (counters.playing) {
      this.silentReports = 0;
      this.status.value = counters.replaying ? "replay" : "live";
    } else if (this.status.value !== "connecting" && ++this.silentReports > REPORTS_WITHOUT_SOUND) {
      this.status.value = "connecting";
      this.lagMs.value = null;
    }
    if (counters.playing && this.clockOffsetMs !== null) {
      const nowMs = performance.timeOrigin + performance.now() + this.clockOffsetMs;
      const deviceMs = ((this.context.baseLatency || 0) + (this.context.outputLatency || 0)) * 1000;
      this.lagMs.value = nowMs - counters.playingCapturedMs + deviceMs;
    }
  }
}
