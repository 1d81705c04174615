"""Phrases of the rule pack, spotted or read in the text: forbidden words, threats, abuse once the customer is gone."""

from dataclasses import dataclass, replace
from enum import StrEnum

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.phrase_book import Found, PhraseBook
from alerts.reader import Reader, by_language
from alerts.spoken import Spoken, spoken
from config.detection import PhraseSettings
from config.rule_packs import Rule, Topic
from streaming.frames import Leg, Party
from streaming.observations import (
    HangUpReported,
    LegEnded,
    LegResumed,
    Observation,
    PhraseSpotted,
    RecognitionChanged,
    WordsHeard,
)

_SEVERITIES = {"minor": Severity.MINOR, "major": Severity.MAJOR, "critical": Severity.CRITICAL}
_FORGET_MS = 120_000  # an utterance's finding is remembered this long for its final
_NEAR_MS = 2_000


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """A rule's phrase inside an utterance's text, for the transcript."""

    rule: str
    start_ms: int
    end_ms: int
    from_char: int
    to_char: int
    provisional: bool


class _Ear(StrEnum):
    """Who heard it: the recogniser that writes everything, the one that listens for phrases, or both."""

    TEXT = "text"
    SPOTTING = "spotting"
    BOTH = "both"


@dataclass(slots=True)
class _Seen:
    """An event of one rule on one leg: its last finding, who heard it, and when it was last held."""

    finding: Finding
    ear: _Ear
    utterance: int | None  # None: spotted, and in no text so far
    seen_ms: int

    def is_near(self, start_ms: int, end_ms: int) -> bool:
        """Overlapping, or nearly: the two ears agree on times by a second or so (partials are placed by characters)."""
        evidence = self.finding.evidence
        return start_ms - _NEAR_MS <= evidence.to_ms and evidence.from_ms <= end_ms + _NEAR_MS


class PhraseDetector:
    """Partials raise provisional findings; the final of the same utterance confirms or withdraws them.

    A final counts when its words are sure enough or it sounds (nearly) the same. A spotted phrase counts at once, and
    confirms what a partial raised: what both ears hear within two seconds is one event. While a leg's recognition is
    off, nothing is concluded from its words. What the agent says after the customer is gone is `abuse_after_hangup`,
    never on partials.
    """

    def __init__(self, settings: PhraseSettings, phrases: PhraseBook, reader: Reader) -> None:
        self._settings = settings
        self._phrases = phrases
        self._reader = reader
        self._deaf_from_ms: dict[Leg, int] = {}
        self._seen: dict[tuple[Leg, str], list[_Seen]] = {}  # by leg and rule
        self._customer_gone_ms: int | None = None
        self._now_ms = 0
        self._last: tuple[WordsHeard, list[Found]] | None = None

    def feed(self, observation: Observation) -> list[Finding]:
        """Take what was said or reported."""
        match observation:
            case WordsHeard():
                return self._listen(observation)
            case PhraseSpotted():
                return self._spot(observation)
            case RecognitionChanged(leg=leg, listening=True):
                self._deaf_from_ms.pop(leg, None)
            case RecognitionChanged(leg=leg, at_ms=at_ms):
                self._deaf_from_ms.setdefault(leg, at_ms)
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
        for key, events in list(self._seen.items()):
            for seen in list(events):
                provisional = seen.finding.stage is Stage.PROVISIONAL
                if provisional and now_ms - seen.seen_ms > self._settings.confirm_ms:
                    findings.append(self._withdraw(key, seen))
                elif now_ms - seen.seen_ms > _FORGET_MS:
                    self._forget(key, seen)
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

    def unsure_of(self, heard: WordsHeard) -> tuple[PhraseHit, ...]:
        """The phrases of a final that was heard just now which neither ear was sure enough of."""
        return tuple(
            hit
            for hit in self.hits_of(heard)
            if hit.provisional
            and not any(seen.is_near(hit.start_ms, hit.end_ms) for seen in self._seen.get((heard.leg, hit.rule), []))
        )

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
            for key, events in list(self._seen.items()):
                if key[0] is heard.leg and key[1] not in held:
                    findings += [
                        self._withdraw(key, seen)
                        for seen in list(events)
                        if seen.utterance == heard.utterance and seen.finding.stage is Stage.PROVISIONAL
                    ]
        return findings

    def _say(self, heard: WordsHeard, found: Found) -> list[Finding]:
        said = spoken(heard, found.stretch)
        key = (heard.leg, found.rule.id)
        seen = self._seen_in_text(key, heard, said)
        after_call = self._after_call(heard.leg, heard.start_ms, found.rule)
        sure = heard.final and self._sure(found, said.confidence)
        if seen is not None and seen.finding.stage is Stage.CERTAIN:
            return self._agree(seen, _Ear.TEXT) if sure else []
        if heard.final and not sure:
            return [self._withdraw(key, seen)] if seen is not None else []
        if not heard.final and after_call:
            return []
        finding = self._finding_in_text(heard, found, Stage.CERTAIN if sure else Stage.PROVISIONAL, after_call)
        seen_ms = max(heard.end_ms, self._now_ms)
        if seen is None:
            self._seen.setdefault(key, []).append(_Seen(finding, _Ear.TEXT, heard.utterance, seen_ms))
            return [finding]
        seen.seen_ms = seen_ms
        if not sure:
            return []
        seen.finding = finding
        return [finding]

    def _spot(self, spotted: PhraseSpotted) -> list[Finding]:
        findings: list[Finding] = []
        for rule in self._phrases.rules_with(spotted.phrase, spotted.leg):
            key = (spotted.leg, rule.id)
            near = [seen for seen in self._seen.get(key, []) if seen.is_near(spotted.start_ms, spotted.end_ms)]
            certain = next((seen for seen in near if seen.finding.stage is Stage.CERTAIN), None)
            if certain is not None:
                findings += self._agree(certain, _Ear.SPOTTING)
                continue
            seen_ms = max(spotted.end_ms, self._now_ms)
            if near:
                near[0].finding = finding = self._confirmed(near[0].finding, spotted, rule)
                near[0].ear, near[0].seen_ms = _Ear.BOTH, seen_ms
            else:
                finding = self._finding_spotted(spotted, rule)
                self._seen.setdefault(key, []).append(_Seen(finding, _Ear.SPOTTING, None, seen_ms))
            findings.append(finding)
        return findings

    def _seen_in_text(self, key: tuple[Leg, str], heard: WordsHeard, said: Spoken) -> _Seen | None:
        """The event of this utterance, or a spotted one near by that no other utterance has claimed."""
        events = self._seen.get(key, [])
        of_utterance = next((seen for seen in events if seen.utterance == heard.utterance), None)
        if of_utterance is not None:
            return of_utterance
        unclaimed = (seen for seen in events if seen.utterance is None and seen.is_near(said.start_ms, said.end_ms))
        seen = next(unclaimed, None)
        if seen is not None and heard.final:
            seen.utterance = heard.utterance
        return seen

    def _agree(self, seen: _Seen, ear: _Ear) -> list[Finding]:
        """The other ear has heard a certain phrase too: told once, as more evidence."""
        if seen.ear in (ear, _Ear.BOTH):
            return []
        seen.ear = _Ear.BOTH
        values = tuple(
            Measure("ear", _Ear.BOTH.value) if each.name == "ear" else each for each in seen.finding.evidence.values
        )
        seen.finding = replace(seen.finding, evidence=replace(seen.finding.evidence, values=values))
        return [replace(seen.finding, stage=Stage.REVISED)]

    def _sure(self, found: Found, confidence: float | None) -> bool:
        close = found.stretch.distance <= self._settings.close_distance
        return close or confidence is None or confidence >= self._settings.word_confidence_ratio

    def _after_call(self, leg: Leg, start_ms: int, rule: Rule) -> bool:
        gone_ms = self._customer_gone_ms
        return gone_ms is not None and leg is Leg.AGENT and rule.topic is Topic.FORBIDDEN and start_ms >= gone_ms

    def _withdraw(self, key: tuple[Leg, str], seen: _Seen) -> Finding:
        self._forget(key, seen)
        return replace(seen.finding, stage=Stage.WITHDRAWN)

    def _forget(self, key: tuple[Leg, str], seen: _Seen) -> None:
        self._seen[key].remove(seen)
        if not self._seen[key]:
            del self._seen[key]

    def _finding_in_text(self, heard: WordsHeard, found: Found, stage: Stage, after_call: bool) -> Finding:
        stretch, said = found.stretch, spoken(heard, found.stretch)
        values = [Measure("phrase", found.phrase), Measure("distance", round(stretch.distance, 3))]
        if said.confidence is not None:
            values.append(Measure("word_confidence", round(said.confidence, 2)))
        evidence = Evidence(
            from_ms=said.start_ms,
            to_ms=said.end_ms,
            values=(*values, Measure("ear", _Ear.TEXT.value)),
            threshold=(Measure("longest_distance", self._settings.longest_distance),),
            text=heard.text[stretch.from_char : stretch.to_char],
        )
        return self._finding(found.rule, heard.leg, str(heard.utterance), stage, after_call, evidence)

    def _finding_spotted(self, spotted: PhraseSpotted, rule: Rule) -> Finding:
        after_call = self._after_call(spotted.leg, spotted.start_ms, rule)
        evidence = _evidence_of(spotted, _Ear.SPOTTING)
        return self._finding(rule, spotted.leg, f"at{spotted.start_ms}", Stage.CERTAIN, after_call, evidence)

    def _confirmed(self, provisional: Finding, spotted: PhraseSpotted, rule: Rule) -> Finding:
        """What a partial raised, as the other ear heard it."""
        evidence = _evidence_of(spotted, _Ear.BOTH)
        heard = self._finding(rule, spotted.leg, "", Stage.CERTAIN, provisional.kind is not Kind.PHRASE, evidence)
        return replace(heard, event=provisional.event)

    def _finding(
        self, rule: Rule, leg: Leg, moment: str, stage: Stage, after_call: bool, evidence: Evidence
    ) -> Finding:
        kind = Kind.ABUSE_AFTER_HANGUP if after_call else Kind.PHRASE
        return Finding(
            kind=kind,
            rule=rule.id,
            event=f"{kind}:{rule.id}:{leg}:{moment}",
            stage=stage,
            severity=Severity.CRITICAL if after_call else _SEVERITIES[rule.severity or "minor"],
            leg=leg,
            audio_end_ms=evidence.to_ms,
            refractory_ms=self._settings.refractory_ms if rule.cool_down_s is None else round(rule.cool_down_s * 1_000),
            evidence=evidence,
            title="" if after_call else self._reader.of(rule.title),
            advice="" if after_call else self._reader.of(rule.advice),
            clause=None if after_call else rule.clause,
            advice_by_language=None if after_call else by_language(rule.advice),
            title_by_language=None if after_call else by_language(rule.title),
        )


def _evidence_of(spotted: PhraseSpotted, ear: _Ear) -> Evidence:
    values = (
        Measure("phrase", spotted.phrase),
        Measure("word_confidence", round(spotted.confidence, 2)),
        Measure("ear", ear.value),
    )
    return Evidence(spotted.start_ms, spotted.end_ms, values, text=spotted.phrase)
