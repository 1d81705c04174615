"""A tiny script language of turns, holds and words: observations in the order and with the lateness of a live call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

from alerts.findings import Finding
from streaming.frames import Leg, Party
from streaming.observations import (
    CallAnswered,
    CallOver,
    CallTransferred,
    GapHeard,
    HangUpReported,
    HoldChanged,
    LegEnded,
    LegResumed,
    LegStalled,
    LevelHeard,
    LineHeard,
    MediaLost,
    MusicEnded,
    MusicStarted,
    MuteChanged,
    Observation,
    PhraseSpotted,
    RecognitionChanged,
    SoundFound,
    SoundLost,
    SpeechEnded,
    SpeechStarted,
    SyllableHeard,
    VoiceHeard,
    Word,
    WordsHeard,
)

ONSET_LATE_MS = 120  # the beginning of speech is known this late
OFFSET_LATE_MS = 300  # its end
LATEST_OFFSET_MS = 384  # its end at the latest (tests/alerts/test_lateness.py)
FINAL_LATE_MS = 1_000  # its words
PARTIAL_LATE_MS = 400
SYLLABLE_LATE_MS = 100
SOUND_LATE_MS = 300
MUSIC_LATE_MS = 4_300
FRAME_MS = 20
HOP_MS = 10

AGENT, CUSTOMER, MIXED = Leg.AGENT, Leg.CUSTOMER, Leg.MIXED


class Hears(Protocol):
    """Anything fed like a detector."""

    def feed(self, observation: Observation) -> list[Finding]: ...

    def advance(self, now_ms: int) -> list[Finding]: ...


@dataclass
class Conversation:
    """A call as it is told line by line. Times are ms of call time; every line returns the conversation."""

    legs: tuple[Leg, ...] = (AGENT, CUSTOMER)
    final_late_ms: int = FINAL_LATE_MS
    told: list[tuple[int, Observation]] = field(default_factory=list)
    _utterances: dict[Leg, int] = field(default_factory=dict)
    _end_ms: int = 0

    def __post_init__(self) -> None:
        for leg in self.legs:
            self._tell(FRAME_MS, LevelHeard(leg, 0, FRAME_MS, -50.0, False))

    def speech(
        self,
        leg: Leg,
        start_ms: int,
        end_ms: int,
        known_late_ms: int = ONSET_LATE_MS,
        end_late_ms: int = OFFSET_LATE_MS,
    ) -> Self:
        """Sound of speech without words."""
        self._tell(start_ms + known_late_ms, SpeechStarted(leg, start_ms, start_ms + known_late_ms))
        return self._tell(end_ms + end_late_ms, SpeechEnded(leg, start_ms, end_ms, end_ms + end_late_ms))

    def says(self, leg: Leg, start_ms: int, end_ms: int, text: str, confidence: float = 0.9) -> Self:
        """Speech, then its words as one final."""
        self.speech(leg, start_ms, end_ms)
        return self.final(leg, start_ms, end_ms, text, confidence)

    def final(self, leg: Leg, start_ms: int, end_ms: int, text: str, confidence: float = 0.9, late_ms: int = 0) -> Self:
        """Words alone, evenly spread."""
        number = self._utterances[leg] = self._utterances.get(leg, 0) + 1
        heard = final_of(leg, number, start_ms, end_ms, text, confidence)
        return self._tell(end_ms + (late_ms or self.final_late_ms), heard)

    def partial(self, leg: Leg, start_ms: int, end_ms: int, text: str) -> Self:
        """What the recogniser makes of the next utterance so far."""
        number = self._utterances.get(leg, 0) + 1
        heard = WordsHeard(leg, number, end_ms, False, start_ms, end_ms, text)
        return self._tell(end_ms + PARTIAL_LATE_MS, heard)

    def voice(
        self, leg: Leg, start_ms: int, end_ms: int, level_dbfs: float, pitch_hz: float = 120.0, tilt_db: float = -12.0
    ) -> Self:
        """Voiced speech, every hop the same."""
        for at_ms in range(start_ms, end_ms, HOP_MS):
            self._tell(at_ms + HOP_MS, VoiceHeard(leg, at_ms, at_ms + HOP_MS, level_dbfs, pitch_hz, tilt_db, 0.0))
        return self

    def syllables(self, leg: Leg, start_ms: int, end_ms: int, per_s: float) -> Self:
        """Syllables at an even pace, known a moment later."""
        for number in range(int((end_ms - start_ms) * per_s / 1_000)):
            at_ms = start_ms + round(number * 1_000 / per_s)
            self._tell(at_ms + SYLLABLE_LATE_MS, SyllableHeard(leg, at_ms))
        return self

    def spotted(self, leg: Leg, start_ms: int, end_ms: int, phrase: str, confidence: float = 0.9) -> Self:
        """A phrase of the pack, heard by the ear for phrases."""
        return self._tell(end_ms + PARTIAL_LATE_MS, PhraseSpotted(leg, phrase, start_ms, end_ms, confidence))

    def line(
        self,
        leg: Leg,
        start_ms: int,
        end_ms: int,
        floor_dbfs: float | None = -60.0,
        speech_dbfs: float | None = -28.0,
        pause_dbfs: float | None = None,
        offset_ratio: float = 0.0,
        clipped_ratio: float = 0.0,
        voiced_ms: int = 400,
    ) -> Self:
        """How the line was, second by second."""
        for at_ms in range(start_ms, end_ms, 1_000):
            heard = LineHeard(
                leg, at_ms, at_ms + 1_000, floor_dbfs, pause_dbfs, speech_dbfs, offset_ratio, clipped_ratio, voiced_ms
            )
            self._tell(at_ms + 1_000, heard)
        return self

    def soundless(self, leg: Leg, start_ms: int, end_ms: int | None = None) -> Self:
        """Packets without any sound in them."""
        self._tell(start_ms + SOUND_LATE_MS, SoundLost(leg, start_ms, start_ms + SOUND_LATE_MS))
        return self if end_ms is None else self._tell(end_ms + 60, SoundFound(leg, end_ms))

    def no_packets(self, leg: Leg, at_ms: int, until_ms: int | None = None) -> Self:
        """A stall so long that it is said again."""
        self._tell(at_ms + 300, LegStalled(leg, at_ms))
        self._tell(at_ms + 2_000, MediaLost(leg, at_ms, 2_000))
        return self if until_ms is None else self._tell(until_ms, LegResumed(leg, until_ms))

    def answered(self, at_ms: int) -> Self:
        return self._tell(at_ms, CallAnswered(at_ms))

    def hold(self, at_ms: int, until_ms: int | None = None) -> Self:
        self._tell(at_ms, HoldChanged(True, at_ms))
        return self if until_ms is None else self._tell(until_ms, HoldChanged(False, until_ms))

    def music(self, leg: Leg, start_ms: int, end_ms: int) -> Self:
        """A hold that no PBX reports: its tune is known after more than four seconds, its end after two."""
        self._tell(start_ms + MUSIC_LATE_MS, MusicStarted(leg, start_ms, start_ms + MUSIC_LATE_MS))
        return self._tell(end_ms + 2_000, MusicEnded(leg, end_ms))

    def mute(self, leg: Leg, at_ms: int, until_ms: int) -> Self:
        self._tell(at_ms, MuteChanged(leg, True, at_ms))
        return self._tell(until_ms, MuteChanged(leg, False, until_ms))

    def gap(self, leg: Leg, start_ms: int, end_ms: int) -> Self:
        return self._tell(end_ms, GapHeard(leg, start_ms, end_ms))

    def stall(self, leg: Leg, at_ms: int, until_ms: int) -> Self:
        self._tell(at_ms + 300, LegStalled(leg, at_ms))
        self._tell(until_ms, LegResumed(leg, until_ms))
        return self._tell(until_ms, GapHeard(leg, at_ms, until_ms))

    def deaf(self, leg: Leg, at_ms: int, until_ms: int | None = None) -> Self:
        self._tell(at_ms, RecognitionChanged(leg, False, at_ms))
        return self if until_ms is None else self._tell(until_ms, RecognitionChanged(leg, True, until_ms))

    def transfer(self, at_ms: int, late_ms: int = 0) -> Self:
        return self._tell(at_ms + late_ms, CallTransferred(at_ms))

    def hang_up(self, party: Party, at_ms: int, late_ms: int = 0, cause: str | None = None) -> Self:
        return self._tell(at_ms + late_ms, HangUpReported(party, at_ms, cause))

    def leg_ends(self, leg: Leg, at_ms: int, explicit: bool = True) -> Self:
        return self._tell(at_ms, LegEnded(leg, at_ms, explicit))

    def leg_resumes(self, leg: Leg, at_ms: int, late_ms: int = 0) -> Self:
        return self._tell(at_ms + late_ms, LegResumed(leg, at_ms))

    def over(self, at_ms: int, final: bool = True, late_ms: int = 200) -> Self:
        return self._tell(at_ms + late_ms, CallOver(at_ms, final))

    def quiet_until(self, end_ms: int) -> Self:
        """Both legs go on, saying nothing."""
        self._end_ms = max(self._end_ms, end_ms)
        return self

    def observations(self) -> Iterator[tuple[int, Observation]]:
        """When each thing is known, in call order."""
        yield from sorted(self.told, key=lambda item: item[0])

    def play(self, hears: Hears, stride_ms: int = FRAME_MS) -> list[Finding]:
        """Feed it all, advancing every `stride_ms`; returns every finding in order."""
        findings: list[Finding] = []
        now_ms = 0
        for known_ms, observation in self.observations():
            while now_ms + stride_ms <= known_ms:
                now_ms += stride_ms
                findings += hears.advance(now_ms)
            findings += hears.feed(observation)
        while now_ms < self._end_ms:
            now_ms += stride_ms
            findings += hears.advance(now_ms)
        return findings

    def knows(self, known_ms: int, observation: Observation) -> Self:
        """Anything else."""
        return self._tell(known_ms, observation)

    def _tell(self, known_ms: int, observation: Observation) -> Self:
        self.told.append((known_ms, observation))
        self._end_ms = max(self._end_ms, known_ms)
        return self


def final_of(leg: Leg, utterance: int, start_ms: int, end_ms: int, text: str, confidence: float = 0.9) -> WordsHeard:
    """A final whose words share its time by their letters."""
    words: list[Word] = []
    letters, said = max(1, len(text.replace(" ", ""))), 0
    for token in text.split():
        from_ms = start_ms + (end_ms - start_ms) * said // letters
        said += len(token)
        words.append(Word(token, from_ms, start_ms + (end_ms - start_ms) * said // letters, confidence))
    return WordsHeard(leg, utterance, 1_000_000, True, start_ms, end_ms, text, tuple(words))


def with_confidence(heard: WordsHeard, confidence: float) -> WordsHeard:
    """The same words, less or more sure."""
    return replace(heard, words=tuple(replace(word, confidence=confidence) for word in heard.words))


def stages(findings: Sequence[Finding]) -> list[str]:
    """`kind stage` of each finding, in order."""
    return [f"{finding.kind} {finding.stage}" for finding in findings]


def measured(finding: Finding, name: str) -> int | float | str | bool:
    """One value of the evidence."""
    return next(measure.value for measure in finding.evidence.values if measure.name == name)
