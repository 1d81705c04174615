// The console's part of the bar on top: whether it is live, sound, whose alerts it shows.

import { Choice, TopBar } from "../frame/page-frame.js";
import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { isOpen } from "../lib/session.js";
import { iAm, people, person } from "./alert-actions.js";
import { Announcer } from "./announcer.js";
import { socket } from "./desk.js";
import { showShift } from "./shift.js";

export function Header({ player, onArm }) {
  const state = socket.state.value;
  const persons = people.value.map(({ id, name }) => [id, name ?? id]);
  return html`<${TopBar} section="console">
    <span class="connection ${state}" role="status">${t(`connection.${state}`)}</span>
    <${Announcer} />
    <span class="grow"></span>
    ${!player.armed.value
      ? html`<button class="button primary" id="start-shift" onClick=${onArm}>${t("shift.start")}</button>`
      : html`<button class="button quiet sound ${player.audible.value ? "on" : "off"}" title=${t("shift.title")} onClick=${showShift}>
          ${t(player.audible.value ? "shift.on" : "shift.suspended")}
        </button>`}
    ${persons.length > 0 && isOpen.value &&
    html`<${Choice} id="person" label=${t("person.me")} chosen=${person.value ?? ""} onChoose=${iAm} options=${[["", t("person.choose")], ...persons]} />`}
  </${TopBar}>`;
}
