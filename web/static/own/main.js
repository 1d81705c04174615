// An agent's own page: own scores with what proves them, appeals, tips for the running call, when own calls were heard.

import { html, useEffect } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { isOpen } from "../lib/session.js";
import { openPage, TopBar } from "../frame/page-frame.js";
import { addressed } from "../office/address.js";
import { ask, Fault, query, useAsked } from "../office/api.js";
import { Field } from "../office/parts.js";
import { loadPeople, nameOf } from "../office/people.js";
import { Hearings } from "./hearings.js";
import { OwnScore } from "./own-score.js";
import { Tips } from "./tips.js";

const MOST = 100;
const { state, change } = addressed({ agent: "" });

function Own() {
  const { agent } = state.value;
  useEffect(() => void (isOpen.value && loadPeople()), []);
  const { found: own, fault } = useAsked(() => ask(`/own${query({ agent_id: agent })}`), agent);
  return html`
    <${TopBar} section="own"><span class="grow"></span></>
    <main class="page">
      <div class="page-head">
        <h2>${isOpen.value && own ? t("own.title_of", { name: nameOf(own.agent_id) }) : t("own.title")}</h2>
        <span class="grow"></span>
        ${isOpen.value && html`<${Field} label=${t("own.whose")}><input class="field" id="agent" value=${agent} onChange=${({ target }) => change({ agent: target.value.trim() })} /></>`}
      </div>
      <${Fault} fault=${fault} />
      ${own && html`<div class="own-columns" key=${own.agent_id}>
        <${Scores} own=${own} />
        <div class="own-aside">
          <${Tips} agent=${agent} />
          ${own.hearing_shown && html`<${Hearings} agent=${agent} />`}
        </div>
      </div>`}
    </main>
  `;
}

function Scores({ own }) {
  const { found, fault, again } = useAsked(() => loadScores(own.agent_id), own.agent_id);
  if (fault && found === null) return html`<${Fault} fault=${fault} />`;
  if (found === null) return html`<p class="empty" role="status">${t("office.loading")}</p>`;
  if (found.scores.length === 0) return html`<p class="panel empty" role="status">${t("own.no_scores")}</p>`;
  return html`<div class="own-list">
    ${found.scores.map((score, at) => html`<${OwnScore} key=${score.score_id} ...${{ score, own, first: at === 0 }} sheet=${found.sheets[score.sheet_digest]} appeal=${found.appeals[score.score_id]} onChanged=${again} />`)}
  </div>`;
}

async function loadScores(agentId) {
  const own = query({ agent_id: agentId, limit: MOST });
  const [{ scores }, { appeals }] = await Promise.all([ask(`/inspection/scores${own}&state=closed&state=corrected`), ask(`/inspection/appeals${own}`)]);
  const digests = [...new Set(scores.map(({ sheet_digest }) => sheet_digest))];
  const sheets = await Promise.all(digests.map(async (digest) => [digest, (await ask(`/inspection/sheets/${digest}`)).sheet]));
  return { scores, sheets: Object.fromEntries(sheets), appeals: Object.fromEntries(appeals.map((each) => [each.score_id, each])) };
}

await openPage(Own, { title: () => t("own.title") });
