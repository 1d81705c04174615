// Plays the recording of a call from any place: the service cuts it there, so nothing before it is loaded.

import { html, signal, useEffect, useRef } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { clockText } from "../lib/wording.js";
import { call, recordedFrom, soundAddress } from "./record.js";

export const positionMs = signal(null); // what is heard, or was heard last
const wanted = signal(null); // {fromMs, play}
const clip = signal(null); // {address, says}: the sound of an alert, where the call itself is not kept
const SKIP_MS = 5000;
let sounding = null; // the element that plays the call

/** Hear the call from here on. @param {number} ms */
export function playFrom(ms) {
  if (recordedFrom.value === null) return;
  wanted.value = { fromMs: Math.max(recordedFrom.value, Math.min(ms, call.value.duration_ms - 200)), play: true };
}

/** Be ready to play from here, without sound yet. @param {number} ms */
export function standAt(ms) {
  positionMs.value = Math.max(0, ms);
  wanted.value = { fromMs: Math.max(0, ms), play: false };
}

/** Hear the sound kept with an alert. @param {string} address @param {string} says what it is, for screen readers */
export function playClip(address, says) {
  clip.value = { address, says };
}

/** The keys of the player: on and off, back and forward. */
export function playKeys() {
  if (recordedFrom.value === null) return [];
  const skip = (ms) => () => playFrom(Math.max(recordedFrom.value, (positionMs.value ?? recordedFrom.value) + ms));
  return [
    { id: "listen", key: " ", says: "help.listen", group: "listening", does: toggle },
    { id: "back", key: "arrowleft", says: "help.back", group: "listening", repeats: true, does: skip(-SKIP_MS) },
    { id: "forward", key: "arrowright", says: "help.skip", group: "listening", repeats: true, does: skip(SKIP_MS) },
  ];
}

function toggle() {
  if (sounding === null) return;
  if (sounding.paused) sounding.play().catch(() => {});
  else sounding.pause();
}

export function ClipPlayer() {
  const audio = useRef(null);
  useEffect(() => {
    if (clip.value !== null) audio.current.play().catch(() => {});
  }, [clip.value]);
  if (clip.value === null) return null;
  return html`<div class="clip-player"><span class="visually-hidden" role="status">${clip.value.says}</span>
    <audio ref=${audio} controls src=${clip.value.address} aria-label=${clip.value.says}></audio></div>`;
}

export function Recording() {
  const audio = useRef(null);
  const began = useRef(0);
  useEffect(() => {
    if (recordedFrom.value === null || !audio.current) return;
    const { fromMs, play } = wanted.value ?? { fromMs: recordedFrom.value, play: false };
    began.current = fromMs;
    sounding = audio.current;
    audio.current.src = soundAddress(fromMs);
    if (play) audio.current.play().catch(() => {});
  }, [wanted.value, recordedFrom.value]);
  if (recordedFrom.value === null) return html`<p class="recording none">${t("recording.none")}</p>`;
  const total = call.value.duration_ms;
  const at = positionMs.value ?? recordedFrom.value;
  const onTime = ({ target }) => {
    if (target.currentTime > 0 || positionMs.value !== null) positionMs.value = began.current + target.currentTime * 1000;
  };
  return html`<div class="recording">
    <audio ref=${audio} preload="none" controls aria-label=${t("recording.title")} onTimeUpdate=${onTime}></audio>
    <label class="place">
      <span class="visually-hidden">${t("recording.place")}</span>
      <input type="range" min=${recordedFrom.value} max=${total} step="1000" value=${at} aria-valuetext=${clockText(at)} onChange=${({ target }) => playFrom(Number(target.value))} />
    </label>
    <span class="time">${clockText(at)} / ${clockText(total)}</span>
  </div>`;
}
