// The supervisor's console: puts the parts together.

import { openPage } from "../frame/page-frame.js";
import { offerShortcuts } from "../frame/shortcuts.js";
import { effect, html, useEffect, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { Player } from "../lib/player.js";
import { watchDesk } from "./alarm.js";
import { ActSheet, loadDesk, notice, person } from "./alert-actions.js";
import { AlertList } from "./alert-list.js";
import { CallList } from "./call-list.js";
import { CallView } from "./call-view.js";
import { banners, openCall, openCallId, shownAlerts, socket, start } from "./desk.js";
import { Header } from "./header.js";
import { consoleKeys } from "./keys.js";
import { ShiftSheet, startShift } from "./shift.js";
import { StepSheet } from "./step-in.js";
import { microphone } from "./talk-bar.js";

const player = new Player();
effect(() => (player.person = person.value)); // others see who listens

function Console() {
  const [fault, setFault] = useState(globalThis.isSecureContext ? null : "fault.insecure");
  const attempt = (doing) =>
    doing().then(
      () => setFault(null),
      (error) => setFault(error.message === "insecure" ? "fault.insecure" : "fault.sound"),
    );
  const arm = () => attempt(() => startShift(player));
  const listen = () => {
    const callId = openCallId.value ?? player.callId.value;
    if (callId === null) return;
    if (player.callId.value === callId && player.status.value !== "ended") player.stop();
    else attempt(() => player.listen(callId, openCall.value?.state === "ended" ? 0 : null));
  };
  useEffect(() => offerShortcuts(consoleKeys({ player, listen })), []);
  return html`
    <${Header} player=${player} onArm=${arm} />
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
    <${StepSheet} />
    <${ShiftSheet} player=${player} />
  `;
}

// What tests and support may look at from outside.
globalThis.__earshot = {
  player,
  microphone,
  socket,
  get counters() {
    return player.counters.value;
  },
  get lagMs() {
    return player.lagMs.value;
  },
  rms: () => player.rms(),
  alerts: () => shownAlerts.value.map(({ alert_id, version }) => [alert_id, version]),
};

await openPage(Console);
watchDesk(player);
start();
loadDesk();
