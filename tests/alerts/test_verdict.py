"""The rules of the verdict, fact by fact."""

from dataclasses import replace

import pytest

from alerts.alert import Measure, Severity
from alerts.verdict import EndFacts, Verdict, ending_of
from config.detection import HangUpSettings
from streaming.frames import Leg, Party

BOTH = frozenset((Leg.AGENT, Leg.CUSTOMER))
PARTED = EndFacts(
    party=Party.AGENT,
    conflict=False,
    cause=None,
    after_ms=60_000,
    heard=BOTH,
    spoke=BOTH,
    closed_ago_ms=(),
    transferred=False,
    survey=False,
    on_hold=False,
    lost_leg=None,
    words_trusted=True,
    customer_ago_ms=3_500,
    agent_ago_ms=800,
    customer_speaking=False,
    agent_farewell_ago_ms=800,
    customer_farewell_ago_ms=3_500,
    farewell_stands=True,
    farewell_perhaps=False,
    parted_quietly=False,
    warnings=0,
    forbidden_ago_ms=None,
    trouble=None,
    trouble_ago_ms=None,
)
UNANSWERED = replace(
    PARTED,
    customer_ago_ms=1_000,
    agent_ago_ms=5_000,
    agent_farewell_ago_ms=None,
    customer_farewell_ago_ms=None,
    farewell_stands=False,
)
AGENT_LAST = replace(UNANSWERED, customer_ago_ms=6_000, agent_ago_ms=2_000)
GONE = ((Leg.AGENT, 0), (Leg.CUSTOMER, 4_000))


@pytest.mark.parametrize(
    ("facts", "verdict", "sure", "severity"),
    [
        (PARTED, Verdict.AFTER_FAREWELL, True, Severity.MINOR),
        (UNANSWERED, Verdict.CUT_OFF, True, Severity.CRITICAL),
        (replace(UNANSWERED, customer_speaking=True, words_trusted=False), Verdict.CUT_OFF, True, Severity.CRITICAL),
        (replace(UNANSWERED, words_trusted=False), Verdict.UNDECIDED, False, Severity.MINOR),
        (replace(PARTED, on_hold=True, farewell_stands=False), Verdict.CUT_OFF, True, Severity.CRITICAL),
        (AGENT_LAST, Verdict.CUT_OFF, False, Severity.CRITICAL),
        (replace(AGENT_LAST, forbidden_ago_ms=2_000), Verdict.CUT_OFF, True, Severity.CRITICAL),
        (replace(AGENT_LAST, farewell_perhaps=True), Verdict.UNDECIDED, False, Severity.MINOR),
        (replace(AGENT_LAST, customer_farewell_ago_ms=6_000), Verdict.AFTER_FAREWELL, False, Severity.MINOR),
        (replace(UNANSWERED, warnings=2), Verdict.ALLOWED, True, Severity.INFO),
        (replace(UNANSWERED, warnings=1), Verdict.CUT_OFF, True, Severity.CRITICAL),
        (replace(UNANSWERED, transferred=True), Verdict.NORMAL, True, None),
        (replace(UNANSWERED, survey=True), Verdict.NORMAL, True, None),
        (replace(UNANSWERED, after_ms=4_999), Verdict.UNDECIDED, False, None),
        (replace(UNANSWERED, heard=frozenset({Leg.MIXED})), Verdict.UNDECIDED, False, None),
        (replace(UNANSWERED, closed_ago_ms=GONE), Verdict.UNDECIDED, False, Severity.INFO),
        (replace(UNANSWERED, spoke=frozenset({Leg.AGENT})), Verdict.LINE_FAULT, True, None),
        (replace(UNANSWERED, lost_leg=Leg.CUSTOMER), Verdict.LINE_FAULT, True, None),
        (replace(UNANSWERED, lost_leg=Leg.CUSTOMER, on_hold=True), Verdict.CUT_OFF, True, Severity.CRITICAL),
        (replace(UNANSWERED, cause="38 network out of order"), Verdict.LINE_FAULT, True, None),
        (replace(UNANSWERED, cause="NORMAL_TEMPORARY_FAILURE"), Verdict.LINE_FAULT, True, None),
        (replace(UNANSWERED, cause="16"), Verdict.CUT_OFF, True, Severity.CRITICAL),
        (replace(UNANSWERED, conflict=True), Verdict.UNDECIDED, False, None),
        (replace(UNANSWERED, party=Party.SYSTEM), Verdict.NORMAL, True, None),
        (replace(UNANSWERED, party=Party.CUSTOMER), Verdict.NORMAL, True, None),
        (
            replace(UNANSWERED, party=Party.CUSTOMER, trouble="dead air", trouble_ago_ms=0),
            Verdict.LEFT_ANGRY,
            True,
            None,
        ),
        (
            replace(UNANSWERED, party=Party.CUSTOMER, trouble="hostile tone", trouble_ago_ms=10_001),
            Verdict.NORMAL,
            True,
            None,
        ),
        (
            replace(PARTED, party=Party.CUSTOMER, trouble="hostile tone", trouble_ago_ms=9_000),
            Verdict.NORMAL,
            False,
            None,
        ),
        (
            replace(UNANSWERED, party=Party.CUSTOMER, closed_ago_ms=((Leg.AGENT, 5_000),)),
            Verdict.UNDECIDED,
            False,
            Severity.INFO,
        ),
        (replace(UNANSWERED, party=Party.UNKNOWN), Verdict.UNDECIDED, False, None),
        (
            replace(UNANSWERED, party=Party.UNKNOWN, closed_ago_ms=((Leg.AGENT, 0), (Leg.CUSTOMER, -400))),
            Verdict.UNDECIDED,
            False,
            Severity.INFO,
        ),
        (replace(UNANSWERED, party=Party.UNKNOWN, transferred=True), Verdict.NORMAL, True, None),
    ],
)
def test_the_verdict_of_the_facts(facts: EndFacts, verdict: Verdict, sure: bool, severity: Severity | None) -> None:
    ending = ending_of(facts, HangUpSettings())
    assert (ending.verdict, ending.sure, ending.severity) == (verdict, sure, severity)


def test_which_leg_closed_first() -> None:
    assert replace(PARTED, closed_ago_ms=((Leg.AGENT, 300), (Leg.CUSTOMER, 0))).first_closed is Leg.AGENT
    assert replace(PARTED, closed_ago_ms=((Leg.AGENT, 40), (Leg.CUSTOMER, 0))).first_closed is None
    assert replace(PARTED, closed_ago_ms=((Leg.CUSTOMER, 0),)).first_closed is Leg.CUSTOMER
    assert PARTED.first_closed is None


def test_facts_are_shown_where_they_are_known() -> None:
    shown = {measure.name: measure.value for measure in replace(PARTED, cause="16", warnings=1).measures()}
    assert shown["party"] == "agent"
    assert shown["closing_before_ms"] == 800
    assert shown["cause"] == "16"
    assert shown["warnings"] == 1
    assert not {"trouble", "lost_leg", "conflict", "transferred", "survey"} & set(shown)
    assert Measure("customer_speaking", False) in PARTED.measures()
