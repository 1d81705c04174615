// The supervisor's console: puts the parts together, obeys the keyboard.

import { html, render, useEffect, useRef, useState } from "../vendor/preact.js";
import { firstLocale, t, useLocale } from "../lib/i18n.js";
import { Player } from "../lib/player.js";
import { ACTS, ActSheet, begin, loadDesk, notice } from "./alert-actions.js";
import { AlertList } from "./alert-list.js";
import { CallList } from "./call-list.js";
import { CallView } from "./call-view.js";
import { alertInHand, banners, closeCallView, openCallId, socket, start } from "./desk.js";
import { Header } from "./header.js";
import { Help } from "./help.js";

const player = new Player();

function Console() {
  const sheet = useRef(null);
  const [fault, setFault] = useState(globalThis.isSecureContext ? null : "fault.insecure");
  const attempt = (doing) =>
    doing().then(
      () => setFault(null),
      (error) => setFault(error.message === "insecure" ? "fault.insecure" : "fault.sound"),
    );
  const arm = () => attempt(() => player.arm());
  const listen = () => {
    if (player.callId.value !== null && player.callId.value === (openCallId.value ?? player.callId.value)) player.stop();
    else if (openCallId.value !== null) attempt(() => player.listen(openCallId.value));
  };
  useEffect(() => {
    const onKey = (event) => obeyKey(event, { sheet: sheet.current, listen });
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return html`
    <${Header} player=${player} onArm=${arm} onHelp=${() => sheet.current.showModal()} />
    ${fault && html`<p class="banner" role="alert">${t(fault)}</p>`}
    ${socket.state.value === "lost" && html`<p class="banner" role="alert">${t("connection.banner")}</p>`}
    ${notice.value &&
    html`<p class="banner" role="alert">
      ${t(notice.value)} <button class="button quiet" onClick=${() => (notice.value = null)}>${t("help.close")}</button>
    </p>`}
    ${banners.value.map((about) => html`<p class="banner" role="alert" key=${about}>${t(`banner.${about}`)}</p>`)}
    <div class="desk">
      <nav class="lists" aria-label=${t("lists")}>
        <${AlertList} />
        <${CallList} player=${player} />
      </nav>
      <${CallView} player=${player} onListen=${listen} />
    </div>
    <${ActSheet} />
    <${Help} sheet=${sheet} />
  `;
}

function obeyKey(event, { sheet, listen }) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const { target } = event;
  if (target.matches?.("input:not([type=range]), textarea, select")) return;
  if (document.querySelector("dialog[open]")) return;
  const obeyed = {
    j: () => moveFocus(1),
    k: () => moveFocus(-1),
    l: listen,
    " ": listen,
    m: () => player.toggleMute(),
    "?": () => sheet.showModal(),
    escape: closeCallView,
    ...Object.fromEntries(ACTS.map(([key, action]) => [key, () => actOnAlert(action)])),
  }[event.key.toLowerCase()];
  const ownSpace = event.key === " " && target.matches?.("button:not([data-row]), summary, a");
  if (!obeyed || ownSpace || event.repeat && event.key === " ") return;
  event.preventDefault();
  obeyed();
}

function actOnAlert(action) {
  const alert = alertInHand();
  if (alert) begin(alert, action);
}

function moveFocus(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
  rows[next]?.focus();
}

// What tests and support may look at from outside.
globalThis.__earshot = {
  player,
  socket,
  get counters() {
    return player.counters.value;
  },
  get lagMs() {
    return player.lagMs.value;
  },
  rms: () => player.rms(),
};

await useLocale(firstLocale());
render(html`<${Console} />`, document.getElementById("app"));
start();
loadDesk();
