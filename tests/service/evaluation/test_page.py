"""The page of a scorecard: everything in it, and nothing of it as markup."""

import subprocess
import sys

from service.evaluation.page import page_of
from service.evaluation.scorecard import Bars, Plot, Scorecard, ScoreTable


def _card(name: str) -> Scorecard:
    table = ScoreTable("By room", ("room", "recall"), ((name, "0.500"),))
    plots = [Plot("Drawn", lambda drawing: "<svg>drawn</svg>")]
    return Scorecard("Phrases", {}, [table], [Bars("Recall", {name: 0.5, "over": 3.0})], plots)


def test_tables_bars_and_plots_are_there() -> None:
    page = page_of(_card("hall"))
    assert "<td>hall</td><td>0.500</td>" in page
    assert page.count("<svg") == 2
    assert "<svg>drawn</svg>" in page
    assert ">hall</text>" in page
    assert ">0.5</text>" in page
    assert "http" not in page.replace("http://www.w3.org/", "")  # nothing is fetched


def test_names_are_text() -> None:
    page = page_of(_card("<script>alert(1)</script>"))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_without_the_library_it_says_what_to_install() -> None:
    lines = [
        "import sys",
        "sys.modules['matplotlib'] = None",
        "from tests.service.evaluation.test_page import _card, page_of",
        "try:",
        "    page_of(_card('hall'))",
        "except Exception as error:",
        "    print(type(error).__name__, error)",
    ]
    said = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True).stdout
    assert said.startswith("EvaluationError")
    assert "earshot[report]" in said
