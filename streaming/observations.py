"""One dataclass per thing heard or reported about a call. All times are milliseconds of call time."""

from dataclasses import dataclass
from typing import Literal

from streaming.frames import Leg, Party


@dataclass(frozen=True, slots=True)
class LevelHeard:
    """One 20 ms frame: RMS level in dBFS (−96.0 is digital silence) and whether the leg is speaking (with hangover)."""

    leg: Leg
    start_ms: int
    end_ms: int
    level_dbfs: float
    speaking: bool


@dataclass(frozen=True, slots=True)
class VoiceHeard:
    """One 10 ms hop of voiced speech: what the volume and tone rules measure. Unvoiced hops are not reported."""

    leg: Leg
    start_ms: int
    end_ms: int
    level_dbfs: float
    pitch_hz: float
    tilt_db: float  # energy 1–3.4 kHz over 0.1–1 kHz (alpha ratio of the telephone band)
    clipped_ratio: float


@dataclass(frozen=True, slots=True)
class SyllableHeard:
    """The loudest moment of a syllable, by energy alone: one in six is missed (recognition.md §3.3, 7)."""

    leg: Leg
    at_ms: int


@dataclass(frozen=True, slots=True)
class SoundPrinted:
    """What finished speech sounded like: 12 cepstra as signed bytes (eighths) per 40 ms, pauses left out.

    Enough to know a sentence again when the same voice says it again (`streaming/sound_print.py`).
    """

    leg: Leg
    start_ms: int
    end_ms: int
    rows: bytes


@dataclass(frozen=True, slots=True)
class LineHeard:
    """How one second of a leg's line was. None where too little was heard to say it.

    `floor_dbfs` is the quiet tenth of what is not speech in the last 5 s, `pause_dbfs` the same of the newest half
    second without speech (None when this second held none), `speech_dbfs` the middle level of the last 10 s of
    speech, of that over the present floor where there is some. `offset_ratio` is the constant part of the signal (1
    is full scale), `clipped_ratio` the share of samples of voiced speech at full scale, `voiced_ms` how much voice
    that is counted in.
    """

    leg: Leg
    start_ms: int
    end_ms: int
    floor_dbfs: float | None
    pause_dbfs: float | None
    speech_dbfs: float | None
    offset_ratio: float
    clipped_ratio: float
    voiced_ms: int


@dataclass(frozen=True, slots=True)
class PaceChanged:
    """The leg's audio comes `ratio` times as fast as its rate says, as with a wrong rate; 1.0: it is right again.

    Too slow, its audio is not heard until it is right: LegStalled is said after this, LegResumed when it is right.
    """

    leg: Leg
    at_ms: int
    ratio: float


@dataclass(frozen=True, slots=True)
class SoundLost:
    """Packets come, but since `start_ms` there is no sound in them: exact zeros or quieter than any line."""

    leg: Leg
    start_ms: int
    known_ms: int


@dataclass(frozen=True, slots=True)
class SoundFound:
    """Sound is on the leg again."""

    leg: Leg
    at_ms: int


@dataclass(frozen=True, slots=True)
class MusicStarted:
    """Music has been on the leg since `start_ms` (a call on hold whose PBX does not say so); known at `known_ms`."""

    leg: Leg
    start_ms: int
    known_ms: int


@dataclass(frozen=True, slots=True)
class MusicEnded:
    """The last tone of the music on the leg was at `at_ms`; known up to 2.5 s later."""

    leg: Leg
    at_ms: int


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The leg began to speak at `start_ms`; known a little later, at `known_ms`."""

    leg: Leg
    start_ms: int
    known_ms: int


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """One segment of speech, `start_ms` to `end_ms` (hangover taken off), known at `known_ms`."""

    leg: Leg
    start_ms: int
    end_ms: int
    known_ms: int


@dataclass(frozen=True, slots=True)
class GapHeard:
    """Audio that never came: unknown, not silent."""

    leg: Leg
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class LegStalled:
    """By the wall clock nothing has come on this leg since `at_ms`; it no longer holds the call clock back."""

    leg: Leg
    at_ms: int


@dataclass(frozen=True, slots=True)
class MediaLost:
    """By the wall clock no packet has come on a stalled leg for `lost_ms`, since `at_ms` of call time; said once."""

    leg: Leg
    at_ms: int
    lost_ms: int


@dataclass(frozen=True, slots=True)
class LegResumed:
    """Audio comes again on a leg that had stalled."""

    leg: Leg
    at_ms: int


@dataclass(frozen=True, slots=True)
class LegEnded:
    """The leg's stream is over at `at_ms`. `explicit` means the sender said so; otherwise the socket just closed."""

    leg: Leg
    at_ms: int
    explicit: bool


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """The agent picked up (a call without such an event counts as answered at its first audio)."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class HoldChanged:
    """The customer was put on hold, or taken off it."""

    on_hold: bool
    at_ms: int


@dataclass(frozen=True, slots=True)
class MuteChanged:
    """A leg muted its microphone at the PBX, or opened it again."""

    leg: Leg
    muted: bool
    at_ms: int


@dataclass(frozen=True, slots=True)
class PauseChanged:
    """The PBX asked not to listen to the call for a while, or to go on."""

    paused: bool
    at_ms: int


@dataclass(frozen=True, slots=True)
class SupervisorHeard:
    """From now on a supervisor's voice reaches this far; `legs` are those of ours that may hold it."""

    reach: Literal["nobody", "agent", "both"]
    legs: tuple[Leg, ...]
    at_ms: int


@dataclass(frozen=True, slots=True)
class CallTransferred:
    """A new agent segment begins; it is not a hang-up."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class HangUpReported:
    """The PBX (or the sender of the audio) says who ended the call."""

    party: Party
    at_ms: int
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class CallOver:
    """Nothing more will come. `final` is false when a bare socket close may still be revised by a later event."""

    at_ms: int
    final: bool


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word in call time; `confidence` is 0..1."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float


@dataclass(frozen=True, slots=True)
class WordsHeard:
    """What the recogniser makes of one utterance. A higher `revision` replaces a lower one; a final is immutable.

    Partials carry `text` only. Utterance numbers rise per leg. It comes late by design: order by `end_ms`.
    """

    leg: Leg
    utterance: int
    revision: int
    final: bool
    start_ms: int
    end_ms: int
    text: str
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class PhraseSpotted:
    """A phrase of the rules, heard by the ear that listens for nothing else. Late like words: order by `end_ms`.

    `phrase` is as it stands in the rules, `confidence` the mean of its words (0..1).
    """

    leg: Leg
    phrase: str
    start_ms: int
    end_ms: int
    confidence: float


@dataclass(frozen=True, slots=True)
class PhraseGuessed:
    """Something sounded like a phrase of the rules to the ear that listens for nothing else: not enough by itself.

    `distance` is how far it is off per sound of the phrase, above 0.
    """

    leg: Leg
    phrase: str
    start_ms: int
    end_ms: int
    distance: float


@dataclass(frozen=True, slots=True)
class BandHeard:
    """The leg's audio comes at this rate; said once, with its first block."""

    leg: Leg
    rate_hz: int


@dataclass(frozen=True, slots=True)
class RecognitionChanged:
    """How much the call's words can be trusted from now on: `listening` is false when recognition is off or behind.

    `phrases`: those of the rules are listened for all the same.
    """

    leg: Leg
    listening: bool
    at_ms: int
    phrases: bool = False


Observation = (
    LevelHeard
    | VoiceHeard
    | SyllableHeard
    | SoundPrinted
    | LineHeard
    | PaceChanged
    | SoundLost
    | SoundFound
    | MusicStarted
    | MusicEnded
    | SpeechStarted
    | SpeechEnded
    | GapHeard
    | LegStalled
    | MediaLost
    | LegResumed
    | LegEnded
    | CallAnswered
    | HoldChanged
    | MuteChanged
    | PauseChanged
    | SupervisorHeard
    | CallTransferred
    | HangUpReported
    | CallOver
    | WordsHeard
    | PhraseSpotted
    | PhraseGuessed
    | RecognitionChanged
    | BandHeard
)
