// Listening to one call: on and off, back and forth, which legs, how loud, how far behind life it is.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { MODES } from "../lib/player.js";
import { clockText } from "../lib/wording.js";
import { Icon } from "./icons.js";

export const REPLAY_MS = 30_000;
const GOOD_MS = 300;
const FAIR_MS = 1000;

/**
 * @param {{player: import("../lib/player.js").Player, callId: string, live: boolean, endMs: () => number, onListen: () => void,
 *   keyOf?: (id: string) => string|undefined, children?: any}} props
 * `endMs` says how long the call is now; `keyOf` names the key of a shortcut; children stand at the end of the bar.
 */
export function ListenBar({ player, callId, live, endMs, onListen, keyOf = () => undefined, children }) {
  const listening = player.callId.value === callId;
  const status = listening ? player.status.value : "off";
  const heard = listening && status !== "ended";
  return html`<div class="listen-bar ${heard ? "on" : ""}" role="group" aria-label=${t("listen.group")}>
    <button class="button ${heard ? "" : "primary"}" id="listen" aria-pressed=${heard} aria-keyshortcuts=${keyOf("listen")} onClick=${onListen}>
      <${Icon} name=${heard ? "stop" : "play"} />
      ${heard ? t("listen.stop") : t(live ? "listen.start" : "listen.play")}
    </button>
    <button
      class="button quiet"
      data-act="replay"
      aria-keyshortcuts=${keyOf("replay")}
      title=${withKey(t("listen.replay_30"), keyOf("replay"))}
      aria-label=${t("listen.replay_30")}
      onClick=${() => replayLast(player, callId, endMs())}
    >
      <${Icon} name="back" />${t("listen.back_30")}
    </button>
    <${Modes} player=${player} />
    <div class="volume">
      <button class="button quiet icon" aria-pressed=${player.muted.value} title=${withKey(t(player.muted.value ? "listen.unmute" : "listen.mute"), keyOf("mute"))} aria-label=${t("listen.mute")} onClick=${() => player.toggleMute()}>
        <${Icon} name=${player.muted.value ? "muted" : "loud"} />
      </button>
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        aria-label=${t("listen.volume")}
        aria-valuetext=${`${Math.round(player.volume.value * 100)} %`}
        value=${player.muted.value ? 0 : player.volume.value}
        onInput=${({ target }) => player.setVolume(Number(target.value))}
      />
    </div>
    ${children}
    <span class="lag-place"><${Lag} player=${player} status=${status} live=${live} /></span>
    <span class="visually-hidden" role="status">${status !== "off" && t(`listen.now.${status}`)}</span>
  </div>`;
}

/** The last half minute, or from half a minute before what a replay plays now. */
export function replayLast(player, callId, endMs) {
  const fromMs = player.callId.value === callId ? (player.positionMs.value ?? endMs) : endMs;
  return play(player, callId, fromMs - REPLAY_MS);
}

/** From this place in the call. What goes wrong the player says itself. */
export function play(player, callId, fromMs, clip = null) {
  return player.listen(callId, Math.max(0, fromMs), clip).catch(() => {});
}

/** Which party is heard where. Arrow keys choose, as in every group of radio buttons. */
function Modes({ player }) {
  const onKeyDown = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (MODES.indexOf(player.mode.value) + step + MODES.length) % MODES.length;
    player.setMode(MODES[next]);
    event.currentTarget.children[next].focus();
  };
  return html`<div class="segments" role="radiogroup" aria-label=${t("listen.legs")} onKeyDown=${onKeyDown}>
    ${MODES.map((mode) => {
      const chosen = player.mode.value === mode;
      return html`<button
        key=${mode}
        role="radio"
        class="segment ${mode}"
        aria-checked=${chosen}
        tabindex=${chosen ? 0 : -1}
        title=${t(`listen.mode_says.${mode}`)}
        onClick=${() => player.setMode(mode)}
      >
        ${t(`listen.mode.${mode}`)}
      </button>`;
    })}
  </div>`;
}

function Lag({ player, status, live }) {
  if (status === "off") return null;
  if (!player.audible.value) {
    return html`<button class="button primary" onClick=${() => player.context.resume()}>${t("listen.click_to_hear")}</button>`;
  }
  const lagMs = player.lagMs.value;
  const shortfall = player.shortfall.value;
  const back = live && html`<button class="button" data-act="live" onClick=${() => player.backToLive()}>${t("listen.back_to_live")}</button>`;
  if (status === "replay" || status === "clip") {
    const at = player.positionMs.value;
    return html`<span class="lag replay">
      ${shortfall && html`<span class="shortfall">${shortfallText(shortfall)}</span>`}
      <span>${t(`listen.${status}`)}${at !== null && html` <b>${clockText(at)}</b>`}${live && status === "replay" && lagMs !== null && html` <span class="behind">−${clockText(lagMs)}</span>`}</span>
      ${back}
    </span>`;
  }
  if (shortfall && shortfall.fromMs === null) return html`<span class="lag fair">${shortfallText(shortfall)}</span>`;
  if (status !== "live" || lagMs === null) return html`<span class="lag fair">${t(`listen.status.${status}`)}</span>`;
  const grade = lagMs < GOOD_MS ? "good" : lagMs < FAIR_MS ? "fair" : "bad";
  return html`<span class="lag ${grade}">
    ${grade === "bad" ? t("listen.not_live") : t("listen.status.live")} <b>${lagText(lagMs)}</b>
  </span>`;
}

function lagText(lagMs) {
  return lagMs < 10_000 ? `${Math.round(lagMs / 10) * 10} ms` : clockText(lagMs);
}

function shortfallText({ fromMs }) {
  return fromMs === null ? t("listen.nothing_kept") : t("listen.kept_from", { at: clockText(fromMs) });
}

export function withKey(text, key) {
  return key ? `${text} (${key})` : text;
}

/** The player's figures, for those who want to know why it stutters. */
export function ListenFigures({ player }) {
  const { framesIn = 0, underruns = 0, lost = 0, waitingMs = 0, targetMs = 0, skips = 0 } = player.counters.value;
  const { dropped } = player.service.value;
  const figures = { frames: framesIn, buffer: `${Math.round(waitingMs)} / ${Math.round(targetMs)} ms`, underruns, lost, dropped, skips };
  return html`<details class="figures">
    <summary>${t("listen.figures")}</summary>
    <dl>${Object.entries(figures).map(([name, value]) => html`<div key=${name}><dt>${t(`listen.figure.${name}`)}</dt><dd>${value}</dd></div>`)}</dl>
  </details>`;
}
