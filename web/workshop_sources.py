"""What the pages of the rules need beside the rules in force: their files, trying changes, publishing, going back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from config.settings import Language

Files = Mapping[str, str]
"""Texts by their place in the folder, such as `zh/forbidden.yaml`."""


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One file of the rules."""

    path: str
    language: Language
    topic: str
    text: str


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """All files in force. `locked`: why they cannot be published from here; None: they can."""

    folder: str
    version: str
    locked: str | None
    files: Sequence[RuleFile]


@dataclass(frozen=True, slots=True)
class RuleFault:
    """Something wrong: where it stands, and what to do. `rule` and `example` are of an example that comes out wrong."""

    file: str
    line: int
    text: str
    rule: str | None = None
    example: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedRules:
    """What trying changed files found."""

    rules: int
    examples: int
    faults: tuple[RuleFault, ...]


class ForecastState(StrEnum):
    """Where a forecast stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Forecast:
    """Kept calls through changed rules. `result` is what `earshot rules replay --json` says, once it is done."""

    forecast_id: str
    state: ForecastState
    first: date
    last: date
    calls: int
    done: int
    asked_at: datetime
    failure: str | None = None
    result: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """The rules as they were published once."""

    edition_id: str
    at: datetime
    by: str
    note: str
    version: str
    changed: tuple[str, ...]  # files that differ from the edition before
    current: bool


class RulesRefusedError(Exception):
    """The files cannot be used: `faults` name each place."""

    def __init__(self, faults: Sequence[RuleFault]) -> None:
        super().__init__("rules that cannot be used")
        self.faults = tuple(faults)


class RulesMovedError(Exception):
    """Somebody has changed the rules since: `version` is in force."""

    def __init__(self, version: str) -> None:
        super().__init__("the rules have changed since")
        self.version = version


class RulesLockedError(Exception):
    """Rules cannot be published from here; the text says why and what to do."""


class ForecastBusyError(Exception):
    """Another forecast waits or runs."""


class UnknownEditionError(Exception):
    """No such edition or forecast."""


class Workshop(Protocol):
    """Where rules are changed. Changed files are laid over those in force; a text of nothing takes a file away."""

    def files(self) -> RuleFiles:
        """The files in force."""
        ...

    async def check(self, files: Files) -> CheckedRules:
        """Read the changed languages and try all their examples."""
        ...

    def ask_forecast(self, files: Files, first: date, last: date) -> Forecast:
        """Begin to play the kept calls of these days through the changed rules. Raises ForecastBusyError."""
        ...

    def forecast(self, forecast_id: str) -> Forecast:
        """How far it is. Raises UnknownEditionError."""
        ...

    def days(self, first: date, last: date) -> tuple[datetime, datetime]:
        """From when to when these days are, by the settings of the figures."""
        ...

    async def publish(self, files: Files, version: str, by: str, note: str) -> str:
        """Put them in force, if `version` still is; answers the new one. What was in force before is kept.

        Raises RulesRefusedError, RulesMovedError, RulesLockedError.
        """
        ...

    def editions(self) -> Sequence[Edition]:
        """What was published, the newest first."""
        ...

    def edition(self, edition_id: str) -> Files:
        """The files of one. Raises UnknownEditionError."""
        ...

    async def restore(self, edition_id: str, version: str, by: str) -> str:
        """Publish an edition again, whole. Raises as `publish`, and UnknownEditionError."""
        ...
