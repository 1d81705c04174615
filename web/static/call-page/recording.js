// Plays the recording of a call from any place: the service cuts it there, so nothing before it is loaded.

import { Icon } from "../call/icons.js";
import { Sound } from "../call/sound.js";
import { html, signal, useEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { clockText, numberText } from "../lib/wording.js";
import { may } from "../lib/session.js";
import { call, callId, recordedFrom, soundAddress } from "./record.js";

export const positionMs = signal(null); // what is heard, or was heard last
const wanted = signal(null); // {fromMs, play}
const clip = signal(null); // {address, says}: the sound of an alert, where the call itself is not kept
const SKIP_MS = 5000;
const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
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
  if (sounding.ended) playFrom(recordedFrom.value);
  else if (sounding.paused) sounding.play().catch(() => {});
  else sounding.pause();
}

export function ClipPlayer() {
  if (clip.value === null) return null;
  const { address, says } = clip.value;
  return html`<div class="clip-player"><span class="visually-hidden" role="status">${says}</span><${Sound} key=${address} src=${address} label=${says} atOnce=${true} /></div>`;
}

export function Recording() {
  const audio = useRef(null);
  const began = useRef(0);
  const [playing, setPlaying] = useState(false);
  const [failed, setFailed] = useState(false);
  const [speed, setSpeed] = useState(1);
  const [muted, setMuted] = useState(false);
  useEffect(() => {
    if (recordedFrom.value === null || !audio.current) return;
    const { fromMs, play } = wanted.value ?? { fromMs: recordedFrom.value, play: false };
    began.current = fromMs;
    sounding = audio.current;
    setFailed(false);
    audio.current.src = soundAddress(fromMs);
    if (play) audio.current.play().catch(() => {});
  }, [wanted.value, recordedFrom.value]);
  useEffect(() => {
    if (audio.current) audio.current.playbackRate = audio.current.defaultPlaybackRate = speed;
  }, [speed, recordedFrom.value]);
  if (recordedFrom.value === null) return html`<p class="recording none">${t("recording.none")}</p>`;
  const total = call.value.duration_ms;
  const at = positionMs.value ?? recordedFrom.value;
  const onTime = ({ target }) => {
    if (target.currentTime > 0 || positionMs.value !== null) positionMs.value = began.current + target.currentTime * 1000;
  };
  return html`<div class="recording" role="group" aria-label=${t("recording.title")}>
    <audio
      ref=${audio}
      preload="none"
      muted=${muted}
      onTimeUpdate=${onTime}
      onPlay=${() => setPlaying(true)}
      onPause=${() => setPlaying(false)}
      onEnded=${() => setPlaying(false)}
      onError=${() => (setFailed(true), setPlaying(false))}
    ></audio>
    <button class="button ${playing ? "" : "primary"}" id="play" aria-pressed=${playing} aria-keyshortcuts="Space" onClick=${toggle}>
      <${Icon} name=${playing ? "pause" : "play"} />${t(playing ? "recording.pause" : "listen.play")}
    </button>
    <label class="place">
      <span class="visually-hidden">${t("recording.place")}</span>
      <input type="range" min=${recordedFrom.value} max=${total} step="1000" value=${at} aria-valuetext=${clockText(at)} onChange=${({ target }) => playFrom(Number(target.value))} />
    </label>
    <span class="time">${clockText(at)} / ${clockText(total)}</span>
    <label>
      <span class="visually-hidden">${t("recording.speed")}</span>
      <select class="field" id="speed" title=${t("recording.speed")} value=${speed} onChange=${({ target }) => setSpeed(Number(target.value))}>
        ${SPEEDS.map((each) => html`<option key=${each} value=${each} selected=${each === speed}>${numberText(each)}×</option>`)}
      </select>
    </label>
    <button class="button quiet icon" aria-pressed=${muted} aria-label=${t("listen.mute")} title=${t(muted ? "listen.unmute" : "listen.mute")} onClick=${() => setMuted(!muted)}>
      <${Icon} name=${muted ? "muted" : "loud"} />
    </button>
    ${may("download") && html`<a class="button quiet" id="download" href=${soundAddress(recordedFrom.value)} download=${`${callId}.wav`}>${t("recording.download")}</a>`}
    ${failed && html`<span class="bad-note" role="alert">${t("recording.failed")}</span>`}
  </div>`;
}
