"""What the figures of a live call say of its audio: pace and rate, clock drift, gaps, levels, and who is who. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from service.doctor.finding import Finding, good, note, wrong

_WRONG_RATIOS = (1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 2, 2.0, 3.0, 4.0, 6.0)
_TOLERANCE = 0.05
_NO_DRIFT_PPM = 1_000  # crystals: 100; a thousand is broken already
_LEAST_SAMPLES = 8
_QUIET_DBFS = -60.0


@dataclass(frozen=True, slots=True)
class LegLook:
    """One look at a leg: when, by the clock, and its figures."""

    at_s: float
    received_ms: int
    gaps_ms: int
    level_dbfs: float
    connected: bool


def leg_findings(leg: str, looks: Sequence[LegLook]) -> list[Finding]:
    """What a leg's looks say; at least eight are needed to say anything of its pace."""
    if not looks or not looks[-1].connected:
        return [wrong(f"{leg} leg", "no socket brings it", "send the leg; see docs/integrations for the address")]
    if len(looks) < _LEAST_SAMPLES:
        return [note(f"{leg} leg", "connected; too few looks to judge its pace", "watch it longer: --watch 20")]
    at_s = np.array([look.at_s for look in looks])
    came_s = np.array([look.received_ms / 1000 for look in looks])
    slope, base = np.polyfit(at_s - at_s[0], came_s, 1)
    spread_s = float(np.std(came_s - (slope * (at_s - at_s[0]) + base)))
    found = [_pace(leg, float(slope), spread_s, float(at_s[-1] - at_s[0]))]
    lost_ms = looks[-1].gaps_ms - looks[0].gaps_ms
    if lost_ms:
        share = lost_ms / 10 / (at_s[-1] - at_s[0])
        cure = "look for packet loss, a stalled tap, or silence suppression (hearing.silence_suppression)"
        found.append(wrong(f"{leg} gaps", f"{lost_ms} ms lost while watching ({share:.1f} %)", cure))
    loudest = max(look.level_dbfs for look in looks)
    if loudest < _QUIET_DBFS:
        cure = "speak into this party's telephone; if it stays so, the tap hears the wrong side or nothing"
        found.append(note(f"{leg} level", f"nothing above {loudest:.0f} dBFS was heard", cure))
    return found


def _pace(leg: str, ratio: float, spread_s: float, watched_s: float) -> Finding:
    what = f"{leg} rate"
    if ratio < 0.01:
        return wrong(what, "packets stopped", "is the call on hold, or has the tap outlived it?")
    nearest = min((1.0, *_WRONG_RATIOS), key=lambda usual: abs(ratio / usual - 1))
    if nearest != 1.0 and abs(ratio / nearest - 1) <= _TOLERANCE:
        cure = "the sender's rate and the one it names differ: set rate, format or c(…) as in docs/integrations"
        return wrong(what, f"audio comes {ratio:.2f} times as fast as its rate says", cure)
    if abs(ratio - 1) > _TOLERANCE:
        return wrong(what, f"audio comes at {ratio:.0%} of real time", "packets are lost or sent twice on the way")
    sure_ppm = spread_s / watched_s * 4e6 if watched_s else 1e6
    drift_ppm = (ratio - 1) * 1e6
    if abs(drift_ppm) > _NO_DRIFT_PPM + sure_ppm:
        cure = "the sender's clock is off: look at its sound card, virtual machine or timing source"
        return wrong(what, f"clock drift {drift_ppm:+.0f} ppm (± {sure_ppm:.0f})", cure)
    return good(what, f"real time; clock drift below {max(abs(drift_ppm), sure_ppm):.0f} ppm over {watched_s:.0f} s")


def leg_identity(said: Mapping[str, Sequence[str]], agents_phrases: Sequence[str]) -> Finding:
    """Whether what agents say stands on the agent's leg. `said`: texts by leg."""
    what = "leg identity"
    counted = {
        leg: sum(any(_plain(phrase) in _plain(text) for phrase in agents_phrases) for text in texts)
        for leg, texts in said.items()
    }
    agent, customer = counted.get("agent", 0), counted.get("customer", 0)
    if customer > agent:
        found = f"the customer's leg says what agents say ({customer} times, the agent's {agent})"
        return wrong(what, found, "the legs are swapped: exchange agent and customer in the addresses or stream ids")
    if agent:
        return good(what, f"the agent's leg greets and closes ({agent} times)")
    return note(
        what, "nobody has said anything yet that only agents say", "greet at the agent's telephone and look again"
    )


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())
