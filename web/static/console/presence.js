// Who listens to which call, as the service pushes it: so that two supervisors do not step into one call unknowingly.

import { signal } from "../vendor/preact.js";
import { follow } from "./desk.js";

const listeners = new Map(); // call_id → ids of people, null for somebody unnamed
const version = signal(0);

/** Everybody who listens to the call, ourselves too. @param {string} callId @returns {(string|null)[]} */
export function listenersOf(callId) {
  version.value;
  return listeners.get(callId) ?? [];
}

follow((message) => {
  if (message.type === "snapshot" || message.type === "resumed") listeners.clear(); // told anew behind it
  else if (message.type !== "presence") return;
  else if (message.listeners.length > 0) listeners.set(message.call_id, message.listeners);
  else listeners.delete(message.call_id);
  version.value += 1;
});
