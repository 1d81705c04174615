// Calibration: the same calls scored blind by several inspectors; how far they agree, and who drifts from round to round.

import { offerShortcuts } from "../frame/shortcuts.js";
import { t } from "../lib/i18n.js";
import { may } from "../lib/session.js";
import { numberText, timeText } from "../lib/wording.js";
import { addressed } from "../office/address.js";
import { ask, useAsked } from "../office/api.js";
import { loadPeople } from "../office/people.js";
import { html, signal, useEffect, useState } from "../vendor/preact.js";
import { Drift } from "./drift.js";
import { NewRound } from "./new-round.js";
import { actingKey, Nothing, ROW_KEYS, TwoPanes, Who } from "./parts.js";
import { Round } from "./round.js";
import { loadSheets, sheets, worded } from "./sheets.js";

const AGAIN_MS = 60_000;
const { state, change } = addressed({ round: "" });
const beginning = signal(false);

export function Calibration() {
  const { round } = state.value;
  const asked = useAsked(() => ask("/inspection/calibrations"), actingKey(), AGAIN_MS);
  const leads = may("quality");
  useEffect(() => {
    loadPeople();
    loadSheets();
    offerShortcuts([...ROW_KEYS, ...(leads ? [{ id: "new", key: "n", says: "calibration.begin", group: "page", does: () => (beginning.value = true) }] : [])]);
  }, [leads]);
  const rounds = asked.found?.calibrations ?? [];
  const begun = (id) => {
    asked.again();
    change({ round: id });
  };
  return html`
    <div class="page-head">
      <h2>${t("inspection.tab.calibration")}</h2>
      <span class="grow"></span>
      ${leads && html`<button class="button primary" aria-keyshortcuts="n" onClick=${() => (beginning.value = true)}>${t("calibration.begin")}</button>`}
    </div>
    <${TwoPanes}
      list=${html`<div class="stack">
        <section class="panel" aria-label=${t("inspection.tab.calibration")}>
          ${rounds.length === 0 ? html`<${Nothing} asked=${asked} text=${t("calibration.none")} />` : html`<${Rows} rows=${rounds} chosen=${round} onChoose=${(id) => change({ round: id })} />`}
        </section>
        <${Drift} rounds=${rounds} />
      </div>`}
      detail=${round && html`<${Round} key=${`${round} ${actingKey()}`} id=${round} onChanged=${asked.again} onClose=${() => change({ round: "" })} />`}
    />
    ${beginning.value && html`<${NewRound} onClose=${() => (beginning.value = false)} onBegun=${begun} />`}
  `;
}

function Rows({ rows, chosen, onChoose }) {
  const titleOf = (name) => {
    const sheet = sheets.value.find((each) => each.sheet === name);
    return sheet ? worded(sheet.title) : name;
  };
  return html`<div class="scroll"><table class="table folds">
    <thead>
      <tr>
        <th scope="col">${t("calibration.round")}</th>
        <th scope="col">${t("calibration.sheet")}</th>
        <th scope="col" class="number">${t("history.calls")}</th>
        <th scope="col" class="number">${t("calibration.inspectors")}</th>
        <th scope="col">${t("fact.state")}</th>
        <th scope="col">${t("history.began")}</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (each) => html`<tr key=${each.calibration_id} data-round=${each.calibration_id} class=${each.calibration_id === chosen ? "chosen" : ""}>
          <td class="main"><button class="link" data-row aria-current=${each.calibration_id === chosen ? "true" : undefined} onClick=${() => onChoose(each.calibration_id)}><bdi>${each.title}</bdi></button><span class="sub"><${Who} id=${each.by} /></span></td>
          <td data-label=${t("calibration.sheet")}>${titleOf(each.sheet)}</td>
          <td class="number" data-label=${t("history.calls")}>${numberText(each.call_ids.length)}</td>
          <td class="number" data-label=${t("calibration.inspectors")}>${numberText(each.inspectors.length)}</td>
          <td data-label=${t("fact.state")}><span class="state ${each.closed_at ? "off" : "good"}">${t(each.closed_at ? "calibration.closed" : "calibration.runs")}</span></td>
          <td class="tight" data-label=${t("history.began")}>${timeText(each.created_at, false)}</td>
        </tr>`,
      )}
    </tbody>
  </table></div>`;
}
