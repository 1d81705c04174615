"""One leg's speech to words in call time: segments out to the group, partials and finals back, in the order spoken."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, Self, assert_never

from config.hearing import SegmentSettings
from service.recognition.segment import FinalHeard, PartialHeard, PhraseHeard, SegmentEvent, SegmentLost
from streaming.frames import SAMPLES_PER_MS, AudioFrame, Leg
from streaming.observations import Observation, PhraseGuessed, PhraseSpotted, RecognitionChanged, WordsHeard
from streaming.resample import LOWEST_RATE_HZ
from streaming.speech_segments import SegmentAudio, SegmentClosed, SegmentOpened, SpeechSegments
from streaming.speech_segments import SegmentEvent as SpeechEvent
from web.sources import Tier

_BYTES_PER_MS = SAMPLES_PER_MS * 2
_PARTIAL_MS = 300  # from a sound to the partial that holds it, with nothing queued (recognition.md §6)


class OpenedSegment(Protocol):
    """A segment of the group: fed, then closed."""

    @property
    def queued_ms(self) -> int:
        """Audio that waits for a decoder."""
        ...

    def feed(self, pcm_s16le: bytes) -> None:
        """The next audio."""
        ...

    def close(self) -> None:
        """No more audio; the rest of the words is to come."""
        ...

    def stop_words(self) -> None:
        """Only phrases from here on."""
        ...

    def cut(self) -> None:
        """Nothing from here on."""
        ...


class SegmentTaker(Protocol):
    """Who recognises segments: a RecognitionGroup, or a fake in tests."""

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
    ) -> OpenedSegment | None:
        """A new segment; the phrases of `spot` are listened for beside the words, or alone. None when too busy."""
        ...


Recognized = WordsHeard | PhraseSpotted | PhraseGuessed | RecognitionChanged
"""What recognition tells of a leg."""


@dataclass(slots=True)
class _Turn:
    """A segment whose words are not all there yet; what comes before its turn is held."""

    start_ms: int
    segment: OpenedSegment | None = None
    held: list[SegmentEvent] = field(default_factory=list)


class LegRecognition:
    """Recognition of one leg. Utterances are numbered per leg, revisions per utterance; a final closes its number.

    A partial is passed on when its text changed and is not empty; an empty final only where a partial had been shown,
    so that it can be taken away. Segments of a leg are told in the order they were spoken, whichever worker is faster.
    `patient`: recordings faster than real time, where nothing is dropped (the feeder awaits the group's `room()`).
    `unheard_ms` and `unwritten_ms` count speech that no recogniser was given time for, and speech that was searched for
    phrases only.
    """

    def __init__(
        self,
        leg: Leg,
        leg_key: str,
        group: SegmentTaker | None,
        settings: SegmentSettings,
        heard: Callable[[Recognized], None],
        *,
        patient: bool = False,
    ) -> None:
        self.unheard_ms = self.unwritten_ms = 0
        self._told = (True, True)  # whether words, whether phrases are listened for
        self._tier = Tier.FULL
        self._leg, self._leg_key, self._group, self._heard, self._patient = leg, leg_key, group, heard, patient
        self._segments = SpeechSegments(leg, settings)
        self._narrow = False
        self._open: OpenedSegment | None = None
        self._writing = False  # whether the open segment's words are written down
        self._gave_up = False  # the speech that is going on was refused or lost; until its end nothing is heard
        self._turns: deque[_Turn] = deque()
        self._utterance = 0
        self._revision = 0
        self._shown = ""
        self._all_said = asyncio.Event()
        self._all_said.set()

    @property
    def tier(self) -> Tier:
        """How closely the leg is listened to now."""
        return Tier.ACOUSTIC if self._group is None or self._gave_up else self._tier

    @property
    def queued_ms(self) -> int:
        """Audio of the open segment that waits for a decoder."""
        return self._open.queued_ms if self._open is not None else 0

    def serve(self, tier: Tier, at_ms: int) -> None:
        """Listen this closely from `at_ms` of the call on: less takes effect at once, more with the next segment."""
        if self._open is not None and tier is not Tier.FULL and self._writing:
            self._writing = False
            self.unwritten_ms += self._open.queued_ms if tier is Tier.SPOTTING else 0
            self._open.stop_words()
        if self._open is not None and tier is Tier.ACOUSTIC:
            self.unheard_ms += self._open.queued_ms
            self._open.cut()
            self._open = None
        self._tier = tier
        self._tell_whether_listening(at_ms)

    def settled_ms(self, heard_ms: int) -> int:
        """Up to where every word has its final, and with it its time; `heard_ms` when nothing is on its way."""
        return min(self._turns[0].start_ms, heard_ms) if self._turns else heard_ms

    def known_ms(self, heard_ms: int) -> int:
        """Up to where there is a text at least, if only a partial one."""
        if len(self._turns) == 1 and self._open is not None:
            return max(self._turns[0].start_ms, heard_ms - self._open.queued_ms - _PARTIAL_MS)
        return self.settled_ms(heard_ms)

    @property
    def idle(self) -> bool:
        """Whether no words are on their way: nothing open, nothing waiting for a final."""
        return not self._turns

    @property
    def utterances(self) -> int:
        """How many there have been, or have begun."""
        return self._utterance + len(self._turns)

    def resume(self, utterances: int) -> None:
        """Go on counting behind so many that another node has heard."""
        self._utterance = utterances

    def at_rate(self, rate_hz: int) -> Self:
        """The rate on the wire: what came at 8 kHz has no upper band."""
        self._narrow = rate_hz <= LOWEST_RATE_HZ
        return self

    def feed(self, item: AudioFrame | Observation) -> None:
        """Everything the leg's ear gives out, in its order."""
        if self._group is not None:
            self._take(self._segments.feed(item))
        elif isinstance(item, AudioFrame):
            self._tell_whether_listening(item.start_ms)

    def interrupt(self, at_ms: int, *, forget: bool = False) -> None:
        """Hold, pause, a gap, a lost connection, known at `at_ms`: what is open closes where its audio ended.

        `forget`: it should not have been heard; its words are not wanted any more.
        """
        if forget and self._open is not None:
            self._open.cut()
            self._open = None
        self._take(self._segments.interrupt())

    def close(self) -> None:
        """The leg is over; finals may still come, `drained` waits for them."""
        self._take(self._segments.interrupt())

    async def drained(self) -> None:
        """Wait for the last words of everything closed. Call `close` first."""
        await self._all_said.wait()

    def _take(self, events: list[SpeechEvent]) -> None:
        for event in events:
            match event:
                case SegmentOpened(start_ms=start_ms):
                    self._begin(start_ms)
                case SegmentAudio(pcm_s16le=pcm_s16le):
                    self._feed(pcm_s16le)
                case SegmentClosed(end_ms=end_ms):
                    if self._open is not None:
                        self._open.close()
                        self._open = None
                    self._gave_up = False
                    self._tell_whether_listening(end_ms)
                case _:
                    assert_never(event)

    def _feed(self, pcm_s16le: bytes) -> None:
        if self._open is None:
            self.unheard_ms += len(pcm_s16le) // _BYTES_PER_MS
            return
        if not self._writing:
            self.unwritten_ms += len(pcm_s16le) // _BYTES_PER_MS
        self._open.feed(pcm_s16le)

    def _begin(self, start_ms: int) -> None:
        if self._group is None or self._tier is Tier.ACOUSTIC:
            return
        turn = _Turn(start_ms)
        self._writing = self._tier is Tier.FULL
        self._open = turn.segment = self._group.open_segment(
            self._leg_key,
            start_ms,
            lambda event: self._hear(turn, event),
            patient=self._patient,
            spot=self._leg,
            words=self._writing,
            narrow=self._narrow,
        )
        if self._open is None:
            self._give_up(start_ms)
            return
        self._turns.append(turn)
        self._all_said.clear()

    def _give_up(self, at_ms: int) -> None:
        self._open, self._gave_up = None, True
        self._tell_whether_listening(at_ms)

    def _hear(self, turn: _Turn, event: SegmentEvent) -> None:
        if isinstance(event, SegmentLost):
            self.unheard_ms += event.at_ms - event.from_ms
            if self._open is not None and turn.segment is self._open:
                self._open = None  # from here on, as if it had been refused
                self._gave_up = True
        if turn is not self._turns[0]:
            if turn.held and isinstance(turn.held[-1], PartialHeard):
                turn.held.pop()  # replaced, and nobody has seen it
            turn.held.append(event)
            return
        self._tell(event)
        while self._turns and self._turns[0].held:
            self._tell(self._turns[0].held.pop(0))

    def _tell(self, event: SegmentEvent) -> None:
        """Pass on an event of the first turn; its end makes the next one the first."""
        match event:
            case PartialHeard(text=text):
                if text and text != self._shown:
                    self._say(event, final=False)
            case FinalHeard(last=last):
                self._settle(event)
                if last:
                    self._next_turn()
            case PhraseHeard():
                self._heard(_told(self._leg, event))
            case SegmentLost(from_ms=from_ms, at_ms=at_ms):
                self._settle(FinalHeard(at_ms, at_ms, "", (), last=True))
                self._next_turn()
                self._say_listening(Tier.ACOUSTIC, from_ms)
                self._tell_whether_listening(at_ms)
            case _:
                assert_never(event)

    def _settle(self, final: FinalHeard) -> None:
        if final.text or self._shown:
            self._say(final, final=True)
            self._utterance += 1
            self._revision = 0
            self._shown = ""

    def _say(self, event: PartialHeard | FinalHeard, *, final: bool) -> None:
        self._revision += 1
        self._shown = event.text
        self._heard(
            WordsHeard(
                leg=self._leg,
                utterance=self._utterance,
                revision=self._revision,
                final=final,
                start_ms=event.start_ms,
                end_ms=event.end_ms,
                text=event.text,
                words=event.words if isinstance(event, FinalHeard) else (),
            )
        )

    def _next_turn(self) -> None:
        self._turns.popleft()
        if not self._turns:
            self._all_said.set()

    def _tell_whether_listening(self, at_ms: int) -> None:
        self._say_listening(self.tier, at_ms)

    def _say_listening(self, tier: Tier, at_ms: int) -> None:
        told = (tier is Tier.FULL, tier is not Tier.ACOUSTIC)
        if told != self._told:
            self._told = told
            words, phrases = told
            self._heard(RecognitionChanged(self._leg, words, at_ms, phrases))


def _told(leg: Leg, heard: PhraseHeard) -> PhraseSpotted | PhraseGuessed:
    if heard.distance:
        return PhraseGuessed(leg, heard.phrase, heard.start_ms, heard.end_ms, heard.distance)
    return PhraseSpotted(leg, heard.phrase, heard.start_ms, heard.end_ms, heard.confidence)
