"""Chinese as recognisers mishear it: two tables, half of each set aside before the weights were set.

`chinese/mishearings.csv`: what a recogniser may write where a phrase of the rules was said, and by which confusion.
`chinese/near_misses.csv`: what is said every day, sounds like a phrase and is none.
"""

import csv
from functools import cache
from pathlib import Path

import pytest

from alerts.phrase_book import PhraseBook
from config.detection import PhraseSettings
from config.rule_packs import load_rule_pack, packaged_rules
from config.settings import Language
from streaming.frames import Leg

_TABLES = Path(__file__).parent / "chinese"
_HALVES = ("tune", "judge")


def _rows(table: str, half: str) -> list[dict[str, str]]:
    with (_TABLES / table).open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["half"] == half]


@cache
def _book() -> PhraseBook:
    pack = load_rule_pack(packaged_rules() / "zh")
    return PhraseBook(Language.ZH, pack.alerting(), PhraseSettings().longest_distance)


def _rules_with(phrase: str) -> set[str]:
    return {rule.id for rule in _book().rules_with(phrase, Leg.MIXED)}


@pytest.mark.parametrize("half", _HALVES)
def test_what_was_misheard_is_found(half: str) -> None:
    rows = _rows("mishearings.csv", half)
    missed = [
        (row["phrase"], row["heard"])
        for row in rows
        if not _rules_with(row["phrase"]) & {found.rule.id for found in _book().find(row["heard"], Leg.MIXED)}
    ]
    assert len(rows) >= 100
    assert len(missed) <= 0.1 * len(rows), missed


@pytest.mark.parametrize("half", _HALVES)
def test_what_only_sounds_like_it_is_not(half: str) -> None:
    rows = _rows("near_misses.csv", half)
    wrong = [
        (row["heard"], found.rule.id, found.phrase)
        for row in rows
        for found in _book().find(row["heard"], Leg(row["leg"]))
    ]
    assert len(rows) >= 200
    assert len({heard for heard, _, _ in wrong}) <= 0.01 * len(rows), wrong


def test_every_phrase_of_the_table_is_in_the_rules() -> None:
    phrases = {row["phrase"] for half in _HALVES for row in _rows("mishearings.csv", half)}
    assert {phrase for phrase in phrases if not _rules_with(phrase)} == set()
