"""Rule packs: YAML lists of phrases per language and topic in, frozen and checked rules out."""

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from config.numbered_yaml import NumberedYaml, read_numbered_yaml
from config.section import Section
from config.settings import Language


class RulePackError(Exception):
    """A rule pack cannot be used. The text names every fault with file, line and cure."""


class Topic(StrEnum):
    """What a list of phrases is for; the file is named like it."""

    FORBIDDEN = "forbidden"
    THREATS = "threats"
    ANGER = "anger"
    GREETING = "greeting"
    CLOSING = "closing"
    APOLOGY = "apology"
    WAIT = "wait"

    @property
    def alerts(self) -> bool:
        """Whether hearing such a phrase is an alert of its own; the others are only known by other rules."""
        return self in (Topic.FORBIDDEN, Topic.THREATS)


class Wording(Section):
    """A text in the languages of the people who read alerts."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Advice(Wording):
    """What the supervisor may do about it; Korean where the pack has it."""

    ko: str | None = None


class Rule(Section):
    """One thing that is, or is not, to be said.

    `exceptions` are phrases that sound alike and are meant otherwise: where one of them fits the text better, the rule
    stays silent. `positive` and `negative` are sentences that must and must not be found (checked by the tests).
    """

    id: str = Field(pattern=r"^(zh|en|ko)\.[a-z]+\.[a-z0-9_]+$")
    leg: Literal["agent", "customer"]
    phrases: tuple[str, ...] = Field(min_length=1)
    exceptions: tuple[str, ...] = ()
    clause: str | None = None
    severity: Literal["minor", "major", "critical"] | None = None
    title: Wording | None = None
    advice: Advice | None = None
    positive: tuple[str, ...] = Field(min_length=1)
    negative: tuple[str, ...] = ()
    topic: Topic

    @field_validator("phrases", "exceptions", "positive", "negative")
    @classmethod
    def _says_something(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        if any(not any(character.isalnum() for character in text) for text in texts):
            raise ValueError("holds an empty phrase; write words or take the line out")
        if len(set(texts)) < len(texts):
            raise ValueError("holds the same phrase twice; take one out")
        return texts

    @model_validator(mode="after")
    def _alert_is_whole(self) -> Self:
        missing = [name for name in ("severity", "title", "advice", "clause") if getattr(self, name) is None]
        if self.topic.alerts and missing:
            raise ValueError(f"an alert of {self.topic} needs {', '.join(missing)}; add them")
        return self


class RulePack(Section):
    """All rules of one language."""

    language: Language
    rules: tuple[Rule, ...]

    def about(self, *topics: Topic) -> tuple[Rule, ...]:
        """The rules of these topics, in the order of the files."""
        return tuple(rule for rule in self.rules if rule.topic in topics)


def packaged_rules() -> Path:
    """The folder of the packs that come along, one folder per language inside."""
    return Path(__file__).parent / "rules"


def load_rule_pack(folder: Path) -> RulePack:
    """Every topic's file of one language's folder (`…/zh`, `…/en`, `…/ko`).

    Raises RulePackError naming all faults at once, each with its file, line and cure.
    """
    if folder.name not in set(Language):
        raise RulePackError(f"{folder}: no language; call the folder {', '.join(Language)}")
    language = Language(folder.name)
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise RulePackError(f"{folder}: holds no rules; put {', '.join(topic.value for topic in Topic)} (.yaml) there")
    faults: list[str] = []
    rules: list[Rule] = []
    places: dict[str, str] = {}
    for file in files:
        for rule, place in _rules_of(file, language, faults):
            if rule.id in places:
                faults.append(f"{place}: the id is taken by {places[rule.id]}; give it another")
                continue
            places[rule.id] = place
            rules.append(rule)
    if faults:
        raise RulePackError("Rules that cannot be used:\n  " + "\n  ".join(faults))
    return RulePack(language=language, rules=tuple(rules))


def _rules_of(file: Path, language: Language, faults: list[str]) -> list[tuple[Rule, str]]:
    if file.stem not in set(Topic):
        faults.append(f"{file}: no such topic; call it one of {', '.join(topic.value for topic in Topic)}")
        return []
    document = read_numbered_yaml(file, faults)
    if document is None:
        return []
    entries = document.content
    if not isinstance(entries, dict) or set(entries) != {"rules"} or not isinstance(entries["rules"], list):
        faults.append(f"{file}, line 1: must hold `rules:` with a list, and nothing else")
        return []
    found: list[tuple[Rule, str]] = []
    for number, entry in enumerate(entries["rules"]):
        place = f"{file}, line {document.line_of(('rules', number))}"
        rule = _rule_of(entry, Topic(file.stem), document, number, faults)
        if rule is None:
            continue
        if not rule.id.startswith(f"{language}.{rule.topic}."):
            faults.append(f"{place}: the id must begin with `{language}.{rule.topic}.`")
            continue
        found.append((rule, place))
    return found


def _rule_of(entry: Any, topic: Topic, document: NumberedYaml, number: int, faults: list[str]) -> Rule | None:
    where: tuple[str | int, ...] = ("rules", number)
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
            faults.append(f"{document.file}, line {line}: {name}: {_cure(fault['type'], fault['msg'])}")
        return None


def _cure(kind: str, message: str) -> str:
    match kind:
        case "extra_forbidden":
            return "no such key; correct or remove it"
        case "missing":
            return "is missing; add it"
        case "too_short" | "string_too_short":
            return "is empty; write at least one"
        case _:
            return message.removeprefix("Value error, ")
