// The bar on top: whose page it is, whether it is live, sound on, language.

import { html } from "../vendor/preact.js";
import { LOCALES, locale, t, useLocale } from "../lib/i18n.js";
import { iAm, people, person } from "./alert-actions.js";
import { news, socket } from "./desk.js";
import { titleOf } from "./wording.js";

export function Header({ player, onArm, onHelp }) {
  const state = socket.state.value;
  return html`<header class="top">
    <h1><span class="mark" aria-hidden="true"></span>Earshot</h1>
    <span class="connection ${state}" role="status">${t(`connection.${state}`)}</span>
    <span class="visually-hidden" role="alert">${news.value && `${t(`severity.${news.value.severity}`)}: ${titleOf(news.value)}`}</span>
    <span class="grow"></span>
    ${!player.armed.value
      ? html`<button class="button primary" id="start-shift" onClick=${onArm}>${t("shift.start")}</button>`
      : html`<span class="sound ${player.audible.value ? "on" : "off"}">${t(player.audible.value ? "shift.on" : "shift.suspended")}</span>`}
    ${people.value.length > 0 &&
    html`<label class="language">
      <span class="visually-hidden">${t("person.me")}</span>
      <select id="person" value=${person.value ?? ""} onChange=${({ target }) => iAm(target.value)}>
        <option value="" selected=${person.value === null}>${t("person.choose")}</option>
        ${people.value.map(({ id, name }) => html`<option value=${id} selected=${id === person.value}>${name ?? id}</option>`)}
      </select>
    </label>`}
    <label class="language">
      <span class="visually-hidden">${t("language")}</span>
      <select id="language" value=${locale.value} onChange=${({ target }) => useLocale(target.value)}>
        ${Object.entries(LOCALES).map(([key, name]) => html`<option value=${key} selected=${key === locale.value}>${name}</option>`)}
      </select>
    </label>
    <button class="button quiet" onClick=${onHelp} aria-keyshortcuts="?" title=${t("help.title")}>?</button>
  </header>`;
}
