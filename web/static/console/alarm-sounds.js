// The sounds of alerts, made where they are played: two tones twice for a critical one, one soft chime for a major one.

const TONES = {
  critical: [
    [0, 880], [0.18, 660], [0.42, 880], [0.6, 660],
  ],
  major: [[0, 660]],
};
const LENGTH_S = { critical: 0.16, major: 0.5 };

/** Nothing sounds before the player is armed. @param {import("../lib/player.js").Player} player @param {"critical"|"major"} severity @param {number} volume 0..1 */
export function ring(player, severity, volume) {
  const { context } = player;
  if (!context || context.state !== "running") return;
  const begin = context.currentTime + 0.03;
  const loud = context.createGain();
  loud.gain.value = volume * 0.5;
  loud.connect(context.destination);
  for (const [after, hz] of TONES[severity]) {
    const tone = context.createOscillator();
    const shape = context.createGain();
    tone.frequency.value = hz;
    shape.gain.setValueAtTime(0, begin + after);
    shape.gain.linearRampToValueAtTime(1, begin + after + 0.015);
    shape.gain.exponentialRampToValueAtTime(0.001, begin + after + LENGTH_S[severity]);
    tone.connect(shape).connect(loud);
    tone.start(begin + after);
    tone.stop(begin + after + LENGTH_S[severity]);
  }
  const lastS = TONES[severity].at(-1)[0] + LENGTH_S[severity];
  player.duck(lastS);
  setTimeout(() => loud.disconnect(), (lastS + 0.5) * 1000);
}
