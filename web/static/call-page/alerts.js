// The alerts of a call with their clips and with what people did to them; below what was found and told to nobody.

import { Sound } from "../call/sound.js";
import { html, useState } from "../vendor/preact.js";
import { has, locale, t } from "../lib/i18n.js";
import { SeverityMark } from "../lib/severity-mark.js";
import { adviceOf, clockText, kindOf, timeText, titleOf } from "../lib/wording.js";
import { may } from "../lib/session.js";
import { ask } from "../office/api.js";
import { nameOf } from "../office/people.js";
import { alerts, call, suppressed } from "./record.js";

const LEAD_MS = 2000;
const AROUND_MS = 5000; // of a call shown with an example

/** @param {{chosen: string|null, onChoose: (id: string) => void, onPlay: ((ms: number) => void)|null}} props */
export function Alerts({ chosen, onChoose, onPlay }) {
  return html`<section class="of-call" aria-labelledby="alerts-title">
    <h3 id="alerts-title">${t("view.alerts")} <span class="count">${alerts.value.length}</span></h3>
    ${alerts.value.length === 0 && html`<p class="empty">${t("view.no_alerts")}</p>`}
    <ol>
      ${alerts.value.map((alert) => html`<${Alert} key=${alert.alert_id} ...${{ alert, onChoose, onPlay }} chosen=${alert.alert_id === chosen} />`)}
    </ol>
    ${suppressed.value.length > 0 && html`<${NotTold} />`}
  </section>`;
}

function Alert({ alert, chosen, onChoose, onPlay }) {
  const { evidence } = alert;
  const advice = adviceOf(alert);
  return html`<li class="alert-card ${alert.severity} ${chosen ? "chosen" : ""}" id=${`alert-${alert.alert_id}`} onClick=${() => onChoose(alert.alert_id)}>
    <p class="alert-card-head">
      <${SeverityMark} severity=${alert.severity} word=${true} />
      <span class="badge soft">${t(`state.${alert.state}`)}</span>
      ${alert.count > 1 && html`<span class="badge">×${alert.count}</span>`}
      ${alert.outcome && html`<span class="badge soft">${t(`outcome.${alert.outcome}`)}</span>`}
      <button class="link at" disabled=${onPlay === null} onClick=${() => onPlay?.(Math.max(0, evidence.from_ms - LEAD_MS))}>${clockText(evidence.from_ms)}–${clockText(evidence.to_ms)}</button>
    </p>
    <p class="alert-card-title">${titleOf(alert)}</p>
    ${evidence.text && html`<q dir="auto">${evidence.text}</q>`}
    <p class="subtle">${kindOf(alert)}${alert.clause && html` · ${alert.clause}`}</p>
    ${advice && html`<p class="advice-line">${advice}</p>`}
    ${call.value.state === "ended" && may("score") && html`<p><a class="link" href=${exampleAddress(alert)}>${t("library.add_this")}</a></p>`}
    ${evidence.clip &&
    html`<p class="kept-clip"><${Sound} src=${evidence.clip} label=${t("alert.clip_of", { title: titleOf(alert) })} /><a class="link" href=${evidence.clip} download=${`${alert.alert_id}.flac`}>${t("alert.save_clip")}</a></p>`}
    <${History} alert=${alert} />
  </li>`;
}

/** The page on which the stretch around an alert becomes an example of the library. */
function exampleAddress({ alert_id: alert, call_id: add, kind: about, evidence }) {
  const from = Math.max(0, evidence.from_ms - AROUND_MS);
  const to = Math.min(call.value.duration_ms, evidence.to_ms + AROUND_MS);
  return `/inspection/library?${new URLSearchParams({ add, from, to, ...(evidence.clip && { alert }), about })}`;
}

function History({ alert }) {
  const [versions, setVersions] = useState(null);
  const onToggle = ({ target }) => {
    if (target.open && versions === null) ask(`/alerts/${encodeURIComponent(alert.alert_id)}`).then(({ history }) => setVersions(history), () => setVersions([]));
  };
  return html`<details class="history" onToggle=${onToggle}>
    <summary>${t("alert.history")}</summary>
    <ol>
      ${(versions ?? []).map(
        ({ version, updated_at, change, assignee }) => html`<li key=${version}>
          <time datetime=${updated_at}>${timeText(updated_at)}</time>
          <span>
            ${t(`did.${change.action}`)}${change.action === "assign" && html`: ${nameOf(assignee)}`}${change.by && html` · ${nameOf(change.by)}`}
            ${change.reason && html` · ${has(`reason.${change.reason}`) ? t(`reason.${change.reason}`) : change.reason}`}
            ${change.text && html` <q dir="auto">${change.text}</q>`}
          </span>
        </li>`,
      )}
    </ol>
  </details>`;
}

function NotTold() {
  return html`<details class="history not-told">
    <summary>${t("suppressed.title")} <span class="count">${suppressed.value.length}</span></summary>
    <ol>
      ${suppressed.value.map(
        (each, at) => html`<li key=${at}>
          <time>${clockText(each.at_ms)}</time>
          <span title=${each.reason}>${t(`kind.${each.kind}`)} · ${t(`cause.${each.cause}`)}${each.by && html` · ${nameOf(each.by)}`}${locale.value === "en" && html`<span class="sub">${each.reason}</span>`}</span>
        </li>`,
      )}
    </ol>
  </details>`;
}
