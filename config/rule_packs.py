"""Rule packs: YAML lists of rules per language and topic in, frozen and checked rules out."""

import difflib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from config.conditions import Condition, Count, Happening, NotSaidBy, Silence, Window
from config.example_calls import ExampleCall
from config.linear_patterns import checked_pattern
from config.numbered_yaml import NumberedYaml, Where, read_numbered_yaml
from config.rule_faults import circles, cure_of
from config.section import Section
from config.settings import Language


class RulePackError(Exception):
    """A rule pack cannot be used. The text names every fault with file, line and cure; `faults` holds them singly."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("Rules that cannot be used:\n  " + "\n  ".join(faults))
        self.faults = tuple(faults)


class Topic(StrEnum):
    """What a list of rules is for; the file is named like it."""

    FORBIDDEN = "forbidden"
    QUESTIONS = "questions"
    THREATS = "threats"
    SALES = "sales"
    PRIVACY = "privacy"
    PROMISES = "promises"
    PROCEDURE = "procedure"
    COLLOQUIAL = "colloquial"
    ANGER = "anger"
    GREETING = "greeting"
    CLOSING = "closing"
    APOLOGY = "apology"
    WAIT = "wait"
    WARNING = "warning"
    SURVEY = "survey"

    @property
    def alerts(self) -> bool:
        """Whether every rule of it is an alert of its own."""
        return self in (Topic.FORBIDDEN, Topic.QUESTIONS, Topic.THREATS)

    @property
    def may_alert(self) -> bool:
        """Whether its rules may be alerts; those of the other topics are only known by further rules."""
        return self not in (
            *(Topic.ANGER, Topic.GREETING, Topic.CLOSING, Topic.APOLOGY, Topic.WAIT),
            *(Topic.WARNING, Topic.SURVEY),
        )

    @property
    def expected(self) -> bool:
        """Words that are wanted: they may be misheard by more, for to hear them wrongly accuses nobody."""
        return self in (
            *(Topic.GREETING, Topic.CLOSING, Topic.APOLOGY, Topic.WAIT, Topic.PROCEDURE),
            *(Topic.WARNING, Topic.SURVEY),
        )

    @property
    def spotted(self) -> bool:
        """Whether its phrases are worth an ear of their own (docs/decisions/004-phrase-spotting.md)."""
        return self not in (Topic.ANGER, Topic.COLLOQUIAL)


class Wording(Section):
    """A text in the languages of the people who read alerts."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Advice(Wording):
    """What the supervisor may do about it; Korean where the pack has it."""

    ko: str | None = None


def _says_something(text: str) -> str:
    if not any(character.isalnum() for character in text):
        raise ValueError("holds an empty phrase; write words or take the line out")
    return text


Phrase = Annotated[str, AfterValidator(_says_something)]


class Rule(Section):
    """One thing that is, or is not, to be said or done.

    It hears `phrases` (by sound) and `patterns` (RE2, on the text as it is read), unless an exception fits the text
    better. Then, or where it hears nothing by itself at any time, `when` must hold. With a severity it is an alert;
    without one it is only there for other rules to name. `positive` and `negative` are sentences that must and must
    not be heard, `positive_calls` and `negative_calls` short calls that must and must not raise it
    (`earshot rules check`).
    """

    id: str = Field(pattern=r"^(zh|en|ko)\.[a-z]+\.[a-z0-9_]+$")
    enabled: bool = True
    leg: Literal["agent", "customer"]
    phrases: tuple[Phrase, ...] = Field((), min_length=1)
    patterns: tuple[Annotated[str, AfterValidator(checked_pattern)], ...] = ()
    exceptions: tuple[Phrase, ...] = ()
    when: Condition | None = None
    clause: str | None = None
    severity: Literal["minor", "major", "critical"] | None = None
    cool_down_s: float | None = Field(None, ge=0, le=3_600)
    title: Wording | None = None
    advice: Advice | None = None
    positive: tuple[Phrase, ...] = Field((), min_length=1)
    negative: tuple[Phrase, ...] = ()
    positive_calls: tuple[ExampleCall, ...] = ()
    negative_calls: tuple[ExampleCall, ...] = ()
    topic: Topic

    @field_validator("phrases", "patterns", "exceptions", "positive", "negative")
    @classmethod
    def _says_it_once(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(texts)) < len(texts):
            raise ValueError("holds the same phrase twice; take one out")
        return texts

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        missing = [name for name in ("severity", "title", "advice", "clause") if getattr(self, name) is None]
        if not self.topic.may_alert and self.severity is not None:
            raise ValueError(f"rules of {self.topic} are no alerts; take severity out")
        if self.topic.may_alert and missing and (self.topic.alerts or self.severity is not None):
            raise ValueError(f"an alert of {self.topic} needs {', '.join(missing)}; add them")
        if not self.hears and self.when is None:
            raise ValueError("hears nothing; add phrases, patterns or when")
        if self.hears and not self.positive:
            raise ValueError("positive is missing; add a sentence that must be heard")
        if self.when is not None and not self.positive_calls:
            raise ValueError("positive_calls is missing; a rule with `when` needs a short call that must raise it")
        if self.when is not None and not self.hears:
            self._needs_no_phrase(self.when)
        return self

    def _needs_no_phrase(self, when: Condition) -> None:
        for part in when.parts():
            if part.count is not None or part.followed_by is not None:
                raise ValueError("count and followed_by are asked of what the rule hears; add phrases")
            if part.window is not None and part.window.last_s is not None:
                raise ValueError("last_s is asked of what the rule hears; add phrases, or use after: {event: ended}")

    @property
    def hears(self) -> bool:
        """Whether words raise it; otherwise its conditions alone do."""
        return bool(self.phrases or self.patterns)

    @property
    def alerts(self) -> bool:
        """Whether it is an alert of its own."""
        return self.severity is not None


class RulePack(Section):
    """All rules of one language."""

    language: Language
    rules: tuple[Rule, ...]

    def about(self, *topics: Topic) -> tuple[Rule, ...]:
        """The rules of these topics that are switched on, in the order of the files."""
        return tuple(rule for rule in self.rules if rule.topic in topics and rule.enabled)

    def alerting(self) -> tuple[Rule, ...]:
        """Rules that are an alert as soon as they are heard."""
        return tuple(rule for rule in self.rules if rule.enabled and rule.alerts and rule.when is None)

    @cached_property
    def version(self) -> str:
        """Twelve letters that change with the content."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()[:12]

    def __hash__(self) -> int:
        """By its version: packs are keys of what is prepared from them."""
        return hash(self.version)


def packaged_rules() -> Path:
    """The folder of the packs that come along, one folder per language inside."""
    return Path(__file__).parent / "rules"


_SECTIONS = (Rule, Wording, Advice, Condition, Happening, Count, Window, NotSaidBy, Silence)
_KEYS = sorted({each.alias or name for section in _SECTIONS for name, each in section.model_fields.items()})


@dataclass(frozen=True, slots=True)
class Places:
    """Where each rule stands, and everything in it."""

    _documents: dict[str, tuple[NumberedYaml, int]] = field(default_factory=dict)

    def of(self, rule_id: str, *where: str | int) -> tuple[Path, int]:
        """File and line of a rule, or of what stands at `where` in it."""
        document, number = self._documents[rule_id]
        return document.file, document.line_of(("rules", number, *where))

    def text(self, rule_id: str, *where: str | int) -> str:
        """The same in words: `file, line 7`."""
        file, line = self.of(rule_id, *where)
        return f"{file}, line {line}"


def load_rule_pack(folder: Path) -> RulePack:
    """Every topic's file of one language's folder (`…/zh`, `…/en`, `…/ko`).

    Raises RulePackError naming all faults at once, each with its file, line and cure.
    """
    return read_rule_pack(folder)[0]


def read_rule_pack(folder: Path) -> tuple[RulePack, Places]:
    """The pack, and where its rules stand. Raises RulePackError like `load_rule_pack`."""
    if folder.name not in set(Language):
        raise RulePackError([f"{folder}: no language; call the folder {', '.join(Language)}"])
    language = Language(folder.name)
    files = sorted(folder.glob("*.yaml"))
    if not files:
        names = ", ".join(topic.value for topic in Topic)
        raise RulePackError([f"{folder}: holds no rules; put some of {names} (.yaml) there"])
    faults: list[str] = []
    rules: list[Rule] = []
    places = Places()
    for file in files:
        for rule, document, number in _rules_of(file, language, faults):
            if rule.id in places._documents:
                line = document.line_of(("rules", number))
                faults.append(f"{file}, line {line}: the id is taken by {places.text(rule.id)}; give it another")
                continue
            places._documents[rule.id] = (document, number)
            rules.append(rule)
    faults += _wrong_references(rules, places, whole=not faults)
    if faults:
        raise RulePackError(faults)
    return RulePack(language=language, rules=tuple(rules)), places


def _rules_of(file: Path, language: Language, faults: list[str]) -> list[tuple[Rule, NumberedYaml, int]]:
    if file.stem not in set(Topic):
        near = difflib.get_close_matches(file.stem, list(Topic), n=1, cutoff=0.0)[0]
        faults.append(f"{file}: no such topic; call it one of {', '.join(Topic)} (did you mean {near}?)")
        return []
    document = read_numbered_yaml(file, faults)
    if document is None:
        return []
    entries = document.content
    if not isinstance(entries, dict) or set(entries) != {"rules"} or not isinstance(entries["rules"], list):
        faults.append(f"{file}, line 1: must hold `rules:` with a list, and nothing else")
        return []
    found: list[tuple[Rule, NumberedYaml, int]] = []
    for number, entry in enumerate(entries["rules"]):
        rule = _rule_of(entry, Topic(file.stem), document, number, faults)
        if rule is None:
            continue
        if not rule.id.startswith(f"{language}.{rule.topic}."):
            line = document.line_of(("rules", number, "id"))
            faults.append(f"{file}, line {line}: the id must begin with `{language}.{rule.topic}.`")
            continue
        found.append((rule, document, number))
    return found


def _rule_of(entry: Any, topic: Topic, document: NumberedYaml, number: int, faults: list[str]) -> Rule | None:
    where: Where = ("rules", number)
    if not isinstance(entry, dict):
        faults.append(f"{document.file}, line {document.line_of(where)}: a rule must be a mapping with an id")
        return None
    if "topic" in entry:
        line = document.line_of((*where, "topic"))
        faults.append(f"{document.file}, line {line}: topic is the file's name; take it out")
        return None
    try:
        return Rule.model_validate({**entry, "topic": topic})
    except ValidationError as error:
        for fault in error.errors():
            line = document.line_of((*where, *fault["loc"]))
            name = ".".join(str(part) for part in fault["loc"]) or "rule"
            faults.append(
                f"{document.file}, line {line}: {name}: {cure_of(fault['type'], fault['msg'], fault['loc'], _KEYS)}"
            )
        return None


def _wrong_references(rules: list[Rule], places: Places, whole: bool) -> Iterator[str]:
    """Names of rules that are none (only said when every rule could be read), and rules that wait for each other."""
    known = {rule.id: rule for rule in rules}
    waits: dict[str, list[str]] = {}
    for rule in rules:
        for way, name in rule.when.named_rules() if rule.when is not None else ():
            place = places.text(rule.id, "when", *way)
            if name == rule.id:
                yield f"{place}: the rule names itself; use `count` for its own phrases"
            elif name not in known:
                if whole:
                    near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
                    hint = f"; did you mean `{near[0]}`?" if near else ""
                    yield f"{place}: no rule is called `{name}`{hint}"
            elif not known[name].enabled and rule.enabled:
                yield f"{place}: `{name}` is switched off; switch it on, or this rule off"
            else:
                waits.setdefault(rule.id, []).append(name)
    for circle in circles(waits):
        written = " → ".join((*circle, circle[0]))
        yield f"{places.text(circle[0], 'when')}: rules wait for each other: {written}; break the circle"
