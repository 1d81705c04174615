"""What of a call could not be judged: which kinds, on which leg, from when to when, and why.

A rule that cannot see abstains; this is where it says so. It is no finding: nobody did anything wrong.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from alerts.alert import Kind
from alerts.stretches import Stretches, overlap_ms
from alerts.word_trust import WIDE_BAND_HZ, WordTrust
from config.detection import DetectionSettings
from config.hearing import HearingSettings
from streaming.frames import Leg
from streaming.observations import (
    BandHeard,
    CallOver,
    GapHeard,
    HangUpReported,
    HoldChanged,
    LegEnded,
    LegResumed,
    LegStalled,
    LevelHeard,
    LineHeard,
    Observation,
    PaceChanged,
    PauseChanged,
    RecognitionChanged,
    SupervisorHeard,
    WordsHeard,
)

_LEAST_VOICED_MS = 200  # of a second; what is clipped in less says nothing


class Cause(StrEnum):
    """Why a rule could not see."""

    NO_AUDIO = "no_audio"  # the leg was not there, or its audio was lost
    WRONG_RATE = "wrong_rate"  # it comes slower than its rate says: what is in it cannot be told
    STALLED = "stalled"  # nothing came for longer than a network's jitter
    PAUSED = "paused"  # the PBX asked not to listen
    WHISPER = "whisper"  # it may have been a supervisor's voice, or a supervisor's answer that we do not hear
    ONE_LEG = "one_leg"  # both parties on one leg: who of them it was cannot be told
    RECOGNITION_OFF = "recognition_off"
    PHRASES_ONLY = "phrases_only"  # only the phrases of the rules were listened for, no text written
    LOW_CONFIDENCE = "low_confidence"
    NARROW_BAND = "narrow_band"  # the model misses too many words of 8 kHz sound to call any of them missing
    CLIPPING = "clipping"


class Lack(StrEnum):
    """What of a leg's audio is not there, more than a network's jitter."""

    CAME_LATE = "came_late"  # the call had begun without it
    NO_SOUND = "no_sound"  # nothing comes now
    GAPS = "gaps"  # some of it did not come


@dataclass(frozen=True, slots=True)
class Undecided:
    """A stretch of call time in which rules of these kinds abstained; nothing was found, and nothing can be said."""

    kinds: tuple[Kind, ...]
    leg: Leg
    from_ms: int
    to_ms: int
    cause: Cause


_BOTH = (Leg.AGENT, Leg.CUSTOMER)
_MISSING = (Kind.MISSING_GREETING, Kind.MISSING_CLOSING, Kind.MISSING_APOLOGY)
# What each leg's words, and its level, are wanted for.
_WORDS = {
    Leg.AGENT: (Kind.PHRASE, Kind.ABUSE_AFTER_HANGUP, *_MISSING, Kind.REPEATED_QUESTION),
    Leg.CUSTOMER: (Kind.PHRASE, Kind.MISSING_APOLOGY),
    Leg.MIXED: (Kind.PHRASE,),
}
_LEVEL = (Kind.VOLUME_RISE, Kind.HOSTILE_TONE)
_TURNS = (Kind.DEAD_AIR, Kind.TALK_OVER, Kind.INTERRUPTION, Kind.LONG_MONOLOGUE)  # both parties' speech
_OF_ONE_PARTY = (Kind.FAST_SPEECH, Kind.SLOW_SPEECH, Kind.OFF_CALL_TALK)  # the agent's
_SOUND = {
    Leg.AGENT: (*_TURNS, Kind.LONG_SILENCE, *_LEVEL, Kind.BACKGROUND_NOISE, *_OF_ONE_PARTY, *_WORDS[Leg.AGENT]),
    Leg.CUSTOMER: (*_TURNS, Kind.LONG_SILENCE, *_LEVEL, Kind.BACKGROUND_NOISE, *_WORDS[Leg.CUSTOMER]),
    Leg.MIXED: (Kind.LONG_SILENCE, Kind.BACKGROUND_NOISE, Kind.PHRASE),
}
_NEEDS_TWO_LEGS = (
    *_TURNS, *_LEVEL, *_OF_ONE_PARTY, Kind.ONE_WAY_AUDIO, Kind.ABUSE_AFTER_HANGUP, *_MISSING, Kind.REPEATED_QUESTION
)  # fmt: skip
_OF_WORDS = frozenset((*_WORDS[Leg.AGENT], *_WORDS[Leg.CUSTOMER]))

_OF_LEGS = (BandHeard, GapHeard, LegEnded, LegResumed, LegStalled, LevelHeard, LineHeard, PaceChanged)
WANTED: frozenset[type[Observation]] = frozenset(
    (*_OF_LEGS, CallOver, HangUpReported, HoldChanged, PauseChanged, RecognitionChanged, SupervisorHeard, WordsHeard)
)
"""What `CallCoverage` wants to be fed."""


@dataclass(slots=True)
class _Leg:
    first_ms: int | None = None
    away_ms: int | None = None  # since when nothing comes
    away_cause: Cause = Cause.STALLED
    deaf_ms: int | None = None
    deaf_cause: Cause = Cause.RECOGNITION_OFF
    ended_ms: int | None = None  # the sender said that no more will come
    missed_ms: int = 0  # of audio, outside holds, as far as it is over
    late_ms: int = 0  # before its first audio, outside holds and pauses
    lost_ms: int = 0  # since then
    narrow: bool = False


class CallCoverage:
    """Feed it what the rules are fed, in call order; ask at any time.

    While the call is on hold nothing is owed to a silent leg. A leg that goes just before its call is over has only
    closed its line first. Stretches with the same kinds and cause are joined, so there are at most a few hundred.
    """

    def __init__(self, settings: DetectionSettings, hearing: HearingSettings, *, with_words: bool) -> None:
        """`with_words`: whether the call's language has rules at all."""
        idle = set() if with_words else set(_OF_WORDS)
        if not settings.missing_words.apology_enabled:
            idle.add(Kind.MISSING_APOLOGY)
        if not settings.off_call_talk.enabled:
            idle.add(Kind.OFF_CALL_TALK)
        self._idle = frozenset(idle)  # nobody listens for them, so nobody abstains
        self._clipped_ratio = settings.bad_media.clipped_ratio
        self._closing_ms = settings.hang_up.bare_close_ms
        self._least_confidence = settings.missing_words.word_confidence_ratio
        self._narrow_trusted = settings.missing_words.narrow_band_trusted
        self._least_ms = hearing.unknown_after_ms
        self._trust = WordTrust(Leg.AGENT, self._least_confidence)
        self._legs: dict[Leg, _Leg] = {}
        self._blind: dict[tuple[Leg, Cause, tuple[Kind, ...]], Stretches] = {}
        self._holds, self._pauses = Stretches(joined_ms=0), Stretches(joined_ms=0)
        self._whispers: dict[Leg, tuple[int, tuple[Kind, ...]]] = {}
        self._over_ms: int | None = None
        self._surely_over_ms: int | None = None  # whatever still comes on a leg

    def feed(self, observation: Observation) -> None:
        """Take what was heard or reported; of levels the first of each leg is enough."""
        match observation:
            case LevelHeard(leg=leg, start_ms=start_ms):
                self._first(self._leg(leg), leg, start_ms)
            case GapHeard(leg=leg, start_ms=start_ms, end_ms=end_ms):
                self._missed(leg, start_ms, end_ms)
            case PaceChanged(leg=leg, at_ms=at_ms, ratio=ratio) if ratio < 1:
                self._away(self._leg(leg), at_ms, Cause.WRONG_RATE)
            case SupervisorHeard():
                self._supervised(observation)
            case LegStalled(leg=leg) | LegResumed(leg=leg) if leg in self._whispers:
                pass  # by the word of `Whispered`: its audio comes
            case LegStalled(leg=leg, at_ms=at_ms):
                self._away(self._leg(leg), at_ms, Cause.STALLED)
            case LegResumed(leg=leg):
                self._leg(leg).away_ms = self._leg(leg).ended_ms = None
                self._over_ms = self._surely_over_ms
            case LegEnded(leg=leg, at_ms=at_ms, explicit=True):
                self._leg(leg).away_ms, self._leg(leg).ended_ms = None, at_ms
            case LegEnded(leg=leg, at_ms=at_ms):
                self._away(self._leg(leg), at_ms, Cause.NO_AUDIO)
            case HangUpReported(at_ms=at_ms) | CallOver(at_ms=at_ms):
                self._over_ms = at_ms if self._over_ms is None else min(at_ms, self._over_ms)
                if not isinstance(observation, CallOver) or observation.final:
                    self._surely_over_ms = self._over_ms
            case HoldChanged(on_hold=on_hold, at_ms=at_ms):
                (self._holds.begin if on_hold else self._holds.end)(at_ms)
            case PauseChanged(paused=paused, at_ms=at_ms):
                (self._pauses.begin if paused else self._pauses.end)(at_ms)
            case BandHeard(leg=leg, rate_hz=rate_hz):
                self._leg(leg).narrow = rate_hz < WIDE_BAND_HZ
            case RecognitionChanged():
                self._recognition(self._leg(observation.leg), observation)
            case LineHeard(leg=leg, start_ms=start_ms, end_ms=end_ms):
                if observation.clipped_ratio > self._clipped_ratio and observation.voiced_ms >= _LEAST_VOICED_MS:
                    self._add(leg, Cause.CLIPPING, _LEVEL, start_ms, end_ms)
            case WordsHeard(leg=Leg.AGENT, final=True, start_ms=start_ms, end_ms=end_ms):
                self._trust.feed(observation)
                if observation.words and self._trust.confidence < self._least_confidence:
                    self._add(Leg.AGENT, Cause.LOW_CONFIDENCE, _MISSING, start_ms, end_ms)
            case _:
                pass

    def unsure(self, leg: Leg, start_ms: int, end_ms: int) -> None:
        """Words here sounded like a phrase of the rules, and nobody was sure enough to say so."""
        self._add(leg, Cause.LOW_CONFIDENCE, (Kind.PHRASE,), start_ms, end_ms)

    def undecided(self, now_ms: int) -> tuple[Undecided, ...]:
        """In the order of their beginnings; what goes on still ends now."""
        blind = {key: stretches.copy() for key, stretches in self._blind.items()}
        for leg, cause, kinds, start_ms, end_ms in self._open(now_ms):
            blind.setdefault((leg, cause, kinds), Stretches()).add(start_ms, end_ms)
        return tuple(
            Undecided(listened_for, leg, from_ms, to_ms, cause)
            for from_ms, to_ms, leg, cause, kinds in sorted(
                (from_ms, to_ms, leg, cause, kinds)
                for (leg, cause, kinds), stretches in blind.items()
                for from_ms, to_ms in stretches.until(now_ms)
            )
            if (listened_for := tuple(kind for kind in kinds if kind not in self._idle))
        )

    def missed_ms(self, leg: Leg, now_ms: int) -> int:
        """Audio of the leg that never came, outside holds."""
        state = self._leg(leg)
        missed_ms = state.missed_ms
        if (since_ms := self._missing_since(state, now_ms)) is not None:
            missed_ms += self._off_hold_ms(since_ms, self._until(state, now_ms))
        return missed_ms

    def lacks(self, leg: Leg, now_ms: int) -> tuple[Lack, ...]:
        """What of the audio of a connected leg is not there; what a hold or a pause explains is not missing."""
        state = self._leg(leg)
        until_ms, since_ms = self._until(state, now_ms), self._missing_since(state, now_ms)
        owed = [] if since_ms is None else list(self._owed(since_ms, until_ms))
        if state.first_ms is None:  # it begins now
            return (Lack.CAME_LATE,) if _length_ms(owed) > self._least_ms else ()
        lacks = [Lack.CAME_LATE] if state.late_ms > self._least_ms else []
        lost_ms = state.lost_ms + _length_ms(owed)
        silent = state.away_cause is not Cause.WRONG_RATE and self._over_ms is None
        gone = silent and bool(owed) and owed[-1][1] == until_ms
        if gone or lost_ms > self._least_ms:
            lacks.append(Lack.NO_SOUND if gone else Lack.GAPS)
        return tuple(lacks)

    def was_paused(self, now_ms: int) -> bool:
        """Whether the PBX has asked not to listen, now or before."""
        return bool(self._pauses.until(now_ms))

    def ratio(self, now_ms: int, unheard_ms: Mapping[Leg, int]) -> float:
        """Analysed audio over the time that there was of each leg, outside holds (api.md: `coverage`), 0..1.

        `unheard_ms` is the speech of each leg for which no recogniser had time.
        """
        elapsed_ms = analysed_ms = 0
        for leg in self.expected:
            leg_ms = self._off_hold_ms(0, self._until(self._leg(leg), now_ms))
            elapsed_ms += leg_ms
            analysed_ms += max(0, leg_ms - self.missed_ms(leg, now_ms) - unheard_ms.get(leg, 0))
        return analysed_ms / elapsed_ms if elapsed_ms else 1.0

    @property
    def expected(self) -> tuple[Leg, ...]:
        """The legs that the call should have."""
        mixed = self._legs.get(Leg.MIXED)
        return (Leg.MIXED,) if mixed is not None and mixed.first_ms is not None else _BOTH

    def _supervised(self, heard: SupervisorHeard) -> None:
        for leg, (since_ms, kinds) in self._whispers.items():
            self._add(leg, Cause.WHISPER, kinds, since_ms, heard.at_ms)
        answers = {Leg.AGENT: (*_TURNS, Kind.LONG_SILENCE)} if heard.reach == "both" else {}
        muffled = {leg: _SOUND[leg] for leg in heard.legs}
        self._whispers = {leg: (heard.at_ms, kinds) for leg, kinds in {**answers, **muffled}.items()}

    def _leg(self, leg: Leg) -> _Leg:
        return self._legs.setdefault(leg, _Leg())

    def _first(self, state: _Leg, leg: Leg, start_ms: int) -> None:
        if state.first_ms is None:
            state.first_ms = start_ms
            self._missed(leg, 0, start_ms)
            state.late_ms, state.lost_ms = state.lost_ms, 0

    def _missed(self, leg: Leg, start_ms: int, end_ms: int) -> None:
        state = self._leg(leg)
        state.missed_ms += self._off_hold_ms(start_ms, end_ms)
        state.lost_ms += _length_ms(self._owed(start_ms, end_ms))
        cause = state.away_cause if state.away_ms is not None else Cause.NO_AUDIO
        state.away_ms = None
        self._add_audio(leg, cause, start_ms, end_ms)

    def _add_audio(self, leg: Leg, cause: Cause, start_ms: int, end_ms: int) -> None:
        for from_ms, to_ms in self._unexplained(start_ms, end_ms):
            self._add(leg, cause, _SOUND[leg], from_ms, to_ms)

    def _unexplained(self, start_ms: int, end_ms: int) -> Iterable[tuple[int, int]]:
        """What is left of a stretch without audio beside holds and pauses, and is more than jitter."""
        for from_ms, to_ms in self._owed(start_ms, end_ms):
            if to_ms - from_ms > self._least_ms:
                yield from_ms, to_ms

    def _owed(self, start_ms: int, end_ms: int) -> Iterable[tuple[int, int]]:
        """What of a stretch is neither hold nor pause."""
        for from_ms, to_ms in self._holds.outside(start_ms, end_ms):
            yield from self._pauses.outside(from_ms, to_ms)

    def _away(self, state: _Leg, at_ms: int, cause: Cause) -> None:
        if state.away_ms is None:
            state.away_ms, state.away_cause = at_ms, cause

    def _recognition(self, state: _Leg, changed: RecognitionChanged) -> None:
        if state.deaf_ms is not None:
            kinds = _unheard(changed.leg, state.deaf_cause)
            self._add(changed.leg, state.deaf_cause, kinds, state.deaf_ms, changed.at_ms)
        state.deaf_ms = None if changed.listening else changed.at_ms
        state.deaf_cause = Cause.PHRASES_ONLY if changed.phrases else Cause.RECOGNITION_OFF

    def _add(self, leg: Leg, cause: Cause, kinds: tuple[Kind, ...], start_ms: int, end_ms: int) -> None:
        if end_ms > start_ms:
            self._blind.setdefault((leg, cause, kinds), Stretches()).add(start_ms, end_ms)

    def _open(self, now_ms: int) -> Iterable[tuple[Leg, Cause, tuple[Kind, ...], int, int]]:
        """What goes on still."""
        for leg in self.expected:
            state = self._leg(leg)
            until_ms = self._until(state, now_ms)
            since_ms = self._missing_since(state, now_ms)
            if since_ms is not None:
                cause = state.away_cause if state.away_ms is not None else Cause.NO_AUDIO
                for from_ms, to_ms in self._unexplained(since_ms, until_ms):
                    yield leg, cause, _SOUND[leg], from_ms, to_ms
            for from_ms, to_ms in self._pauses.until(until_ms):
                yield leg, Cause.PAUSED, _SOUND[leg], from_ms, to_ms
            if leg in self._whispers and self._whispers[leg][0] < until_ms:
                yield leg, Cause.WHISPER, self._whispers[leg][1], self._whispers[leg][0], until_ms
            if state.first_ms is None or state.first_ms >= until_ms:
                continue
            if state.deaf_ms is not None and state.deaf_ms < until_ms:
                yield leg, state.deaf_cause, _unheard(leg, state.deaf_cause), state.deaf_ms, until_ms
            if leg is Leg.AGENT and state.narrow and not self._narrow_trusted:
                yield leg, Cause.NARROW_BAND, _MISSING, state.first_ms, until_ms
            if leg is Leg.MIXED:
                yield leg, Cause.ONE_LEG, _NEEDS_TWO_LEGS, 0, until_ms

    def _missing_since(self, state: _Leg, now_ms: int) -> int | None:
        since_ms = 0 if state.first_ms is None else state.away_ms
        until_ms = self._until(state, now_ms)
        closing = self._over_ms is not None and state.first_ms is not None
        if since_ms is None or since_ms >= until_ms or (closing and until_ms - since_ms <= self._closing_ms):
            return None
        return since_ms

    def _until(self, state: _Leg, now_ms: int) -> int:
        ends = (now_ms, state.ended_ms, self._over_ms)
        return min(each for each in ends if each is not None)

    def _off_hold_ms(self, start_ms: int, end_ms: int) -> int:
        return max(0, end_ms - start_ms) - overlap_ms(self._holds.until(end_ms), start_ms, end_ms)


def _length_ms(stretches: Iterable[tuple[int, int]]) -> int:
    return sum(to_ms - from_ms for from_ms, to_ms in stretches)


def _unheard(leg: Leg, cause: Cause) -> tuple[Kind, ...]:
    kinds = _WORDS[leg]
    if cause is Cause.PHRASES_ONLY:
        return tuple(kind for kind in kinds if kind not in (Kind.PHRASE, Kind.ABUSE_AFTER_HANGUP))
    return kinds
