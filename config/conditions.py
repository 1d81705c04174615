"""What a rule may ask of the call beside its phrases: a small language of conditions, written in the packs."""

import difflib
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from config.section import Section

# The kinds of alerts that a condition may ask for (a test compares them with the detectors' own).
KINDS = (
    "dead_air",
    "long_silence",
    "talk_over",
    "interruption",
    "volume_rise",
    "hostile_tone",
    "phrase",
    "agent_hangup",
    "abuse_after_hangup",
    "customer_abandoned",
    "missing_greeting",
    "missing_closing",
    "missing_apology",
    "repeated_question",
    "fast_speech",
    "slow_speech",
    "long_monologue",
    "long_hold",
    "one_way_audio",
    "no_audio",
    "background_noise",
    "bad_media",
    "off_call_talk",
)
EVENTS = ("answered", "hold", "unhold", "mute", "unmute", "transfer", "hangup", "ended")
_MOST_PARTS = 60
_MOST_LEVELS = 8
_DAY_S = 86_400


def _known_kind(kind: str) -> str:
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, n=1, cutoff=0.0)[0]
        raise ValueError(f"no such kind; did you mean `{near}`? There are: {', '.join(KINDS)}")
    return kind


def _known_event(event: str) -> str:
    if event not in EVENTS:
        near = difflib.get_close_matches(event, EVENTS, n=1, cutoff=0.0)[0]
        raise ValueError(f"no such event; did you mean `{near}`? There are: {', '.join(EVENTS)}")
    return event


Party = Literal["agent", "customer"]
Kind = Annotated[str, AfterValidator(_known_kind)]
Event = Annotated[str, AfterValidator(_known_event)]
Seconds = Annotated[float, Field(gt=0, le=_DAY_S)]


class Happening(Section):
    """Something that happens in the call: a rule (or one of several), a kind of alert, or an event of the PBX.

    A rule with conditions of its own happens when they hold, any other when one of its phrases is heard. `within_s`
    left out: at any time of the call before (or after). `leg` is asked of kinds only; a rule has its own.
    """

    rule: str | None = None
    rules: tuple[str, ...] | None = Field(None, min_length=1)
    kind: Kind | None = None
    event: Event | None = None
    leg: Party | None = None
    within_s: Seconds | None = None
    at_least: int = Field(1, ge=1, le=100)

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        said = [name for name in ("rule", "rules", "kind", "event") if getattr(self, name) is not None]
        if len(said) != 1:
            raise ValueError("names " + (" and ".join(said) or "nothing") + "; write one of rule, rules, kind, event")
        if self.leg is not None and self.kind is None:
            raise ValueError("leg goes with kind only; take it out (a rule has its own leg)")
        return self

    @property
    def named_rules(self) -> tuple[str, ...]:
        """The ids of the rules it asks for."""
        return (self.rule,) if self.rule is not None else self.rules or ()


class Count(Section):
    """This rule's own phrases so often within a time: the third push of a sale."""

    at_least: int = Field(ge=2, le=100)
    within_s: Seconds | None = None


class Window(Section):
    """In the first seconds after answering, or in the last ones before the end."""

    first_s: Seconds | None = None
    last_s: Seconds | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if (self.first_s is None) == (self.last_s is None):
            raise ValueError("must hold first_s or last_s, one of them")
        return self


class NotSaidBy(Section):
    """None of these rules was heard within so many seconds after answering (or the event named)."""

    rule: str | None = None
    rules: tuple[str, ...] | None = Field(None, min_length=1)
    second: Seconds
    since: Literal["answered", "unhold", "transfer"] = "answered"

    @model_validator(mode="after")
    def _names_rules(self) -> Self:
        if (self.rule is None) == (self.rules is None):
            raise ValueError("must name rule or rules, one of them")
        return self

    @property
    def named_rules(self) -> tuple[str, ...]:
        """The ids of the rules one of which was to be heard."""
        return (self.rule,) if self.rule is not None else self.rules or ()


class Silence(Section):
    """Nobody, or this party, has spoken for so long; a hold is no silence."""

    leg: Party | None = None
    at_least_s: float = Field(ge=1, le=3_600)


class Condition(Section):
    """What must hold. Several keys at one place must all hold; `all`, `any` and `not` combine further ones.

    After what a rule hears: `after`, `followed_by`, `count`, `window`. Of the call: `hold`, `queue`, `team`. With time:
    `not_said_by_s`, `silence`.
    """

    all: tuple["Condition", ...] | None = Field(None, min_length=1)
    any: tuple["Condition", ...] | None = Field(None, min_length=1)
    not_: "Condition | None" = Field(None, alias="not")
    after: Happening | None = None
    followed_by: Happening | None = None
    count: Count | None = None
    window: Window | None = None
    hold: bool | None = None
    queue: tuple[str, ...] | None = Field(None, min_length=1)
    team: tuple[str, ...] | None = Field(None, min_length=1)
    not_said_by_s: NotSaidBy | None = None
    silence: Silence | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if all(getattr(self, name) is None for name in type(self).model_fields):
            raise ValueError("is empty; write a condition or take the key out")
        if self.followed_by is not None and self.followed_by.within_s is None:
            raise ValueError("followed_by needs within_s: without it the rule would wait for ever; add it")
        parts, levels = _size(self)
        if parts > _MOST_PARTS or levels > _MOST_LEVELS:
            raise ValueError(
                f"is too large ({parts} parts, {levels} levels; up to {_MOST_PARTS} and {_MOST_LEVELS}); split the rule"
            )
        return self

    def inside(self) -> tuple["Condition", ...]:
        """The conditions this one combines."""
        return (*(self.all or ()), *(self.any or ()), *((self.not_,) if self.not_ is not None else ()))

    def parts(self) -> Iterator["Condition"]:
        """This condition and all inside it."""
        yield self
        for each in self.inside():
            yield from each.parts()

    def named_rules(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Every rule it asks for, with the way to where it is named."""
        for key in ("all", "any"):
            for number, each in enumerate(getattr(self, key) or ()):
                yield from (((key, number, *way), rule) for way, rule in each.named_rules())
        if self.not_ is not None:
            yield from ((("not", *way), rule) for way, rule in self.not_.named_rules())
        for key in ("after", "followed_by", "not_said_by_s"):
            asked = getattr(self, key)
            if asked is not None:
                where = (key, "rule") if asked.rule is not None else (key, "rules")
                yield from ((where, rule) for rule in asked.named_rules)


def _size(condition: Condition) -> tuple[int, int]:
    inside = [_size(each) for each in condition.inside()]
    return 1 + sum(parts for parts, _ in inside), 1 + max((levels for _, levels in inside), default=0)
