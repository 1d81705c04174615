// The live transcript: agent left, customer right, as in the headphones. Partials grey until they are certain.

import { html, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { openLines } from "./open-call.js";
import { clockText } from "../lib/wording.js";

const MOST_LINES = 300;
const UNSURE = 0.6;
const NEAR_END_PX = 60;

export function Transcript({ player, callId }) {
  const lines = openLines.value.slice(-MOST_LINES);
  const box = useRef(null);
  const [atEnd, setAtEnd] = useState(true);
  const shape = `${lines.length}:${lines.at(-1)?.revision}:${lines.at(-1)?.text.length}`;
  useLayoutEffect(() => {
    if (atEnd && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [shape, atEnd]);
  const onScroll = ({ target }) => setAtEnd(target.scrollHeight - target.scrollTop - target.clientHeight < NEAR_END_PX);
  return html`<div class="transcript-frame">
    <div class="transcript" ref=${box} onScroll=${onScroll} tabindex="0" role="log" aria-live="off" aria-label=${t("transcript.title")}>
      ${lines.length === 0 && html`<p class="empty">${t("transcript.none")}</p>`}
      ${lines.map((line) => html`<${Line} key=${`${line.leg}:${line.utterance}`} line=${line} player=${player} callId=${callId} />`)}
    </div>
    ${!atEnd && html`<button class="pill" onClick=${() => setAtEnd(true)}>${t("transcript.newest")} ↓</button>`}
  </div>`;
}

function Line({ line }) {
  return html`<div class="line ${line.leg} ${line.final ? "final" : "partial"}" aria-hidden=${line.final ? undefined : "true"}>
    <span class="line-head">
      <span class="who">${t(`leg.${line.leg}`)}</span>
      <time>${clockText(line.start_ms)}</time>
    </span>
    <span class="bubble">${pieces(line)}</span>
  </div>`;
}

/** The text cut at the hits' borders; offsets are in code points, as the service counts. */
function pieces(line) {
  const signs = [...line.text];
  const parts = [];
  let at = 0;
  for (const hit of [...line.hits].sort((a, b) => a.from_char - b.from_char)) {
    if (hit.from_char < at || hit.to_char > signs.length) continue;
    parts.push(...plain(line, signs, at, hit.from_char));
    const text = signs.slice(hit.from_char, hit.to_char).join("");
    const name = hit.provisional ? t("hit.possible", { rule: hit.rule }) : hit.rule;
    parts.push(html`<mark class=${hit.provisional ? "possible" : ""} title=${name}>${text}<span class="rule">${name}</span></mark>`);
    at = hit.to_char;
  }
  parts.push(...plain(line, signs, at, signs.length));
  return parts;
}

/** Words the recogniser was not sure of get a dotted line. */
function plain(line, signs, from, to) {
  const unsure = line.words.filter((word) => word.confidence < UNSURE);
  if (unsure.length === 0) return [signs.slice(from, to).join("")];
  const parts = [];
  let place = 0;
  let done = from;
  for (const word of line.words) {
    const length = [...word.text].length;
    while (place < signs.length && signs.slice(place, place + length).join("") !== word.text) place += 1;
    const [start, end] = [place, place + length];
    place = end;
    if (word.confidence >= UNSURE || start < done || end > to) continue;
    parts.push(signs.slice(done, start).join(""), html`<span class="unsure">${word.text}</span>`);
    done = end;
  }
  parts.push(signs.slice(done, to).join(""));
  return parts;
}
