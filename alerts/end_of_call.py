"""Everything that bears on how a call ends, gathered while it runs: closings, speech, warnings, trouble, lost lines."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from alerts.alert import Kind, Severity
from alerts.findings import Finding, Stage
from alerts.last_words import LastWords
from alerts.phrase_book import PhraseBook
from alerts.rules.current_phrases import PhraseShelf
from alerts.sounds_like.likeness import Murmured
from alerts.verdict import EndFacts
from config.detection import DetectionSettings, HangUpSettings
from config.rule_packs import RulePack, Topic
from streaming.frames import Leg, Party
from streaming.observations import (
    BandHeard,
    CallAnswered,
    CallOver,
    CallTransferred,
    HangUpReported,
    HoldChanged,
    LegEnded,
    LegResumed,
    LegStalled,
    LevelHeard,
    Observation,
    PhraseSpotted,
    RecognitionChanged,
    SpeechEnded,
    SpeechStarted,
    WordsHeard,
)

_SAME_MOMENT_MS = 50  # two parties reported nearer together than this: the exchange contradicts itself
_PEER_MS = 2_000  # who is reported this long after the other has only been sent away (protocols.md §3.5)
_SURVEY_MS = 10_000  # an announcement of the survey this long before the end is what the agent said last
_APART_MS = 1_500  # warnings nearer together are one
_MOST_WARNINGS = 16
_MURMURED_DISTANCE = 0.4
_TROUBLE = {Kind.HOSTILE_TONE: "hostile tone", Kind.DEAD_AIR: "dead air", Kind.VOLUME_RISE: "raised voice"}
_LOST = frozenset((Kind.ONE_WAY_AUDIO, Kind.NO_AUDIO))


@dataclass(frozen=True, slots=True)
class EndBooks:
    """The phrases that bear on the end of a call. Farewells may be misheard by more: that accuses nobody."""

    closings: PhraseBook
    murmured: Murmured
    warnings: PhraseBook
    surveys: PhraseBook
    anger: PhraseBook


@lru_cache(maxsize=16)  # three languages, a few settings, and reloads of the rules
def end_books_of(pack: RulePack, expected_distance: float, angry_distance: float) -> EndBooks:
    """The pack made ready; equal packs share one preparation."""
    closings = pack.about(Topic.CLOSING)
    said = [phrase for rule in closings if rule.leg == "agent" for phrase in rule.phrases]
    return EndBooks(
        closings=PhraseBook(pack.language, closings, expected_distance),
        murmured=Murmured(said, pack.language, _MURMURED_DISTANCE),
        warnings=PhraseBook(pack.language, pack.about(Topic.WARNING), expected_distance),
        surveys=PhraseBook(pack.language, pack.about(Topic.SURVEY), expected_distance),
        anger=PhraseBook(pack.language, pack.about(Topic.ANGER, Topic.THREATS), angry_distance),
    )


def lent_end_books(shelf: PhraseShelf, pack: RulePack, settings: DetectionSettings) -> EndBooks:
    """The same, as far as rules may change while the call runs."""
    expected, angry = settings.missing_words.longest_distance, settings.phrase.longest_distance

    def lent(pick: Callable[[EndBooks], PhraseBook]) -> PhraseBook:
        return shelf.lend(lambda pack: pick(end_books_of(pack, expected, angry)))

    return EndBooks(
        closings=lent(lambda books: books.closings),
        murmured=end_books_of(pack, expected, angry).murmured,
        warnings=lent(lambda books: books.warnings),
        surveys=lent(lambda books: books.surveys),
        anger=lent(lambda books: books.anger),
    )


class EndOfCall:
    """Feed it the call and what the other rules find; ask it for the facts once an end is known."""

    def __init__(self, settings: HangUpSettings, books: EndBooks | None, narrow_band_trusted: bool = False) -> None:
        self._settings, self._books = settings, books
        closings, murmured = (books.closings, books.murmured) if books is not None else (None, None)
        self.words = LastWords(closings, murmured, narrow_band_trusted)
        self._answered_ms = 0
        self._transferred_ms: int | None = None
        self._reports: list[HangUpReported] = []
        self._closed: dict[Leg, int] = {}
        self._over: CallOver | None = None
        self._on_hold_ms: int | None = None
        self._stalled_ms: dict[Leg, int] = {}
        self._without_sound: dict[str, Leg] = {}
        self._warned_ms: deque[int] = deque(maxlen=_MOST_WARNINGS)
        self._survey_ms: int | None = None
        self._trouble: dict[str, tuple[str, int]] = {}
        self._forbidden_ms: dict[str, int] = {}  # what the agent should not have said

    def feed(self, observation: Observation) -> bool:
        """Take what was heard or reported; false for what does not matter to the end."""
        match observation:
            case LevelHeard() | SpeechStarted() | SpeechEnded() | RecognitionChanged() | BandHeard():
                self.words.feed(observation)
            case WordsHeard(final=final):
                self.words.feed(observation)
                if final:
                    self._listen(observation)
            case PhraseSpotted():
                self.words.feed(observation)
                self._spot(observation)
            case CallAnswered(at_ms=at_ms):
                self._answered_ms = at_ms
            case CallTransferred(at_ms=at_ms):
                self._transferred_ms = at_ms
            case HoldChanged(on_hold=on_hold, at_ms=at_ms):
                self._on_hold_ms = at_ms if on_hold else None
            case HangUpReported():
                self._reports.append(observation)
            case LegStalled(leg=leg, at_ms=at_ms):
                self._stalled_ms.setdefault(leg, at_ms)
            case LegEnded(leg=leg, at_ms=at_ms):
                self._closed.setdefault(leg, at_ms)
            case LegResumed(leg=leg):
                self._closed.pop(leg, None)
                self._stalled_ms.pop(leg, None)
            case CallOver():
                self._over = observation
            case _:
                return False
        return True

    def heed(self, finding: Finding) -> bool:
        """What the other rules have found; false for what does not matter to the end."""
        if finding.kind in _TROUBLE:
            if finding.stage is Stage.WITHDRAWN or finding.severity is Severity.INFO:
                return self._trouble.pop(finding.event, None) is not None
            self._trouble[finding.event] = (_TROUBLE[finding.kind], finding.evidence.to_ms)
            return True
        if finding.kind is Kind.PHRASE and finding.leg is Leg.AGENT:
            if finding.stage is Stage.WITHDRAWN:
                return self._forbidden_ms.pop(finding.event, None) is not None
            self._forbidden_ms[finding.event] = finding.evidence.to_ms
            return True
        if finding.kind in _LOST:
            if finding.stage is Stage.CERTAIN:
                self._without_sound[finding.event] = finding.leg or Leg.CUSTOMER
            else:
                self._without_sound.pop(finding.event, None)
            return True
        return False

    @property
    def reported(self) -> HangUpReported | None:
        """Who is said to have ended the call: the first named by time; who comes second was only sent away."""
        named = [each for each in self._reports if each.party is not Party.UNKNOWN]
        return min(named or self._reports, key=lambda each: each.at_ms, default=None)

    @property
    def closed_ms(self) -> dict[Leg, int]:
        """Legs whose streams are over, and when."""
        return self._closed

    @property
    def over(self) -> CallOver | None:
        """Nothing more will come."""
        return self._over

    def end_ms(self) -> int:
        """Where the call ended, as far as that is known."""
        reported = self.reported
        if reported is not None:
            return reported.at_ms
        if self._closed:
            return min(self._closed.values())
        return self._over.at_ms if self._over is not None else 0

    def facts(self) -> EndFacts:
        """All that is known now."""
        words, end_ms, reported = self.words, self.end_ms(), self.reported
        spoke = words.spoke
        trouble = max(self._trouble.values(), key=lambda each: min(each[1], end_ms), default=None)
        return EndFacts(
            party=reported.party if reported is not None else Party.UNKNOWN,
            conflict=self._conflict(),
            cause=reported.cause if reported is not None else None,
            after_ms=max(0, end_ms - self._answered_ms),
            heard=frozenset(words.heard),
            spoke=frozenset(spoke),
            closed_ago_ms=tuple((leg, end_ms - at_ms) for leg, at_ms in sorted(self._closed.items())),
            transferred=self._transferred_away(),
            survey=self._survey_ms is not None and end_ms - self._survey_ms <= _SURVEY_MS,
            on_hold=self._on_hold_ms is not None and self._on_hold_ms <= end_ms,
            lost_leg=self._lost_leg(end_ms),
            words_trusted=words.trusted(Leg.AGENT),
            customer_ago_ms=self._ago(Leg.CUSTOMER, end_ms),
            agent_ago_ms=self._ago(Leg.AGENT, end_ms),
            customer_speaking=words.speaks_at(Leg.CUSTOMER, end_ms),
            agent_farewell_ago_ms=_before(words.closing_end_ms(Leg.AGENT), end_ms),
            customer_farewell_ago_ms=_before(words.closing_end_ms(Leg.CUSTOMER), end_ms),
            farewell_stands=words.farewell_stands(end_ms),
            farewell_perhaps=words.perhaps(end_ms),
            parted_quietly=words.parted_quietly(end_ms, self._settings.quiet_end_ms),
            warnings=sum(end_ms - at_ms <= self._settings.warned_ms for at_ms in self._warned_ms),
            forbidden_ago_ms=_before(max(self._forbidden_ms.values(), default=None), end_ms),
            trouble=trouble[0] if trouble is not None else None,
            trouble_ago_ms=max(0, end_ms - trouble[1]) if trouble is not None else None,
        )

    def _ago(self, leg: Leg, end_ms: int) -> int | None:
        return end_ms - self.words.last_speech_end_ms(leg, end_ms) if leg in self.words.spoke else None

    def _conflict(self) -> bool:
        first = self.reported
        if first is None or first.party is Party.UNKNOWN:
            return False
        return any(
            each.party not in (first.party, Party.UNKNOWN) and each.at_ms - first.at_ms < _SAME_MOMENT_MS
            for each in self._reports
        )

    def _transferred_away(self) -> bool:
        """The agent who left is the one who transferred: nobody has spoken on the agent's leg since.

        A transfer may be told up to two seconds behind the hang-up with which the agent finished it.
        """
        at_ms = self._transferred_ms
        if at_ms is None or at_ms > self.end_ms() + _PEER_MS:
            return False
        return not self.words.spoke_after(Leg.AGENT, at_ms)

    def _lost_leg(self, end_ms: int) -> Leg | None:
        for leg, at_ms in self._stalled_ms.items():
            closed_ms = self._closed.get(leg)
            if end_ms - at_ms >= self._settings.lost_ms and (closed_ms is None or closed_ms > at_ms):
                return leg
        return next(iter(self._without_sound.values()), None)

    def _listen(self, heard: WordsHeard) -> None:
        if self._books is None or not heard.text:
            return
        if heard.leg is Leg.AGENT:
            if self._books.warnings.find(heard.text, heard.leg):
                self._warn(heard.end_ms)
            if self._books.surveys.find(heard.text, heard.leg):
                self._survey_ms = heard.end_ms
        elif self._books.anger.find(heard.text, heard.leg):
            self._trouble[f"words:{heard.leg}"] = ("angry words", heard.end_ms)

    def _spot(self, spotted: PhraseSpotted) -> None:
        if self._books is None:
            return
        phrase, leg = spotted.phrase, spotted.leg
        if self._books.warnings.rules_with(phrase, leg):
            self._warn(spotted.end_ms)
        if self._books.surveys.rules_with(phrase, leg):
            self._survey_ms = spotted.end_ms
        if self._books.anger.rules_with(phrase, leg):
            self._trouble[f"words:{leg}"] = ("angry words", spotted.end_ms)

    def _warn(self, at_ms: int) -> None:
        if all(abs(at_ms - warned_ms) > _APART_MS for warned_ms in self._warned_ms):
            self._warned_ms.append(at_ms)


def _before(at_ms: int | None, end_ms: int) -> int | None:
    return max(0, end_ms - at_ms) if at_ms is not None else None
