"""Books that stay current."""

import inspect

from alerts.phrase_book import PhraseBook
from alerts.rules.current_phrases import CurrentPhrases, PhraseShelf
from config.rule_packs import RulePack
from streaming.frames import Leg
from tests.fakes.rules import pack, rule

OLD = pack(rule("en.forbidden.rude", phrases=("shut up now",)))
NEW = pack(rule("en.forbidden.rude", phrases=("go away now",)))


def book_of(given: RulePack) -> PhraseBook:
    return PhraseBook(given.language, given.rules, 0.15)


def test_a_lent_book_hears_the_new_rules() -> None:
    shelf = PhraseShelf(OLD)
    book = shelf.lend(book_of)
    assert [found.phrase for found in book.find("shut up now", Leg.AGENT)] == ["shut up now"]
    assert [each.id for each in book.rules_with("shut up now", Leg.AGENT)] == ["en.forbidden.rude"]
    shelf.change(NEW)
    assert book.find("shut up now", Leg.AGENT) == []
    assert book.rules_with("shut up now", Leg.AGENT) == []
    assert [found.phrase for found in book.find("go away now", Leg.AGENT)] == ["go away now"]
    assert [found.phrase for found in shelf.lend(book_of).find("go away now", Leg.AGENT)] == ["go away now"]


def test_it_stands_in_for_all_a_book_can_do() -> None:
    public = {name for name, _ in inspect.getmembers(PhraseBook, inspect.isfunction) if not name.startswith("_")}
    assert {name for name in public if name in vars(CurrentPhrases)} == public
