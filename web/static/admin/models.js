// The speech models: which are here, whether they are whole, how closely their languages are listened to now.

import { html, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { languageName, numberText, percentText, timeText } from "../lib/wording.js";
import { ask, Fault, useAsked } from "../office/api.js";
import { sizeText } from "../office/parts.js";

const EVERY_MS = 5000;
const NONE_HERE = "No speech model"; // anything else is about a folder that the settings name
const TIERS = ["full", "spotting", "acoustic"];

export function Models() {
  const { found, fault, again } = useAsked(() => ask("/models"), "models", EVERY_MS);
  if (found === null) return fault ? html`<${Fault} fault=${fault} />` : html`<p class="empty" role="status">${t("office.loading")}</p>`;
  return html`<${Fault} fault=${fault} />
    <div class="models">${found.models.map((model) => html`<${Model} key=${model.language} model=${model} onVerified=${again} />`)}</div>`;
}

function Model({ model, onVerified }) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState(null);
  const { hearing, verified } = model;
  const verify = async () => {
    setBusy(true);
    setFault(null);
    await ask(`/models/${model.language}/verify`, { method: "POST" }).then(onVerified, setFault);
    setBusy(false);
  };
  const state = !model.here ? "off" : hearing.ready ? "good" : "fair";
  return html`<section class="panel model" aria-labelledby=${`model-${model.language}`}>
    <header class="panel-head">
      <h3 id=${`model-${model.language}`}>${languageName(model.language)}</h3>
      <span class="state ${state}">${t(!model.here ? "models.missing" : hearing.ready ? "models.heard" : hearing.workers > 0 ? "models.loading" : "models.not_started")}</span>
    </header>
    <dl>
      <div><dt>${t("models.model")}</dt><dd class="mono">${model.model}</dd></div>
      ${model.here &&
      html`<div><dt>${t("kept.size")}</dt><dd>${sizeText(model.size_bytes)}</dd></div>
        <div><dt>${t("models.phrases")}</dt><dd>${model.no_spotting === null ? t("models.spotted") : html`${t("models.not_spotted")}<span class="sub">${model.no_spotting}</span>`}</dd></div>
        ${hearing.graph && html`<div><dt>${t("models.graph")}</dt><dd>${t(`models.graph.${hearing.graph}`)}${hearing.why_shipped && html`<span class="sub">${hearing.why_shipped}</span>`}</dd></div>`}
        <div><dt>${t("models.workers")}</dt><dd>${numberText(hearing.workers)}${hearing.workers > 0 && html`<span class="sub">${t("models.busy", { busy: percentText(hearing.busy_ratio), lag: numberText(hearing.lag_ms / 1000, { maximumFractionDigits: 1 }) })}</span>`}</dd></div>`}
      <div>
        <dt>${t("models.tiers")}</dt>
        <dd class="tiers">${TIERS.map((tier) => html`<span key=${tier}><b>${numberText(hearing.calls_by_tier[tier] ?? 0)}</b> ${t(`tier.${tier}`)}</span>`)}</dd>
      </div>
      ${model.here && html`<div><dt>${t("models.verified")}</dt><dd><${Verified} verified=${verified} busy=${busy} /></dd></div>`}
    </dl>
    ${model.here && html`<p class="subtle mono folder">${model.folder}</p>`}
    ${!model.here && html`<p class="cure">${t("models.pull")} <code>earshot models pull ${model.language}</code></p>`}
    ${!model.here && !model.cure.startsWith(NONE_HERE) && html`<p class="subtle">${model.cure}</p>`}
    ${model.here && hearing.why && html`<p class="cure">${hearing.why}</p>`}
    <${Fault} fault=${fault} />
    ${model.here && html`<p class="panel-foot"><button class="button" disabled=${busy} onClick=${verify}>${t(busy ? "models.verifying" : "models.verify")}</button></p>`}
  </section>`;
}

function Verified({ verified, busy }) {
  if (busy) return html`<span role="status">${t("models.verifying")}</span>`;
  if (verified === null) return html`<span class="zero">${t("models.not_verified")}</span>`;
  const whole = verified.faults.length === 0;
  return html`<span class="state ${whole ? "good" : "bad"}" role="status">${t(whole ? (verified.manifest ? "models.whole" : "models.shape") : "models.damaged")}</span>
    <span class="sub">${timeText(verified.at)}</span>
    ${!whole && html`<ul>${verified.faults.map((each) => html`<li key=${each}>${each}</li>`)}</ul>`}`;
}
