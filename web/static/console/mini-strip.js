// A call's last minute in a row of the list: agent upwards, customer downwards. All that are on screen are drawn together, twice a second.

import { html, useEffect, useRef } from "../vendor/preact.js";
import { STEPS, fillIn, stepOf, trackOf } from "./levels.js";

const TICK_MS = 500;
const FAINT = 0.35;
const BAR_PX = 2;
const shown = new Map(); // canvas → {callId, changes: those drawn last}
let ticking = null;

const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const strip = shown.get(target);
    if (strip) strip.onScreen = isIntersecting;
  }
});

/** @param {{callId: string}} props */
export function MiniStrip({ callId }) {
  const canvas = useRef(null);
  useEffect(() => {
    const mine = canvas.current;
    shown.set(mine, { callId, onScreen: false, changes: null, look: "" });
    watcher.observe(mine);
    ticking ??= setInterval(drawAll, TICK_MS);
    return () => {
      watcher.unobserve(mine);
      shown.delete(mine);
    };
  }, [callId]);
  return html`<canvas ref=${canvas} class="mini-strip" aria-hidden="true"></canvas>`;
}

function drawAll() {
  if (document.hidden || shown.size === 0) return;
  const style = getComputedStyle(document.documentElement);
  const colours = { agent: style.getPropertyValue("--agent"), customer: style.getPropertyValue("--customer"), line: style.getPropertyValue("--line") };
  const scale = globalThis.devicePixelRatio || 1;
  const look = `${scale} ${Object.values(colours).join(" ")}`;
  for (const [canvas, strip] of shown) {
    if (!strip.onScreen) continue;
    fillIn(strip.callId);
    const track = trackOf(strip.callId);
    const changes = track?.changes ?? 0;
    if (strip.changes === changes && strip.look === look) continue;
    draw(canvas, track, colours, scale);
    strip.changes = changes;
    strip.look = look;
  }
}

function draw(canvas, track, colours, scale) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== width * scale || canvas.height !== height * scale) {
    canvas.width = width * scale;
    canvas.height = height * scale;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const middle = height / 2;
  if (!track) {
    pen.fillStyle = colours.line;
    pen.fillRect(0, middle - 0.5, width, 1);
    return;
  }
  const step = width / STEPS;
  for (const leg of ["agent", "customer"]) {
    pen.fillStyle = colours[leg];
    for (let back = 0; back < STEPS; back++) {
      const { loud, spoke } = stepOf(track, leg, back);
      if (loud === 0) continue;
      const tall = Math.max(1, Math.round(loud * (middle - 1)));
      pen.globalAlpha = spoke ? 1 : FAINT;
      pen.fillRect(width - (back + 1) * step, leg === "agent" ? middle - tall : middle, BAR_PX, tall);
    }
  }
  pen.globalAlpha = 1;
}
