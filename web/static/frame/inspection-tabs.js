// The inspectors' pages as a group: the way between them, for those they are for, and as whom one acts while nobody logs in.

import { html, useEffect } from "../vendor/preact.js";
import { acting, actAs } from "../lib/acting.js";
import { t } from "../lib/i18n.js";
import { isOpen, may } from "../lib/session.js";
import { loadPeople, nameOf, people } from "../office/people.js";
import { INSPECTION } from "./inspection-pages.js";

/** @param {{shown: string}} props the name of the page that is shown */
export function InspectionTabs({ shown }) {
  return html`<div class="tabs-row">
    <nav class="tabs" aria-label=${t("section.inspection")}>
      ${INSPECTION.filter(([, , right]) => may(right)).map(
        ([name, address]) => html`<a key=${name} href=${address} aria-current=${name === shown ? "page" : undefined}>${t(`inspection.tab.${name}`)}</a>`,
      )}
    </nav>
    ${isOpen.value && html`<${WhoActs} />`}
  </div>`;
}

/** Nobody has to log in here, so whoever works says who it is: a leader plans, somebody else than the inspector decides. */
function WhoActs() {
  useEffect(() => void loadPeople(), []);
  const known = people.value.some(({ id }) => id === acting.value);
  const ids = [...people.value.map(({ id }) => id), ...(acting.value && !known ? [acting.value] : [])];
  return html`<label class="who-acts">
    <span class="subtle">${t("inspection.acting")}</span>
    <select class="field" id="who-acts" value=${acting.value ?? ""} onChange=${({ target }) => actAs(target.value)}>
      <option value="" selected=${!acting.value}>${t("inspection.acting_local")}</option>
      ${ids.map((id) => html`<option key=${id} value=${id} selected=${id === acting.value}>${nameOf(id)}</option>`)}
    </select>
  </label>`;
}
