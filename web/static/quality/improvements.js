// 抽查 → 反馈 → 整改 → 复查: confirmed faults on their way, the late ones first.

import { offerShortcuts } from "../frame/shortcuts.js";
import { t } from "../lib/i18n.js";
import { numberText } from "../lib/wording.js";
import { addressed } from "../office/address.js";
import { ask, query, useAsked } from "../office/api.js";
import { loadPeople, nameOf, people, withRole } from "../office/people.js";
import { Names, Segments } from "../office/parts.js";
import { html, useEffect } from "../vendor/preact.js";
import { Case, keysOfCase } from "./improvement.js";
import { actingKey, Due, Nothing, ROW_KEYS, TwoPanes, Who } from "./parts.js";
import { itemTitle, loadSheets } from "./sheets.js";
import { Result, StepLine } from "./steps.js";

const OPEN = ["report", "plan", "recheck"];
const SHOWN = ["open", ...OPEN, "closed"];
const AGAIN_MS = 60_000;
const MOST = 500;
const { state, change } = addressed({ show: "open", agent: "", team: "", case: "" });

function load({ agent, team }, steps) {
  const asked = steps.map((step) => `step=${step}`).join("&");
  return ask(`/inspection/improvements?${asked}&${query({ agent_id: agent, team, limit: MOST }).slice(1)}`);
}

export function Improvements() {
  const values = state.value;
  const key = `${values.agent} ${values.team} ${actingKey()}`;
  const open = useAsked(() => load(values, OPEN), key, AGAIN_MS);
  const closed = useAsked(() => (values.show === "closed" ? load(values, ["closed"]) : Promise.resolve(null)), `${values.show === "closed"} ${key}`);
  useEffect(() => {
    loadPeople();
    loadSheets();
    offerShortcuts([...ROW_KEYS, ...keysOfCase()]);
  }, []);
  const cases = open.found?.improvements ?? [];
  const rows = values.show === "closed" ? closed.found?.improvements ?? [] : cases.filter(({ step }) => values.show === "open" || step === values.show);
  const sorted = values.show === "closed" ? [...rows].sort((a, b) => b.closed_at.localeCompare(a.closed_at)) : [...rows].sort((a, b) => b.overdue - a.overdue || a.due_at.localeCompare(b.due_at));
  const late = cases.filter(({ overdue }) => overdue).length;
  const near = cases.filter(({ overdue, due_at }) => !overdue && new Date(due_at).getTime() - Date.now() < 4 * 3_600_000).length;
  const count = (show) => (open.found === null ? "" : ` ${numberText(show === "open" ? cases.length : cases.filter(({ step }) => step === show).length)}`);
  const again = () => {
    open.again();
    closed.again();
  };
  return html`
    <div class="page-head">
      <h2>${t("inspection.tab.improvements")}</h2>
      <${Segments}
        label=${t("loop.step")}
        chosen=${values.show}
        onChoose=${(show) => change({ show, case: "" })}
        options=${SHOWN.map((each) => [each, `${t(`loop.show.${each}`)}${each === "closed" ? "" : count(each)}`])}
      />
      <span class="grow"></span>
      <label><span class="visually-hidden">${t("fact.agent")}</span><input class="field short" list="people" placeholder=${t("fact.agent")} value=${values.agent} onChange=${({ target }) => change({ agent: target.value.trim() })} /></label>
      <label><span class="visually-hidden">${t("fact.team")}</span><input class="field short" placeholder=${t("fact.team")} value=${values.team} onChange=${({ target }) => change({ team: target.value.trim() })} /></label>
      <${Names} id="people" entries=${people.value} />
    </div>
    ${late + near > 0 &&
    values.show !== "closed" &&
    html`<p class="reminder" role="status"><span class="state ${late > 0 ? "bad" : "fair"}">${t("loop.reminder", { late: numberText(late), near: numberText(near) })}</span></p>`}
    <${TwoPanes}
      list=${html`<section class="panel" aria-label=${t("inspection.tab.improvements")}>
        ${sorted.length === 0 ? html`<${Nothing} asked=${values.show === "closed" ? closed : open} text=${t(values.show === "open" ? "loop.none_open" : "loop.none_here")} />` : html`<${Rows} rows=${sorted} chosen=${values.case} onChoose=${(id) => change({ case: id })} />`}
      </section>`}
      detail=${values.case && html`<${Case} key=${`${values.case} ${actingKey()}`} id=${values.case} onChanged=${again} onClose=${() => change({ case: "" })} />`}
    />
  `;
}

function Rows({ rows, chosen, onChoose }) {
  return html`<div class="scroll"><table class="table folds">
    <thead>
      <tr>
        <th scope="col">${t("loop.fault")}</th>
        <th scope="col">${t("fact.agent")}</th>
        <th scope="col">${t("loop.step")}</th>
        <th scope="col">${t("loop.due")}</th>
        <th scope="col">${t("loop.owner")}</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (each) => html`<tr key=${each.improvement_id} data-case=${each.improvement_id} class=${each.improvement_id === chosen ? "chosen" : ""}>
          <td class="main"><button class="link" data-row aria-current=${each.improvement_id === chosen ? "true" : undefined} onClick=${() => onChoose(each.improvement_id)}>${itemTitle(each.fault)}</button></td>
          <td data-label=${t("fact.agent")}><${Who} id=${each.agent_id} />${each.team && html`<span class="sub">${each.team}</span>`}</td>
          <td data-label=${t("loop.step")}><${StepLine} case=${each} /></td>
          <td data-label=${t("loop.due")}>${each.step === "closed" ? html`<${Result} result=${each.result} />` : html`<${Due} at=${each.due_at} overdue=${each.overdue} />`}</td>
          <td data-label=${t("loop.owner")}>${ownerOf(each)}</td>
        </tr>`,
      )}
    </tbody>
  </table></div>`;
}

/** Who has to do the next step: the inspectors tell and hear again, the leader of the team plans. */
function ownerOf({ step, team }) {
  if (step === "closed") return "";
  if (step !== "plan") return t("loop.owner.quality");
  const leaders = withRole("supervisor").filter(({ teams }) => team !== null && teams.includes(team));
  return leaders.length > 0 ? leaders.map(({ id }) => nameOf(id)).join(", ") : t("loop.owner.leader");
}
