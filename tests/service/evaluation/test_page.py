"""The page of a scorecard: everything in it, and nothing of it as markup."""

from service.evaluation.page import page_of
from service.evaluation.scorecard import Bars, Scorecard, ScoreTable


def _card(name: str) -> Scorecard:
    table = ScoreTable("By room", ("room", "recall"), ((name, "0.500"),))
    return Scorecard("Phrases", {}, [table], [Bars("Recall", {name: 0.5, "over": 3.0})])


def test_tables_and_bars_are_there() -> None:
    page = page_of(_card("hall"))
    assert "<td>hall</td><td>0.500</td>" in page
    assert 'width="240.0"' in page
    assert 'width="480.0"' in page


def test_names_are_text() -> None:
    page = page_of(_card("<script>alert(1)</script>"))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
