// The keys of the call on view; they join the console's list (keys.js) and stand in its help sheet.

import { play, replayLast } from "../call/listen-bar.js";
import { MODES } from "../lib/player.js";
import { toggleCaptions } from "./call-view.js";
import { openCallId } from "./desk.js";
import { track } from "./open-call.js";
import { STEPS, stepIn } from "./step-in.js";

const BACK_MS = 5_000;
const LOUDER = 0.1;

/** @param {{player: import("../lib/player.js").Player, listen: () => void}} console */
export function callKeys({ player, listen }) {
  const onCall = (does) => () => openCallId.value !== null && does(openCallId.value);
  const back = (callId, ms) => {
    const now = player.callId.value === callId ? player.positionMs.value : null;
    play(player, callId, (now ?? track.value.endMs) - ms);
  };
  const listening = (list) => list.map(([id, key, says, does, more]) => ({ id, key, says, group: "listening", does, ...more }));
  return [
    ...listening([
      ["listen", " ", "help.listen", listen],
      ["replay", "p", "help.replay", onCall((callId) => replayLast(player, callId, track.value.endMs))],
      ["back", ",", "help.back", onCall((callId) => back(callId, BACK_MS)), { repeats: true }],
      ["forward", ".", "help.forward", onCall((callId) => player.positionMs.value !== null && back(callId, -BACK_MS)), { repeats: true }],
      ["live", "l", "help.live", () => player.backToLive()],
      ["mute", "m", "help.mute", () => player.toggleMute()],
      ["quieter", "-", "help.quieter", () => player.setVolume(player.volume.value - LOUDER), { repeats: true }],
      ["louder", "=", "help.louder", () => player.setVolume(player.volume.value + LOUDER), { repeats: true }],
      ...MODES.map((mode, at) => [`mode_${mode}`, String(at + 1), `listen.mode_says.${mode}`, () => player.setMode(mode)]),
      ["captions", "c", "help.captions", onCall(toggleCaptions)],
    ]),
    ...STEPS.map(([key, mode]) => ({ id: mode, key, says: `step.${mode}`, group: "stepping", does: () => stepIn(mode) })),
  ];
}
