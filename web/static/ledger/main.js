// The ledger: who listened to whom, when and which seconds; and whether its chain holds.

import { openPage, TopBar } from "../frame/page-frame.js";
import { html, signal } from "../vendor/preact.js";
import { locale, t } from "../lib/i18n.js";
import { may } from "../lib/session.js";

const ACTS = [
  "listen", "replay", "clip", "download", "export", "whisper", "barge", "take_over", "end", "rule_change", "roster_change",
  "user_change", "key_change", "log_in", "log_out", "log_in_failed", "privacy", "score", "appeal", "improvement", "calibration",
  "library", "call_back", "worklist", "outside_figures",
];
const rows = signal([]);
const cursor = signal(null);
const fault = signal(null);
const verdict = signal(null);
const asked = signal({});

async function load(more = false) {
  const query = new URLSearchParams(Object.entries({ ...asked.value, cursor: more ? cursor.value : "" }).filter(([, value]) => value));
  const answer = await fetch(`/api/v1/ledger?${query}`).catch(() => null);
  fault.value = answer?.ok ? null : "ledger.refused";
  if (!answer?.ok) return;
  const page = await answer.json();
  rows.value = more ? [...rows.value, ...page.rows] : page.rows;
  cursor.value = page.next_cursor;
}

async function verify() {
  verdict.value = "asking";
  const answer = await fetch("/api/v1/ledger/verdict").catch(() => null);
  verdict.value = answer?.ok ? await answer.json() : null;
}

function ask(event) {
  event.preventDefault();
  asked.value = Object.fromEntries([...new FormData(event.target)].map(([name, value]) => [name, value.trim()]));
  load();
}

const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;
const stretch = ({ from_ms, to_ms }) => (from_ms === null ? "" : to_ms === null ? clock(from_ms) : `${clock(from_ms)}–${clock(to_ms)}`);
const moment = (stamp) => new Intl.DateTimeFormat(locale.value, { dateStyle: "short", timeStyle: "medium" }).format(Date.parse(stamp));

function Verdict() {
  const found = verdict.value;
  if (found === null) return null;
  if (found === "asking") return html`<p class="hint" role="status">${t("ledger.verifying")}</p>`;
  return html`<div class="banner" role="status">
    ${found.whole
      ? t("ledger.whole", { n: found.newest, hash: found.hash.slice(0, 16) })
      : html`${t("ledger.broken")} <ul>${found.breaks.map((each) => html`<li key=${each.sequence}>${t("ledger.row", { n: each.sequence })}: ${each.what}</li>`)}</ul>`}
  </div>`;
}

function Ledger() {
  return html`
    <${TopBar} section="ledger"><span class="grow"></span></${TopBar}>
    <main class="page stack">
      ${fault.value && html`<p class="banner" role="alert">${t(fault.value)}</p>`}
      <${Verdict} />
      <section class="panel" aria-labelledby="ledger-title">
        <div class="panel-head">
          <h2 id="ledger-title">${t("ledger.title")}</h2>
          ${may("ledger") && html`<button class="button" id="verify" onClick=${verify}>${t("ledger.verify")}</button>`}
        </div>
        <form class="filters" onSubmit=${ask}>
          <label>${t("ledger.call")}<input class="field" name="call_id" /></label>
          <label>${t("ledger.agent")}<input class="field" name="agent_id" /></label>
          <label>${t("ledger.who")}<input class="field" name="who" /></label>
          <label>${t("ledger.act")}<select class="field" name="act">
            <option value="">${t("ledger.any")}</option>
            ${ACTS.map((each) => html`<option key=${each} value=${each}>${t(`deed.${each}`)}</option>`)}
          </select></label>
          <button class="button primary">${t("ledger.find")}</button>
        </form>
        <div class="scroll" tabindex="0" role="group" aria-labelledby="ledger-title"><table class="table">
          <thead><tr><th class="number">${t("ledger.number")}</th><th>${t("ledger.at")}</th><th>${t("ledger.who")}</th><th>${t("ledger.act")}</th>
            <th>${t("ledger.call")}</th><th>${t("ledger.stretch")}</th><th>${t("ledger.agent")}</th><th>${t("ledger.about")}</th></tr></thead>
          <tbody>
            ${rows.value.map(
              (row) => html`<tr key=${row.sequence} data-row-of=${row.act}>
                <td class="number">${row.sequence}</td><td>${moment(row.at)}</td><td>${row.name === row.who ? row.who : `${row.name} (${row.who})`}</td>
                <td>${t(`deed.${row.act}`)}${row.phase !== "whole" && ` · ${t(`phase.${row.phase}`)}`}</td>
                <td>${row.call_id ?? ""}</td><td>${stretch(row)}</td><td>${row.agent_id ?? ""}</td><td>${row.about ?? ""}</td>
              </tr>`,
            )}
          </tbody>
        </table></div>
        ${rows.value.length === 0 && html`<p class="empty">${t("ledger.none")}</p>`}
        ${cursor.value && html`<p class="filters"><button class="button" onClick=${() => load(true)}>${t("ledger.more")}</button></p>`}
      </section>
    </main>
  `;
}

await openPage(Ledger, { title: () => t("section.ledger") });
await load();
