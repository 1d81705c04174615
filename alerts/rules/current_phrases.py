"""The phrases of a call's rules as they are now: when the rules change, every detector hears the new ones at once."""

from collections.abc import Callable

from alerts.phrase_book import Found, PhraseBook
from config.rule_packs import Rule, RulePack
from streaming.frames import Leg


class CurrentPhrases(PhraseBook):
    """Stands in a detector for the book that `pick` takes of the call's pack; `change` takes it of another pack."""

    def __init__(self, pack: RulePack, pick: Callable[[RulePack], PhraseBook]) -> None:
        self._pick = pick
        self._book = pick(pack)

    def change(self, pack: RulePack) -> None:
        """Hear this pack's phrases from now on."""
        self._book = self._pick(pack)

    def find(self, text: str, leg: Leg) -> list[Found]:
        """The same of the current book."""
        return self._book.find(text, leg)

    def rules_with(self, phrase: str, leg: Leg) -> list[Rule]:
        """The same of the current book."""
        return self._book.rules_with(phrase, leg)


class PhraseShelf:
    """Hands the detectors of one call their books, and changes them all when the rules change."""

    def __init__(self, pack: RulePack) -> None:
        self._pack = pack
        self._lent: list[CurrentPhrases] = []

    def lend(self, pick: Callable[[RulePack], PhraseBook]) -> CurrentPhrases:
        """A book that stays current."""
        book = CurrentPhrases(self._pack, pick)
        self._lent.append(book)
        return book

    def change(self, pack: RulePack) -> None:
        """Every book lent is of this pack from now on."""
        self._pack = pack
        for book in self._lent:
            book.change(pack)
