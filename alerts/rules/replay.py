"""A kept call once more, by the rules as they were and as they are to be: which alerts come, which go."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from alerts.findings import Finding
from alerts.phrase_book import Found, PhraseBook
from alerts.reader import Reader
from alerts.rules.call_so_far import Whose
from alerts.rules.changed_phrases import ChangedPhrases
from alerts.rules.observed_call import Entry, HeardWords, played_back
from alerts.rules.rule_hit import RuleHit
from alerts.rules.rule_set import RuleSet, rules_of
from alerts.rules.rule_watch import RuleWatch
from alerts.spoken import spoken
from config.detection import DetectionSettings
from config.rule_packs import Rule, RulePack
from streaming.frames import Leg
from streaming.observations import PhraseSpotted

_SAME_MS = 2_000  # both ears agree on a phrase's times by this much
_REMEMBERED_TEXTS = 50_000


@dataclass(frozen=True, slots=True)
class KeptCall:
    """A call as it was kept. `version` is of the rules it was heard with; `has_text`: its words were kept, too."""

    call_id: str
    version: str
    duration_ms: int
    whose: Whose
    has_text: bool
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes in one call: alerts by rule."""

    before: Mapping[str, int]
    after: Mapping[str, int]

    @property
    def gained(self) -> dict[str, int]:
        """More alerts of these rules."""
        return {
            rule: count - self.before.get(rule, 0)
            for rule, count in self.after.items()
            if count > self.before.get(rule, 0)
        }

    @property
    def lost(self) -> dict[str, int]:
        """Fewer alerts of these rules."""
        return {
            rule: count - self.after.get(rule, 0)
            for rule, count in self.before.items()
            if count > self.after.get(rule, 0)
        }


@dataclass(slots=True)
class _Alerts:
    """Alerts of one call: what comes again within a rule's cool-down counts up the running one."""

    counts: Counter[str] = field(default_factory=Counter)
    _last_ms: dict[tuple[str, Leg], int] = field(default_factory=dict)

    def add(self, rule: str, leg: Leg, from_ms: int, to_ms: int, cool_down_ms: int) -> None:
        last_ms = self._last_ms.get((rule, leg))
        if last_ms is None or from_ms - last_ms > max(cool_down_ms, _SAME_MS):
            self.counts[rule] += 1
        self._last_ms[(rule, leg)] = max(to_ms, last_ms or 0)


class _Side:
    """One pack, made ready to be played."""

    def __init__(self, pack: RulePack, settings: DetectionSettings) -> None:
        self.rules: RuleSet = rules_of(pack, settings)
        self.alerting = {rule.id: rule for rule in pack.alerting()}
        self.listened = {**self.alerting, **{each: self.rules.by_id[each] for each in self.rules.kept_heard}}
        self.by_phrase: dict[tuple[str, str], list[Rule]] = {}
        for rule in self.listened.values():
            for phrase in rule.phrases:
                self.by_phrase.setdefault((phrase, rule.leg), []).append(rule)
        usual_ms = settings.phrase.refractory_ms
        self.cool_down_ms = {
            rule.id: usual_ms if rule.cool_down_s is None else round(rule.cool_down_s * 1_000)
            for rule in self.rules.by_id.values()
        }
        parts = [part for rule in self.rules.rules if rule.when is not None for part in rule.when.parts()]
        self.asks_speech = any(part.silence is not None or part.not_said_by_s is not None for part in parts)

    def spotted(self, heard: PhraseSpotted) -> list[Rule]:
        legs = ("agent", "customer") if heard.leg is Leg.MIXED else (heard.leg.value,)
        return [rule for leg in legs for rule in self.by_phrase.get((heard.phrase, leg), ())]


@dataclass(frozen=True, slots=True)
class _Fresh:
    """What must be searched in the texts again, for the live rules had it not, or otherwise: per side, by id.

    A rule that both sides have has one common name, and so is searched once.
    """

    ids: tuple[frozenset[str], frozenset[str]]
    unknown: frozenset[str]  # those that the live rules had not: hits kept under such an id are of another rule
    rules: Mapping[str, Rule]  # by common name
    names: tuple[Mapping[str, str], Mapping[str, str]]  # id on the side → common name
    changed: ChangedPhrases


@dataclass(frozen=True, slots=True)
class _Again:
    """What searching a text again came to: the rules, by common name, whose kept hits no longer count, and theirs."""

    names: frozenset[str]
    found: tuple[Found, ...]


_AS_BEFORE = _Again(frozenset(), ())


class RuleReplay:
    """Takes kept calls one by one. What the live rules heard is believed; only changed rules are searched in the texts.

    `known` gives the packs the calls were heard with, by version; a call of an unknown one is searched in full.
    `blind` collects the changed rules that could not be tried on calls whose words were not kept.
    """

    def __init__(
        self, before: RulePack, after: RulePack, known: Mapping[str, RulePack], settings: DetectionSettings
    ) -> None:
        self.blind: Counter[str] = Counter()
        self._settings, self._known = settings, known
        self._language = before.language
        self._sides = (_Side(before, settings), _Side(after, settings))
        self._fresh: dict[str, _Fresh] = {}
        self._books: dict[tuple[str, str], PhraseBook] = {}  # by version and common name, made when asked for
        self._find = lru_cache(maxsize=_REMEMBERED_TEXTS)(self._search)

    def take(self, call: KeptCall) -> Difference:
        """The call's alerts by the rules before and after."""
        fresh = self._fresh_of(call.version)
        if not call.has_text:
            self.blind.update(fresh.ids[0] | fresh.ids[1])
        alerts = (_Alerts(), _Alerts())
        watches = tuple(
            RuleWatch(
                side.rules,
                self._settings.phrase,
                Reader.EN,
                lambda: call.whose,
                self._settings.missing_words.narrow_band_trusted,
            )
            if side.rules.rules
            else None
            for side in self._sides
        )
        asks_speech = any(side.asks_speech for side in self._sides)
        entries = call.entries if asks_speech else [each for each in call.entries if each[0] not in ("s", "e")]
        for heard in played_back(entries):
            for number, side in enumerate(self._sides):
                watch = watches[number]
                match heard:
                    case HeardWords():
                        hits = self._hits(heard, call.version, fresh, number) if heard.hits or fresh.rules else ()
                        for hit in hits:
                            self._count(alerts[number], side, hit, heard.heard.leg)
                        findings = watch.play(heard.heard, hits) if watch is not None else []
                    case Finding():
                        findings = watch.heed(heard) if watch is not None else []
                    case PhraseSpotted():
                        for rule in side.spotted(heard):
                            hit = RuleHit(rule.id, heard.start_ms, heard.end_ms)
                            self._count(alerts[number], side, hit, heard.leg)
                        findings = watch.feed(heard) if watch is not None else []
                    case _:
                        findings = watch.feed(heard) if watch is not None else []
                for finding in findings:
                    self._count_finding(alerts[number], finding)
        for number, watch in enumerate(watches):
            if watch is not None:
                for finding in watch.advance(call.duration_ms):
                    self._count_finding(alerts[number], finding)
        return Difference(dict(alerts[0].counts), dict(alerts[1].counts))

    def _count(self, alerts: _Alerts, side: _Side, hit: RuleHit, leg: Leg) -> None:
        if hit.rule in side.alerting:
            alerts.add(hit.rule, leg, hit.start_ms, hit.end_ms, side.cool_down_ms[hit.rule])

    def _count_finding(self, alerts: _Alerts, finding: Finding) -> None:
        evidence = finding.evidence
        alerts.add(finding.rule, finding.leg or Leg.MIXED, evidence.from_ms, evidence.to_ms, finding.refractory_ms)

    def _hits(self, words: HeardWords, version: str, fresh: _Fresh, number: int) -> tuple[RuleHit, ...]:
        listened, ids, names = self._sides[number].listened, fresh.ids[number], fresh.names[number]
        text = words.heard.text
        if not ids or not text:  # without its words a changed rule cannot be tried
            return tuple(hit for hit in words.hits if hit.rule in listened and hit.rule not in ids)
        again = self._find(version, text, words.heard.leg)
        hits = [
            hit
            for hit in words.hits
            if hit.rule in listened and hit.rule not in fresh.unknown and names.get(hit.rule) not in again.names
        ]
        phrase = self._settings.phrase
        for found in again.found:
            rule = _id_on_side(found.rule.id)
            if names.get(rule) != found.rule.id:
                continue
            said = spoken(words.heard, found.stretch)
            close = found.stretch.distance <= phrase.close_distance
            if close or said.confidence is None or said.confidence >= phrase.word_confidence_ratio:
                hits.append(RuleHit(rule, said.start_ms, said.end_ms))
        return tuple(hits)

    def _search(self, version: str, text: str, leg: Leg) -> _Again:
        names = self._fresh[version].changed.perhaps(text)
        if not names:
            return _AS_BEFORE
        found = [each for name in names for each in self._book_of(version, name).find(text, leg)]
        return _Again(frozenset(names), tuple(sorted(found, key=lambda each: (each.stretch.from_char, each.rule.id))))

    def _fresh_of(self, version: str) -> _Fresh:
        if version not in self._fresh:
            live = self._known.get(version)
            heard = _Side(live, self._settings).listened if live is not None else {}
            ids = tuple(
                frozenset(each for each, rule in side.listened.items() if not _hears_same(heard.get(each), rule))
                for side in self._sides
            )
            common: dict[str, Rule] = {}
            names: tuple[dict[str, str], dict[str, str]] = ({}, {})
            for number, side in enumerate(self._sides):
                for each in sorted(ids[number]):
                    rule, first = side.listened[each], common.get(f"{each}#0")
                    name = f"{each}#0" if first is not None and _hears_same(first, rule) else f"{each}#{number}"
                    common.setdefault(name, rule.model_copy(update={"id": name}))
                    names[number][each] = name
            before = {name: heard[each] for name in common if (each := _id_on_side(name)) in heard}
            unknown = (ids[0] | ids[1]) - heard.keys()
            changed = ChangedPhrases(self._language, list(common.values()), before, self._distance_of)
            self._fresh[version] = _Fresh((ids[0], ids[1]), unknown, common, names, changed)
        return self._fresh[version]

    def _distance_of(self, rule: Rule) -> float:
        """As the rules with conditions hear: wanted words may be misheard by more."""
        return (self._settings.missing_words if rule.topic.expected else self._settings.phrase).longest_distance

    def _book_of(self, version: str, name: str) -> PhraseBook:
        if (version, name) not in self._books:
            rule = self._fresh[version].rules[name]
            self._books[version, name] = PhraseBook(self._language, [rule], self._distance_of(rule))
        return self._books[version, name]


def _id_on_side(name: str) -> str:
    return name.partition("#")[0]


def _hears_same(one: Rule | None, other: Rule) -> bool:
    if one is None:
        return False
    return all(getattr(one, name) == getattr(other, name) for name in ("phrases", "patterns", "exceptions", "leg"))
