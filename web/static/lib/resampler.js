// Windowed-sinc interpolation: 32 taps, 64 phases, Blackman. Linear interpolation lets images through 5 to 30 dB below
// the tone; this holds them 42 dB and more below it (web.md §1.2).

export const TAPS = 32;
const PHASES = 64;
const HALF = TAPS / 2;

const table = new Float32Array((PHASES + 1) * TAPS);
for (let phase = 0; phase <= PHASES; phase++) {
  let sum = 0;
  for (let tap = 0; tap < TAPS; tap++) {
    const x = tap - HALF + 1 - phase / PHASES;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    const place = (x + HALF) / TAPS;
    const window = 0.42 - 0.5 * Math.cos(2 * Math.PI * place) + 0.08 * Math.cos(4 * Math.PI * place);
    table[phase * TAPS + tap] = sinc * window;
    sum += sinc * window;
  }
  for (let tap = 0; tap < TAPS; tap++) table[phase * TAPS + tap] /= sum;
}

/** How many samples after the place must be there to read it. */
export const LOOKAHEAD = HALF;

/**
 * The value of `ring` (a power-of-two ring, `mask` = length − 1) at the fractional place `at`.
 * @param {Float32Array} ring @param {number} mask @param {number} at
 */
export function valueAt(ring, mask, at) {
  const whole = Math.floor(at);
  const phase = Math.round((at - whole) * PHASES) * TAPS;
  const first = whole - HALF + 1;
  let sum = 0;
  for (let tap = 0; tap < TAPS; tap++) sum += ring[(first + tap) & mask] * table[phase + tap];
  return sum;
}
