"""One leg's frames become numbered utterances in the order spoken, and the truth about listening."""

import asyncio
from collections.abc import Callable

import pytest

from config.hearing import SegmentSettings
from service.recognition.leg_recognition import LegRecognition, Recognized
from service.recognition.segment import (
    FinalHeard,
    LossReason,
    PartialHeard,
    PhraseHeard,
    SegmentEvent,
    SegmentLost,
)
from streaming.frames import FRAME_BYTES, FRAME_MS, FRAME_SAMPLES, AudioFrame, Leg
from streaming.observations import (
    LevelHeard,
    PhraseGuessed,
    PhraseSpotted,
    RecognitionChanged,
    SpeechEnded,
    SpeechStarted,
    Word,
    WordsHeard,
)
from web.sources import Tier

_SETTINGS = SegmentSettings()
_WORD = Word("네", 500, 700, 0.9)


class _FakeSegment:
    def __init__(
        self, start_ms: int, hear: Callable[[SegmentEvent], None], patient: bool, words: bool, narrow: bool
    ) -> None:
        self.start_ms, self.hear, self.patient, self.words, self.narrow = start_ms, hear, patient, words, narrow
        self.fed_bytes = self.queued_ms = 0
        self.closed = self.was_cut = False

    def feed(self, pcm_s16le: bytes) -> None:
        assert not self.closed
        self.fed_bytes += len(pcm_s16le)

    def close(self) -> None:
        self.closed = True

    def stop_words(self) -> None:
        self.words = False

    def cut(self) -> None:
        self.closed = self.was_cut = True


class _FakeGroup:
    def __init__(self) -> None:
        self.opened: list[_FakeSegment] = []
        self.busy = False

    def open_segment(
        self,
        leg_key: str,
        start_ms: int,
        hear: Callable[[SegmentEvent], None],
        *,
        patient: bool = False,
        spot: Leg | None = None,
        words: bool = True,
        narrow: bool = False,
    ) -> _FakeSegment | None:
        assert (leg_key, spot) == ("call/agent", Leg.AGENT)
        if self.busy:
            return None
        self.opened.append(_FakeSegment(start_ms, hear, patient, words, narrow))
        return self.opened[-1]


class _Call:
    """A leg that speaks when told, and what came of it."""

    def __init__(self, group: _FakeGroup | None, patient: bool = False) -> None:
        self.heard: list[Recognized] = []
        self.leg = LegRecognition(Leg.AGENT, "call/agent", group, _SETTINGS, self.heard.append, patient=patient)
        self._frame = 0

    def hear(self, ms: int, speech: SpeechStarted | SpeechEnded | None = None, speaking: bool = False) -> None:
        """`ms` of audio; `speech` becomes known with the first frame of it."""
        for _ in range(ms // FRAME_MS):
            start_ms = self._frame * FRAME_MS
            frame = AudioFrame(Leg.AGENT, self._frame * FRAME_SAMPLES, bytes(FRAME_BYTES))
            self.leg.feed(frame)
            self.leg.feed(LevelHeard(Leg.AGENT, start_ms, start_ms + FRAME_MS, -40.0, speaking))
            if speech is not None:
                self.leg.feed(speech)
            self._frame += 1
            speech = None

    def speak(self, ms: int) -> None:
        """A segment of this much speech, hangover included; its words are up to the test."""
        start_ms = self._frame * FRAME_MS
        self.hear(ms, SpeechStarted(Leg.AGENT, start_ms, start_ms))
        end_ms = start_ms + ms
        self.hear(1_000, SpeechEnded(Leg.AGENT, start_ms, end_ms, end_ms))

    @property
    def words(self) -> list[WordsHeard]:
        return [item for item in self.heard if isinstance(item, WordsHeard)]

    @property
    def listening(self) -> list[bool]:
        return [item.listening for item in self.heard if isinstance(item, RecognitionChanged)]


def _partial(text: str) -> PartialHeard:
    return PartialHeard(400, 900, text)


def _final(text: str, *, last: bool = True) -> FinalHeard:
    return FinalHeard(500, 700, text, (_WORD,) if text else (), last)


def test_a_segment_is_fed_with_its_pre_roll_and_closed_after_its_hangover() -> None:
    group = _FakeGroup()
    call = _Call(group, patient=True)
    call.hear(1_000)
    call.speak(600)
    assert [(segment.start_ms, segment.closed, segment.patient) for segment in group.opened] == [(700, True, True)]
    assert group.opened[0].fed_bytes == (300 + 600 + 500) * 32


@pytest.mark.parametrize(("rate_hz", "narrow"), [(8_000, True), (16_000, False), (48_000, False)])
def test_segments_of_telephone_speech_are_told_to_lack_a_band(rate_hz: int, narrow: bool) -> None:
    group = _FakeGroup()
    call = _Call(group)
    call.leg.at_rate(rate_hz)
    call.speak(600)
    assert [segment.narrow for segment in group.opened] == [narrow]


def test_what_only_sounds_like_a_phrase_is_told_as_a_guess() -> None:
    group = _FakeGroup()
    call = _Call(group)
    call.speak(600)
    group.opened[0].hear(PhraseHeard(500, 900, "조용히 하세요", 0.9))
    group.opened[0].hear(PhraseHeard(500, 900, "조용히 하세요", 0.9, 0.1))
    assert call.heard == [
        PhraseSpotted(Leg.AGENT, "조용히 하세요", 500, 900, 0.9),
        PhraseGuessed(Leg.AGENT, "조용히 하세요", 500, 900, 0.1),
    ]


def test_partials_are_told_when_they_change_and_finals_carry_words() -> None:
    group = _FakeGroup()
    call = _Call(group)
    call.speak(600)
    for event in (_partial(""), _partial("네"), _partial("네"), _partial(""), _partial("네 네"), _final("네")):
        group.opened[0].hear(event)
    assert call.words == [
        WordsHeard(Leg.AGENT, 0, 1, False, 400, 900, "네"),
        WordsHeard(Leg.AGENT, 0, 2, False, 400, 900, "네 네"),
        WordsHeard(Leg.AGENT, 0, 3, True, 500, 700, "네", (_WORD,)),
    ]


def test_every_utterance_of_a_leg_has_its_own_number() -> None:
    group = _FakeGroup()
    call = _Call(group)
    call.speak(600)
    for event in (_partial("네"), _final("네", last=False), _partial("네"), _final("", last=True)):
        group.opened[0].hear(event)
    call.speak(600)
    group.opened[1].hear(_final("네"))
    assert [(each.utterance, each.revision, each.final, each.text) for each in call.words] == [
        (0, 1, False, "네"),
        (0, 2, True, "네"),
        (1, 1, False, "네"),
        (1, 2, True, ""),  # takes the shown partial away
        (2, 1, True, "네"),
    ]


def test_nothing_heard_and_nothing_shown_says_nothing() -> None:
    group = _FakeGroup()
    call = _Call(group)
    call.speak(600)
    group.opened[0].hear(_final(""))
    assert call.heard == []
    assert call.leg.idle


def test_words_come_in_the_order_spoken_even_when_workers_answer_otherwise() -> None:
    group = _FakeGroup()
    call = _Call(group)
    for _ in range(3):
        call.speak(600)
    group.opened[2].hear(_final("third"))
    group.opened[1].hear(_partial("sec"))
    group.opened[1].hear(_partial("second"))
    group.opened[0].hear(_partial("first"))
    assert [each.text for each in call.words] == ["first"]
    group.opened[0].hear(_final("first"))
    assert [each.text for each in call.words] == ["first", "first", "second"]
    group.opened[1].hear(_final("second"))
    assert [(each.utterance, each.text) for each in call.words if each.final] == [
        (0, "first"),
        (1, "second"),
        (2, "third"),
    ]
    assert call.leg.idle


async def test_drained_waits_for_the_last_words() -> None:
    group = _FakeGroup()
    call = _Call(group)
    await call.leg.drained()
    call.hear(600, SpeechStarted(Leg.AGENT, 0, 0))
    call.leg.close()
    assert group.opened[0].closed
    waiting = asyncio.create_task(call.leg.drained())
    await asyncio.sleep(0)
    assert not waiting.done()
    assert not call.leg.idle
    group.opened[0].hear(_final("네"))
    await waiting


def test_an_interruption_closes_what_is_open_and_speech_may_go_on_behind_it() -> None:
    group = _FakeGroup()
    call = _Call(group)
    call.hear(600, SpeechStarted(Leg.AGENT, 0, 0))
    call.leg.interrupt(600)
    call.hear(200, speaking=True)
    assert [(segment.start_ms, segment.closed) for segment in group.opened] == [(0, True), (600, False)]


def test_a_leg_without_a_group_says_once_that_nobody_listens() -> None:
    call = _Call(None)
    call.speak(600)
    call.leg.close()
    assert call.heard == [RecognitionChanged(Leg.AGENT, False, 0)]
    assert call.leg.idle
    assert call.leg.tier is Tier.ACOUSTIC
    assert call.leg.unheard_ms == 0  # there is nobody who could have


def test_a_lost_segment_is_said_and_nothing_is_heard_until_its_speech_is_over() -> None:
    group = _FakeGroup()
    call = _Call(group)
    call.hear(600, SpeechStarted(Leg.AGENT, 0, 0))
    group.opened[0].hear(_partial("네"))
    group.opened[0].hear(SegmentLost(100, 600, LossReason.BEHIND))
    assert call.words[-1] == WordsHeard(Leg.AGENT, 0, 2, True, 600, 600, "")
    assert (call.listening, call.leg.tier, call.leg.idle) == ([False], Tier.ACOUSTIC, True)
    call.hear(1_000, SpeechEnded(Leg.AGENT, 0, 800, 800))
    assert (call.listening, call.leg.tier) == ([False, True], Tier.FULL)
    assert call.leg.unheard_ms == 1_200  # lost up to 600, and unheard up to the end of the hangover
    call.speak(600)
    group.opened[1].hear(_final("네"))
    assert call.listening == [False, True]


def test_a_segment_lost_after_its_end_is_said() -> None:
    group = _FakeGroup()
    call = _Call(group)
    call.speak(600)
    group.opened[0].hear(SegmentLost(0, 900, LossReason.BEHIND))
    assert (call.listening, call.leg.tier, call.leg.unheard_ms) == ([False, True], Tier.FULL, 900)
    changes = [each for each in call.heard if isinstance(each, RecognitionChanged)]
    assert [(each.listening, each.phrases, each.at_ms) for each in changes] == [(False, False, 0), (True, True, 900)]


def test_a_refused_segment_is_said_and_its_audio_goes_nowhere() -> None:
    group = _FakeGroup()
    call = _Call(group)
    group.busy = True
    call.hear(600, SpeechStarted(Leg.AGENT, 0, 0))
    group.busy = False
    assert (call.listening, call.leg.tier) == ([False], Tier.ACOUSTIC)
    assert call.leg.idle
    call.hear(1_000, SpeechEnded(Leg.AGENT, 0, 600, 600))
    assert (call.listening, call.leg.unheard_ms) == ([False, True], 1_100)
    call.speak(600)
    group.opened[0].hear(_partial("네"))
    assert call.listening == [False, True]


def test_a_step_down_leaves_the_phrases_and_a_step_up_brings_back_the_words_with_the_next_segment() -> None:
    group = _FakeGroup()
    call = _Call(group)
    call.hear(600, SpeechStarted(Leg.AGENT, 0, 0))
    group.opened[0].queued_ms = 200
    call.leg.serve(Tier.SPOTTING, 600)
    assert (group.opened[0].words, group.opened[0].closed) == (False, False)
    group.opened[0].hear(_final("네", last=False))
    call.hear(1_000, SpeechEnded(Leg.AGENT, 0, 800, 800))
    group.opened[0].hear(_final("", last=True))
    assert [word.text for word in call.words] == ["네"]
    assert (call.listening, call.leg.tier) == ([False], Tier.SPOTTING)
    assert (call.leg.unwritten_ms, call.leg.unheard_ms) == (200 + 700, 0)
    call.speak(600)
    assert (group.opened[1].words, call.leg.unwritten_ms) == (False, 200 + 700 + 1_400)
    call.leg.serve(Tier.FULL, 3_600)
    call.speak(600)
    assert group.opened[2].words
    assert (call.listening, call.leg.tier) == ([False, True], Tier.FULL)
    assert [each for each in call.heard if isinstance(each, RecognitionChanged)] == [
        RecognitionChanged(Leg.AGENT, False, 600, phrases=True),
        RecognitionChanged(Leg.AGENT, True, 3_600, phrases=True),
    ]


def test_a_step_to_sound_alone_cuts_what_is_open_and_opens_nothing() -> None:
    group = _FakeGroup()
    call = _Call(group)
    call.hear(600, SpeechStarted(Leg.AGENT, 0, 0))
    group.opened[0].queued_ms = 300
    assert call.leg.queued_ms == 300
    call.leg.serve(Tier.ACOUSTIC, 600)
    assert group.opened[0].was_cut
    group.opened[0].hear(_final("네"))
    call.hear(1_000, SpeechEnded(Leg.AGENT, 0, 600, 600))
    call.speak(600)
    assert len(group.opened) == 1
    assert (call.listening, call.leg.tier, call.leg.queued_ms) == ([False], Tier.ACOUSTIC, 0)
    assert call.leg.unheard_ms == 300 + 500 + 1_400
    call.leg.serve(Tier.SPOTTING, 3_200)
    call.speak(600)
    assert not group.opened[1].words


def test_a_spotted_phrase_waits_for_its_turn_like_words() -> None:
    group = _FakeGroup()
    call = _Call(group)
    call.speak(500)
    call.speak(500)
    first, second = group.opened
    second.hear(PhraseHeard(2_000, 2_400, "네", 0.9))
    assert call.heard == []
    first.hear(FinalHeard(0, 400, "", (), last=True))
    assert call.heard == [PhraseSpotted(Leg.AGENT, "네", 2_000, 2_400, 0.9)]


def test_an_end_of_speech_without_a_frame_closes_the_segment() -> None:
    group = _FakeGroup()
    call = _Call(group)
    call.hear(400, SpeechStarted(Leg.AGENT, 0, 0))
    call.leg.feed(SpeechEnded(Leg.AGENT, 0, 300, 400))
    call.hear(1_000)
    assert group.opened[0].closed
