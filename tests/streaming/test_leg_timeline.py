"""Call time of a leg: samples count, and only audio that was really lost makes a gap."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.hearing import HearingSettings
from streaming.leg_timeline import LegTimeline, Placed, PlacedAudio, PlacedGap

RATE_HZ = 8_000
SUPPRESSED = HearingSettings(silence_suppression=True)


def packet(ms: int, rate_hz: int = RATE_HZ) -> bytes:
    return bytes(2 * ms * rate_hz // 1000)


def gaps(placed: Iterable[Placed]) -> list[PlacedGap]:
    return [each for each in placed if isinstance(each, PlacedGap)]


def audio_ms(placed: Iterable[Placed]) -> int:
    return sum(len(each.pcm_s16le) * 500 // each.rate_hz for each in placed if isinstance(each, PlacedAudio))


class Line:
    """A leg's network: packets of `ms` arriving at the times given; keeps everything that was placed."""

    def __init__(self, hearing: HearingSettings | None = None, ms: int = 20) -> None:
        self.timeline = LegTimeline(hearing or HearingSettings())
        self.placed: list[Placed] = []
        self._ms = ms

    def send(self, *arrivals_ms: int) -> list[Placed]:
        placed = [each for at_ms in arrivals_ms for each in self.timeline.arrive(packet(self._ms), RATE_HZ, at_ms)]
        self.placed += placed
        return placed

    def pulse(self, now_ms: int) -> list[Placed]:
        placed = self.timeline.pulse(now_ms)
        self.placed += placed
        return placed


def offset_of(timeline: LegTimeline) -> int | None:
    return timeline.offset_ms  # a call, or mypy believes it can never change


def steady(from_ms: int, to_ms: int, ms: int = 20) -> range:
    return range(from_ms, to_ms, ms)


# --- where the leg stands --------------------------------------------------------------------------------------


def test_the_first_arrival_is_the_offset_and_stays() -> None:
    line = Line()
    assert offset_of(line.timeline) is None
    line.send(5_003, 5_020, 5_049)
    assert line.timeline.offset_ms == 5_003
    assert line.timeline.end_ms == 5_063
    assert line.timeline.received_ms == 60


def test_an_empty_block_is_nothing() -> None:
    timeline = LegTimeline(HearingSettings())
    assert timeline.arrive(b"", RATE_HZ, 100) == []
    assert timeline.offset_ms is None


def test_audio_goes_through_at_once_and_untouched() -> None:
    timeline = LegTimeline(HearingSettings())
    assert timeline.arrive(b"abcd", 16_000, 0) == [PlacedAudio(b"abcd", 16_000)]


def test_a_change_of_rate_keeps_the_time() -> None:
    timeline = LegTimeline(HearingSettings())
    timeline.arrive(packet(20, 8_000), 8_000, 0)
    timeline.arrive(packet(20, 48_000), 48_000, 20)
    timeline.arrive(packet(20, 16_000), 16_000, 40)
    assert timeline.end_ms == timeline.received_ms == 60


# --- what makes no gap -----------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(st.lists(st.integers(0, 250), min_size=1, max_size=200))
def test_jitter_makes_no_gap(jitter_ms: list[int]) -> None:
    line, latest_ms = Line(), 0
    for number, late_ms in enumerate(jitter_ms):
        latest_ms = max(latest_ms, number * 20 + late_ms)
        line.send(latest_ms)
    line.placed += line.timeline.finish()
    assert gaps(line.placed) == []
    assert audio_ms(line.placed) == 20 * len(jitter_ms)


@pytest.mark.parametrize("ppm", [-300, 300, 1_000, -1_000])
def test_an_hour_of_clock_drift_makes_no_gap_and_no_stall(ppm: int) -> None:
    line = Line(ms=200)
    for number in range(18_000):
        at_ms = number * 200 + number * 200 * ppm // 1_000_000
        line.send(at_ms)
        assert not line.timeline.stalled(at_ms + 199)
    assert gaps(line.placed) == []
    assert line.timeline.end_ms == 3_600_000


def test_a_real_loss_after_an_hour_of_drift_is_still_found() -> None:
    line = Line(ms=200)
    for number in range(18_000):
        line.send(number * 200 - number * 200 * 300 // 1_000_000)
    resumed_ms = 3_600_000 - 1_080 + 5_000
    line.send(*range(resumed_ms, resumed_ms + 400, 200))
    assert gaps(line.placed) == [PlacedGap(5_000, silent=False)]


@pytest.mark.parametrize("block_ms", [20, 100, 333, 1_000, 3_000])
def test_long_blocks_in_real_time_make_no_gap_and_are_never_held(block_ms: int) -> None:
    line = Line(ms=block_ms)
    for number in range(30):
        assert audio_ms(line.send(number * block_ms + number % 7)) == block_ms
        assert not line.timeline.stalled((number + 1) * block_ms)
    assert gaps(line.placed) == []


@pytest.mark.parametrize("given_away", ["when it begins", "when it is full"])
def test_blocks_of_changing_length_make_no_gap(given_away: str) -> None:
    timeline, at_ms = LegTimeline(HearingSettings()), 0
    placed: list[Placed] = []
    for length_ms in (333, 333, 40, 1_000, 20, 20, 500, 333, 61) * 5:
        arrived_ms = at_ms if given_away == "when it begins" else at_ms + length_ms
        placed += timeline.arrive(packet(length_ms), RATE_HZ, arrived_ms)
        at_ms += length_ms
    placed += timeline.finish()
    assert gaps(placed) == []
    assert audio_ms(placed) == at_ms


@pytest.mark.parametrize("speed", [1.5, 2, 10, 100])
def test_a_source_faster_than_real_time_makes_no_gap_even_if_it_pauses(speed: float) -> None:
    line, at_ms = Line(), 0.0
    for number in range(2_000):
        at_ms += 20 / speed
        if number % 300 == 299:
            at_ms += 350  # short enough that the audio stays ahead of the call
        line.send(round(at_ms))
        line.pulse(round(at_ms))
    line.placed += line.timeline.finish()
    assert gaps(line.placed) == []
    assert audio_ms(line.placed) == line.timeline.end_ms - (line.timeline.offset_ms or 0) == 40_000


@pytest.mark.parametrize("stall_ms", [320, 1_000, 5_000])
def test_a_burst_that_brings_everything_is_late_and_not_lost(stall_ms: int) -> None:
    line = Line()
    line.send(*steady(0, 1_000))
    late = stall_ms // 20
    line.send(*[980 + stall_ms] * late, *steady(980 + stall_ms + 20, 980 + stall_ms + 500))
    assert gaps(line.placed) == []
    assert line.timeline.end_ms == 1_000 + stall_ms + 480
    assert audio_ms(line.placed) == line.timeline.end_ms


def test_a_slow_burst_is_let_through_while_it_is_coming() -> None:
    line = Line()
    line.send(*steady(0, 1_000))
    for number in range(150):  # five times real time: 3 s of audio in 0.6 s
        line.send(3_400 + number * 4)
        line.pulse(3_400 + number * 4)
    line.send(*steady(4_000, 4_600))
    assert gaps(line.placed) == []
    assert audio_ms(line.placed) == line.timeline.end_ms == 4_600


# --- what makes one --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost_ms", [320, 1_000, 60_000])
def test_lost_packets_make_a_gap_of_their_length(lost_ms: int) -> None:
    line = Line()
    line.send(*steady(0, 1_000))
    line.send(*steady(1_000 + lost_ms, 1_000 + lost_ms + 500))
    assert gaps(line.placed) == [PlacedGap(lost_ms, silent=False)]
    assert line.timeline.end_ms == 1_000 + lost_ms + 500
    assert audio_ms(line.placed) == 1_500


def test_the_gap_stands_before_the_audio_that_was_held() -> None:
    line = Line()
    line.send(*steady(0, 1_000))
    assert line.send(*steady(2_000, 2_100)) == []
    placed = line.send(2_100)
    assert placed[0] == PlacedGap(1_000, silent=False)
    assert audio_ms(placed) == 6 * 20
    assert audio_ms(line.send(2_120)) == 20


def test_a_pulse_lets_held_audio_go() -> None:
    line = Line()
    line.send(*steady(0, 1_000))
    line.send(2_000)
    assert line.pulse(2_099) == []
    assert not line.timeline.stalled(2_099)
    assert [type(each) for each in line.pulse(2_100)] == [PlacedGap, PlacedAudio]
    assert line.pulse(2_200) == []


def test_a_burst_that_brings_a_part_makes_a_gap_of_the_rest() -> None:
    line = Line()
    line.send(*steady(0, 1_000))
    line.send(*[2_980] * 50, *steady(3_000, 3_400))  # 1 s of the 2 s comes
    assert gaps(line.placed) == [PlacedGap(1_000, silent=False)]
    assert line.timeline.end_ms == 3_400


def test_a_slow_burst_that_ends_too_early_makes_a_gap_of_the_rest() -> None:
    line = Line()
    line.send(*steady(0, 1_000))
    line.send(*[5_000 + number * 4 for number in range(100)])
    line.send(*steady(5_400, 6_000))
    (gap,) = gaps(line.placed)
    assert gap.length_ms == pytest.approx(2_400, abs=40)
    assert line.timeline.end_ms == pytest.approx(6_000, abs=40)


def test_long_blocks_that_are_lost_make_a_gap_before_the_next() -> None:
    line = Line(ms=1_000)
    line.send(0, 1_000, 2_000)
    placed = [*line.send(5_000), *line.pulse(5_100)]
    assert placed == [PlacedGap(2_000, silent=False), PlacedAudio(packet(1_000), RATE_HZ)]
    assert line.timeline.end_ms == 6_000


def test_lateness_before_the_stall_is_not_part_of_the_gap() -> None:
    line = Line()
    line.send(*steady(0, 500), *steady(700, 1_500))  # 200 ms late from the middle on
    line.send(*steady(3_500, 4_000))
    assert gaps(line.placed) == [PlacedGap(2_000, silent=False)]


def test_a_hair_more_than_before_is_jitter() -> None:
    line = Line()
    line.send(*steady(0, 1_000))
    line.send(*[1_400] * 19, *steady(1_440, 1_800))
    assert gaps(line.placed) == []


def test_the_audio_behind_a_gap_is_on_the_frame_grid() -> None:
    timeline = LegTimeline(HearingSettings())
    for at_ms in steady(0, 1_000, 25):
        timeline.arrive(packet(25), RATE_HZ, at_ms)
    timeline.arrive(packet(5), RATE_HZ, 1_000)  # 1,005 ms: the last frame is filled up to 1,020
    (gap, _) = [*timeline.arrive(packet(20), RATE_HZ, 3_000), *timeline.pulse(3_100)]
    assert gap == PlacedGap(1_960, silent=False)
    assert timeline.end_ms == 1_020 + 1_960 + 20


def test_a_second_stall_while_the_first_is_open_is_its_own() -> None:
    line = Line()
    line.send(*steady(0, 1_000))
    line.send(2_000)
    line.send(*steady(4_000, 4_300))
    assert [gap.length_ms for gap in gaps(line.placed)] == [1_000, 1_980]
    assert line.timeline.end_ms == 4_300


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 100), st.integers(16, 300)), min_size=1, max_size=8))
def test_after_any_losses_the_leg_is_where_it_was_sent(stretches: list[tuple[int, int]]) -> None:
    """(packets that come, packets that are lost), again and again."""
    line, at_ms = Line(), 0
    for sent, lost in stretches:
        line.send(*steady(at_ms, at_ms + sent * 20))
        at_ms += (sent + lost) * 20
    line.placed += line.timeline.finish()
    assert line.timeline.end_ms == at_ms - stretches[-1][1] * 20
    assert sum(gap.length_ms for gap in gaps(line.placed)) == 20 * sum(lost for _, lost in stretches[:-1])


def test_at_the_end_held_audio_comes_out() -> None:
    line = Line()
    line.send(*steady(0, 1_000))
    line.send(2_000)
    assert line.timeline.finish() == [PlacedGap(1_000, silent=False), PlacedAudio(packet(20), RATE_HZ)]
    assert line.timeline.finish() == []


# --- stalls ----------------------------------------------------------------------------------------------------


def test_a_stall_is_more_than_300_ms_without_what_was_due() -> None:
    line = Line()
    assert not line.timeline.stalled(9_999)
    line.send(*steady(0, 1_000))
    assert not line.timeline.stalled(1_300)
    assert line.timeline.stalled(1_301)


# --- a new socket ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("away_ms", [40, 200, 3_000, 10_000])
def test_a_reconnect_makes_the_gap_of_the_arrivals_at_once(away_ms: int) -> None:
    line = Line()
    line.send(*steady(0, 1_000))
    line.placed += line.timeline.reconnect()
    (gap, audio) = line.send(1_003 + away_ms)
    assert gap == PlacedGap(away_ms, silent=False)
    assert isinstance(audio, PlacedAudio)
    assert gaps(line.send(*steady(1_023 + away_ms, 2_000 + away_ms))) == []


def test_a_reconnect_without_loss_makes_no_gap() -> None:
    line = Line()
    line.send(*steady(0, 1_000))
    line.placed += line.timeline.reconnect()
    line.send(1_001, 1_020)
    assert gaps(line.placed) == []


def test_a_reconnect_before_any_audio_is_nothing() -> None:
    line = Line()
    assert line.timeline.reconnect() == []
    line.send(700)
    assert line.timeline.offset_ms == 700


def test_a_reconnect_places_what_was_held_first() -> None:
    line = Line()
    line.send(*steady(0, 1_000))
    line.send(2_000)
    assert [type(each) for each in line.timeline.reconnect()] == [PlacedGap, PlacedAudio]
    assert line.send(3_000)[0] == PlacedGap(980, silent=False)


def test_a_reconnect_in_the_middle_of_a_backlog_starts_anew() -> None:
    line = Line()
    line.send(*steady(0, 1_000))
    line.send(*[3_000 + number * 4 for number in range(50)])
    line.placed += line.timeline.reconnect()
    assert audio_ms(line.placed) == 2_000
    line.send(*steady(5_000, 5_400))
    line.placed += line.timeline.finish()
    assert [type(each) for each in line.placed].count(PlacedGap) == 1
    assert audio_ms(line.placed) == 2_400


@pytest.mark.parametrize("block_samples", [1, 77, 882])
def test_what_has_come_does_not_depend_on_the_cut(block_samples: int) -> None:
    timeline = LegTimeline(HearingSettings())
    audio = packet(500, 44_100)
    for at in range(0, len(audio), 2 * block_samples):
        timeline.arrive(audio[at : at + 2 * block_samples], 44_100, at * 500 // 44_100)
    timeline.arrive(packet(20, 8_000), 8_000, 500)
    assert timeline.received_ms == timeline.end_ms == 520
