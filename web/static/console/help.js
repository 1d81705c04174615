// The sheet with the keys, as the browser's own dialog.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";

const KEYS = [
  ["J / K", "help.move"],
  ["Enter", "help.open"],
  ["L / Space", "help.listen"],
  ["M", "help.mute"],
  ["A", "act.acknowledge"],
  ["G", "act.assign"],
  ["R", "act.resolve"],
  ["F", "act.false_positive"],
  ["S", "act.snooze"],
  ["N", "act.note"],
  ["O", "act.reopen"],
  ["Esc", "help.close_view"],
  ["?", "help.help"],
];

export function Help({ sheet }) {
  return html`<dialog ref=${sheet} class="help" aria-labelledby="help-title">
    <h2 id="help-title">${t("help.title")}</h2>
    <dl>${KEYS.map(([keys, what]) => html`<div><dt>${keys.split(" / ").map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${t(what)}</dd></div>`)}</dl>
    <form method="dialog"><button class="button primary">${t("help.close")}</button></form>
  </dialog>`;
}
