"""All detectors of one call: observations in, findings out."""

from collections.abc import Callable, Sequence
from typing import get_args

from alerts.alert import Measure
from alerts.coverage import WANTED, CallCoverage
from alerts.detectors.agent_hangup import AgentHangUpDetector
from alerts.detectors.dead_air import DeadAirDetector
from alerts.detectors.long_silence import LongSilenceDetector
from alerts.detectors.phrase import PhraseDetector, PhraseHit
from alerts.detectors.talk_over import TalkOverDetector
from alerts.detectors.volume_rise import VolumeRiseDetector
from alerts.end_of_call import lent_end_books
from alerts.findings import Finding
from alerts.guessed_phrases import GuessedPhrases
from alerts.lateness import Lateness
from alerts.phrase_book import PackBooks, PhraseBook, books_of
from alerts.reader import Reader
from alerts.roster import Detector, roster_of
from alerts.rules.call_so_far import Whose
from alerts.rules.current_phrases import PhraseShelf
from alerts.rules.rule_hit import RuleHit
from alerts.rules.rule_set import rules_of
from alerts.rules.rule_watch import RuleWatch
from alerts.whispered import Whispered
from config.detection import DetectionSettings
from config.hearing import HearingSettings
from config.rule_packs import RulePack
from streaming.frames import Leg
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
    LineHeard,
    MediaLost,
    Observation,
    PauseChanged,
    PhraseGuessed,
    PhraseSpotted,
    RecognitionChanged,
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

# Things heard that the detectors of this page do not know.
_ROSTER_ONLY = frozenset((SyllableHeard, SoundPrinted, SoundLost, SoundFound, MediaLost, PauseChanged, SupervisorHeard))

_Feed = Callable[[Observation], list[Finding]]


class CallWatch:
    """Feed it every observation of a call in call order, then `advance` to how far both legs have been heard.

    Words may come late, before and after the end of the call. Without a pack (a language without rules) the phrases
    abstain and the sound is judged alone. Observations only reach the detectors that want them: a level costs a
    set look-up.
    """

    def __init__(
        self,
        settings: DetectionSettings,
        pack: RulePack | None,
        reader: Reader = Reader.EN,
        hearing: HearingSettings | None = None,
        whose: Callable[[], Whose] = lambda: Whose(),
    ) -> None:
        hearing = hearing if hearing is not None else HearingSettings()
        lateness = Lateness.of(hearing)
        self.coverage = CallCoverage(settings, hearing, with_words=pack is not None)
        self._whispered = Whispered()
        self._settings = settings
        self._shelf = PhraseShelf(pack) if pack is not None else None
        self._rules = (
            RuleWatch(
                rules_of(pack, settings), settings.phrase, reader, whose, settings.missing_words.narrow_band_trusted
            )
            if pack is not None
            else None
        )
        alerting = self._book(lambda books: books.alerting)
        dead_air = DeadAirDetector(settings.dead_air, lateness)
        talk_over = TalkOverDetector(settings.talk_over, lateness)
        volume_rise = VolumeRiseDetector(settings.volume_rise)
        long_silence = LongSilenceDetector(settings.long_silence, lateness, self._book(lambda books: books.wait))
        self._phrase = PhraseDetector(settings.phrase, alerting, reader) if alerting is not None else None
        self._hang_up = AgentHangUpDetector(
            settings.hang_up,
            lent_end_books(self._shelf, pack, settings) if self._shelf is not None and pack is not None else None,
            settings.missing_words.narrow_band_trusted,
        )
        phrase: list[Detector] = [self._phrase] if self._phrase is not None else []
        self._detectors: list[Detector] = [dead_air, long_silence, talk_over, volume_rise, *phrase, self._hang_up]
        self._everybody = _feeds(self._detectors)
        sound = _feeds([dead_air, long_silence, talk_over, self._hang_up])
        line = _feeds([dead_air, long_silence, talk_over])
        words = _feeds([long_silence, *phrase, self._hang_up])
        ends = _feeds([dead_air, long_silence, talk_over, *phrase, self._hang_up])
        self._wanted: dict[type[Observation], Sequence[_Feed]] = {
            VoiceHeard: _feeds([volume_rise]),
            LineHeard: _feeds([volume_rise]),
            SpeechStarted: sound,
            SpeechEnded: sound,
            WordsHeard: words,
            PhraseSpotted: words,
            PhraseGuessed: (),
            RecognitionChanged: words,
            LegEnded: ends,
            LegResumed: ends,
            HangUpReported: ends,
            CallAnswered: sound,
            CallOver: sound,
            LegStalled: ends,
            BandHeard: _feeds([self._hang_up]),
            HoldChanged: self._everybody,
            CallTransferred: self._everybody,
        }
        self._line = line
        roster = roster_of(settings, lateness, pack, self._shelf, self._rules)
        for kind in get_args(Observation):
            # A kind that only the roster knows is for nobody else.
            others = () if kind in _ROSTER_ONLY else self._wanted.get(kind, line)
            self._wanted[kind] = (*others, *_feeds(list(roster.told(kind))))
        self._everybody = (*self._everybody, *_feeds(list(roster.told(LevelHeard))))
        self._clocked = [each.advance for each in self._detectors]
        self._clocked += [post.detector.advance for post in roster.posts if post.by_clock]
        self._heeding = [self._hang_up.heed, *(each.heed for each in roster.heeding)]
        self._tone = roster.tone
        self._levelled: set[Leg] = set()
        self._guesses = GuessedPhrases(pack) if pack is not None else None

    def feed(self, observation: Observation) -> list[Finding]:
        """Take one observation."""
        return [finding for each in self._whispered.take(observation) for finding in self.take(each)]

    def take(self, observation: Observation) -> list[Finding]:
        """Take what is no supervisor's."""
        if self._guesses is not None and isinstance(observation, (WordsHeard, PhraseGuessed)):
            findings = self._feed(observation)
            for spotted in self._guesses.feed(observation):
                findings += self._feed(spotted)
            return findings
        return self._feed(observation)

    def _feed(self, observation: Observation) -> list[Finding]:
        if isinstance(observation, LevelHeard):
            # The rules live on speech, not on levels: the first level only tells that the leg is there.
            if observation.leg in self._levelled:
                return []
            self._levelled.add(observation.leg)
            wanted: Sequence[_Feed] = self._everybody
        else:
            wanted = self._wanted[type(observation)]
        if type(observation) in WANTED:
            self.coverage.feed(observation)
        findings: list[Finding] = []
        for feed in wanted:
            findings += feed(observation)
        if self._phrase is not None and isinstance(observation, WordsHeard) and observation.final:
            for hit in self._phrase.unsure_of(observation):
                self.coverage.unsure(observation.leg, hit.start_ms, hit.end_ms)
        return self._heeded(findings) if findings else findings

    def advance(self, now_ms: int) -> list[Finding]:
        """Both legs have been heard up to `now_ms`; it never goes back."""
        findings: list[Finding] = []
        for advance in self._clocked:
            findings += advance(now_ms)
        return self._heeded(findings) if findings else findings

    def tone(self, leg: Leg) -> float:
        """How tense a leg sounds against its own beginning: 0 (calm, or not known yet) to 1."""
        return self._tone.tone(leg)

    def mood(self, leg: Leg) -> str:
        """Calm, tense or hostile."""
        return self._tone.mood(leg).value

    def hits_of(self, heard: WordsHeard) -> tuple[PhraseHit, ...]:
        """The pack's phrases in an utterance, for the transcript."""
        return self._phrase.hits_of(heard) if self._phrase is not None else ()

    def sure_hits(self, heard: WordsHeard) -> tuple[RuleHit, ...]:
        """Every rule that a final surely holds, once each; the same searches as `feed`, done once."""
        if self._phrase is None or self._rules is None:
            return ()
        alerting = [hit for hit in self._phrase.hits_of(heard) if not hit.provisional]
        hits = [RuleHit(hit.rule, hit.start_ms, hit.end_ms) for hit in alerting]
        return tuple({hit.rule: hit for hit in [*hits, *self._rules.hits_in(heard)]}.values())

    def change_rules(self, pack: RulePack) -> None:
        """Other rules of the same language from now on; what is known of rules that stay the same stays known.

        A call that began without rules goes on without.
        """
        if self._shelf is None or self._rules is None:
            return
        self._shelf.change(pack)
        if self._guesses is not None:
            self._guesses.change(pack)
        self._rules.change_rules(rules_of(pack, self._settings))

    def _book(self, pick: Callable[[PackBooks], PhraseBook]) -> PhraseBook | None:
        distance = self._settings.phrase.longest_distance
        return self._shelf.lend(lambda pack: pick(books_of(pack, distance))) if self._shelf is not None else None

    def _heeded(self, findings: list[Finding]) -> list[Finding]:
        """The findings, what others make of them, and what again others make of that."""
        for finding in findings:  # grows while it is read
            for heed in self._heeding:
                findings += heed(finding)
        return findings

    @property
    def verdict_facts(self) -> tuple[Measure, ...]:
        """What the verdict rests on; nothing before it is given."""
        return self._hang_up.facts

    @property
    def verdict(self) -> str | None:
        """Who ended the call and how, once that is judged."""
        verdict = self._hang_up.verdict
        return verdict.value if verdict is not None else None


def _feeds(detectors: Sequence[Detector]) -> tuple[_Feed, ...]:
    return tuple(detector.feed for detector in detectors)
