"""What the rules' pages need of whoever holds the rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from config.rule_packs import Places, RulePack
from config.settings import Language


@dataclass(frozen=True, slots=True)
class RulesRefused:
    """An edit that was not taken: when, and every fault with file, line and cure."""

    at: datetime
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RulesView:
    """The rules in force. `refused` is the last edit, where it was refused and not mended yet."""

    folder: Path
    version: str
    loaded_at: datetime
    packs: tuple[RulePack, ...]
    places: Mapping[Language, Places]
    refused: RulesRefused | None


class Rules(Protocol):
    """Holds the rules."""

    def view(self) -> RulesView:
        """What is in force."""
        ...

    async def reload(self) -> RulesView:
        """Read the files again. Raises RulePackError when they are refused; then the rules before stay in force."""
        ...
