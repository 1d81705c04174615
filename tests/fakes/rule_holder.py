"""Somebody who holds rules, scripted."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from config.rule_packs import RulePackError, packaged_rules, read_rule_pack
from config.settings import Language
from web.rule_sources import RulesRefused, RulesView


class FakeRules:
    """The English pack. `bad` makes the next reading fail with these faults."""

    def __init__(self) -> None:
        self.bad: tuple[str, ...] = ()
        self.at = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
        self.refused: RulesRefused | None = None

    def view(self) -> RulesView:
        """What is in force."""
        pack, places = read_rule_pack(packaged_rules() / "en")
        return RulesView(Path("/etc/rules"), "abc", self.at, (pack,), {Language.EN: places}, self.refused)

    async def reload(self) -> RulesView:
        """As scripted."""
        if self.bad:
            self.refused = RulesRefused(self.at, self.bad)
            raise RulePackError(self.bad)
        return replace(self.view(), version="new")
