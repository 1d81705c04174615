// The wallboard: one screen for a whole floor, read from six metres, that says when it no longer knows.

import { html, render, signal } from "../vendor/preact.js";
import { LOCALES, firstLocale, locale, t, useLocale } from "../lib/i18n.js";
import { loadSession } from "../lib/session.js";
import { ageText } from "../lib/wording.js";
import { alertsStaleMs, askedLocale, askedTheme, banners, board, isOld, lastHeardAt, now, places, socket, staleMs, start } from "./floor.js";
import { Agents, Calls, LastAlerts, Queues, Tiles, Trend } from "./panels.js";

const KEPT_THEME = "earshot.wallboard.theme";
const theme = signal("dark");

function useTheme(wanted) {
  theme.value = wanted === "light" ? "light" : "dark";
  document.documentElement.dataset.theme = theme.value;
  localStorage.setItem(KEPT_THEME, theme.value);
}

function timeText(ms, seconds = false) {
  const parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(seconds && { second: "2-digit" }) };
  return new Intl.DateTimeFormat(locale.value, parts).format(ms);
}

/** What the bar says: [text, whether it is a warning]. */
function news() {
  if (staleMs.value !== null) {
    const age = ageText(staleMs.value);
    return [board.value === null ? t("wall.never", { age }) : t("wall.stale", { age, time: timeText(lastHeardAt.value, true) }), true];
  }
  if (alertsStaleMs.value !== null) return [t("wall.alerts_stale", { age: ageText(alertsStaleMs.value) }), true];
  if (banners.value.length > 0) return [t(`wall.banner.${banners.value[0]}`), true];
  return [board.value === null ? t("connection.connecting") : t("connection.live"), false];
}

function Wallboard() {
  const [text, warned] = news();
  const red = staleMs.value !== null || alertsStaleMs.value !== null;
  document.body.className = `${red ? "stale" : ""} ${isOld.value ? "old" : ""}`;
  const asked = [...places.teams, ...places.queues].join(", ");
  const other = Object.keys(LOCALES).find((each) => each !== locale.value);
  const ready = board.value !== null;
  const { agents, queues } = board.value ?? { agents: null, queues: [] };
  return html`
    <header class="bar">
      <h1><span class="mark" aria-hidden="true"></span>${asked || t("wall.title")}</h1>
      <p class="news ${warned ? "warned" : ""}" role="status">${text}</p>
      <span class="choice">
        <button id="language" onClick=${() => useLocale(other)}>${LOCALES[other]}</button>
        <button id="theme" onClick=${() => useTheme(theme.value === "dark" ? "light" : "dark")}>${t(theme.value === "dark" ? "wall.light" : "wall.dark")}</button>
      </span>
      <time class="clock">${timeText(now.value)}</time>
    </header>
    ${ready &&
    html`<${Tiles} />
      <div class="middle"><${Calls} /><${LastAlerts} /></div>
      <div class="bottom ${agents ? "with-agents" : ""} ${queues.length > 0 ? "with-queues" : ""}">
        <${Trend} />
        ${agents && html`<${Agents} />`}
        ${queues.length > 0 && html`<${Queues} />`}
      </div>`}
  `;
}

function stayAwake() {
  if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => null); // a kiosk's own setting does it too
}

useTheme(askedTheme ?? localStorage.getItem(KEPT_THEME));
await Promise.all([useLocale(askedLocale in LOCALES ? askedLocale : firstLocale()), loadSession()]);
render(html`<${Wallboard} />`, document.getElementById("app"));
start();
stayAwake();
document.addEventListener("visibilitychange", stayAwake);
globalThis.__wallboard = { socket }; // what tests and support may look at from outside
