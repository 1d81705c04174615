"""A call that may move to another node: it leaves as data, and is taken up there where it stood."""

import zlib
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from alerts.alert import Alert
from alerts.desk import CallAlerts
from alerts.findings import Finding
from alerts.rules.observed_call import Entry, HeardWords, entry_of, played_back
from service.call_outlet import CallOutlet
from service.call_record import RecordState
from service.live_call import LiveCall
from service.recognition.leg_recognition import Recognized
from streaming.frames import FRAME_MS, AudioFrame, Leg
from streaming.leg_timeline import LegPlace
from streaming.loudness import FLOOR_DBFS
from streaming.observations import (
    CallAnswered,
    CallTransferred,
    GapHeard,
    HoldChanged,
    LegEnded,
    LegResumed,
    LegStalled,
    LevelHeard,
    MuteChanged,
    Observation,
    PhraseSpotted,
    RecognitionChanged,
    SpeechEnded,
    SpeechStarted,
)
from web.sources import CallLevels, TranscriptLine

_MOST_NOTED = 20_000  # three hours of busy talk; of longer calls the beginning is not taken along
_REMEMBERED = frozenset(  # words are in the transcript; levels, voice and pitch say nothing of what is over
    (
        SpeechStarted,
        SpeechEnded,
        PhraseSpotted,
        GapHeard,
        LegStalled,
        LegResumed,
        LegEnded,
        RecognitionChanged,
        CallAnswered,
        HoldChanged,
        MuteChanged,
        CallTransferred,
    )
)
_LATER_WORDS = 100  # utterances that may still be told by the node that is left


@dataclass(frozen=True, slots=True)
class HandedLeg:
    """A leg that is still connected: where its audio stands, and how many utterances it had."""

    leg: Leg
    rate_hz: int
    place: LegPlace
    utterances: int


@dataclass(frozen=True, slots=True)
class HandedCall:
    """Everything another node needs to go on. `noted` is what the rules heard, each with its moment in the call."""

    call_id: str
    zero_at: datetime
    left_at: datetime
    elapsed_ms: int
    judged_ms: int
    legs: tuple[HandedLeg, ...]
    noted: tuple[tuple[int, list[Any]], ...]
    lines: tuple[TranscriptLine, ...]
    alerts: CallAlerts
    record: RecordState


_HANDED: TypeAdapter[HandedCall] = TypeAdapter(HandedCall)
HANDED_OVER = "handed"  # the topic on which every node hears of calls that leave another


def handed_news(handed: HandedCall) -> bytes:
    """The call as it goes over the bus."""
    return zlib.compress(_HANDED.dump_json(handed))


def handed_of_news(body: bytes) -> HandedCall:
    """The same taken apart. Raises ValueError."""
    try:
        return _HANDED.validate_json(zlib.decompress(body))
    except zlib.error:
        raise ValueError("not a call") from None


class _LastWords:
    """The outlet of a call that has left: its last words and what they mean still go out, nothing else does."""

    def __init__(self, outlet: CallOutlet) -> None:
        self._outlet = outlet

    def alert(self, alert: Alert) -> None:
        self._outlet.alert(alert)

    def transcript(self, line: TranscriptLine) -> None:
        self._outlet.transcript(line)

    def levels(self, levels: CallLevels) -> None:
        """The other node's."""

    def changed(self, call: LiveCall) -> None:
        """The other node's."""

    def listened(self, name: str) -> bool:
        return False

    def sound(self, name: str, agent: AudioFrame | None, customer: AudioFrame | None) -> None:
        """The other node's."""


class MovingCall(LiveCall):
    """A live call that notes what another node would need."""

    _noted: deque[tuple[int, Entry]] | None = None

    def leave(self) -> HandedCall | None:
        """Stop hearing it here; what is being said still comes out. None for a call without a leg that could move."""
        heard_ms = {leg: ear.heard_ms for leg, ear in self.ears.items() if not self._ending.has_ended(leg)}
        if not heard_ms or not self._time.begun or self.is_ending:
            return None
        legs: list[HandedLeg] = []
        for leg in heard_ms:
            ear, recognition = self.ears[leg], self.recognitions[leg]
            self._take(leg, ear.leave())
            recognition.interrupt(ear.heard_ms)
            place = ear.place
            if place is not None:
                legs.append(HandedLeg(leg, ear.rate_hz, place, recognition.utterances))
        self._advance(hurry=True)
        zero_at, elapsed_ms = self._time.at(0), self._time.elapsed_ms()
        self._outlet = _LastWords(self._outlet)
        return HandedCall(
            call_id=self.record.call_id,
            zero_at=zero_at,
            left_at=self._clock.now_at(),
            elapsed_ms=elapsed_ms,
            judged_ms=self._judged_ms,
            legs=tuple(legs),
            noted=tuple(self._noted or ()),
            lines=tuple(line for line in self.record.transcript.lines() if line.heard.final),
            alerts=self._found.leave(),
            record=self.record.state_now(),
        )

    @property
    def last_words_in(self) -> bool:
        """Whether nothing of what was said is still on its way."""
        return self._last_words_in()

    def take_up(self, handed: HandedCall) -> None:
        """Go on where another node left it; its legs are as if their sockets had just dropped."""
        self._time.resume(handed.zero_at, handed.elapsed_ms, handed.left_at)
        self.record.resume(handed.record, handed.lines, handed.judged_ms)
        self.paused = handed.record.paused_since_ms is not None
        for each in handed.legs:
            ear = self._new_leg(each.leg, each.rate_hz)
            ear.resume(each.place, each.rate_hz)
            self.recognitions[each.leg].resume(each.utterances + _LATER_WORDS)
            self._ending.drop(each.leg)
        self._call_clock.resume({each.leg: each.place.end_ms for each in handed.legs}, handed.judged_ms)
        self._found.take_up(handed.alerts)
        self._hear_again(handed)
        self._judged_ms = max(self._judged_ms, handed.judged_ms)
        self._found.weigh()
        self._outlet.changed(self)

    def _hear_again(self, handed: HandedCall) -> None:
        """The rules hear what was heard there, as they would have; what they find of it has been told."""
        told: list[tuple[int, Observation]] = [(line.heard.end_ms, line.heard) for line in handed.lines]
        for each in handed.legs:
            at_ms = each.place.offset_ms
            told.append((at_ms, LevelHeard(each.leg, at_ms, at_ms + FRAME_MS, FLOOR_DBFS, False)))
            told.append((handed.judged_ms, RecognitionChanged(each.leg, True, handed.judged_ms, True)))
        for at_ms, entry in handed.noted:
            told += [(at_ms, each) for each in played_back([entry]) if not isinstance(each, HeardWords | Finding)]
        told.sort(key=lambda each: each[0])
        for number, (at_ms, observation) in enumerate(told):
            self._watch.feed(observation)
            self._remember(at_ms, observation)
            if number + 1 == len(told) or told[number + 1][0] > at_ms:
                self._watch.advance(at_ms)
        self._watch.advance(handed.judged_ms)

    def _note(self, observation: Observation) -> bool:
        changed = super()._note(observation)
        self._remember(self._judged_ms, observation)
        return changed

    def _words(self, heard: Recognized) -> None:
        if isinstance(heard, PhraseSpotted | RecognitionChanged):
            self._remember(self._judged_ms, heard)
        super()._words(heard)

    def _remember(self, at_ms: int, observation: Observation) -> None:
        if type(observation) not in _REMEMBERED:
            return
        if self._noted is None:
            self._noted = deque(maxlen=_MOST_NOTED)
        if (entry := entry_of(observation)) is not None:
            self._noted.append((at_ms, entry))
