// A supervisor's shift: one click arms sound, notifications and a screen that stays awake; what rings is chosen here.

import { effect, html, signal, useEffect, useRef } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { ring } from "./alarm-sounds.js";

const KEPT = "earshot.shift";
const DEFAULTS = { critical: true, major: true, notify: true, volume: 0.7 };

export const chosen = signal({ ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") });
export const began = signal(false);
const awake = signal(false);
const permission = signal(globalThis.Notification?.permission ?? "denied");
const sheetShown = signal(false);
let lock = null;

effect(() => localStorage.setItem(KEPT, JSON.stringify(chosen.value)));

/** Must run inside a click or a key press. @param {import("../lib/player.js").Player} player */
export async function startShift(player) {
  began.value = true;
  stayAwake();
  if (globalThis.Notification?.permission === "default") {
    Notification.requestPermission().then((answer) => (permission.value = answer));
  }
  await player.arm();
}

/** Whether this page may put up notifications now. */
export function mayNotify() {
  return chosen.value.notify && permission.value === "granted" && began.value;
}

export function showShift() {
  sheetShown.value = true;
}

async function stayAwake() {
  if (!began.value || document.visibilityState !== "visible" || !navigator.wakeLock || lock !== null) return;
  lock = await navigator.wakeLock.request("screen").catch(() => null); // a battery that runs low refuses it
  awake.value = lock !== null;
  lock?.addEventListener("release", () => {
    lock = null;
    awake.value = false;
  });
}
document.addEventListener("visibilitychange", stayAwake);

/** What rings, how loud, and whether the browser lets us. */
export function ShiftSheet({ player }) {
  const sheet = useRef(null);
  useEffect(() => {
    if (sheetShown.value) sheet.current.showModal();
    else sheet.current.close();
  }, [sheetShown.value]);
  const choose = (change) => (chosen.value = { ...chosen.value, ...change });
  const Switch = ({ name }) => html`<label class="switch">
    <input type="checkbox" checked=${chosen.value[name]} onChange=${({ target }) => choose({ [name]: target.checked })} />
    ${t(`shift.${name}`)}
  </label>`;
  return html`<dialog ref=${sheet} class="sheet" aria-labelledby="shift-title" onClose=${() => (sheetShown.value = false)}>
    ${sheetShown.value &&
    html`<h2 id="shift-title">${t("shift.title")}</h2>
      ${Switch({ name: "critical" })}${Switch({ name: "major" })}
      <label class="switch">
        <input type="range" min="0.1" max="1" step="0.1" value=${chosen.value.volume} onInput=${({ target }) => choose({ volume: Number(target.value) })} />
        ${t("shift.volume")}
      </label>
      <p class="buttons">
        <button class="button" onClick=${() => ring(player, "critical", chosen.value.volume)}>${t("shift.try.critical")}</button>
        <button class="button" onClick=${() => ring(player, "major", chosen.value.volume)}>${t("shift.try.major")}</button>
      </p>
      ${Switch({ name: "notify" })}
      ${permission.value !== "granted" && html`<p class="said">${t("shift.notify_refused")}</p>`}
      <p class="said">${t(awake.value ? "shift.awake" : "shift.not_awake")}</p>
      <form method="dialog" class="buttons"><button class="button primary">${t("help.close")}</button></form>`}
  </dialog>`;
}
