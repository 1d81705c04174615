// What is said: agent left, customer right, as in the headphones. Partials stay pale until they are certain; a click on a
// word asks to hear it. Of a long call only a window is drawn. Knows nothing of the page around it.

import { html, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { locale, t } from "../lib/i18n.js";
import { clockText } from "../lib/wording.js";
import { Announcer } from "./announcer.js";
import { stretchesOf } from "./line-pieces.js";

const WINDOW = 160; // lines drawn at once while it follows the end; twice as many while somebody reads back
const SHIFT = 80;
const NEAR_END_PX = 60;
const NEAR_EDGE_PX = 400;
const LEAD_MS = 2000; // heard before the word, so that the ear is ready

/**
 * @param {{lines: any[], language: string, live: boolean, positionMs: number|null, nameOfRule: (rule: string) => string, onPlay: (ms: number) => void}} props
 * `lines` in call time, as `transcript` messages have them; `positionMs` is what a replay plays now.
 */
export function Transcript({ lines, language, live, positionMs, nameOfRule, onPlay }) {
  const box = useRef(null);
  const anchor = useRef(null); // line that must not move while the window does: {key, top}
  const [from, setFrom] = useState(null); // null: follows the end
  const [seen, setSeen] = useState(0); // lines there were when it was scrolled away from the end
  const [at, setAt] = useState(null); // {key, word}: where the keyboard is
  const following = from === null;
  const shown = following ? lines.slice(-WINDOW) : lines.slice(from, from + 2 * WINDOW);
  const shape = `${lines.length}:${lines.at(-1)?.revision}:${lines.at(-1)?.text.length}`;
  useLayoutEffect(() => {
    if (following) box.current.scrollTop = box.current.scrollHeight;
  }, [shape, following]);
  useLayoutEffect(() => {
    const held = anchor.current && box.current.querySelector(`[data-line="${anchor.current.key}"]`);
    if (held) box.current.scrollTop += held.offsetTop - box.current.scrollTop - anchor.current.top;
    anchor.current = null;
  }, [from]);
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    const below = scrollHeight - scrollTop - clientHeight;
    const begin = following ? Math.max(0, lines.length - WINDOW) : from;
    const end = begin + shown.length;
    if (below < NEAR_END_PX && end >= lines.length) return setFrom(null);
    if (following) setSeen(lines.length);
    let next = begin;
    if (scrollTop < NEAR_EDGE_PX && begin > 0) next = Math.max(0, begin - SHIFT);
    else if (below < NEAR_EDGE_PX && end < lines.length) next = begin + SHIFT;
    if (next !== from) {
      anchor.current = topLine(box.current);
      setFrom(next);
    }
    return undefined;
  };
  const onClick = ({ target }) => {
    const word = target.closest?.("[data-at]");
    if (word && globalThis.getSelection()?.isCollapsed !== false) onPlay(Math.max(0, Number(word.dataset.at) - LEAD_MS));
  };
  const onKeyDown = (event) => {
    const key = document.activeElement?.closest?.("[data-line]")?.dataset.line;
    const number = shown.findIndex((line) => keyOf(line) === key);
    if (number < 0) return;
    const words = shown[number].words.length;
    const word = at?.key === key ? at.word : -1;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const next = shown[Math.max(0, Math.min(shown.length - 1, number + (event.key === "ArrowUp" ? -1 : 1)))];
      setAt({ key: keyOf(next), word: -1 });
      box.current.querySelector(`[data-line="${keyOf(next)}"] .line-play`)?.focus();
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      setAt({ key, word: Math.max(-1, Math.min(words - 1, word + (event.key === "ArrowLeft" ? -1 : 1))) });
    } else if (event.key === "Enter" && word >= 0) {
      onPlay(Math.max(0, shown[number].words[word].start_ms - LEAD_MS));
    } else return;
    event.preventDefault();
  };
  const first = at && shown.some((line) => keyOf(line) === at.key) ? at.key : shown.length > 0 ? keyOf(shown.at(-1)) : null;
  const fresh = following ? 0 : Math.max(0, lines.length - seen);
  return html`<div class="transcript-frame">
    <div
      class="transcript"
      ref=${box}
      role="log"
      aria-live="off"
      aria-label=${t("transcript.title")}
      onScroll=${onScroll}
      onClick=${onClick}
      onKeyDown=${onKeyDown}
    >
      ${lines.length === 0 && html`<p class="empty">${t(live ? "transcript.none" : "transcript.empty")}</p>`}
      ${shown.map((line) => {
        const key = keyOf(line);
        const playing = positionMs !== null && positionMs >= line.start_ms && positionMs < line.end_ms + 400 ? positionMs : null;
        const word = at?.key === key ? at.word : -1;
        return html`<${Line} key=${key} id=${key} reachable=${key === first} ...${{ line, language, playing, word, nameOfRule, onPlay }} />`;
      })}
    </div>
    ${!following &&
    html`<button class="pill" onClick=${() => setFrom(null)}>
      ${fresh > 0 ? t("transcript.fresh", { n: fresh }) : t(live ? "transcript.newest" : "transcript.end")} <span aria-hidden="true">↓</span>
    </button>`}
    <span class="visually-hidden" role="status">${at && at.word >= 0 && wordAt(shown, at)}</span>
    <${Announcer} lines=${lines} live=${live} nameOfRule=${nameOfRule} every=${false} />
  </div>`;
}

/** An utterance; drawn anew only when it, the word played or the word reached by keys has changed. */
function Line({ id, line, language, playing, word, reachable, nameOfRule, onPlay }) {
  const names = line.hits.map(({ rule }) => nameOfRule(rule)).join("|");
  const playingWord = playing === null ? -1 : line.words.findLastIndex(({ start_ms }) => start_ms <= playing);
  return useMemo(() => {
    const label = t("transcript.play_line", { who: t(`leg.${line.leg}`), at: clockText(line.start_ms) });
    return html`<div
      class="line ${line.leg} ${line.final ? "final" : "partial"} ${playing === null ? "" : "playing"}"
      data-line=${id}
      aria-hidden=${line.final ? undefined : "true"}
    >
      <span class="line-head">
        <span class="who">${t(`leg.${line.leg}`)}</span>
        <button
          class="line-play"
          tabindex=${reachable && line.final ? 0 : -1}
          title=${label}
          aria-label=${label}
          onClick=${() => onPlay(Math.max(0, line.start_ms - LEAD_MS))}
        >
          <time>${clockText(line.start_ms)}</time>
        </button>
      </span>
      <p class="bubble" dir="auto" lang=${language}>${stretchesOf(line).map((stretch) => pieces(stretch, word, playingWord, nameOfRule))}</p>
    </div>`;
  }, [line, language, names, word, playingWord, playing !== null, reachable, locale.value]);
}

function pieces({ hit, pieces: all }, word, playingWord, nameOfRule) {
  const shown = all.map((piece) => {
    if (piece.atMs === null) return piece.text;
    const marks = `${piece.unsure ? "unsure" : ""} ${piece.word === word ? "reached" : ""} ${piece.word === playingWord ? "now" : ""}`;
    return html`<span class="word ${marks}" data-at=${piece.atMs}>${piece.text}</span>`;
  });
  if (hit === null) return shown;
  const name = hit.provisional ? t("hit.possible", { rule: nameOfRule(hit.rule) }) : nameOfRule(hit.rule);
  return html`<mark class=${hit.provisional ? "possible" : ""} data-at=${hit.start_ms} title=${name}>${shown}<span class="rule">${name}</span></mark>`;
}

export function keyOf(line) {
  return `${line.leg}:${line.utterance}`;
}

function topLine(box) {
  const line = [...box.querySelectorAll("[data-line]")].find((each) => each.offsetTop + each.offsetHeight > box.scrollTop);
  return line ? { key: line.dataset.line, top: line.offsetTop - box.scrollTop } : null;
}

function wordAt(shown, { key, word }) {
  return shown.find((line) => keyOf(line) === key)?.words[word]?.text ?? "";
}
