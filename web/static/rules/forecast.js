// The calls of past days through the changed rules: alerts an hour before and after, and which calls gain or lose some.

import { html, useEffect, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { numberText } from "../lib/wording.js";
import { ask, Fault } from "../office/api.js";
import { dayText } from "../office/days.js";
import { Span } from "../office/parts.js";

const LOOK_MS = 1000;
const MOST_CALLS = 50;

export function Forecast({ changed, blocked }) {
  const [days, setDays] = useState({ from: dayText(1), to: dayText(0) });
  const [found, setFound] = useState(null);
  const [fault, setFault] = useState(null);
  const [of, setOf] = useState(null); // the drafts it was made of
  const running = found !== null && (found.state === "waiting" || found.state === "running");
  useEffect(() => {
    if (!running) return undefined;
    const timer = setTimeout(() => ask(`/rules/forecasts/${found.forecast_id}`).then(setFound, setFault), LOOK_MS);
    return () => clearTimeout(timer);
  }, [found]);
  const begin = () => {
    setFault(null);
    setOf(changed);
    ask("/rules/forecasts", { method: "POST", body: { files: changed, first: days.from, last: days.to } }).then(setFound, setFault);
  };
  const none = Object.keys(changed).length === 0;
  return html`<section class="panel forecast" aria-labelledby="forecast-title">
    <header class="panel-head">
      <h3 id="forecast-title">${t("forecast.title")}</h3>
      <${Span} from=${days.from} to=${days.to} onChange=${setDays} />
      <span class="grow"></span>
      <button class="button" disabled=${none || blocked || running} onClick=${begin}>${t("forecast.begin")}</button>
    </header>
    <${Fault} fault=${fault} />
    ${found === null && html`<p class="empty">${t(none ? "forecast.needs_change" : "forecast.says")}</p>`}
    ${running &&
    html`<div class="progress">
      <progress max=${Math.max(1, found.calls)} value=${found.done} aria-label=${t("forecast.title")}></progress>
      <span role="status">${t("forecast.running", { done: numberText(found.done), calls: numberText(found.calls) })}</span>
    </div>`}
    ${found?.state === "failed" && html`<${Fault} fault=${{ message: found.failure }} />`}
    ${found?.state === "done" && html`<${Result} result=${found.result} stale=${of !== changed} />`}
  </section>`;
}

function Result({ result, stale }) {
  const { rules, changed_calls: calls } = result;
  const changed = rules.filter((rule) => rule.gaining > 0 || rule.losing > 0);
  const most = Math.max(0.01, ...changed.flatMap((rule) => [rule.before_per_hour, rule.after_per_hour]));
  const blind = Object.entries(result.not_tried);
  return html`
    <p class="empty" role="status">
      ${t("forecast.over", { calls: numberText(result.calls), hours: numberText(result.hours, { maximumFractionDigits: 1 }), n: numberText(changed.length) })}
      ${stale && html` <span class="badge">${t("forecast.stale")}</span>`}
    </p>
    ${blind.length > 0 && html`<p class="empty">${t("forecast.blind", { n: numberText(blind.length) })}</p>`}
    ${changed.length > 0 &&
    html`<div class="scroll">
      <table class="table folds">
        <thead>
          <tr>
            <th scope="col">${t("rules.rule")}</th>
            <th scope="col">${t("forecast.per_hour")}</th>
            <th scope="col" class="number">${t("forecast.before")}</th>
            <th scope="col" class="number">${t("forecast.after")}</th>
            <th scope="col" class="number">${t("forecast.gaining")}</th>
            <th scope="col" class="number">${t("forecast.losing")}</th>
          </tr>
        </thead>
        <tbody>
          ${changed.map(
            (rule) => html`<tr key=${rule.rule}>
              <td class="main mono">${rule.rule}</td>
              <td data-label=${t("forecast.per_hour")}><${Pair} before=${rule.before_per_hour / most} after=${rule.after_per_hour / most} /></td>
              <td class="number" data-label=${t("forecast.before")}>${numberText(rule.before)}</td>
              <td class="number" data-label=${t("forecast.after")}>${numberText(rule.after)}</td>
              <td class="number" data-label=${t("forecast.gaining")}>${numberText(rule.gaining)}</td>
              <td class="number" data-label=${t("forecast.losing")}>${numberText(rule.losing)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`}
    ${calls.length > 0 &&
    html`<details class="changed-calls">
      <summary>${t("forecast.calls", { n: numberText(calls.length + result.further_changed_calls) })}</summary>
      <ul>
        ${calls.slice(0, MOST_CALLS).map(
          (each) => html`<li key=${each.call_id}>
            <a class="link mono" href=${`/calls/${encodeURIComponent(each.call_id)}`}>${each.call_id}</a>
            ${Object.entries(each.gained).map(([rule, n]) => html`<span class="gained">+${n} <code>${rule}</code></span>`)}
            ${Object.entries(each.lost).map(([rule, n]) => html`<span class="lost">−${n} <code>${rule}</code></span>`)}
          </li>`,
        )}
      </ul>
    </details>`}
  `;
}

/** Before above, after below. */
function Pair({ before, after }) {
  return html`<svg class="pair" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">
    <rect class="before" x="0" y="1" height="5" width=${Math.max(0.5, before * 100)} /><rect class="after" x="0" y="8" height="5" width=${Math.max(0.5, after * 100)} />
  </svg>`;
}
