"""A supervisor in the call: a voice that may be the supervisor's is scored for nobody, nor is an unheard answer."""

from dataclasses import replace

from alerts.stretches import Stretches, overlap_ms
from streaming.frames import Leg
from streaming.observations import (
    LegEnded,
    LegResumed,
    LegStalled,
    LineHeard,
    MusicEnded,
    MusicStarted,
    Observation,
    PhraseGuessed,
    PhraseSpotted,
    SoundFound,
    SoundLost,
    SoundPrinted,
    SpeechEnded,
    SpeechStarted,
    SupervisorHeard,
    SyllableHeard,
    VoiceHeard,
    WordsHeard,
)

_ALWAYS = frozenset((SupervisorHeard, SpeechStarted, SpeechEnded, LegStalled, LegResumed, LegEnded))
_LATE = frozenset((WordsHeard, PhraseSpotted, PhraseGuessed, SoundPrinted))


class Whispered:
    """Stands before the rules. While a supervisor's voice may be on a leg, the rules hear nothing of it and are told
    that it has stalled; what runs when that begins ends there, and what is recognised of it later is dropped. While
    the customer hears a supervisor whom we do not, the agent's leg has stalled for the turns, but its words count.
    """

    def __init__(self) -> None:
        self._muffled: frozenset[Leg] = frozenset()
        self._unknown: frozenset[Leg] = frozenset()  # stalled by our word
        self._stalled: set[Leg] = set()  # by the line's own
        self._speaking: dict[Leg, int] = {}
        self._begun_ms: dict[Leg, int] = {}  # of speech that the rules were told of
        self._heard: dict[Leg, Stretches] = {}

    def take(self, observation: Observation) -> list[Observation]:
        """What the rules are to be told instead; most often the same."""
        kind = type(observation)
        if not self._unknown and kind not in _ALWAYS and not (self._heard and kind in _LATE):
            return [observation]
        match observation:
            case SupervisorHeard():
                return self._changed(observation)
            case LegStalled(leg=leg):
                self._stalled.add(leg)
                return [] if leg in self._unknown else [observation]
            case LegResumed(leg=leg):
                self._stalled.discard(leg)
                return [] if leg in self._unknown else [observation]
            case LegEnded(leg=leg):
                self._stalled.discard(leg)
                self._speaking.pop(leg, None)
                return [observation]
            case SpeechStarted(leg=leg, start_ms=start_ms):
                self._speaking[leg] = start_ms
                return self._begun(observation)
            case SpeechEnded(leg=leg):
                self._speaking.pop(leg, None)
                return self._ended(observation)
            case _:
                return [] if self._is_hidden(observation) else [observation]

    def _changed(self, heard: SupervisorHeard) -> list[Observation]:
        muffled = frozenset(heard.legs)
        unknown = muffled | ({Leg.AGENT} if heard.reach == "both" else set())
        told: list[Observation] = []
        for leg in sorted(self._muffled - muffled):
            self._heard[leg].end(heard.at_ms)
        resumed = [LegResumed(leg, heard.at_ms) for leg in sorted(self._unknown - unknown) if leg not in self._stalled]
        for leg in sorted(muffled - self._muffled):
            self._heard.setdefault(leg, Stretches(joined_ms=0)).begin(heard.at_ms)
            if (start_ms := self._begun_ms.pop(leg, None)) is not None and start_ms < heard.at_ms:
                told.append(SpeechEnded(leg, start_ms, heard.at_ms, heard.at_ms))
        stalled = [LegStalled(leg, heard.at_ms) for leg in sorted(unknown - self._unknown) if leg not in self._stalled]
        again = [
            SpeechStarted(leg, heard.at_ms, heard.at_ms)
            for leg in sorted(self._muffled - muffled)
            if leg in self._speaking
        ]
        self._begun_ms.update({each.leg: each.start_ms for each in again})
        self._muffled, self._unknown = muffled, frozenset(unknown)
        if heard.reach == "nobody":
            return [*told, *resumed, heard, *again]  # the coverage is told last that it was no stall
        return [*told, *resumed, heard, *stalled, *again]

    def _begun(self, started: SpeechStarted) -> list[Observation]:
        if started.leg in self._muffled:
            return []
        self._begun_ms[started.leg] = started.start_ms
        return [started]

    def _ended(self, ended: SpeechEnded) -> list[Observation]:
        begun_ms = self._begun_ms.pop(ended.leg, None)
        if ended.leg not in self._heard:
            return [ended]
        if ended.leg in self._muffled or begun_ms is None:
            return []
        if ended.end_ms <= begun_ms:
            return [replace(ended, start_ms=begun_ms, end_ms=begun_ms)]
        return [replace(ended, start_ms=max(begun_ms, ended.start_ms))]

    def _is_hidden(self, observation: Observation) -> bool:
        match observation:
            case WordsHeard() | PhraseSpotted() | PhraseGuessed() | SoundPrinted():
                stretches = self._heard.get(observation.leg)
                end_ms = observation.end_ms
                return stretches is not None and overlap_ms(stretches.until(end_ms), observation.start_ms, end_ms) > 0
            case (
                VoiceHeard()
                | SyllableHeard()
                | LineHeard()
                | SoundLost()
                | SoundFound()
                | MusicStarted()
                | MusicEnded()
            ):
                return observation.leg in self._muffled
            case _:
                return False
