// Where an appeal stands, in a word with its mark.

import { t } from "../lib/i18n.js";
import { html } from "../vendor/preact.js";

const LOOK = { open: "fair", arbitration: "bad", upheld: "off", changed: "good", final: "off" };

export function AppealState({ state: where }) {
  return html`<span class="state ${LOOK[where]}">${t(`appeal.state.${where}`)}</span>`;
}
