"""A segment keeps what a second run needs and nothing more, and never outlives its end."""

import numpy as np

from service.recognition.segment import LossReason, Segment
from service.recognition.worker_link import WorkerLink
from service.recognition.worker_messages import (
    AbandonSegment,
    CloseSegment,
    CutSegment,
    FinalSaid,
    OpenSegment,
    SegmentSound,
    StopWords,
    ToWorker,
)
from streaming.band_filling import BandFiller
from streaming.recognizer import RecognizedWord
from tests.fakes.segment_listener import SegmentListener


class _Link(WorkerLink):
    """Remembers what is said to it."""

    def __init__(self) -> None:
        super().__init__(0, lambda _link, _message: None, lambda _link: None)
        self.said: list[ToWorker] = []

    def say(self, message: ToWorker) -> None:
        self.said.append(message)


def _segment(ended: list[Segment] | None = None) -> tuple[Segment, SegmentListener]:
    listener = SegmentListener()
    return Segment(1, 9, 10_000, listener.hear, (ended if ended is not None else []).append), listener


def _samples(ms: int, value: int = 0) -> bytes:
    return value.to_bytes(2, "little") * (ms * 16)


def test_a_filled_segment_gives_as_much_sound_as_it_took_and_all_of_it_at_the_close() -> None:
    segment = Segment(1, 9, 10_000, SegmentListener().hear, lambda _segment: None, filler=BandFiller())
    link = _Link()
    segment.run_on(link)
    tone = (np.sin(np.arange(16_000) * 2 * np.pi * 2_500 / 16_000) * 8_000).astype("<i2").tobytes()
    segment.feed(tone[: 7_001 * 2])
    segment.feed(tone[7_001 * 2 :])
    segment.close()
    heard = b"".join(said.pcm_s16le for said in link.said if isinstance(said, SegmentSound))
    assert len(heard) == len(tone)
    assert heard != tone
    assert isinstance(link.said[-1], CloseSegment)


def test_everything_since_the_last_final_is_said_again_to_the_next_worker() -> None:
    segment, listener = _segment()
    segment.run_on(_Link())
    for value in (1, 2, 3):
        segment.feed(_samples(100, value))
    segment.take_final(FinalSaid(1, 2_400, False, "one", (RecognizedWord("one", 20, 140, 1.0),)))
    segment.close()
    second = _Link()
    segment.run_on(second)
    assert second.said == [
        OpenSegment(1, 9),
        SegmentSound(1, _samples(50, 2) + _samples(100, 3)),
        CloseSegment(1),
    ]
    segment.take_final(FinalSaid(1, 2_400, True, "two", (RecognizedWord("two", 0, 100, 1.0),)))
    assert [(final.start_ms, final.end_ms) for final in listener.finals] == [(10_020, 10_140), (10_150, 10_250)]


def test_only_two_minutes_are_kept_for_a_second_run() -> None:
    segment, _ = _segment()
    for _ in range(121):
        segment.feed(_samples(1_000))
    link = _Link()
    segment.run_on(link)
    sound = link.said[1]
    assert isinstance(sound, SegmentSound)
    assert len(sound.pcm_s16le) == 120_000 * 32
    assert segment.queued_ms == 120_000


def test_decoding_empties_the_queue_and_stops_the_waiting() -> None:
    segment, _ = _segment()
    segment.run_on(_Link())
    segment.feed(_samples(100))
    segment.feed(_samples(100))
    assert (segment.queued_ms, segment.has_work) == (200, True)
    assert segment.take_decoded(1_600) == 1_600
    assert segment.waiting_s(1e12) > 0
    assert segment.take_decoded(3_200) == 1_600
    assert (segment.queued_ms, segment.has_work, segment.waiting_s(1e12)) == (0, False, 0.0)
    assert 0 < segment.decoded_after_s < 5
    segment.close()
    assert segment.has_work
    assert segment.waiting_s(1e12) > 0


def test_the_end_comes_once_and_nothing_follows_it() -> None:
    ended: list[Segment] = []
    segment, listener = _segment(ended)
    link = _Link()
    segment.run_on(link)
    segment.feed(_samples(100))
    segment.lose(LossReason.BEHIND)
    segment.lose(LossReason.STOPPED)
    segment.abandon()
    segment.feed(_samples(100))
    segment.close()
    assert ended == [segment]
    assert [(lost.at_ms, lost.reason) for lost in listener.lost] == [(10_100, LossReason.BEHIND)]
    assert link.said[-1] == AbandonSegment(1)
    assert segment.queued_ms == 0


def test_an_abandoned_segment_says_nothing() -> None:
    segment, listener = _segment()
    segment.abandon()
    assert listener.events == []


def test_a_segment_that_loses_its_words_runs_again_without_them() -> None:
    segment, listener = _segment()
    first = _Link()
    segment.run_on(first)
    segment.feed(_samples(100))
    segment.stop_words()
    assert first.said[-1] == StopWords(1)
    segment.take_decoded(1_600)
    segment.feed(_samples(50))
    second = _Link()
    segment.run_on(second)
    assert second.said[0] == OpenSegment(1, 9, words=False)
    segment.take_decoded(1_600)
    segment.lose(LossReason.BEHIND)
    assert [(lost.from_ms, lost.at_ms) for lost in listener.lost] == [(10_100, 10_150)]


def test_what_was_waiting_when_a_run_began_is_to_be_caught_up_with() -> None:
    segment, _ = _segment()
    segment.run_on(_Link())
    assert segment.catch_up_s == 0
    segment.feed(_samples(3_000))
    segment.run_on(_Link())
    assert segment.catch_up_s == 3
    segment.take_decoded(16 * 2_700)
    assert segment.catch_up_s == 3
    segment.take_decoded(16 * 2_800)
    assert segment.catch_up_s == 0


def test_a_cut_segment_waits_for_its_last_words_only() -> None:
    segment, listener = _segment()
    link = _Link()
    segment.run_on(link)
    segment.feed(_samples(300))
    segment.cut()
    segment.cut()
    assert link.said[-1] == CutSegment(1)
    assert (segment.queued_ms, segment.take_decoded(1_600)) == (0, 0)
    segment.take_final(FinalSaid(1, 1_600, True, "one", ()))
    assert [final.text for final in listener.finals] == ["one"]
    assert segment.over


def test_a_cut_segment_whose_worker_dies_is_over() -> None:
    segment, listener = _segment()
    segment.run_on(_Link())
    segment.feed(_samples(300))
    segment.cut()
    link = _Link()
    segment.run_on(link)
    assert link.said == []
    assert (segment.over, [final.last for final in listener.finals]) == (True, [True])
    waiting, listener = _segment()
    waiting.feed(_samples(300))
    waiting.cut()
    assert (waiting.over, [final.last for final in listener.finals]) == (True, [True])
