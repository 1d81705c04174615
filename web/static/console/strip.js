// The energy strip: the last minute, agent upwards, customer downwards, pins where alerts are.

import { html, useEffect, useRef } from "../vendor/preact.js";
import { t } from "../lib/i18n.js";
import { levelsOf, openCallAlerts } from "./desk.js";

const STEPS = 600;
const STEP_MS = 100;

export function Strip({ callId }) {
  const canvas = useRef(null);
  const held = levelsOf(callId);
  const alerts = openCallAlerts.value;
  useEffect(() => {
    if (canvas.current && !document.hidden) draw(canvas.current, held, alerts);
  });
  return html`<figure class="strip">
    <canvas ref=${canvas} role="img" aria-label=${t("strip.title")}></canvas>
    <figcaption>
      <span class="key agent">${t("leg.agent")}</span>
      <span class="key customer">${t("leg.customer")}</span>
      <span class="span">${t("strip.minute")}</span>
    </figcaption>
  </figure>`;
}

function draw(canvas, held, alerts) {
  const scale = globalThis.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const style = getComputedStyle(canvas);
  const middle = height / 2;
  const step = width / STEPS;
  for (const [leg, sign] of [["agent", -1], ["customer", 1]]) {
    const steps = held?.[leg] ?? [];
    pen.fillStyle = style.getPropertyValue(`--${leg}`);
    for (let i = 0; i < steps.length; i++) {
      const tall = Math.max(0, Math.min(1, (steps[i].dbfs + 60) / 60)) * (middle - 4);
      pen.globalAlpha = steps[i].speaking ? 1 : 0.35;
      const x = width - (steps.length - i) * step;
      pen.fillRect(x, sign < 0 ? middle - 1 - tall : middle + 1, Math.max(0.8, step * 0.8), tall);
    }
  }
  pen.globalAlpha = 1;
  pen.fillStyle = style.getPropertyValue("--line");
  pen.fillRect(0, middle - 0.5, width, 1);
  const newest = held?.agent?.length || held?.customer?.length ? held.atMs + 500 : 0;
  for (const alert of alerts) {
    const x = width - ((newest - alert.evidence.to_ms) / STEP_MS) * step;
    if (newest === 0 || x < 2 || x > width) continue;
    pen.fillStyle = style.getPropertyValue(`--${alert.severity}`);
    pen.fillRect(x - 0.75, 0, 1.5, height);
    pen.beginPath();
    pen.moveTo(x - 5, 0);
    pen.lineTo(x + 5, 0);
    pen.lineTo(x, 7);
    pen.fill();
  }
}
