// How the call ended: the verdict, and what it rests on.

import { html } from "../vendor/preact.js";
import { has, t } from "../lib/i18n.js";
import { numberText } from "../lib/wording.js";

const PARTIES = new Set(["party", "first_closed", "lost_leg"]);

export function Ending({ call }) {
  const verdict = call.verdict?.replaceAll(" ", "_") ?? null;
  const facts = Object.entries(call.verdict_facts ?? {}).filter(([name]) => has(`ended.${name}`));
  return html`<section class="ending ${verdict ?? ""}" aria-labelledby="ending-title">
    <h3 id="ending-title">${t("ending.title")}</h3>
    ${verdict && html`<p class="ending-verdict">${t(`verdict.${verdict}`)}</p>`}
    ${call.hung_up_by && html`<p class="row-sub"><span>${t("fact.hung_up_by")}</span><span>${t(`party.${call.hung_up_by}`)}</span></p>`}
    ${verdict === "undecided" && html`<p class="ending-why">${t("ending.undecided")}</p>`}
    ${facts.length > 0 &&
    html`<details class="history">
      <summary>${t("ending.facts")}</summary>
      <dl>${facts.map(([name, value]) => html`<div key=${name}><dt>${t(`ended.${name}`)}</dt><dd>${factText(name, value)}</dd></div>`)}</dl>
    </details>`}
  </section>`;
}

function factText(name, value) {
  if (PARTIES.has(name)) return t(`party.${value}`);
  if (name.endsWith("_ms")) return t("ending.s", { n: numberText(value / 1000, { maximumFractionDigits: 1 }) });
  if (typeof value === "boolean") return t(value ? "ending.yes" : "ending.no");
  return name === "trouble" && has(`kind.${value}`) ? t(`kind.${value}`) : String(value);
}
