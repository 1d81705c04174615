// Appeals: what agents object to, who decides, and what was decided; those that wait come first.

import { offerShortcuts } from "../frame/shortcuts.js";
import { t } from "../lib/i18n.js";
import { numberText, timeText } from "../lib/wording.js";
import { addressed } from "../office/address.js";
import { ask, query, useAsked } from "../office/api.js";
import { loadPeople } from "../office/people.js";
import { Segments } from "../office/parts.js";
import { html, useEffect } from "../vendor/preact.js";
import { AppealState } from "./appeal-state.js";
import { AppealView, keysOfAppeal } from "./appeal.js";
import { actingKey, Nothing, ROW_KEYS, TwoPanes, Who } from "./parts.js";

const AGAIN_MS = 60_000;
const MOST = 500;
const SHOWN = { waiting: ["open", "arbitration"], decided: ["upheld", "changed"], final: ["final"], all: ["open", "arbitration", "upheld", "changed", "final"] };
const { state, change } = addressed({ show: "waiting", appeal: "" });

export function Appeals() {
  const { show, appeal } = state.value;
  const asked = useAsked(() => ask(`/inspection/appeals${query({ limit: MOST })}`), actingKey(), AGAIN_MS);
  useEffect(() => {
    loadPeople();
    offerShortcuts([...ROW_KEYS, ...keysOfAppeal()]);
  }, []);
  const all = asked.found?.appeals ?? [];
  const rows = all.filter((each) => SHOWN[show].includes(each.state));
  const sorted = show === "waiting" ? [...rows].sort((a, b) => a.trail[0].at.localeCompare(b.trail[0].at)) : rows;
  const count = (name) => (asked.found === null || name === "all" ? "" : ` ${numberText(all.filter((each) => SHOWN[name].includes(each.state)).length)}`);
  return html`
    <div class="page-head">
      <h2>${t("inspection.tab.appeals")}</h2>
      <${Segments} label=${t("fact.state")} chosen=${show} onChoose=${(next) => change({ show: next, appeal: "" })} options=${Object.keys(SHOWN).map((each) => [each, `${t(`appeal.show.${each}`)}${count(each)}`])} />
    </div>
    <${TwoPanes}
      list=${html`<section class="panel" aria-label=${t("inspection.tab.appeals")}>
        ${sorted.length === 0 ? html`<${Nothing} asked=${asked} text=${t(show === "waiting" ? "appeal.none_waiting" : "loop.none_here")} />` : html`<${Rows} rows=${sorted} chosen=${appeal} onChoose=${(id) => change({ appeal: id })} />`}
      </section>`}
      detail=${appeal && html`<${AppealView} key=${`${appeal} ${actingKey()}`} id=${appeal} onChanged=${asked.again} onClose=${() => change({ appeal: "" })} />`}
    />
  `;
}

function Rows({ rows, chosen, onChoose }) {
  return html`<div class="scroll"><table class="table folds">
    <thead>
      <tr>
        <th scope="col">${t("appeal.reason")}</th>
        <th scope="col">${t("fact.agent")}</th>
        <th scope="col">${t("appeal.inspector")}</th>
        <th scope="col">${t("fact.state")}</th>
        <th scope="col">${t("appeal.since")}</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (each) => html`<tr key=${each.appeal_id} data-appeal=${each.appeal_id} class=${each.appeal_id === chosen ? "chosen" : ""}>
          <td class="main"><button class="link clamped" data-row aria-current=${each.appeal_id === chosen ? "true" : undefined} onClick=${() => onChoose(each.appeal_id)}><bdi>${each.trail[0].reason}</bdi></button></td>
          <td data-label=${t("fact.agent")}><${Who} id=${each.agent_id} /></td>
          <td data-label=${t("appeal.inspector")}><${Who} id=${each.inspector} /></td>
          <td data-label=${t("fact.state")}><${AppealState} state=${each.state} /></td>
          <td class="tight" data-label=${t("appeal.since")}>${timeText(each.trail.at(-1).at, false)}</td>
        </tr>`,
      )}
    </tbody>
  </table></div>`;
}
