"""The rules of a pack that have conditions, and those they name, made ready once and shared between calls."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from alerts.phrase_book import Found, PhraseBook
from config.conditions import Condition
from config.detection import DetectionSettings
from config.rule_packs import Rule, RulePack
from streaming.frames import Leg
from streaming.observations import PhraseSpotted, WordsHeard


@dataclass(frozen=True, slots=True)
class RuleSet:
    """`rules` have conditions, each after those it names; `stirred` says which of them a thing that happens may change.

    Things that happen are named `rule:…` (heard), `held:…` (heard, and its conditions hold), `kind:…`, `event:…`,
    `speech` and `whose`.
    """

    rules: tuple[Rule, ...]
    by_id: Mapping[str, Rule]
    stirred: Mapping[str, tuple[int, ...]]
    patient: frozenset[str]  # ask for words that were not said: they wait until these must have come
    kept_heard: frozenset[str]  # ids that are listened for
    strict: PhraseBook
    expected: PhraseBook

    def heard(self, words: WordsHeard) -> list[Found]:
        """What the rules hear in a text."""
        return [*self.strict.find(words.text, words.leg), *self.expected.find(words.text, words.leg)]

    def spotted(self, spotted: PhraseSpotted) -> list[Rule]:
        """The rules a spotted phrase belongs to."""
        books = (self.strict, self.expected)
        return [rule for book in books for rule in book.rules_with(spotted.phrase, spotted.leg)]

    def times_of(self, rule_id: str) -> str:
        """What a rule's times are called: a rule with conditions happens when they hold."""
        return _times_of(self.by_id[rule_id])

    def leg_of(self, rule_id: str) -> Leg:
        """Who says it."""
        return Leg(self.by_id[rule_id].leg)


def rules_of(pack: RulePack, settings: DetectionSettings) -> RuleSet:
    """The pack's conditions made ready for these settings."""
    return rule_set_of(pack, settings.phrase.longest_distance, settings.missing_words.longest_distance)


@lru_cache(maxsize=16)  # three languages, a few settings, and reloads of the rules
def rule_set_of(pack: RulePack, longest_distance: float, expected_distance: float) -> RuleSet:
    """The pack's conditions made ready; equal packs share one preparation."""
    by_id = {rule.id: rule for rule in pack.rules if rule.enabled}
    conditional = _each_after_what_it_names([rule for rule in by_id.values() if rule.when is not None], by_id)
    named = {name for rule in conditional for name in _named(rule)}
    listened = [rule for rule in by_id.values() if rule.hears and (rule.when is not None or rule.id in named)]
    stirred: dict[str, list[int]] = {}
    for number, rule in enumerate(conditional):
        for token in _tokens(rule, by_id):
            stirred.setdefault(token, []).append(number)
    return RuleSet(
        rules=tuple(conditional),
        by_id=by_id,
        stirred={token: tuple(numbers) for token, numbers in stirred.items()},
        patient=frozenset(rule.id for rule in conditional if rule.when is not None and _denies_words(rule.when)),
        kept_heard=frozenset(rule.id for rule in listened),
        strict=PhraseBook(pack.language, [rule for rule in listened if not rule.topic.expected], longest_distance),
        expected=PhraseBook(pack.language, [rule for rule in listened if rule.topic.expected], expected_distance),
    )


def _named(rule: Rule) -> list[str]:
    return [name for _, name in rule.when.named_rules()] if rule.when is not None else []


def _each_after_what_it_names(rules: list[Rule], by_id: Mapping[str, Rule]) -> list[Rule]:
    """Packs hold no circles (they are refused), so this ends."""
    ordered: dict[str, Rule] = {}

    def place(rule: Rule) -> None:
        if rule.id in ordered or rule.when is None:
            return
        for name in _named(rule):
            place(by_id[name])
        ordered[rule.id] = rule

    for rule in rules:
        place(rule)
    return list(ordered.values())


def _tokens(rule: Rule, by_id: Mapping[str, Rule]) -> Iterable[str]:
    """What may change the rule's answer, beside time."""
    tokens = {f"rule:{rule.id}"}
    for part in rule.when.parts() if rule.when is not None else ():
        for asked in (part.after, part.followed_by):
            if asked is not None:
                tokens |= {_times_of(by_id[name]) for name in asked.named_rules}
                tokens |= {f"kind:{asked.kind}"} if asked.kind is not None else set()
                tokens |= {f"event:{asked.event}"} if asked.event is not None else set()
        if part.followed_by is not None or (part.window is not None and part.window.last_s is not None):
            tokens.add("event:ended")
        if part.window is not None:
            tokens.add("event:answered")
        if part.hold is not None:
            tokens |= {"event:hold", "event:unhold"}
        if part.queue is not None or part.team is not None:
            tokens.add("whose")
        if part.not_said_by_s is not None:
            tokens |= {_times_of(by_id[name]) for name in part.not_said_by_s.named_rules}
            tokens |= {f"event:{part.not_said_by_s.since}", "event:ended"}
        if part.silence is not None:
            tokens |= {"speech", "event:hold", "event:unhold", "event:answered", "event:ended"}
    return tokens


def _times_of(rule: Rule) -> str:
    return f"rule:{rule.id}" if rule.when is None else f"held:{rule.id}"


def _denies_words(when: Condition, denied: bool = False) -> bool:
    """Whether it asks that a rule was not heard before: its words may still be on their way."""
    if denied and when.after is not None and when.after.named_rules:
        return True
    inside = [*(when.all or ()), *(when.any or ())]
    return any(_denies_words(each, denied) for each in inside) or (
        when.not_ is not None and _denies_words(when.not_, not denied)
    )
