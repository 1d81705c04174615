"""Agents are spoken to, not about; words of a rule pack stay as they are."""

import pytest

from alerts.alert import Kind
from alerts.life.agent_words import words_for_agent
from alerts.reader import Reader
from alerts.wording import ADVICE
from tests.fakes.desk import an_alert


@pytest.mark.parametrize("kind", list(Kind))
def test_no_sentence_of_ours_speaks_of_the_agent_to_the_agent(kind: Kind) -> None:
    for reader, about in ((Reader.EN, "the agent"), (Reader.ZH, "客服代表")):
        advice = ADVICE[reader].get(kind, "")
        said = words_for_agent(an_alert(kind=kind, advice=advice))
        assert bool(said) == bool(advice)
        if kind not in (Kind.AGENT_HANGUP, Kind.ABUSE_AFTER_HANGUP):  # of calls that are over, and never minor
            assert about not in said.lower()


def test_each_language_has_its_own_words_and_a_packs_words_stay() -> None:
    for reader, said in ((Reader.EN, "Let the customer finish."), (Reader.ZH, "请让客户把话说完。")):
        advice = ADVICE[reader][Kind.TALK_OVER]
        assert words_for_agent(an_alert(kind=Kind.TALK_OVER, advice=advice)) == said
    assert words_for_agent(an_alert(kind=Kind.TALK_OVER, advice="Smile.")) == "Smile."
