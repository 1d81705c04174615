// The console's socket: comes back by itself and says where it left off, so that no alert is missed.

import { signal } from "../vendor/preact.js";
import { socketClosed, ticketFor } from "./session.js";

const FIRST_WAIT_MS = 500;
const SHORT_WAIT_MS = 3000; // at most, in the first minute: a service that is started anew has its consoles within 5 s
const LONGEST_WAIT_MS = 15000;
const FIRST_MINUTE_MS = 60000;
const SILENT_MS = 12000; // two heartbeats and a little

export class ConsoleSocket {
  /** @param {(message: any) => void} onMessage */
  constructor(onMessage) {
    this.state = signal("connecting"); // connecting, live, lost
    this.cursor = null;
    this.reconnects = 0;
    this.topics = new Set(["alerts", "calls", "levels"]);
    this.onMessage = onMessage;
    this.places = {}; // teams and queues that are wanted; none named: all
    this.person = null; // whose alerts are wanted; nobody named: everybody's
    this.waitMs = FIRST_WAIT_MS;
    this.socket = null;
    this.lastHeard = 0;
  }

  start() {
    this.#open();
    setInterval(() => {
      if (this.state.value === "live" && Date.now() - this.lastHeard > SILENT_MS) this.socket?.close();
    }, 1000);
  }

  /** Alerts of this person from now on: begins anew, with a snapshot. @param {string|null} person */
  becomes(person) {
    if (person === this.person) return;
    this.person = person;
    this.cursor = null;
    this.waitMs = FIRST_WAIT_MS;
    this.socket?.close();
  }

  follow(topic) {
    this.topics.add(topic);
    this.#send({ type: "subscribe", topics: [topic] });
  }

  unfollow(topic) {
    this.topics.delete(topic);
    this.#send({ type: "unsubscribe", topics: [topic] });
  }

  async #open() {
    let ticket = null;
    try {
      ticket = await ticketFor("console");
    } catch {
      this.#retry();
      return;
    }
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = (this.socket = new WebSocket(`${scheme}://${location.host}/ws/console`));
    socket.onopen = () => {
      this.#send({ type: "hello", ticket, topics: [...this.topics], since: this.cursor, filter: { ...this.places, min_severity: "info", person: this.person } });
    };
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      this.lastHeard = Date.now();
      if (message.type === "snapshot" || message.type === "resumed") {
        this.state.value = "live";
        this.waitMs = FIRST_WAIT_MS;
      }
      if (message.cursor != null) this.cursor = message.cursor;
      this.onMessage(message);
    };
    socket.onclose = ({ code }) => {
      if (this.state.value === "live" || code === 4401) socketClosed(code);
      this.#retry();
    };
  }

  #retry() {
    this.state.value = "lost";
    this.reconnects += 1;
    setTimeout(() => this.#open(), this.waitMs * (0.7 + 0.6 * Math.random()));
    const longest = Date.now() - this.lastHeard < FIRST_MINUTE_MS ? SHORT_WAIT_MS : LONGEST_WAIT_MS;
    this.waitMs = Math.min(longest, this.waitMs * 2);
  }

  #send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}
