"""The rules with conditions, watched over one call: observations and findings in, findings out."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from alerts.alert import Evidence, Kind, Measure, Severity
from alerts.findings import Finding, Stage
from alerts.phrase_book import Found
from alerts.reader import Reader, by_language
from alerts.rules.call_so_far import CallSoFar, Whose
from alerts.rules.evaluation import WORDS_LATE_MS, Moment, Witness, judge
from alerts.rules.judgement import Answer
from alerts.rules.rule_hit import RuleHit
from alerts.rules.rule_set import RuleSet
from alerts.spoken import Spoken, spoken
from config.detection import PhraseSettings
from config.rule_packs import Rule
from streaming.frames import Leg
from streaming.observations import (
    CallAnswered,
    CallOver,
    CallTransferred,
    HangUpReported,
    HoldChanged,
    MuteChanged,
    Observation,
    PhraseSpotted,
    SpeechEnded,
    SpeechStarted,
    WordsHeard,
)

_SEVERITIES = {"minor": Severity.MINOR, "major": Severity.MAJOR, "critical": Severity.CRITICAL}
_MOST_WAITING = 8  # phrases of one rule whose conditions are not known yet; beyond it the oldest is let go
_NEVER_MS = 1 << 62


@dataclass(frozen=True, slots=True)
class _Heard:
    """A phrase whose conditions are still asked for, up to `until_ms`."""

    evidence: Evidence
    leg: Leg
    until_ms: int


class RuleWatch:
    """One finding each time a rule holds: at the phrase, or for a rule without one at the moment its conditions become
    true. Where a condition cannot be seen the rule says nothing. `advance` costs one comparison while nothing is due.
    """

    def __init__(
        self,
        rules: RuleSet,
        settings: PhraseSettings,
        reader: Reader,
        whose: Callable[[], Whose] = lambda: Whose(),
        narrow_band_trusted: bool = False,
    ) -> None:
        self._rules, self._settings, self._reader, self._whose = rules, settings, reader, whose
        self._so_far = CallSoFar(settings.word_confidence_ratio, narrow_band_trusted)
        self._since_ms = dict.fromkeys(rules.by_id, 0)
        self._witness = Witness(
            self._so_far,
            times_of=lambda each: self._rules.times_of(each),
            leg_of=lambda each: self._rules.leg_of(each),
            watched_since_ms=lambda each: self._since_ms[each],
        )
        self._waiting: dict[str, deque[_Heard]] = {}
        self._held: dict[str, int] = {}  # rules without phrases whose conditions are true, and since when
        self._told: set[str] = set()  # those of them that have said so
        self._due_ms: dict[int, int] = {}  # by number of the rule
        self._next_ms = _NEVER_MS
        self._now_ms = 0
        self._last: tuple[WordsHeard, list[tuple[Found, Spoken]]] | None = None
        self._stir(range(len(rules.rules)))

    def feed(self, observation: Observation) -> list[Finding]:
        """Take one observation."""
        if not self._rules.rules:
            return []
        # What is told in call order is known at its own moment, however far the clock strides.
        findings = self.advance(max(self._now_ms, _known_ms(observation)))
        self._so_far.feed(observation)
        stirred = self._stirred("whose") if self._so_far.assign(self._whose()) else set()
        return findings + self._run(stirred | self._stirred_by(observation))

    def hits_in(self, heard: WordsHeard) -> tuple[RuleHit, ...]:
        """What the rules with conditions, and those they name, surely hear in a final; searched once with `feed`."""
        return tuple(RuleHit(found.rule.id, said.start_ms, said.end_ms) for found, said in self._sure(heard))

    def play(self, heard: WordsHeard, hits: Sequence[RuleHit]) -> list[Finding]:
        """A final of a kept call: what was heard in it is known already."""
        findings = self.advance(max(self._now_ms, heard.end_ms))
        self._so_far.feed(heard)
        stirred = self._stirred("whose") if self._so_far.assign(self._whose()) else set()
        for hit in hits:
            if hit.rule in self._rules.kept_heard:
                stirred |= self._said(self._rules.by_id[hit.rule], heard.leg, Evidence(hit.start_ms, hit.end_ms))
        return findings + self._run(stirred)

    def heed(self, finding: Finding) -> list[Finding]:
        """Take what other detectors of the call have found."""
        own = finding.kind is Kind.PHRASE and finding.rule in self._since_ms and self._is_conditional(finding.rule)
        if own or not self._rules.rules or not self._so_far.find(finding):
            return []
        findings = self.advance(max(self._now_ms, finding.audio_end_ms))
        return findings + self._run(self._stirred(f"kind:{finding.kind.value}"))

    def advance(self, now_ms: int) -> list[Finding]:
        """Both legs have been heard up to `now_ms`. What falls due is judged at its own moment, however far apart."""
        findings: list[Finding] = []
        while self._next_ms <= now_ms:
            self._now_ms = max(self._now_ms, self._next_ms)
            due = {number for number, due_ms in self._due_ms.items() if due_ms <= self._now_ms}
            for number in due:
                del self._due_ms[number]
            self._next_ms = min(self._due_ms.values(), default=_NEVER_MS)
            findings += self._run(due)
        self._now_ms = max(self._now_ms, now_ms)
        return findings

    def change_rules(self, rules: RuleSet) -> None:
        """Other rules from now on. What is known stays known of rules that are the same; a rule that listens for
        something else begins anew, and abstains about the time before.
        """
        before = self._rules.by_id
        same = {each for each, rule in rules.by_id.items() if before.get(each) == rule}
        for each, rule in rules.by_id.items():
            kept = each in rules.kept_heard and each in self._rules.kept_heard and _hears_same(before.get(each), rule)
            if each not in self._since_ms or (each in rules.kept_heard and not kept):
                self._since_ms[each] = self._now_ms
                self._so_far.forget(f"rule:{each}")
            elif rule.when is not None and each not in same:
                self._since_ms[each] = self._now_ms
        for each in before:
            if each not in same:
                self._so_far.forget(f"held:{each}")
            if each not in rules.by_id:
                del self._since_ms[each]
                self._so_far.forget(f"rule:{each}")
        self._waiting = {each: heard for each, heard in self._waiting.items() if each in same}
        self._held = {each: since_ms for each, since_ms in self._held.items() if each in same}
        self._told &= same
        self._rules, self._last = rules, None
        self._due_ms, self._next_ms = {}, _NEVER_MS
        self._stir(range(len(rules.rules)))

    # --- what is told -----------------------------------------------------------------------------------------

    def _stirred_by(self, observation: Observation) -> set[int]:
        """The rules whose answer may change by it; words and phrases are taken."""
        match observation:
            case WordsHeard(final=True):
                return self._listen(observation)
            case PhraseSpotted():
                return self._spot(observation)
            case SpeechStarted() | SpeechEnded():
                return self._stirred("speech")
            case HoldChanged(on_hold=on_hold):
                return self._stirred("event:hold" if on_hold else "event:unhold")
            case MuteChanged(muted=muted):
                return self._stirred("event:mute" if muted else "event:unmute")
            case CallAnswered():
                return self._stirred("event:answered")
            case CallTransferred():
                return self._stirred("event:transfer")
            case HangUpReported():
                return self._stirred("event:hangup")
            case CallOver(final=True):
                waiting = {number for number, rule in enumerate(self._rules.rules) if self._waiting.get(rule.id)}
                return self._stirred("event:ended") | waiting
            case _:
                return set()

    def _listen(self, heard: WordsHeard) -> set[int]:
        stirred: set[int] = set()
        for found, said in self._sure(heard):
            evidence = _evidence_of(found, heard.text, said.start_ms, said.end_ms)
            stirred |= self._said(found.rule, heard.leg, evidence)
        return stirred

    def _sure(self, heard: WordsHeard) -> list[tuple[Found, Spoken]]:
        if self._last is None or self._last[0] is not heard:
            found = [(each, spoken(heard, each.stretch)) for each in self._rules.heard(heard)]
            least = self._settings.word_confidence_ratio
            sure = [
                (each, said)
                for each, said in found
                if each.stretch.distance <= self._settings.close_distance
                or said.confidence is None
                or said.confidence >= least
            ]
            self._last = (heard, sure)
        return self._last[1]

    def _spot(self, spotted: PhraseSpotted) -> set[int]:
        stirred: set[int] = set()
        for rule in self._rules.spotted(spotted):
            values = (Measure("phrase", spotted.phrase), Measure("word_confidence", round(spotted.confidence, 2)))
            evidence = Evidence(spotted.start_ms, spotted.end_ms, values, text=spotted.phrase)
            stirred |= self._said(rule, spotted.leg, evidence)
        return stirred

    def _said(self, rule: Rule, leg: Leg, evidence: Evidence) -> set[int]:
        if rule.when is None:
            new = self._so_far.say(f"rule:{rule.id}", evidence.from_ms, evidence.to_ms, leg)
            return self._stirred(f"rule:{rule.id}") if new else set()
        waiting = self._waiting.setdefault(rule.id, deque(maxlen=_MOST_WAITING))
        if not self._so_far.say(f"rule:{rule.id}", evidence.from_ms, evidence.to_ms, leg):
            return set()
        waiting.append(_Heard(evidence, leg, max(evidence.to_ms, self._now_ms) + WORDS_LATE_MS))
        return set(self._own_number(rule.id))

    # --- what it means -----------------------------------------------------------------------------------------

    def _run(self, stirred: set[int]) -> list[Finding]:
        """Judge the rules that may have changed, and those that depend on what comes of it."""
        findings: list[Finding] = []
        while stirred:
            number = min(stirred)  # a rule stands behind those it names
            stirred.discard(number)
            rule = self._rules.rules[number]
            held = self._judge_heard(number, rule) if rule.hears else self._judge_state(number, rule)
            if held:
                findings += [each for each in held if rule.alerts]
                stirred |= {each for each in self._stirred(f"held:{rule.id}") if each > number}
        return findings

    def _judge_heard(self, number: int, rule: Rule) -> list[Finding]:
        waiting = self._waiting.get(rule.id)
        if not waiting or rule.when is None:
            return []
        findings: list[Finding] = []
        due_ms = _NEVER_MS
        for heard in list(waiting):
            settled_ms = heard.evidence.to_ms + WORDS_LATE_MS
            over = self._so_far.over_ms is not None
            if rule.id in self._rules.patient and self._now_ms < settled_ms and not over:
                due_ms = min(due_ms, settled_ms)
                continue
            start_ms, end_ms = heard.evidence.from_ms, heard.evidence.to_ms
            judged = judge(rule.when, Moment(rule.id, start_ms, end_ms, self._now_ms, True), self._witness)
            if judged.answer is Answer.YES:
                waiting.remove(heard)
                findings.append(self._finding(rule, heard.leg, heard.evidence))
                self._so_far.say(f"held:{rule.id}", start_ms, end_ms, heard.leg)
            elif judged.answer is not Answer.OPEN and (over or self._now_ms >= heard.until_ms):
                waiting.remove(heard)
            elif judged.answer is Answer.OPEN:
                due_ms = min(due_ms, judged.until_ms if judged.until_ms is not None else _NEVER_MS)
            else:
                due_ms = min(due_ms, heard.until_ms)
        self._remember(number, due_ms)
        return findings

    def _judge_state(self, number: int, rule: Rule) -> list[Finding]:
        if rule.when is None:
            return []
        now_ms = self._now_ms
        judged = judge(rule.when, Moment(rule.id, now_ms, now_ms, now_ms, False), self._witness)
        due_ms = judged.until_ms if judged.until_ms is not None else _NEVER_MS
        if judged.answer is not Answer.YES:
            self._remember(number, due_ms)
            self._held.pop(rule.id, None)
            self._told.discard(rule.id)
            return []
        since_ms = self._held.setdefault(rule.id, now_ms)
        settled_ms = since_ms + (WORDS_LATE_MS if rule.id in self._rules.patient else 0)
        if rule.id in self._told or (now_ms < settled_ms and self._so_far.over_ms is None):
            self._remember(number, due_ms if rule.id in self._told else min(due_ms, settled_ms))
            return []
        self._remember(number, due_ms)
        self._told.add(rule.id)
        self._so_far.say(f"held:{rule.id}", since_ms, since_ms, Leg(rule.leg))
        return [self._finding(rule, Leg(rule.leg), Evidence(since_ms, since_ms))]

    def _finding(self, rule: Rule, leg: Leg, evidence: Evidence) -> Finding:
        cool_down_ms = self._settings.refractory_ms if rule.cool_down_s is None else round(rule.cool_down_s * 1_000)
        return Finding(
            kind=Kind.PHRASE,
            rule=rule.id,
            event=f"{Kind.PHRASE}:{rule.id}:{leg}:at{evidence.from_ms}",
            stage=Stage.CERTAIN,
            severity=_SEVERITIES[rule.severity or "minor"],
            leg=leg,
            audio_end_ms=evidence.to_ms,
            refractory_ms=cool_down_ms,
            evidence=evidence,
            title=self._reader.of(rule.title),
            advice=self._reader.of(rule.advice),
            clause=rule.clause,
            advice_by_language=by_language(rule.advice),
            title_by_language=by_language(rule.title),
        )

    # --- which, and when ---------------------------------------------------------------------------------------

    def _stirred(self, token: str) -> set[int]:
        return set(self._rules.stirred.get(token, ()))

    def _own_number(self, rule_id: str) -> tuple[int, ...]:
        return self._rules.stirred.get(f"rule:{rule_id}", ())

    def _is_conditional(self, rule_id: str) -> bool:
        rule = self._rules.by_id.get(rule_id)
        return rule is not None and rule.when is not None

    def _stir(self, numbers: range) -> None:
        """Judge these at the next opportunity."""
        if len(numbers):
            self._due_ms |= dict.fromkeys(numbers, self._now_ms)
            self._next_ms = self._now_ms

    def _remember(self, number: int, due_ms: int) -> None:
        if due_ms >= _NEVER_MS:
            self._due_ms.pop(number, None)
        else:
            self._due_ms[number] = due_ms = max(due_ms, self._now_ms + 1)
            self._next_ms = min(self._next_ms, due_ms)


def _known_ms(observation: Observation) -> int:
    match observation:
        case SpeechStarted(known_ms=known_ms) | SpeechEnded(known_ms=known_ms):
            return known_ms
        case CallAnswered() | CallOver() | CallTransferred() | HangUpReported() | HoldChanged() | MuteChanged():
            return observation.at_ms
        case _:
            return 0


def _hears_same(before: Rule | None, after: Rule) -> bool:
    if before is None:
        return False
    kept = {"phrases": after.phrases, "patterns": after.patterns, "exceptions": after.exceptions, "leg": after.leg}
    return all(getattr(before, name) == value for name, value in kept.items())


def _evidence_of(found: Found, text: str, from_ms: int, to_ms: int) -> Evidence:
    stretch = found.stretch
    values = (Measure("phrase", found.phrase), Measure("distance", round(stretch.distance, 3)))
    return replace(Evidence(from_ms, to_ms, values), text=text[stretch.from_char : stretch.to_char])
