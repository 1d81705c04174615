// The energy strip of a call: agent upwards, customer downwards, lanes beneath, a pin where each alert is.
// Shows a `CallTrack`; knows nothing of the page around it. A click or Enter asks to hear the place.

import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { clockText } from "../lib/wording.js";
import { t } from "../lib/i18n.js";
import { SeverityMark } from "../lib/severity-mark.js";
import { TOLD, told } from "./lanes.js";
import { AXIS_PX, LANE_PX, drawStrip } from "./strip-drawing.js";

const SPANS_MS = { minute: 60_000, five: 300_000, all: 0 };
const SHORTEST_MS = 30_000;
const DRAW_EVERY_MS = 100;
const STEP_MS = 5_000; // of the cursor, by an arrow key
const PIN_PX = 22; // pins nearer than this share one
const RANK = { critical: 3, major: 2, minor: 1, info: 0 };
const TOKENS = ["agent", "customer", "line", "dim", "text", "critical", "major", "minor", "info", "good"];

/**
 * @param {{track: import("./track.js").CallTrack, alerts: any[], chosen: string|null, live: boolean,
 *   positionMs: number|null, labelOf: (alert: any) => string, onAlert: (alert: any) => void, onPlay: (ms: number) => void}} props
 * `positionMs` is what is heard now, null when nothing is. `onAlert` is told of a pin, `onPlay` of a place.
 */
export function CallStrip({ track, alerts, chosen, live, positionMs, labelOf, onAlert, onPlay }) {
  const [span, setSpan] = useState(live ? "minute" : "all");
  const [leftMs, setLeftMs] = useState(null); // null: follows the end
  const [cursorMs, setCursorMs] = useState(null);
  const [width, setWidth] = useState(600);
  const canvas = useRef(null);
  const painter = useRef({ due: null, last: 0 });
  track.version.value; // drawn again with every change
  const endMs = Math.max(track.endMs, ...alerts.map(({ evidence }) => evidence.to_ms));
  const view = windowOf(span, leftMs, endMs, live);
  const lanes = ["silence", "talk_over", "tone", ...TOLD.filter((kind) => told(track, kind, 0, Infinity).length > 0)];
  const place = (ms) => (ms - view.fromMs) / (view.toMs - view.fromMs);
  const inView = (ms) => ms >= view.fromMs && ms <= view.toMs;

  const paint = () => {
    const { current: work } = painter;
    work.paint = () => {
      work.due = null;
      work.last = performance.now();
      if (canvas.current && !document.hidden) paintCanvas(canvas.current, { track, lanes, alerts, chosen, ...view });
    };
    work.due ??= setTimeout(() => requestAnimationFrame(() => work.paint()), Math.max(0, work.last + DRAW_EVERY_MS - performance.now()));
  };
  useLayoutEffect(paint);
  useEffect(() => {
    const again = () => painter.current.paint();
    const sized = new ResizeObserver(([entry]) => {
      setWidth(entry.contentRect.width);
      again();
    });
    sized.observe(canvas.current);
    const themed = new MutationObserver(again);
    themed.observe(document.documentElement, { attributes: true });
    const light = matchMedia("(prefers-color-scheme: light)");
    light.addEventListener("change", again);
    document.addEventListener("visibilitychange", again);
    return () => {
      clearTimeout(painter.current.due);
      painter.current.paint = () => {};
      sized.disconnect();
      themed.disconnect();
      light.removeEventListener("change", again);
      document.removeEventListener("visibilitychange", again);
    };
  }, []);

  const look = (ms) => {
    const clamped = Math.max(0, Math.min(endMs, ms));
    setCursorMs(clamped);
    if (!inView(clamped)) setLeftMs(Math.max(0, clamped - (view.toMs - view.fromMs) / 2));
    return clamped;
  };
  const msAt = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    return view.fromMs + ((event.clientX - box.left) / box.width) * (view.toMs - view.fromMs);
  };
  const onKeyDown = (event) => {
    const at = cursorMs ?? positionMs ?? endMs;
    const moves = { ArrowLeft: -STEP_MS, ArrowRight: STEP_MS, PageUp: -6 * STEP_MS, PageDown: 6 * STEP_MS, Home: -Infinity, End: Infinity };
    if (event.key in moves) look(at + moves[event.key]);
    else if (event.key === "Enter") onPlay(at);
    else return;
    event.preventDefault();
  };
  const onWheel = (event) => {
    const across = event.shiftKey ? event.deltaY : event.deltaX;
    if (!across || span === "all") return;
    event.preventDefault();
    scrollTo(view.fromMs + (across / width) * (view.toMs - view.fromMs));
  };
  const scrollTo = (ms) => {
    const last = Math.max(0, endMs - (view.toMs - view.fromMs));
    setLeftMs(ms >= last ? null : Math.max(0, ms));
  };
  const shownMs = cursorMs ?? positionMs ?? endMs;
  return html`<figure class="strip" aria-label=${t("strip.title")}>
    <figcaption class="strip-head">
      <span class="key agent">${t("leg.agent")}</span>
      <span class="key customer">${t("leg.customer")}</span>
      ${leftMs !== null && html`<button class="button quiet small" onClick=${() => setLeftMs(null)}>${t(live ? "strip.now" : "strip.end")}</button>`}
      <span class="segments small" role="radiogroup" aria-label=${t("strip.span")}>
        ${Object.keys(SPANS_MS).map(
          (each) => html`<button key=${each} role="radio" class="segment" aria-checked=${span === each} onClick=${() => (setSpan(each), setLeftMs(null))}>
            ${t(`strip.span.${each}`)}
          </button>`,
        )}
      </span>
    </figcaption>
    <div class="strip-body">
      <div class="strip-gutter" aria-hidden="true">
        <span class="strip-wave"></span>
        ${lanes.map((lane) => html`<span key=${lane} class="strip-lane">${t(`lane.${lane}`)}</span>`)}
      </div>
      <div class="strip-field">
        <${Pins} alerts=${alerts.filter(({ evidence }) => inView(evidence.to_ms))} ...${{ chosen, place, width, labelOf, onAlert }} />
        <div
          class="strip-canvas"
          role="slider"
          tabindex="0"
          aria-label=${t("strip.seek")}
          aria-valuemin="0"
          aria-valuemax=${Math.round(endMs / 1000)}
          aria-valuenow=${Math.round(shownMs / 1000)}
          aria-valuetext=${clockText(shownMs)}
          onKeyDown=${onKeyDown}
          onWheel=${onWheel}
          onClick=${(event) => onPlay(Math.max(0, Math.min(endMs, msAt(event))))}
          onPointerMove=${(event) => setCursorMs(Math.max(0, Math.min(endMs, msAt(event))))}
          onPointerLeave=${() => setCursorMs(null)}
          onBlur=${() => setCursorMs(null)}
        >
          <canvas ref=${canvas} style=${{ height: `calc(var(--wave) + ${lanes.length * LANE_PX + AXIS_PX}px)` }}></canvas>
          ${positionMs !== null && inView(positionMs) && html`<span class="strip-position" style=${{ left: percent(place(positionMs)) }}></span>`}
          ${cursorMs !== null &&
          inView(cursorMs) &&
          html`<span class="strip-cursor ${place(cursorMs) > 0.9 ? "near-end" : ""}" style=${{ left: percent(place(cursorMs)) }}><b>${clockText(cursorMs)}</b></span>`}
        </div>
      </div>
    </div>
  </figure>`;
}

/** The pins of the alerts in view; those that would cover each other share one. Arrow keys go from pin to pin. */
function Pins({ alerts, chosen, place, width, labelOf, onAlert }) {
  const groups = grouped(alerts, (alert) => place(alert.evidence.to_ms) * width);
  const held = groups.findIndex((group) => group.some(({ alert_id }) => alert_id === chosen));
  const onKeyDown = (event) => {
    const pins = [...event.currentTarget.querySelectorAll("button")];
    const at = pins.indexOf(document.activeElement);
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: pins.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    pins[Math.max(0, Math.min(pins.length - 1, next))]?.focus();
  };
  return html`<div class="strip-pins" role="group" aria-label=${t("strip.pins")} onKeyDown=${onKeyDown}>
    ${groups.map((group, at) => {
      const taken = group.findIndex(({ alert_id }) => alert_id === chosen);
      const shown = taken >= 0 ? group[taken] : group.reduce((most, each) => (RANK[each.severity] > RANK[most.severity] ? each : most));
      const next = taken >= 0 ? group[(taken + 1) % group.length] : shown;
      const label = `${clockText(shown.evidence.to_ms)} ${t(`severity.${shown.severity}`)}: ${labelOf(shown)}`;
      return html`<button
        key=${group[0].alert_id}
        class="pin ${shown.severity} ${taken >= 0 ? "chosen" : ""}"
        data-pin=${shown.alert_id}
        style=${{ left: percent(place(shown.evidence.to_ms)) }}
        tabindex=${at === Math.max(0, held) ? 0 : -1}
        aria-pressed=${taken >= 0}
        title=${label}
        onClick=${() => onAlert(next)}
      >
        <${SeverityMark} severity=${shown.severity} />
        ${group.length > 1 && html`<span class="pin-count" aria-hidden="true">${group.length}</span>`}
        <span class="visually-hidden">
          ${`${clockText(shown.evidence.to_ms)}: ${labelOf(shown)}${group.length > 1 ? ` (${t("alerts.of_call", { n: group.length })})` : ""}`}
        </span>
      </button>`;
    })}
  </div>`;
}

function grouped(alerts, xOf) {
  const groups = [];
  for (const alert of [...alerts].sort((a, b) => a.evidence.to_ms - b.evidence.to_ms)) {
    const last = groups.at(-1);
    if (last && xOf(alert) - xOf(last[0]) < PIN_PX) last.push(alert);
    else groups.push([alert]);
  }
  return groups;
}

function windowOf(span, leftMs, endMs, live) {
  const wide = SPANS_MS[span];
  if (wide === 0) return { fromMs: 0, toMs: live ? Math.max(SHORTEST_MS, Math.ceil(endMs / SHORTEST_MS) * SHORTEST_MS) : Math.max(1000, endMs) };
  const fromMs = leftMs ?? Math.max(0, endMs - wide);
  return { fromMs, toMs: fromMs + wide };
}

function percent(share) {
  return `${(share * 100).toFixed(3)}%`;
}

function paintCanvas(canvas, view) {
  const scale = globalThis.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const style = getComputedStyle(canvas);
  const colours = Object.fromEntries(TOKENS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  const font = `11px ${style.fontFamily}`;
  drawStrip(pen, { ...view, width, waveHeight: height - view.lanes.length * LANE_PX - AXIS_PX, colours, clock: clockText, font });
}
