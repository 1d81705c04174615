"""A site's own patterns hide what they fit, spoken or written."""

import time

import pytest

from alerts.masking.atoms import atoms_of
from alerts.masking.call_masker import CallMasker
from alerts.masking.hidden_patterns import HiddenPatterns
from alerts.masking.masked_text import MASK
from streaming.frames import Leg
from streaming.observations import WordsHeard


def _hidden(pattern: str, text: str) -> list[str]:
    return [text[each.from_char : each.to_char] for each in HiddenPatterns((pattern,)).find(text, atoms_of(text))]


@pytest.mark.parametrize(
    ("pattern", "text", "hidden"),
    [
        (r"AB\d{3}", "order AB123 please", ["AB123", "AB123"]),
        (r"ab\d{3}", "order a b one two three please", ["a b one two three"]),
        (r"b\d{3}", "order b one two three please", ["b one two three"]),
        (r"工号\d{2}", "我的工号一二", ["工号一二"]),
        (r"[가-힣]{2}동 \d{2}호", "역삼동 일이호", []),
        (r"project falcon", "about Project Falcon today", ["Project Falcon", "Project Falcon"]),
        (r"\b", "nothing at all", []),
        (r"x+", "no such thing", []),
    ],
)
def test_what_a_pattern_fits(pattern: str, text: str, hidden: list[str]) -> None:
    assert _hidden(pattern, text) == hidden


def test_the_masker_hides_it_in_text_and_evidence() -> None:
    masker = CallMasker((r"falcon",))
    (seen,) = masker.hear(WordsHeard(Leg.AGENT, 0, 1, True, 0, 900, "the falcon is ready"))
    assert seen.heard.text == f"the {MASK * 3} is ready"
    assert masker.text("falcon", 100) == MASK * 3


def test_time_grows_with_the_text_and_no_more() -> None:
    text = "a" * 20_000
    began_s = time.process_time()
    HiddenPatterns((r"(a+)+b", r"(a|aa)+c")).find(text, ())
    assert time.process_time() - began_s < 1.0
