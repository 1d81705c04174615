"""Segments for the recogniser: every sample of speech in exactly one, with a little around it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.hearing import SegmentSettings
from streaming.frames import FRAME_SAMPLES, AudioFrame, Leg
from streaming.observations import GapHeard, LegEnded, LevelHeard, Observation, SpeechEnded, SpeechStarted
from streaming.speech_segments import SegmentAudio, SegmentClosed, SegmentEvent, SegmentOpened, SpeechSegments

KNOWN_LATE_MS, OFF_MS = 120, 300


def pcm(from_ms: int, to_ms: int) -> bytes:
    """Each sample is its own millisecond, so audio in the wrong place shows."""
    return (np.arange(from_ms * 16, to_ms * 16) // 16 % 30_000).astype("<i2").tobytes()


@dataclass
class Talk:
    """A leg that speaks at the times given, heard as a LegEar would say it."""

    speech_ms: list[tuple[int, int]]
    end_ms: int
    first_ms: int = 0

    def heard(self) -> list[AudioFrame | Observation]:
        heard: list[AudioFrame | Observation] = []
        speaking, waiting = False, list(self.speech_ms)
        for at_ms in range(self.first_ms, self.end_ms, 20):
            heard.append(AudioFrame(Leg.AGENT, at_ms * 16, pcm(at_ms, at_ms + 20)))
            heard.append(LevelHeard(Leg.AGENT, at_ms, at_ms + 20, -30.0, speaking))
            if waiting and not speaking and at_ms + 20 >= waiting[0][0] + KNOWN_LATE_MS:
                heard.append(SpeechStarted(Leg.AGENT, waiting[0][0], at_ms + 20))
                speaking = True
            if waiting and speaking and at_ms + 20 >= waiting[0][1] + OFF_MS:
                heard.append(SpeechEnded(Leg.AGENT, *waiting.pop(0), at_ms + 20))
                speaking = False
        return heard


@dataclass
class Segment:
    start_ms: int
    audio: bytes = b""
    blocks: tuple[int, ...] = ()
    end_ms: int | None = None
    cut: bool = False


def collected(events: Iterable[SegmentEvent]) -> list[Segment]:
    segments: list[Segment] = []
    for event in events:
        match event:
            case SegmentOpened(leg=Leg.AGENT, start_ms=start_ms):
                assert not segments or segments[-1].end_ms is not None
                segments.append(Segment(start_ms))
            case SegmentAudio(leg=Leg.AGENT, pcm_s16le=audio):
                assert segments[-1].end_ms is None
                assert audio
                segments[-1].audio += audio
                segments[-1].blocks += (len(audio) // 32,)
            case SegmentClosed(leg=Leg.AGENT, end_ms=end_ms, cut=cut):
                segments[-1].end_ms, segments[-1].cut = end_ms, cut
            case _:
                raise AssertionError(event)
    for segment in segments:
        if segment.end_ms is not None:
            assert segment.audio == pcm(segment.start_ms, segment.end_ms)
            assert all(block == 100 for block in segment.blocks[:-1])
    return segments


def segmented(*talks: Talk, settings: SegmentSettings | None = None) -> list[Segment]:
    segments = SpeechSegments(Leg.AGENT, settings or SegmentSettings())
    return collected(event for talk in talks for each in talk.heard() for event in segments.feed(each))


def spans(segments: list[Segment]) -> list[tuple[int, int | None]]:
    return [(segment.start_ms, segment.end_ms) for segment in segments]


def test_a_segment_is_speech_with_a_little_before_and_after() -> None:
    assert spans(segmented(Talk([(1_000, 2_000)], 4_000))) == [(700, 2_500)]


def test_the_end_of_a_segment_is_to_the_sample_and_the_millisecond() -> None:
    assert spans(segmented(Talk([(1_007, 2_013)], 4_000))) == [(707, 2_513)]


def test_audio_is_handed_over_while_the_speech_goes_on() -> None:
    segments = SpeechSegments(Leg.AGENT, SegmentSettings())
    events = [event for each in Talk([(1_000, 9_000)], 3_000).heard() for event in segments.feed(each)]
    assert segments.is_open
    (segment,) = collected(events)
    assert len(segment.audio) // 32 == 3_000 - 700
    assert set(segment.blocks) == {100}


def test_speech_within_the_hangover_continues_the_segment() -> None:
    assert spans(segmented(Talk([(1_000, 2_000), (2_370, 3_000)], 5_000))) == [(700, 3_500)]


def test_speech_behind_the_hangover_is_a_new_segment_that_does_not_overlap() -> None:
    assert spans(segmented(Talk([(1_000, 2_000), (2_600, 3_000)], 5_000))) == [(700, 2_500), (2_500, 3_500)]


def test_speech_at_the_very_beginning_has_less_before() -> None:
    assert spans(segmented(Talk([(5_100, 6_000)], 9_000, first_ms=5_000))) == [(5_000, 6_500)]


def test_silence_is_not_handed_over() -> None:
    assert segmented(Talk([], 10_000)) == []


def test_a_long_monologue_is_cut_without_loss() -> None:
    settings = SegmentSettings(longest_ms=5_000)
    segments = segmented(Talk([(1_000, 13_000)], 15_000), settings=settings)
    assert spans(segments) == [(700, 5_700), (5_700, 10_700), (10_700, 13_500)]
    assert [segment.cut for segment in segments] == [True, True, False]


def test_what_becomes_too_long_in_its_hangover_just_ends() -> None:
    settings = SegmentSettings(longest_ms=5_000)
    segments = segmented(Talk([(1_000, 5_350)], 8_000), settings=settings)
    assert spans(segments) == [(700, 5_700)]
    assert segments[0].cut is False


@pytest.mark.parametrize("stop", [GapHeard(Leg.AGENT, 2_000, 3_000), LegEnded(Leg.AGENT, 2_000, True)])
def test_a_gap_and_the_end_close_at_once(stop: Observation) -> None:
    segments = SpeechSegments(Leg.AGENT, SegmentSettings())
    events = [event for each in Talk([(1_000, 9_000)], 2_010).heard() for event in segments.feed(each)]
    events += segments.feed(SpeechEnded(Leg.AGENT, 1_000, 2_020, 2_020))
    events += segments.feed(stop)
    assert spans(collected(events)) == [(700, 2_020)]
    assert not segments.is_open


def test_nothing_from_before_a_gap_goes_into_the_next_segment() -> None:
    segments = SpeechSegments(Leg.AGENT, SegmentSettings())
    heard = [*Talk([], 2_000).heard(), GapHeard(Leg.AGENT, 2_000, 3_000)]
    heard += Talk([(3_100, 4_000)], 6_000, first_ms=3_000).heard()
    assert spans(collected(event for each in heard for event in segments.feed(each))) == [(3_000, 4_500)]


def test_a_jump_without_a_word_is_a_gap_too() -> None:
    talks = (Talk([(1_000, 9_000)], 2_000), Talk([(3_100, 4_000)], 6_000, first_ms=3_000))
    assert spans(segmented(*talks)) == [(700, 2_000), (3_000, 4_500)]


def test_speech_that_goes_on_behind_an_interruption_is_heard_from_there() -> None:
    segments = SpeechSegments(Leg.AGENT, SegmentSettings())
    heard = Talk([(1_000, 9_000)], 5_000).heard()
    at_hold = next(at for at, each in enumerate(heard) if isinstance(each, AudioFrame) and each.start_ms == 2_000)
    events = [event for each in heard[:at_hold] for event in segments.feed(each)]
    events += segments.interrupt()
    behind = [each for each in heard[at_hold:] if not isinstance(each, AudioFrame) or each.start_ms >= 3_000]
    behind = [each for each in behind if not isinstance(each, LevelHeard) or each.start_ms >= 3_000]
    events += [event for each in behind for event in segments.feed(each)]
    events += segments.interrupt()
    assert spans(collected(events)) == [(700, 2_000), (3_000, 5_000)]


def test_an_interruption_of_silence_is_nothing() -> None:
    assert SpeechSegments(Leg.AGENT, SegmentSettings()).interrupt() == []


def test_a_hangover_shorter_than_the_detection_ends_where_it_has_come_to() -> None:
    settings = SegmentSettings(hangover_ms=0, pre_roll_ms=0)
    ((start_ms, end_ms),) = spans(segmented(Talk([(1_000, 2_000)], 4_000), settings=settings))
    assert start_ms == 1_000
    assert end_ms is not None
    assert 2_000 <= end_ms <= 2_320


PAUSES_AND_SPEECHES = st.lists(st.tuples(st.integers(301, 2_000), st.integers(200, 12_000)), min_size=1, max_size=6)


@given(PAUSES_AND_SPEECHES, st.sampled_from([0, 300, 1_000]), st.sampled_from([0, 500, 2_000]))
@example([(301, 200), (301, 200), (301, 200), (301, 6_198)], 300, 2_000)  # hangover and longest end in one frame
def test_every_sample_of_speech_is_in_exactly_one_segment(
    pauses_and_speeches: list[tuple[int, int]], pre_roll_ms: int, hangover_ms: int
) -> None:
    speech_ms: list[tuple[int, int]] = []
    at_ms = 0
    for pause_ms, length_ms in pauses_and_speeches:
        speech_ms.append((at_ms + pause_ms, at_ms + pause_ms + length_ms))
        at_ms = speech_ms[-1][1]
    settings = SegmentSettings(pre_roll_ms=pre_roll_ms, hangover_ms=hangover_ms, longest_ms=5_000)
    segments = segmented(Talk(speech_ms, at_ms + 4_000), settings=settings)
    for first, second in pairwise(segments):
        assert first.end_ms is not None
        assert first.end_ms <= second.start_ms
        assert not first.cut or first.end_ms == second.start_ms
    for start_ms, end_ms in speech_ms:
        covered = sum(
            max(0, min(end_ms, segment.end_ms or end_ms) - max(start_ms, segment.start_ms)) for segment in segments
        )
        assert covered == end_ms - start_ms
    assert all((segment.end_ms or 0) - segment.start_ms <= 5_000 for segment in segments)


def test_the_frame_is_20_ms() -> None:
    assert len(pcm(0, 20)) == 2 * FRAME_SAMPLES
