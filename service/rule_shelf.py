"""The rule packs of every language, loaded once at the start; a bad file stops the start."""

from config.rule_packs import RulePack, load_rule_pack, packaged_rules
from config.settings import Language, Settings


class RuleShelf:
    """One pack per language."""

    def __init__(self, settings: Settings) -> None:
        folder = settings.rules_dir or packaged_rules()
        self._packs: dict[Language, RulePack] = {
            language: load_rule_pack(folder / language) for language in Language if (folder / language).is_dir()
        }

    def pack(self, language: Language | None) -> RulePack | None:
        """The pack of a language; None where there is none."""
        return self._packs.get(language) if language is not None else None
