// Listening, as the page sees it: arm once by a click, listen to one call at a time, know the true lag.

import { signal } from "../vendor/preact.js";
import { socketClosed, ticketFor } from "./session.js";

const KEPT = "earshot.sound";
const RETRY_MS = 1000;
const KEPT_LEAD_MS = 1500; // a replay that begins so much later than asked lacks something
const REPORTS_WITHOUT_SOUND = 10; // 2 s

const GESTURES = ["pointerdown", "keydown"];

export const MODES = ["both", "agent", "customer", "mono", "swap"];

export class Player {
  constructor() {
    this.armed = signal(false);
    this.audible = signal(false); // the context runs
    this.callId = signal(null);
    this.status = signal("off"); // off, connecting, live, replay, clip, ended, lost
    this.positionMs = signal(null); // of a replay: where in the call it is
    this.shortfall = signal(null); // {askedMs, fromMs|null} of a replay whose beginning is not kept
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    this.mode = signal(MODES.includes(kept.mode) ? kept.mode : "both");
    this.volume = signal(kept.volume >= 0 && kept.volume <= 1 ? kept.volume : 1);
    this.person = null; // who listens, for the others to see
    this.muted = signal(false);
    this.counters = signal({});
    this.lagMs = signal(null);
    this.service = signal({ sent: 0, dropped: 0 });
    this.reconnects = 0;
    this.arming = null;
    this.context = this.node = this.gain = this.worker = null;
    this.analysers = [];
    this.clockOffsetMs = null;
    this.zeroMs = null; // epoch time of the call's zero, told with a replay
    this.clip = null; // what to play when nothing of the place is kept
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
    this.context.onstatechange = () => {
      this.audible.value = this.context.state === "running"; // the browser, the system or a headset may stop it at any time
      if (!this.audible.value) this.#resumeAtGesture();
    };
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
    this.worker = new Worker(new URL("./listen-worker.js", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data }) => this.#hear(data);
    this.node.port.postMessage({ type: "mode", mode: this.mode.value });
    this.#applyVolume();
    await resumed;
    this.audible.value = this.context.state === "running";
    this.armed.value = true;
  }

  /**
   * @param {string} callId @param {number|null} fromMs replay from here, null for live
   * @param {string|null} clip address of a WAV file to play where nothing of the place is kept
   */
  async listen(callId, fromMs = null, clip = null) {
    await this.arm();
    if (this.context.state !== "running") await this.context.resume();
    const goesOn = this.callId.value === callId && (this.status.value === "live" || this.status.value === "replay");
    this.callId.value = callId;
    this.reconnects = 0;
    this.shortfall.value = null;
    this.clip = clip;
    if (goesOn && fromMs !== null) this.#seek(Math.max(0, Math.round(fromMs)));
    else if (!goesOn) this.#open(fromMs === null ? null : Math.max(0, Math.round(fromMs)));
    else if (this.status.value === "replay") this.backToLive();
  }

  /** A kept clip alone. @param {string} callId @param {string} address of a WAV file */
  async playClip(callId, address) {
    await this.arm();
    if (this.context.state !== "running") await this.context.resume();
    this.callId.value = callId;
    this.shortfall.value = null;
    this.#startClip(address);
  }

  stop() {
    this.worker?.postMessage({ type: "close" });
    this.node?.port.postMessage({ type: "stop" });
    this.callId.value = null;
    this.status.value = "off";
    this.lagMs.value = this.positionMs.value = this.shortfall.value = null;
  }

  /** From a replay to what is said now; from a clip too. */
  backToLive() {
    this.shortfall.value = null;
    if (this.status.value === "replay") this.#seek(null);
    else if (this.status.value === "clip" || this.status.value === "ended") this.#open(null);
  }

  setMode(mode) {
    this.mode.value = mode;
    this.#keep();
    this.node?.port.postMessage({ type: "mode", mode });
    this.worker?.postMessage({ type: "send", message: { type: "mode", mode } });
  }

  setVolume(volume) {
    this.volume.value = Math.max(0, Math.min(1, volume));
    this.muted.value = false;
    this.#applyVolume();
    this.#keep();
  }

  toggleMute() {
    this.muted.value = !this.muted.value;
    this.#applyVolume();
  }

  /** Half as loud for so long, while an alert sounds. @param {number} seconds */
  duck(seconds) {
    if (!this.gain || this.muted.value) return;
    const { currentTime } = this.context;
    this.gain.gain.setTargetAtTime(this.volume.value / 2, currentTime, 0.02);
    this.gain.gain.setTargetAtTime(this.volume.value, currentTime + seconds, 0.1);
  }

  /** Root mean square of what goes out now, per channel (left, right). */
  rms() {
    return this.analysers.map((analyser) => {
      const samples = new Float32Array(analyser.fftSize);
      analyser.getFloatTimeDomainData(samples);
      return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
    });
  }

  #keep() {
    localStorage.setItem(KEPT, JSON.stringify({ mode: this.mode.value, volume: this.volume.value }));
  }

  /** The next click or key press anywhere brings a stopped sound back. */
  #resumeAtGesture() {
    if (this.waitsForGesture) return;
    this.waitsForGesture = true;
    const resume = () => {
      this.waitsForGesture = false;
      for (const kind of GESTURES) document.removeEventListener(kind, resume, true);
      if (this.context.state !== "running") this.context.resume().catch(() => {});
    };
    for (const kind of GESTURES) document.addEventListener(kind, resume, true);
  }

  #seek(fromMs) {
    this.worker?.postMessage({ type: "send", message: { type: "seek", from_ms: fromMs } });
  }

  #startClip(address) {
    const { port1, port2 } = new MessageChannel();
    this.#begin(port1);
    this.status.value = "clip";
    this.worker.postMessage({ type: "clip", url: new URL(address, location.href).href, port: port2 }, [port2]);
  }

  #begin(port) {
    this.lagMs.value = this.positionMs.value = this.zeroMs = null;
    this.silentReports = 0;
    this.node.port.postMessage({ type: "frames", port }, [port]);
  }

  #applyVolume() {
    const volume = this.muted.value ? 0 : this.volume.value;
    this.gain?.gain.setTargetAtTime(volume, this.context.currentTime, 0.005);
  }

  async #open(fromMs) {
    const callId = this.callId.value;
    this.status.value = "connecting";
    let ticket = null;
    try {
      ticket = await ticketFor("listen", callId);
    } catch {
      this.#hear({ type: "closed", code: 0 });
      return;
    }
    if (this.callId.value !== callId || this.status.value !== "connecting") return; // somebody has chosen otherwise since
    const { port1, port2 } = new MessageChannel();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const url = `${scheme}://${location.host}/ws/listen/${encodeURIComponent(this.callId.value)}`;
    this.#begin(port1);
    this.status.value = "connecting";
    this.worker.postMessage({ type: "open", url, port: port2, fromMs, person: this.person, ticket }, [port2]);
  }

  #hear(data) {
    if (data.type === "closed") {
      if (this.callId.value === null || this.status.value === "ended") return;
      if (data.code === 4401 || (data.code === 4403 && this.status.value === "live")) socketClosed(data.code);
      this.status.value = "lost";
      this.reconnects += 1;
      const callId = this.callId.value;
      setTimeout(() => this.callId.value === callId && this.status.value === "lost" && this.#open(null), RETRY_MS);
      return;
    }
    const { message } = data;
    if (message.type === "end") {
      this.status.value = "ended";
      this.lagMs.value = this.positionMs.value = null;
    } else if (message.type === "replay") {
      this.#replayBegan(message);
    } else if (message.type === "live") {
      this.positionMs.value = null;
    } else if (message.type === "stats") {
      this.service.value = { sent: message.sent, dropped: message.dropped };
    } else if (message.type === "time") {
      this.#setClock(message, data.at);
    }
  }

  #replayBegan({ asked_ms, from_ms, zero_ms }) {
    this.zeroMs = zero_ms;
    if (from_ms !== null && from_ms - asked_ms < KEPT_LEAD_MS) return;
    if (this.clip !== null) this.#startClip(this.clip);
    else this.shortfall.value = { askedMs: asked_ms, fromMs: from_ms };
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
    if (["off", "ended", "lost", "clip"].includes(this.status.value)) return;
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
    this.positionMs.value = counters.playing && counters.replaying && this.zeroMs !== null ? counters.playingCapturedMs - this.zeroMs : null;
  }
}
