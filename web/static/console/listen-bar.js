// Listening to the open call: on and off, which legs, how loud, how far behind life.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { clockText } from "../lib/wording.js";

const MODES = ["both", "agent", "customer", "mono"];
const GOOD_MS = 300;
const FAIR_MS = 1000;

export function ListenBar({ player, call, onListen }) {
  const listening = player.callId.value === call.call_id;
  const status = listening ? player.status.value : "off";
  return html`<div class="listen-bar ${listening ? "on" : ""}" role="group" aria-label=${t("listen.group")}>
    <button class="button ${listening ? "" : "primary"}" id="listen" aria-pressed=${listening} onClick=${onListen}>
      <span class="glyph ${listening ? "stop" : "play"}" aria-hidden="true"></span>
      ${listening ? t("listen.stop") : t("listen.start")}
    </button>
    <div class="segments" role="radiogroup" aria-label=${t("listen.legs")}>
      ${MODES.map(
        (mode) => html`<button
          role="radio"
          class="segment ${mode}"
          aria-checked=${player.mode.value === mode}
          onClick=${() => player.setMode(mode)}
        >
          ${t(`listen.mode.${mode}`)}
        </button>`,
      )}
    </div>
    <label class="volume">
      <button class="button quiet" aria-pressed=${player.muted.value} onClick=${() => player.toggleMute()}>
        ${player.muted.value ? t("listen.unmute") : t("listen.mute")}
      </button>
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        aria-label=${t("listen.volume")}
        value=${player.volume.value}
        onInput=${({ target }) => player.setVolume(Number(target.value))}
      />
    </label>
    <${Lag} player=${player} status=${status} />
  </div>`;
}

function Lag({ player, status }) {
  if (status === "off") return html`<span class="lag"></span>`;
  const lagMs = player.lagMs.value;
  if (!player.audible.value) {
    return html`<button class="button primary" onClick=${() => player.context.resume()}>${t("listen.click_to_hear")}</button>`;
  }
  if (status === "replay") {
    return html`<span class="lag replay">
      ${t("listen.replay")}${lagMs !== null && html` −${clockText(lagMs)}`}
      <button class="button" onClick=${() => player.backToLive()}>${t("listen.back_to_live")}</button>
    </span>`;
  }
  if (status !== "live" || lagMs === null) return html`<span class="lag fair">${t(`listen.status.${status}`)}</span>`;
  const grade = lagMs < GOOD_MS ? "good" : lagMs < FAIR_MS ? "fair" : "bad";
  return html`<span class="lag ${grade}">
    ${grade === "bad" ? t("listen.not_live") : t("listen.status.live")} <b>${Math.round(lagMs / 10) * 10} ms</b>
  </span>`;
}

/** The player's figures, for those who want to know why it stutters. */
export function ListenFigures({ player }) {
  const { framesIn = 0, underruns = 0, lost = 0, waitingMs = 0, targetMs = 0, skips = 0 } = player.counters.value;
  const { dropped } = player.service.value;
  const figures = { frames: framesIn, buffer: `${Math.round(waitingMs)} / ${Math.round(targetMs)} ms`, underruns, lost, dropped, skips };
  return html`<details class="figures">
    <summary>${t("listen.figures")}</summary>
    <dl>${Object.entries(figures).map(([name, value]) => html`<div><dt>${t(`listen.figure.${name}`)}</dt><dd>${value}</dd></div>`)}</dl>
  </details>`;
}
