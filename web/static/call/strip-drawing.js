// Draws the strip on a canvas: levels of both legs, the lanes, the time axis. Measures and colours are handed in.

import { silences, talkOvers, told } from "./lanes.js";

export const LANE_PX = 14;
export const AXIS_PX = 18;
const LOWEST_DBFS = -60;
const QUIET_ALPHA = 0.32;
const LEAST_TONE = 0.15 * 255; // below it a voice is calm
const TICKS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600].map((s) => s * 1000);
const TICK_PX = 74;

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {{track: import("./track.js").CallTrack, fromMs: number, toMs: number, width: number, waveHeight: number,
 *   lanes: string[], alerts: any[], chosen: string|null, colours: Record<string, string>, clock: (ms: number) => string, font: string}} view
 */
export function drawStrip(pen, view) {
  const { track, width, waveHeight, lanes, colours } = view;
  pen.clearRect(0, 0, width, waveHeight + lanes.length * LANE_PX + AXIS_PX);
  drawAxis(pen, view);
  drawAlerts(pen, view);
  drawLevels(pen, view);
  lanes.forEach((lane, at) => {
    const top = waveHeight + at * LANE_PX;
    pen.fillStyle = colours.line;
    pen.globalAlpha = 0.5;
    pen.fillRect(0, top + LANE_PX / 2 - 0.5, width, 1);
    pen.globalAlpha = 1;
    if (lane === "tone") drawTone(pen, view, top + 2, LANE_PX - 4);
    else for (const stretch of stretchesOf(track, lane, view)) drawStretch(pen, view, lane, stretch, top + 3, LANE_PX - 6);
  });
}

function stretchesOf(track, lane, { fromMs, toMs }) {
  if (lane === "silence") return silences(track, fromMs, toMs);
  if (lane === "talk_over") return talkOvers(track, fromMs, toMs);
  return told(track, lane, fromMs, toMs);
}

function xOf({ fromMs, toMs, width }, ms) {
  return ((ms - fromMs) / (toMs - fromMs)) * width;
}

function drawLevels(pen, view) {
  const { track, fromMs, toMs, width, waveHeight, colours } = view;
  const middle = Math.round(waveHeight / 2);
  const reach = middle - 3;
  const { agent, customer, mixed } = track.legs;
  if (agent || !mixed) bars(agent, -1, colours.agent);
  else bars(mixed, -1, colours.dim);
  if (customer || !mixed) bars(customer, 1, colours.customer);
  else bars(mixed, 1, colours.dim);
  pen.fillStyle = colours.line;
  pen.fillRect(0, middle - 0.5, width, 1);

  /** One bar for each step, or for each group of steps that share two pixels: the loudest of them. */
  function bars(leg, sign, colour) {
    if (!leg) return;
    const perPx = (toMs - fromMs) / track.stepMs / width;
    const group = Math.max(1, Math.ceil(perPx * 2));
    const wide = (group / perPx) * (group / perPx > 3 ? 0.72 : 0.8);
    const first = Math.max(0, Math.floor(fromMs / track.stepMs / group) * group);
    const last = Math.min(leg.length, Math.ceil(toMs / track.stepMs));
    pen.fillStyle = colour;
    for (const spoken of [0, 1]) {
      pen.globalAlpha = spoken ? 1 : QUIET_ALPHA;
      pen.beginPath();
      for (let step = first; step < last; step += group) {
        let [loudest, speaking] = [-96, 0];
        for (let each = step; each < step + group && each < last; each++) {
          loudest = Math.max(loudest, leg.dbfs[each]);
          speaking |= leg.speaking[each];
        }
        if (speaking !== spoken) continue;
        const tall = Math.max(0, Math.min(1, (loudest - LOWEST_DBFS) / -LOWEST_DBFS)) * reach;
        if (tall < 0.5) continue;
        const x = xOf(view, step * track.stepMs);
        pen.rect(x, sign < 0 ? middle - 1 - tall : middle + 1, Math.max(1, wide), tall);
      }
      pen.fill();
    }
    pen.globalAlpha = 1;
  }
}

/** What each alert speaks of: its stretch shaded, its end a line up to its pin. */
function drawAlerts(pen, view) {
  const { alerts, chosen, fromMs, toMs, waveHeight, colours } = view;
  for (const { alert_id, severity, evidence } of alerts) {
    if (evidence.to_ms < fromMs || evidence.from_ms > toMs) continue;
    const [left, right] = [xOf(view, evidence.from_ms), xOf(view, evidence.to_ms)];
    pen.fillStyle = colours[severity];
    pen.globalAlpha = alert_id === chosen ? 0.22 : 0.1;
    pen.fillRect(left, 0, Math.max(1, right - left), waveHeight);
    pen.globalAlpha = alert_id === chosen ? 1 : 0.75;
    pen.fillRect(right - 0.75, 0, 1.5, waveHeight);
  }
  pen.globalAlpha = 1;
}

/** How tense each voice is: agent in the upper half, customer in the lower one, the stronger the tenser. */
function drawTone(pen, view, top, height) {
  const { track, fromMs, toMs, colours, width } = view;
  const group = Math.max(1, Math.ceil((toMs - fromMs) / track.stepMs / width));
  for (const [name, from, tall] of [["agent", 0, 0.5], ["customer", 0.5, 0.5], ["mixed", 0, 1]]) {
    const leg = track.legs[name];
    if (!leg) continue;
    const last = Math.min(leg.length, Math.ceil(toMs / track.stepMs));
    for (let step = Math.max(0, Math.floor(fromMs / track.stepMs)); step < last; step += group) {
      let tense = 0;
      for (let each = step; each < step + group && each < last; each++) tense = Math.max(tense, leg.tone[each]);
      if (tense < LEAST_TONE) continue;
      pen.globalAlpha = 0.25 + (0.75 * tense) / 255;
      pen.fillStyle = colours.critical;
      const x = xOf(view, step * track.stepMs);
      pen.fillRect(x, top + from * height, xOf(view, (step + group) * track.stepMs) - x + 0.3, tall * height);
    }
  }
  pen.globalAlpha = 1;
}

function drawStretch(pen, view, lane, { from_ms, to_ms, leg }, top, height) {
  const { colours, width } = view;
  const left = Math.max(-2, xOf(view, from_ms));
  const wide = Math.max(2, Math.min(width + 2, xOf(view, to_ms)) - left);
  const half = leg === "agent" || leg === "customer";
  const y = half && leg === "customer" ? top + height / 2 : top;
  const tall = half ? height / 2 : height;
  const colour = { silence: colours.dim, talk_over: colours.major, hold: colours.info, gap: colours.critical, whisper: colours.good }[lane];
  pen.save();
  pen.beginPath();
  if (pen.roundRect) pen.roundRect(left, y, wide, tall, Math.min(3, tall / 2));
  else pen.rect(left, y, wide, tall);
  pen.clip();
  pen.fillStyle = colour;
  pen.globalAlpha = lane === "silence" || lane === "gap" ? 0.2 : 0.85;
  pen.fillRect(left, y, wide, tall);
  if (lane === "silence" || lane === "gap") hatch(pen, left, y, wide, tall, colour);
  pen.restore();
}

/** Slanted lines: what is not there. They stand still in call time, so that a moving strip does not crawl. */
function hatch(pen, left, top, wide, tall, colour) {
  pen.globalAlpha = 0.95;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.2;
  pen.beginPath();
  for (let x = left - tall; x < left + wide; x += 5) {
    pen.moveTo(x, top + tall);
    pen.lineTo(x + tall, top);
  }
  pen.stroke();
}

function drawAxis(pen, view) {
  const { fromMs, toMs, width, waveHeight, lanes, colours, clock, font } = view;
  const wanted = (TICK_PX / width) * (toMs - fromMs);
  const tick = TICKS_MS.find((each) => each >= wanted) ?? TICKS_MS.at(-1);
  const bottom = waveHeight + lanes.length * LANE_PX;
  pen.font = font;
  pen.textBaseline = "middle";
  for (let ms = Math.max(0, Math.ceil(fromMs / tick) * tick); ms <= toMs; ms += tick) {
    const x = xOf(view, ms);
    pen.fillStyle = colours.line;
    pen.globalAlpha = 0.6;
    pen.fillRect(Math.round(x) - 0.5, 0, 1, bottom + 3);
    pen.globalAlpha = 1;
    const text = clock(ms);
    const wide = pen.measureText(text).width;
    pen.fillStyle = colours.dim;
    if (x - wide / 2 > 0 && x + wide / 2 < width) pen.fillText(text, x - wide / 2, bottom + AXIS_PX / 2 + 2);
  }
}
