"""Sources that stop sending in silence: the pause is filled while it lasts, and is no gap."""

from streaming.leg_timeline import PlacedGap
from tests.streaming.test_leg_timeline import SUPPRESSED, Line, gaps, steady


def test_suppressed_silence_is_filled_while_it_lasts() -> None:
    line = Line(SUPPRESSED)
    line.send(*steady(0, 1_000))
    for now_ms in range(1_000, 4_001, 100):
        line.pulse(now_ms)
        assert not line.timeline.stalled(now_ms)
    assert line.timeline.end_ms == 4_000 - 300
    line.send(*steady(4_000, 4_500))
    line.placed += line.timeline.finish()
    assert {gap.silent for gap in gaps(line.placed)} == {True}
    assert line.timeline.end_ms == 4_500


def test_short_suppressed_pauses_count_too() -> None:
    line = Line(SUPPRESSED)
    for at_ms in (0, 500, 1_000, 1_500):
        line.send(*steady(at_ms, at_ms + 300))
    assert gaps(line.placed) == [PlacedGap(200, silent=True)] * 3
    assert line.timeline.end_ms == 1_800


def test_audio_that_comes_after_its_place_was_filled_shortens_the_next_silence() -> None:
    line = Line(SUPPRESSED)
    line.send(*steady(0, 1_000))
    line.pulse(2_000)  # filled up to 1,700
    line.send(*[2_000] * 50, *steady(2_000, 2_400))  # and all of it comes: 700 ms too many
    assert line.timeline.end_ms == 3_100
    line.send(*steady(4_400, 4_900))
    line.placed += line.timeline.finish()
    assert line.timeline.end_ms == 4_900


def test_a_fast_source_gets_no_silence() -> None:
    line = Line(SUPPRESSED)
    line.send(*[0] * 500)
    assert line.pulse(9_000) == []


def test_a_new_socket_makes_an_unknown_gap_even_then() -> None:
    line = Line(SUPPRESSED)
    line.send(*steady(0, 1_000))
    line.placed += line.timeline.reconnect()
    assert line.pulse(3_000) == []
    assert line.send(4_000)[0] == PlacedGap(3_000, silent=False)
