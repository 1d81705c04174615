// What a round needs: a name, a sheet, the calls and at least two inspectors.

import { t } from "../lib/i18n.js";
import { agentOf, clockText, timeText } from "../lib/wording.js";
import { ask, useAsked } from "../office/api.js";
import { nameOf, withRole } from "../office/people.js";
import { Field } from "../office/parts.js";
import { html, useState } from "../vendor/preact.js";
import { ActSheet } from "./parts.js";
import { sheets, worded } from "./sheets.js";

const OFFERED = 30; // of the newest calls that are over

function listed(text) {
  return text.split(/[\s,，、;]+/).filter(Boolean);
}

export function NewRound({ onClose, onBegun }) {
  const calls = useAsked(() => ask(`/history/calls?limit=${OFFERED}`), "newest");
  const [chosen, setChosen] = useState([]);
  const inspectors = [...new Set([...withRole("inspector"), ...withRole("qa_lead")].map(({ id }) => id))];
  const flip = (callId, on) => setChosen((before) => (on ? [...before, callId] : before.filter((each) => each !== callId)));
  const send = async (said) => {
    const body = {
      title: said.get("title").trim(),
      sheet: said.get("sheet"),
      call_ids: [...new Set([...chosen, ...listed(said.get("calls"))])],
      inspectors: [...new Set([...said.getAll("inspectors"), ...listed(said.get("others"))])],
    };
    const begun = await ask("/inspection/calibrations", { method: "POST", body });
    onBegun(begun.calibration_id);
  };
  const ended = (calls.found?.calls ?? []).filter(({ state }) => state === "ended");
  return html`<${ActSheet} title=${t("calibration.begin")} says=${t("calibration.begin_says")} save=${t("calibration.begin")} wide=${true} onClose=${onClose} onSend=${send}>
    <div class="form">
      <${Field} label=${t("calibration.name")}><input class="field" name="title" required maxlength="200" autofocus /></>
      <${Field} label=${t("calibration.sheet")}><select class="field" name="sheet">${sheets.value.map((each) => html`<option key=${each.sheet} value=${each.sheet}>${worded(each.title)}</option>`)}</select></>
      <fieldset class="wide"><legend class="subtle">${t("calibration.inspectors")}</legend>
        <div class="choices">${inspectors.map((id) => html`<label key=${id}><input type="checkbox" name="inspectors" value=${id} />${nameOf(id)}</label>`)}</div>
        <${Field} label=${t("calibration.others")} hint=${t("calibration.others_hint")}><input class="field" name="others" maxlength="2000" /></>
      </fieldset>
      <fieldset class="wide"><legend class="subtle">${t("calibration.newest_calls")}</legend>
        <div class="pick-calls">
          ${ended.map(
            (call) => html`<label key=${call.call_id}><input type="checkbox" checked=${chosen.includes(call.call_id)} onChange=${({ target }) => flip(call.call_id, target.checked)} />
              <span>${timeText(call.started_at, false)}</span><bdi>${agentOf(call)}</bdi><span class="subtle">${clockText(call.duration_ms)}</span></label>`,
          )}
          ${ended.length === 0 && html`<p class="subtle">${calls.found ? t("history.none") : t("office.loading")}</p>`}
        </div>
        <${Field} label=${t("calibration.other_calls")} hint=${t("calibration.others_hint")}><input class="field mono" name="calls" /></>
      </fieldset>
    </div>
  </>`;
}
