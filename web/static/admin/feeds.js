// Is every PBX linked, does the audio of both legs come, how much of it is lost: looked at every two seconds.

import { html } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { ageText, clockText, numberText, timeText } from "../lib/wording.js";
import { ask, Fault, useAsked } from "../office/api.js";
import { hoursText } from "../office/parts.js";

const EVERY_MS = 2000;
const SILENT_MS = 1000; // of a connected stream: packets come fifty times a second
const LOSS = { fair: 0.005, bad: 0.03 };

export function Feeds() {
  const { found, fault } = useAsked(() => ask("/feeds"), "feeds", EVERY_MS);
  if (found === null) return fault ? html`<${Fault} fault=${fault} />` : html`<p class="empty" role="status">${t("office.loading")}</p>`;
  return html`
    <${Fault} fault=${fault} />
    <section class="panel" aria-labelledby="links-title">
      <header class="panel-head"><h3 id="links-title">${t("feeds.links")}</h3><span class="count">${numberText(found.links.length)}</span></header>
      ${found.links.length === 0 ? html`<p class="empty">${t("feeds.no_links")}</p>` : html`<div class="scroll"><${Links} links=${found.links} /></div>`}
    </section>
    <section class="panel" aria-labelledby="streams-title">
      <header class="panel-head">
        <h3 id="streams-title">${t("feeds.streams")}</h3>
        ${found.lacking.length > 0 && html`<span class="state bad">${t("feeds.lacking", { n: numberText(found.lacking.length) })}</span>`}
        <span class="grow"></span><span class="count">${numberText(found.streams.length)}</span>
      </header>
      ${found.streams.length === 0 ? html`<p class="empty">${t("feeds.no_streams")}</p>` : html`<div class="scroll"><${Streams} streams=${found.streams} lacking=${found.lacking} /></div>`}
    </section>
    <section class="panel" aria-labelledby="roads-title">
      <header class="panel-head"><h3 id="roads-title">${t("feeds.roads")}</h3><span class="grow"></span><span class="subtle">${t("feeds.node")} <code>${found.node_id}</code></span></header>
      ${found.roads.length === 0
        ? html`<p class="empty">${t("feeds.no_roads")}</p>`
        : html`<div class="scroll">
            <table class="table folds">
              <thead><tr><th scope="col">${t("feeds.road")}</th><th scope="col" class="number">${t("feeds.open")}</th><th scope="col" class="number">${t("feeds.connections")}</th><th scope="col" class="number">${t("feeds.audio")}</th></tr></thead>
              <tbody>
                ${found.roads.map(
                  (road) => html`<tr key=${road.road}>
                    <td class="main">${road.road}</td>
                    <td class="number" data-label=${t("feeds.open")}>${numberText(road.open)}</td>
                    <td class="number" data-label=${t("feeds.connections")}>${numberText(road.connections)}</td>
                    <td class="number" data-label=${t("feeds.audio")}>${hoursText(road.audio_ms)}</td>
                  </tr>`,
                )}
              </tbody>
            </table>
          </div>`}
      ${Object.keys(found.faults).length > 0 &&
      html`<p class="panel-foot"><span>${t("feeds.faults")}</span>${Object.entries(found.faults).map(([name, count]) => html`<span key=${name}><code>${name}</code> ${numberText(count)}</span>`)}</p>`}
    </section>
  `;
}

function Links({ links }) {
  return html`<table class="table folds">
    <thead>
      <tr>
        <th scope="col">${t("feeds.pbx")}</th><th scope="col">${t("fact.state")}</th><th scope="col">${t("feeds.last_news")}</th>
        <th scope="col" class="number">${t("history.calls")}</th><th scope="col" class="number">${t("feeds.losses")}</th><th scope="col">${t("feeds.endings")}</th><th scope="col" class="number">${t("feeds.unplaced")}</th>
      </tr>
    </thead>
    <tbody>
      ${links.map(
        (link) => html`<tr key=${link.name}>
          <td class="main">${link.name}<span class="sub">${t(`feeds.kind.${link.kind}`)} · <span class="mono">${link.address}</span></span></td>
          <td data-label=${t("fact.state")}>
            <span class="state ${link.linked ? "good" : "bad"}">${t(link.linked ? "feeds.linked" : "feeds.not_linked")}</span>
            ${link.since && html`<span class="sub">${t("feeds.since", { at: timeText(link.since) })}</span>`}
            ${link.failure && html`<span class="sub">${link.failure}</span>`}
          </td>
          <td data-label=${t("feeds.last_news")}>${link.last_news_at ? timeText(link.last_news_at) : "–"}</td>
          <td class="number" data-label=${t("history.calls")}>${numberText(link.calls)}</td>
          <td class="number" data-label=${t("feeds.losses")}>${numberText(link.losses)}</td>
          <td data-label=${t("feeds.endings")}>${Object.entries(link.endings).map(([party, count]) => `${t(`party.${party}`)} ${numberText(count)}`).join(" · ") || "–"}</td>
          <td class="number" data-label=${t("feeds.unplaced")}>${numberText(link.unplaced)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function Streams({ streams, lacking }) {
  return html`<table class="table folds">
    <thead>
      <tr>
        <th scope="col">${t("history.call")}</th><th scope="col">${t("feeds.leg")}</th><th scope="col">${t("fact.state")}</th><th scope="col">${t("feeds.format")}</th>
        <th scope="col" class="number">${t("feeds.received")}</th><th scope="col" class="number">${t("feeds.loss")}</th><th scope="col">${t("feeds.level")}</th><th scope="col">${t("feeds.tier")}</th>
      </tr>
    </thead>
    <tbody>
      ${streams.map((stream) => {
        const silent = stream.connected && stream.silent_ms > SILENT_MS;
        const loss = stream.lost_ratio >= LOSS.bad ? "bad" : stream.lost_ratio >= LOSS.fair ? "fair" : "good";
        return html`<tr key=${`${stream.call_id} ${stream.leg}`}>
          <td class="main"><a class="mono" href=${`/calls/${encodeURIComponent(stream.call_id)}`}>${stream.call_id}</a><span class="sub">${[stream.agent_id, stream.queue].filter(Boolean).join(" · ")}${lacking.includes(stream.call_id) ? ` · ${t("feeds.one_leg")}` : ""}</span></td>
          <td data-label=${t("feeds.leg")}>${t(`leg.${stream.leg}`)}</td>
          <td data-label=${t("fact.state")}>
            <span class="state ${stream.connected ? (silent ? "fair" : "good") : "bad"}">${t(stream.connected ? (silent ? "feeds.silent" : "feeds.flows") : "feeds.gone")}</span>
            ${(silent || !stream.connected) && html`<span class="sub">${t("feeds.last_audio", { age: ageText(stream.silent_ms) })}</span>`}
          </td>
          <td data-label=${t("feeds.format")}>${stream.road}<span class="sub">${stream.rate_hz ? `${numberText(stream.rate_hz / 1000)} kHz` : "–"}</span></td>
          <td class="number" data-label=${t("feeds.received")}>${clockText(stream.received_ms)}</td>
          <td class="number" data-label=${t("feeds.loss")}><span class="state ${loss}">${numberText(stream.lost_ratio, { style: "percent", maximumFractionDigits: 1 })}</span></td>
          <td data-label=${t("feeds.level")}><${Level} stream=${stream} /></td>
          <td data-label=${t("feeds.tier")}>${t(`tier.${stream.tier}`)}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

function Level({ stream }) {
  const share = Math.max(0, Math.min(1, (stream.level_dbfs + 60) / 60));
  return html`<span class="level ${stream.leg} ${stream.speaking ? "speaking" : ""}"><span class="level-bar"><span style=${{ width: `${share * 100}%` }}></span></span>${numberText(Math.round(stream.level_dbfs))} dBFS</span>`;
}
