"""The phrases of a pack, prepared for the ear."""

import pytest

from alerts.phrase_book import PhraseBook, books_of
from config.rule_packs import Rule, Topic, load_rule_pack, packaged_rules
from config.settings import Language
from streaming.frames import Leg


def rule(name: str, *phrases: str, leg: str = "agent", exceptions: tuple[str, ...] = ()) -> Rule:
    return Rule.model_validate(
        {
            "id": f"ko.greeting.{name}",
            "leg": leg,
            "phrases": phrases,
            "exceptions": exceptions,
            "positive": phrases[:1],
            "topic": Topic.GREETING,
        }
    )


def ids(book: PhraseBook, text: str, leg: Leg = Leg.AGENT) -> list[str]:
    return [found.rule.id.rsplit(".", 1)[1] for found in book.find(text, leg)]


def test_the_best_phrase_of_each_rule_in_the_order_of_the_text() -> None:
    book = PhraseBook(Language.KO, [rule("late", "언제 도착합니까"), rule("early", "안녕하세요", "안녕하십니까")], 0.15)
    assert ids(book, "안녕하십니까 고객님 언제 도착합니까") == ["early", "late"]
    assert book.find("안녕하십니까", Leg.AGENT)[0].phrase == "안녕하십니까"


def test_each_leg_has_its_own_rules_and_a_mixed_one_all() -> None:
    book = PhraseBook(Language.KO, [rule("agent", "안녕하세요"), rule("customer", "감사합니다", leg="customer")], 0.15)
    text = "안녕하세요 감사합니다"
    assert ids(book, text) == ["agent"]
    assert ids(book, text, Leg.CUSTOMER) == ["customer"]
    assert ids(book, text, Leg.MIXED) == ["agent", "customer"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("제 책임이 아닙니다", True),
        ("제 책임입니다", False),  # the exception fits better
        ("고객님 책임이 아닙니다", False),  # it fits as well and says more
        ("제 책임이 아닙니다 고객님 잘못도 아닙니다", True),
    ],
)
def test_an_exception_that_fits_better_wins(text: str, found: bool) -> None:
    book = PhraseBook(
        Language.KO, [rule("mine", "책임이 아닙니다", exceptions=("책임입니다", "고객님 책임이 아닙니다"))], 0.3
    )
    assert ids(book, text) == (["mine"] if found else [])


def test_no_rules_find_nothing() -> None:
    assert PhraseBook(Language.EN, [], 0.15).find("anything", Leg.AGENT) == []


def test_equal_packs_share_one_preparation() -> None:
    packs = [load_rule_pack(packaged_rules() / "en") for _ in range(2)]
    assert books_of(packs[0], 0.15) is books_of(packs[1], 0.15)
    assert books_of(packs[0], 0.15) is not books_of(packs[0], 0.1)
