"""Which detectors a call gets beside those that judge its end, and what each of them wants to be told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from alerts.detectors.background_noise import BackgroundNoiseDetector
from alerts.detectors.bad_media import BadMediaDetector
from alerts.detectors.customer_abandoned import CustomerAbandonedDetector
from alerts.detectors.fast_speech import FastSpeechDetector
from alerts.detectors.hostile_tone import HostileToneDetector
from alerts.detectors.interruption import InterruptionDetector
from alerts.detectors.long_hold import LongHoldDetector
from alerts.detectors.long_monologue import LongMonologueDetector
from alerts.detectors.lost_sound import LostSoundDetector
from alerts.detectors.missing_apology import MissingApologyDetector
from alerts.detectors.missing_closing import MissingClosingDetector
from alerts.detectors.missing_greeting import MissingGreetingDetector
from alerts.detectors.off_call_talk import OffCallTalkDetector
from alerts.detectors.repeated_question import RepeatedQuestionDetector
from alerts.detectors.slow_speech import SlowSpeechDetector
from alerts.findings import Finding
from alerts.lateness import Lateness
from alerts.phrase_book import PhraseBook
from alerts.rules.current_phrases import PhraseShelf
from alerts.rules.rule_watch import RuleWatch
from alerts.sounds_like.likeness import Murmured
from config.detection import DetectionSettings
from config.rule_packs import RulePack, Topic
from streaming.observations import (
    BandHeard,
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
    PaceChanged,
    PhraseSpotted,
    RecognitionChanged,
    SoundFound,
    SoundLost,
    SoundPrinted,
    SpeechEnded,
    SpeechStarted,
    SyllableHeard,
    VoiceHeard,
    WordsHeard,
)


class Detector(Protocol):
    """What every detector is: pure, fed in call order, the same findings for the same observations."""

    def feed(self, observation: Observation) -> list[Finding]:
        """Take one observation."""
        ...

    def advance(self, now_ms: int) -> list[Finding]:
        """Both legs have been heard up to `now_ms`."""
        ...


class Heeding(Protocol):
    """A detector that also listens to what the others find."""

    def heed(self, finding: Finding) -> list[Finding]:
        """Take a finding of another detector of the same call."""
        ...


@dataclass(frozen=True, slots=True)
class Post:
    """A detector, what it wants to be told (of levels only the first of each leg), and whether the clock moves it."""

    detector: Detector
    wants: frozenset[type[Observation]]
    by_clock: bool = True


_SPEECH: frozenset[type[Observation]] = frozenset((SpeechStarted, SpeechEnded))
_WORDS: frozenset[type[Observation]] = frozenset((WordsHeard, PhraseSpotted, RecognitionChanged, BandHeard))
_CALL: frozenset[type[Observation]] = frozenset((CallAnswered, CallTransferred, HangUpReported, HoldChanged, CallOver))
# What tells a `Line` how the line is.
_LINE: frozenset[type[Observation]] = frozenset(
    (LevelHeard, MuteChanged, MusicStarted, MusicEnded, GapHeard, LegStalled, LegResumed, LegEnded, *_CALL, *_SPEECH)
)


_MURMURED_DISTANCE = 0.4  # of two phrases of the greeting in one sentence: it may have been one


@dataclass(frozen=True, slots=True)
class _Books:
    greeting: PhraseBook
    murmured: Murmured
    closing: PhraseBook
    apology: PhraseBook
    complaints: PhraseBook
    anger: PhraseBook


@lru_cache(maxsize=64)  # three languages, five books, a few settings, and reloads of the rules
def _book_of(pack: RulePack, distance: float, *topics: Topic) -> PhraseBook:
    return PhraseBook(pack.language, pack.about(*topics), distance)


@lru_cache(maxsize=16)
def _murmured_of(pack: RulePack) -> Murmured:
    greetings = [phrase for rule in pack.about(Topic.GREETING) if rule.leg == "agent" for phrase in rule.phrases]
    return Murmured(greetings, pack.language, _MURMURED_DISTANCE)


def _books_of(shelf: PhraseShelf, pack: RulePack, settings: DetectionSettings) -> _Books:
    """Words that must be said may be misheard by more than words that must not: to hear them wrongly accuses nobody."""

    def book(distance: float, *topics: Topic) -> PhraseBook:
        return shelf.lend(lambda pack: _book_of(pack, distance, *topics))

    expected, angry = settings.missing_words.longest_distance, settings.phrase.longest_distance
    return _Books(
        greeting=book(expected, Topic.GREETING),
        murmured=_murmured_of(pack),
        closing=book(expected, Topic.CLOSING),
        apology=book(expected, Topic.APOLOGY),
        complaints=book(angry, Topic.ANGER, Topic.THREATS),
        anger=book(angry, Topic.ANGER),
    )


@dataclass(frozen=True, slots=True)
class Roster:
    """The detectors of one call; some of them also heed findings, one tells the tone of a voice."""

    posts: tuple[Post, ...]
    heeding: tuple[Heeding, ...]
    tone: HostileToneDetector

    def told(self, kind: type[Observation]) -> Iterable[Detector]:
        """Who wants an observation of this kind."""
        return (post.detector for post in self.posts if kind in post.wants)


def roster_of(
    settings: DetectionSettings,
    lateness: Lateness,
    pack: RulePack | None,
    shelf: PhraseShelf | None = None,
    rules: RuleWatch | None = None,
) -> Roster:
    """Fresh detectors for a call. Without a pack those that need words are left out.

    Books are lent by `shelf`; `rules` are the pack's own rules with conditions.
    """
    books = None
    if pack is not None:
        books = _books_of(shelf if shelf is not None else PhraseShelf(pack), pack, settings)
    tone = HostileToneDetector(settings.hostile_tone, books.anger if books is not None else None)
    abandoned = CustomerAbandonedDetector(settings.customer_abandoned, books.closing if books is not None else None)
    language = pack.language if pack is not None else None
    pace = frozenset((SyllableHeard, WordsHeard, RecognitionChanged, CallTransferred, *_SPEECH))
    posts = [
        Post(InterruptionDetector(settings.interruption, lateness), _LINE),
        Post(LongMonologueDetector(settings.long_monologue, lateness), _LINE),
        Post(LongHoldDetector(settings.long_hold), frozenset((HoldChanged, HangUpReported, CallOver))),
        Post(LostSoundDetector(settings.sound), _LINE | {SoundLost, SoundFound, MediaLost}),
        Post(
            BackgroundNoiseDetector(settings.background_noise),
            frozenset((LineHeard, HoldChanged, CallTransferred)),
            by_clock=False,
        ),
        Post(
            BadMediaDetector(settings.bad_media),
            frozenset((LineHeard, GapHeard, HoldChanged, PaceChanged)),
            by_clock=False,
        ),
        Post(FastSpeechDetector(settings.pace, language), pace, by_clock=False),
        Post(SlowSpeechDetector(settings.pace, language), pace, by_clock=False),
        Post(
            tone, frozenset((VoiceHeard, LineHeard, WordsHeard, PhraseSpotted, HoldChanged, CallTransferred, *_SPEECH))
        ),
        Post(abandoned, _SPEECH | _WORDS | _CALL | {LevelHeard}, by_clock=False),
    ]
    heeding: list[Heeding] = [tone, abandoned]
    if pack is not None and books is not None:
        posts += _word_posts(settings, pack, books, heeding)
    if rules is not None:
        posts.append(Post(rules, _LINE | _WORDS))
        heeding.append(rules)
    if settings.off_call_talk.enabled:
        talk = OffCallTalkDetector(settings.off_call_talk, lateness)
        posts.append(Post(talk, _SPEECH | {HoldChanged, MuteChanged, HangUpReported, CallOver}))
    return Roster(tuple(posts), tuple(heeding), tone)


def _word_posts(settings: DetectionSettings, pack: RulePack, books: _Books, heeding: list[Heeding]) -> Sequence[Post]:
    missing = settings.missing_words
    wants = _SPEECH | _WORDS | _CALL
    question = RepeatedQuestionDetector(settings.repeated_question, pack.language)
    posts = [Post(question, frozenset((WordsHeard, SoundPrinted, CallTransferred)), by_clock=False)]
    if pack.about(Topic.GREETING):
        posts.append(Post(MissingGreetingDetector(missing, books.greeting, books.murmured), wants | {LegEnded}))
    if pack.about(Topic.CLOSING):
        posts.append(Post(MissingClosingDetector(missing, books.closing), wants, by_clock=False))
    if missing.apology_enabled and pack.about(Topic.APOLOGY):
        apology = MissingApologyDetector(missing, books.complaints, books.apology)
        posts.append(Post(apology, wants))
        heeding.append(apology)
    return posts
