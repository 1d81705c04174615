"""What web/ needs from whoever runs the alert desk: acts of people, mutes, suppressions, figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from alerts.alert import Action, Alert, ByLanguage
from config.life import EscalationSettings
from web.sources import AlertChange


class NotPossibleError(Exception):
    """The alert's state does not allow the act. `why` is for people, `current` is how the alert stands."""

    def __init__(self, why: str, current: Alert) -> None:
        super().__init__("the alert's state does not allow this")
        self.why, self.current = why, current


class UnknownPersonError(Exception):
    """Nobody of this id is on the roster."""


class UnknownMuteError(Exception):
    """No such mute, or it is over."""


@dataclass(frozen=True, slots=True)
class AskedAct:
    """What a person asks to be done to an alert, from the version that was seen."""

    action: Action
    version: int
    by: str
    assignee: str | None = None
    until: datetime | None = None
    reason: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Mute:
    """Until when alerts of a rule, queue, team or agent (all that are named) are told to nobody, and why."""

    mute_id: str
    rule: str | None
    queue: str | None
    team: str | None
    agent_id: str | None
    reason: str
    by: str
    created_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class SuppressionView:
    """Why somebody was not told: `cause` is a stable word, `reason` a sentence, `by` the person behind it, if any."""

    call_id: str
    alert_id: str | None
    rule: str
    kind: str
    cause: str
    reason: str
    by: str | None
    at_ms: int
    at: datetime


@dataclass(frozen=True, slots=True)
class AgentTip:
    """Advice for an agent in a call, from a minor alert."""

    alert_id: str
    agent_id: str
    call_id: str
    kind: str
    text: str
    at: datetime
    text_by_language: ByLanguage | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What one person has done: alerts taken in hand, those still in hand, those resolved or marked wrong."""

    person: str
    claimed: int
    in_hand: int
    finished: int


@dataclass(frozen=True, slots=True)
class AlertFigures:
    """How the desk works, over the alerts taken in hand or settled within a time."""

    since: datetime
    reached: int
    missed: int
    claimed: int
    claim_p50_s: float | None
    claim_p90_s: float | None
    escalated: int
    loads: tuple[Load, ...]

    @property
    def reached_ratio(self) -> float | None:
        """Share of alerts that a person took in hand before their call ended."""
        told = self.reached + self.missed
        return self.reached / told if told else None


@dataclass(frozen=True, slots=True)
class RulePrecision:
    """How often a rule is right, as people marked it: the share with its 95 % Wilson interval."""

    rule: str
    right: int
    wrong: int
    precision: float | None
    lower: float
    upper: float
    alerts: int
    per_agent_hour: float | None
    silent: bool
    silent_since: datetime | None


class DeskSource(Protocol):
    """The alert desk. Every answer is given after the commit. All raise StoreUnavailableError."""

    @property
    def escalation(self) -> EscalationSettings:
        """When alerts that nobody takes in hand go to others."""
        ...

    @property
    def people(self) -> Sequence[tuple[str, str | None]]:
        """Id and name of everybody who may take alerts in hand."""
        ...

    def person(self, name: str | None) -> str:
        """Who acts: "local" when nobody is named. Raises UnknownPersonError where a roster knows better."""
        ...

    async def act(self, alert_id: str, asked: AskedAct) -> AlertChange:
        """Do it, if nobody was faster. Raises UnknownAlertError, StaleAlertError, NotPossibleError."""
        ...

    def tips(self, agent_id: str, since: datetime | None) -> Sequence[AgentTip]:
        """What an agent was advised of late, the oldest first."""
        ...

    async def suppressed(self, call_id: str | None, limit: int) -> Sequence[SuppressionView]:
        """Why nobody was told, oldest first; of one call, or the newest of all."""
        ...

    async def mute(self, mute: Mute) -> Mute:
        """Begin a mute, as it is kept: its reason is masked. Open alerts it covers fall silent too."""
        ...

    async def mutes(self) -> Sequence[Mute]:
        """The mutes that hold now, the next to end first."""
        ...

    async def unmute(self, mute_id: str, by: str) -> None:
        """End a mute now; alerts that are still open are told again. Raises UnknownMuteError."""
        ...

    async def figures(self, since: datetime) -> AlertFigures:
        """How the desk has worked since then."""
        ...

    async def precision(self) -> Sequence[RulePrecision]:
        """Every rule with alerts or marks within the window of the settings, the worst first."""
        ...

    async def let_speak(self, rule: str, by: str) -> None:
        """Let a silent rule speak again; marks until now no longer silence it."""
        ...
