// Of several tabs of the same page one does what must be done once: ring. When it goes, another takes over.

import { signal } from "../vendor/preact.js";

const BEAT_MS = 1000;
const GONE_MS = 3000; // a tab that has not been heard for so long is gone

/**
 * Offer this tab for a duty. @param {string} duty @returns a signal: whether this tab has it
 * Web Locks decide; where there are none (pages without HTTPS), tabs tell each other and the eldest has it.
 */
export function offerFor(duty) {
  const isMine = signal(false);
  if (navigator.locks) {
    navigator.locks.request(duty, () => {
      isMine.value = true;
      return new Promise(() => null); // held until the tab goes
    });
    return isMine;
  }
  const me = `${String(Date.now()).padStart(15, "0")} ${Math.random()}`;
  const heard = new Map(); // tab → when
  const channel = new BroadcastChannel(duty);
  channel.onmessage = ({ data }) => heard.set(data, Date.now());
  setInterval(() => {
    channel.postMessage(me);
    for (const [tab, at] of heard) if (Date.now() - at > GONE_MS) heard.delete(tab);
    isMine.value = [...heard.keys()].every((tab) => me < tab);
  }, BEAT_MS);
  return isMine;
}
