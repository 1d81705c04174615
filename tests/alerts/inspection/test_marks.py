"""Judgements: what an item can be judged as."""

import pytest

from alerts.inspection.marks import checked_mark
from alerts.inspection.records import Mark, MarkState, WrongMarkError
from config.score_sheets import load_score_sheets, packaged_sheets

SHEETS = load_score_sheets(packaged_sheets())
JUDGED = MarkState.JUDGED


@pytest.mark.parametrize(
    "mark",
    [
        Mark("correct", JUDGED, {"wrong": 1}),
        Mark("warmth", JUDGED, choice="cool"),
        Mark("records", JUDGED, {"records": 2}),
        Mark("bad_words", JUDGED, {"careless": 1}),
        Mark("service_fatal", JUDGED, {"service_fatal": 1}),
        Mark("warmth"),
    ],
)
def test_a_judgement_that_the_item_knows_is_kept(mark: Mark) -> None:
    assert checked_mark(SHEETS["hundred_points"], mark) is mark


@pytest.mark.parametrize(
    ("mark", "fault"),
    [
        (Mark("nothing", JUDGED), "the sheet hundred_points has no such item"),
        (Mark("correct", JUDGED, {"late": 1}), "nothing called late is counted; possible: corrected_in_time"),
        (Mark("correct", JUDGED, {"wrong": -1}), "wrong must be 0 to 1000 times"),
        (Mark("warmth", JUDGED, choice="hot"), "hot cannot be chosen; possible: warm"),
        (Mark("warmth", JUDGED), "choose one of warm"),
        (Mark("warmth", JUDGED, {"warm": 1}, "warm"), "possible: none"),
        (Mark("correct", JUDGED, choice="warm"), "possible: none"),
    ],
)
def test_any_other_is_refused_with_what_is_possible(mark: Mark, fault: str) -> None:
    with pytest.raises(WrongMarkError, match=fault):
        checked_mark(SHEETS["hundred_points"], mark)


def test_an_indicator_passes_fails_or_is_not_involved() -> None:
    for choice in ("passed", "failed", "not_involved"):
        assert checked_mark(SHEETS["hotline_indicators"], Mark("opening", JUDGED, choice=choice)).choice == choice
