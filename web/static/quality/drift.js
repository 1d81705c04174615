// Who drifts: for each inspector the points above or below the others, round after round, the newest filled.

import { t } from "../lib/i18n.js";
import { numberText, timeText } from "../lib/wording.js";
import { ask, useAsked } from "../office/api.js";
import { html } from "../vendor/preact.js";
import { Who } from "./parts.js";
import { signed } from "./round.js";

const MOST = 12; // rounds that are looked back at
const WIDTH = 240;
const HEIGHT = 56;

async function load(rounds) {
  const found = await Promise.all(rounds.map((round) => ask(`/inspection/calibrations/${encodeURIComponent(round.calibration_id)}/agreement`).catch(() => null)));
  return rounds.map((round, at) => ({ round, agreement: found[at] })).filter(({ agreement }) => agreement !== null);
}

/** @param {{rounds: object[]}} props newest first */
export function Drift({ rounds }) {
  const closed = rounds.filter((round) => round.closed_at).slice(0, MOST).reverse();
  const asked = useAsked(() => load(closed), closed.map((round) => round.calibration_id).join());
  const shown = asked.found ?? [];
  const people = [...new Set(shown.flatMap(({ agreement }) => Object.keys(agreement.drift)))].sort();
  if (people.length === 0) return null;
  const farthest = Math.max(5, ...shown.flatMap(({ agreement }) => Object.values(agreement.drift).map(Math.abs)));
  return html`<section class="panel drift" aria-labelledby="drift-title">
    <header class="panel-head"><h3 id="drift-title">${t("calibration.drift_over")}</h3><span class="subtle">${t("calibration.rounds", { n: numberText(shown.length) })}</span></header>
    <p class="subtle drift-says">${t("calibration.drift_says")}</p>
    <table class="table tight-table">
      <thead><tr><th scope="col">${t("calibration.inspector")}</th><th scope="col">${t("calibration.from_round_to_round")}</th><th scope="col" class="number">${t("calibration.last")}</th><th scope="col" class="number">${t("calibration.mean")}</th></tr></thead>
      <tbody>
        ${people.map((inspector) => {
          const points = shown.map(({ agreement }) => agreement.drift[inspector] ?? null);
          const known = points.filter((each) => each !== null);
          const mean = known.reduce((sum, each) => sum + each, 0) / known.length;
          return html`<tr key=${inspector}>
            <th scope="row"><${Who} id=${inspector} /></th>
            <td><${Line} points=${points} farthest=${farthest} label=${shown.map(({ round }, at) => `${round.title} ${timeText(round.closed_at, false)}: ${points[at] === null ? "–" : signed(points[at])}`).join("; ")} /></td>
            <td class="number">${signed(known.at(-1))}</td>
            <td class="number">${signed(mean)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </section>`;
}

function Line({ points, farthest, label }) {
  const x = (at) => (points.length === 1 ? WIDTH / 2 : 8 + (at / (points.length - 1)) * (WIDTH - 16));
  const y = (value) => HEIGHT / 2 - (value / farthest) * (HEIGHT / 2 - 7);
  const there = points.map((value, at) => [at, value]).filter(([, value]) => value !== null);
  return html`<svg class="drift-line" viewBox="0 0 ${WIDTH} ${HEIGHT}" width=${WIDTH} height=${HEIGHT} role="img" aria-label=${label}>
    <line x1="0" x2=${WIDTH} y1=${HEIGHT / 2} y2=${HEIGHT / 2} />
    <polyline points=${there.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ")} />
    ${there.map(([at, value], number) => html`<circle key=${at} cx=${x(at)} cy=${y(value)} r=${number === there.length - 1 ? 4.5 : 3} class=${number === there.length - 1 ? "last" : ""} />`)}
  </svg>`;
}
