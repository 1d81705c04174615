// A supervisor's microphone into one call: asked for once, sent only while the key is down.

import { signal } from "../vendor/preact.js";
import { ticketFor } from "./session.js";

const VOICE_HZ = 7000; // what is above would fold back at 16 kHz
const METER_FLOOR_DB = -60;

export class Microphone {
  constructor() {
    this.status = signal("off"); // off, asking, denied, absent, insecure, connecting, ready, lost
    this.talking = signal(false);
    this.level = signal(0); // 0..1
    this.service = signal({ sent: 0, dropped: 0 });
    this.context = this.stream = this.socket = this.callId = null;
  }

  /** Let the microphone into a supervision that was begun. Must run inside a click or key press. */
  async open(callId, supervisionId) {
    this.close();
    this.callId = callId;
    if (!globalThis.isSecureContext || !navigator.mediaDevices) return void (this.status.value = "insecure");
    this.status.value = "asking";
    try {
      await this.#listen();
    } catch (fault) {
      this.close();
      this.status.value = fault.name === "NotAllowedError" ? "denied" : "absent";
      return;
    }
    await this.#connect(callId, supervisionId);
  }

  /** The key goes down or up. */
  talk(on) {
    if (this.talking.value === on || (on && this.status.value !== "ready")) return;
    this.talking.value = on;
    this.#say({ type: "talk", on });
  }

  /** Out of the call, and the microphone's light goes off. */
  close() {
    this.talking.value = false;
    const socket = this.socket;
    this.socket = null;
    socket?.close(1000);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.context?.close();
    this.context = this.stream = null;
    this.level.value = 0;
    this.status.value = "off";
  }

  async #listen() {
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    this.context = new AudioContext({ latencyHint: "interactive" });
    await this.context.audioWorklet.addModule(new URL("./microphone-worklet.js", import.meta.url));
    const low = new BiquadFilterNode(this.context, { type: "lowpass", frequency: VOICE_HZ, Q: 0.54 });
    const steep = new BiquadFilterNode(this.context, { type: "lowpass", frequency: VOICE_HZ, Q: 1.31 });
    const sound = new AudioWorkletNode(this.context, "earshot-microphone", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    sound.port.onmessage = ({ data }) => this.#frame(data);
    this.context.createMediaStreamSource(this.stream).connect(low).connect(steep).connect(sound);
    await this.context.resume();
  }

  async #connect(callId, supervisionId) {
    this.status.value = "connecting";
    let ticket = null;
    try {
      ticket = await ticketFor("whisper", callId);
    } catch {
      this.close();
      return void (this.status.value = "lost");
    }
    if (this.callId !== callId || !this.stream) return; // left meanwhile
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const mine = (this.socket = new WebSocket(`${scheme}://${location.host}/ws/whisper/${encodeURIComponent(callId)}`));
    mine.onopen = () => this.#say({ type: "hello", ticket, supervision_id: supervisionId });
    mine.onmessage = ({ data }) => {
      if (mine !== this.socket) return;
      const message = JSON.parse(data);
      if (message.type === "hello") this.status.value = "ready";
      else if (message.type === "stats") this.service.value = { sent: message.sent, dropped: message.dropped };
      else if (message.type === "end") this.close();
    };
    mine.onclose = () => {
      if (mine !== this.socket) return;
      this.close();
      this.status.value = "lost";
    };
  }

  #frame({ pcm, rms }) {
    const db = 20 * Math.log10(Math.max(rms, 1e-6));
    this.level.value = Math.max(0, Math.min(1, 1 - db / METER_FLOOR_DB));
    if (this.talking.value && this.socket?.readyState === WebSocket.OPEN) this.socket.send(pcm);
  }

  #say(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}
