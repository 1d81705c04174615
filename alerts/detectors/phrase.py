"""Phrases of the rule pack: forbidden words of the agent, threats of the customer, abuse once the customer is gone."""

from dataclasses import dataclass, replace

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.phrase_book import Found, PhraseBook
from alerts.reader import Reader
from alerts.spoken import spoken
from config.detection import PhraseSettings
from config.rule_packs import Rule, Topic
from streaming.frames import Leg, Party
from streaming.observations import (
    HangUpReported,
    LegEnded,
    LegResumed,
    Observation,
    RecognitionChanged,
    WordsHeard,
)

_SEVERITIES = {"minor": Severity.MINOR, "major": Severity.MAJOR, "critical": Severity.CRITICAL}
_FORGET_MS = 120_000  # an utterance's finding is remembered this long for its final


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """A rule's phrase inside an utterance's text, for the transcript."""

    rule: str
    start_ms: int
    end_ms: int
    from_char: int
    to_char: int
    provisional: bool


@dataclass(slots=True)
class _Seen:
    """A phrase of one utterance: its last finding and when a partial last held it."""

    finding: Finding
    seen_ms: int


class PhraseDetector:
    """Partials raise provisional findings; the final of the same utterance confirms or withdraws them.

    A final counts when its words are sure enough or it sounds (nearly) the same. While a leg's recognition is off,
    nothing is concluded from its words. What the agent says after the customer is gone is `abuse_after_hangup`, on
    finals only.
    """

    def __init__(self, settings: PhraseSettings, phrases: PhraseBook, reader: Reader) -> None:
        self._settings = settings
        self._phrases = phrases
        self._reader = reader
        self._deaf_from_ms: dict[Leg, int] = {}
        self._seen: dict[tuple[Leg, int, str], _Seen] = {}
        self._customer_gone_ms: int | None = None
        self._now_ms = 0
        self._last: tuple[WordsHeard, list[Found]] | None = None

    def feed(self, observation: Observation) -> list[Finding]:
        """Take what was said or reported."""
        match observation:
            case WordsHeard():
                return self._listen(observation)
            case RecognitionChanged(leg=leg, listening=True):
                self._deaf_from_ms.pop(leg, None)
            case RecognitionChanged(leg=leg, at_ms=at_ms):
                self._deaf_from_ms[leg] = at_ms
            case HangUpReported(party=Party.CUSTOMER, at_ms=at_ms) | LegEnded(leg=Leg.CUSTOMER, at_ms=at_ms):
                self._customer_gone_ms = min(at_ms, self._customer_gone_ms or at_ms)
            case LegResumed(leg=Leg.CUSTOMER):
                self._customer_gone_ms = None
            case _:
                pass
        return []

    def advance(self, now_ms: int) -> list[Finding]:
        """Withdraw what no partial has held for too long; forget old utterances."""
        self._now_ms = now_ms
        if not self._seen:
            return []
        findings: list[Finding] = []
        for key, seen in list(self._seen.items()):
            provisional = seen.finding.stage is Stage.PROVISIONAL
            if provisional and now_ms - seen.seen_ms > self._settings.confirm_ms:
                findings.append(self._withdraw(key))
            elif now_ms - seen.seen_ms > _FORGET_MS:
                del self._seen[key]
        return findings

    def hits_of(self, heard: WordsHeard) -> tuple[PhraseHit, ...]:
        """The phrases inside an utterance's text, certain or not; the same search as `feed`, done once."""
        hits: list[PhraseHit] = []
        for found in self._found(heard):
            said = spoken(heard, found.stretch)
            provisional = not (heard.final and self._sure(found, said.confidence))
            stretch = found.stretch
            hits.append(
                PhraseHit(found.rule.id, said.start_ms, said.end_ms, stretch.from_char, stretch.to_char, provisional)
            )
        return tuple(hits)

    def _found(self, heard: WordsHeard) -> list[Found]:
        if self._last is None or self._last[0] is not heard:
            self._last = (heard, self._phrases.find(heard.text, heard.leg))
        return self._last[1]

    def _listen(self, heard: WordsHeard) -> list[Finding]:
        deaf_from_ms = self._deaf_from_ms.get(heard.leg)
        if deaf_from_ms is not None and (not heard.final or heard.start_ms >= deaf_from_ms):
            return []
        findings: list[Finding] = []
        held: set[str] = set()
        for found in self._found(heard):
            held.add(found.rule.id)
            findings += self._say(heard, found)
        if heard.final:
            gone = [
                key
                for key, seen in self._seen.items()
                if key[:2] == (heard.leg, heard.utterance)
                and seen.finding.stage is Stage.PROVISIONAL
                and (key[2] not in held)
            ]
            findings += [self._withdraw(key) for key in gone]
        return findings

    def _say(self, heard: WordsHeard, found: Found) -> list[Finding]:
        said = spoken(heard, found.stretch)
        key = (heard.leg, heard.utterance, found.rule.id)
        seen = self._seen.get(key)
        after_call = self._after_call(heard, found.rule)
        if heard.final:
            if seen is not None and seen.finding.stage is Stage.CERTAIN:
                return []
            if not self._sure(found, said.confidence):
                provisional = seen is not None and seen.finding.stage is Stage.PROVISIONAL
                return [self._withdraw(key)] if provisional else []
            stage = Stage.CERTAIN
        elif after_call or (seen is not None and seen.finding.stage is not Stage.PROVISIONAL):
            return []
        else:
            stage = Stage.PROVISIONAL
        finding = self._finding(heard, found, stage, after_call)
        self._seen[key] = _Seen(finding, max(heard.end_ms, self._now_ms))
        return [] if seen is not None and stage is Stage.PROVISIONAL else [finding]

    def _sure(self, found: Found, confidence: float | None) -> bool:
        close = found.stretch.distance <= self._settings.close_distance
        return close or confidence is None or confidence >= self._settings.word_confidence_ratio

    def _after_call(self, heard: WordsHeard, rule: Rule) -> bool:
        gone_ms = self._customer_gone_ms
        return (
            gone_ms is not None
            and heard.leg is Leg.AGENT
            and rule.topic is Topic.FORBIDDEN
            and heard.start_ms >= gone_ms
        )

    def _withdraw(self, key: tuple[Leg, int, str]) -> Finding:
        return replace(self._seen.pop(key).finding, stage=Stage.WITHDRAWN)

    def _finding(self, heard: WordsHeard, found: Found, stage: Stage, after_call: bool) -> Finding:
        rule, stretch, said = found.rule, found.stretch, spoken(heard, found.stretch)
        values = [Measure("phrase", found.phrase), Measure("distance", round(stretch.distance, 3))]
        if said.confidence is not None:
            values.append(Measure("word_confidence", round(said.confidence, 2)))
        kind = Kind.ABUSE_AFTER_HANGUP if after_call else Kind.PHRASE
        severity = Severity.CRITICAL if after_call else _SEVERITIES[rule.severity or "minor"]
        return Finding(
            kind=kind,
            rule=rule.id,
            event=f"{kind}:{rule.id}:{heard.leg}:{heard.utterance}",
            stage=stage,
            severity=severity,
            leg=heard.leg,
            audio_end_ms=said.end_ms,
            refractory_ms=self._settings.refractory_ms,
            evidence=Evidence(
                from_ms=said.start_ms,
                to_ms=said.end_ms,
                values=tuple(values),
                threshold=(Measure("longest_distance", self._settings.longest_distance),),
                text=heard.text[stretch.from_char : stretch.to_char],
            ),
            title="" if after_call else self._reader.of(rule.title),
            advice="" if after_call else self._reader.of(rule.advice),
            clause=None if after_call else rule.clause,
        )
