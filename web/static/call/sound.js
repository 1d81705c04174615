// A short kept sound in one line: on and off, how far it is, how long it is. Nothing is fetched before somebody wants to hear it.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { clockText } from "../lib/wording.js";
import { Icon } from "./icons.js";

/**
 * @param {{src: string, label: string, lengthMs?: number, atOnce?: boolean, onFail?: () => void}} props
 * `label` says what it is, `lengthMs` how long as far as that is known, `atOnce` plays it as soon as it stands there.
 */
export function Sound({ src, label, lengthMs = 0, atOnce = false, onFail }) {
  const audio = useRef(null);
  const [now, setNow] = useState({ playing: false, atMs: 0, lengthMs, failed: false });
  const look = ({ target }) =>
    setNow({
      playing: !target.paused && !target.ended,
      atMs: target.currentTime * 1000,
      lengthMs: Number.isFinite(target.duration) ? target.duration * 1000 : lengthMs,
      failed: target.error !== null,
    });
  useEffect(() => {
    if (atOnce) audio.current.play().catch(() => {});
  }, [src]);
  const toggle = () => {
    if (now.playing) audio.current.pause();
    else audio.current.play().catch(() => {});
  };
  const fail = (event) => {
    look(event);
    onFail?.();
  };
  return html`<span class="sound-line" role="group" aria-label=${label}>
    <audio ref=${audio} preload="none" src=${src} onPlay=${look} onPause=${look} onEnded=${look} onTimeUpdate=${look} onDurationChange=${look} onError=${fail}></audio>
    <button type="button" class="button quiet icon" aria-pressed=${now.playing} aria-label=${label} title=${t(now.playing ? "recording.pause" : "listen.play")} onClick=${toggle}>
      <${Icon} name=${now.playing ? "pause" : "play"} />
    </button>
    <progress max=${Math.max(1, now.lengthMs)} value=${now.atMs} aria-hidden="true"></progress>
    <span class="time">${now.lengthMs > 0 ? `${clockText(now.atMs)} / ${clockText(now.lengthMs)}` : clockText(now.atMs)}</span>
    ${now.failed && html`<span class="bad-note" role="alert">${t("recording.failed")}</span>`}
  </span>`;
}
