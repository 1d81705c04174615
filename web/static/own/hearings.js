// When somebody heard own calls, where the house shows it. Not who.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { clockText, timeText } from "../lib/wording.js";
import { ask, Fault, query, useAsked } from "../office/api.js";

const AGAIN_MS = 60_000;

export function Hearings({ agent }) {
  const { found, fault } = useAsked(() => ask(`/own/hearings${query({ agent_id: agent })}`), agent, AGAIN_MS);
  const hearings = found?.hearings ?? [];
  return html`<section class="panel" aria-labelledby="heard-title">
    <div class="panel-head"><h2 id="heard-title">${t("own.heard")}</h2></div>
    <${Fault} fault=${fault} />
    <ol class="heard-list">
      ${hearings.map(({ at, act, call_id, from_ms, to_ms }) => html`<li key=${`${call_id} ${act} ${at}`} data-heard=${call_id}><time datetime=${at}>${timeText(at, false)}</time>${t(`own.heard.${act}`)} ${clockText(from_ms)}–${clockText(to_ms)}</li>`)}
    </ol>
    ${found && hearings.length === 0 && html`<p class="empty">${t("own.not_heard")}</p>`}
  </section>`;
}
