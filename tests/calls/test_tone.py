"""The tone of voices while a call runs: its score with the levels, its state on the legs, and in the call's risk."""

import pytest

from service.call_view import view_of
from service.playback import PlaybackOutlet, play_through
from tests.calls.played import SETTINGS, recording
from web.sources import CallLevels

pytestmark = pytest.mark.calls


class Watching(PlaybackOutlet):
    """Keeps the levels' tones and what the call looked like each time."""

    def __init__(self) -> None:
        super().__init__()
        self.tones: list[tuple[int, dict[str, float]]] = []
        self.moods: set[tuple[str, str]] = set()
        self.risk = 0

    def levels(self, levels: CallLevels) -> None:
        self.tones.append((levels.at_ms, {leg.value: each.tone for leg, each in levels.legs}))

    def changed(self, call: object) -> None:
        view = view_of(call)  # type: ignore[arg-type]  # the outlet is handed live calls only
        self.moods |= {(leg.value, each.mood) for leg, each in view.legs}
        self.risk = max(self.risk, view.risk)


@pytest.mark.parametrize(
    ("name", "leg", "from_ms", "to_ms"),
    [("shouting_customer", "customer", 19_444, 23_711), ("agent_raises_voice", "agent", 18_700, 21_206)],
)
async def test_a_raised_voice_is_seen_on_its_leg_and_nowhere_else(
    name: str, leg: str, from_ms: int, to_ms: int
) -> None:
    outlet = Watching()
    await play_through(recording(name), SETTINGS, None, None, outlet)
    loudest_ms, loudest = max(outlet.tones, key=lambda each: each[1].get(leg, 0.0))
    assert loudest[leg] > 0.75
    assert from_ms < loudest_ms < to_ms + 2_000
    other = "agent" if leg == "customer" else "customer"
    assert max(tones.get(other, 0.0) for _, tones in outlet.tones) < 0.3
    assert (leg, "hostile") in outlet.moods
    assert {mood for who, mood in outlet.moods if who == other} == {"calm"}
    assert outlet.risk >= 60  # a critical alert, a minor one and the tone


async def test_calm_voices_stay_calm() -> None:
    outlet = Watching()
    call = await play_through(recording("long_calm"), SETTINGS, None, None, outlet)
    assert max(max(tones.values(), default=0.0) for _, tones in outlet.tones) < 0.3
    assert {mood for _, mood in outlet.moods} == {"calm"}
    assert outlet.risk < 10
    view = view_of(call)
    assert view.verdict == "normal"
    assert {"party", "sure", "after_ms"} <= dict(view.verdict_facts).keys()
