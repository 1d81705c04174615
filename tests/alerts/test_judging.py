"""Judging alerts against truth, case by case."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from alerts.alert import Kind, Severity
from alerts.judging import Claim, Truth, judge
from streaming.frames import Leg

DEAD_AIR = {"kind": "dead_air", "leg": "agent", "start_ms": 8_000, "end_ms": 14_000}
RAISED = {"kind": "volume_rise", "leg": "customer", "start_ms": 8_000, "end_ms": 14_000, "rise_db": 15}
HOSTILE = {"kind": "hostile_tone", "leg": "customer", "start_ms": 8_000, "end_ms": 14_000}
BOTH = {"kind": "talk_over", "leg": None, "start_ms": 1_000, "end_ms": 2_000}


def claim(
    from_ms: int,
    to_ms: int,
    kind: Kind = Kind.DEAD_AIR,
    leg: Leg | None = Leg.AGENT,
    severity: Severity = Severity.MAJOR,
) -> Claim:
    return Claim(kind, leg, from_ms, to_ms, severity)


@dataclass(frozen=True)
class Case:
    name: str
    events: list[dict[str, Any]]
    claims: list[Claim]
    scores: dict[Kind, tuple[int, int, int]]  # events, found, false alarms
    judged: list[str] = field(default_factory=lambda: ["dead_air", "volume_rise", "talk_over"])


CASES = [
    Case("found", [DEAD_AIR], [claim(8_000, 11_000)], {Kind.DEAD_AIR: (1, 1, 0)}),
    Case("missed", [DEAD_AIR], [], {Kind.DEAD_AIR: (1, 0, 0)}),
    Case("1.0 s before", [DEAD_AIR], [claim(5_000, 7_000)], {Kind.DEAD_AIR: (1, 1, 0)}),
    Case("too early", [DEAD_AIR], [claim(5_000, 6_999)], {Kind.DEAD_AIR: (1, 0, 1)}),
    Case("3.0 s behind", [DEAD_AIR], [claim(17_000, 18_000)], {Kind.DEAD_AIR: (1, 1, 0)}),
    Case("too late", [DEAD_AIR], [claim(17_001, 18_000)], {Kind.DEAD_AIR: (1, 0, 1)}),
    Case("the other leg", [DEAD_AIR], [claim(8_000, 9_000, leg=Leg.CUSTOMER)], {Kind.DEAD_AIR: (1, 0, 1)}),
    Case("no leg said", [DEAD_AIR], [claim(8_000, 9_000, leg=None)], {Kind.DEAD_AIR: (1, 1, 0)}),
    Case("no leg known", [BOTH], [claim(1_000, 2_000, Kind.TALK_OVER)], {Kind.TALK_OVER: (1, 1, 0)}),
    Case(
        "one covers two",
        [DEAD_AIR, {**DEAD_AIR, "start_ms": 15_000, "end_ms": 16_000}],
        [claim(8_000, 16_000)],
        {Kind.DEAD_AIR: (2, 2, 0)},
    ),
    Case("two for one", [DEAD_AIR], [claim(8_000, 9_000), claim(9_000, 10_000)], {Kind.DEAD_AIR: (1, 1, 0)}),
    Case("info is never false", [], [claim(1, 2, severity=Severity.INFO)], {Kind.DEAD_AIR: (0, 0, 0)}),
    Case("false", [], [claim(1, 2)], {Kind.DEAD_AIR: (0, 0, 1)}),
    Case("kinds not judged do not count", [DEAD_AIR], [claim(1, 2)], {}, judged=["talk_over"]),
    Case(
        "a raised voice inside a hostile tone",
        [HOSTILE],
        [claim(9_000, 9_500, Kind.VOLUME_RISE, Leg.CUSTOMER)],
        {Kind.VOLUME_RISE: (0, 0, 0)},
    ),
    Case(
        "a hostile tone inside a raised voice",
        [RAISED],
        [claim(9_000, 9_500, Kind.HOSTILE_TONE, Leg.CUSTOMER)],
        {Kind.HOSTILE_TONE: (0, 0, 0)},
        judged=["hostile_tone"],
    ),
    Case("nothing happened, nothing said", [], [], {}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_judging(case: Case) -> None:
    scores = judge(case.claims, Truth.of({"judged": case.judged, "events": case.events}))
    assert {kind: (each.events, each.found, each.false_alarms) for kind, each in scores.items()} == case.scores


def test_what_was_missed_what_was_false_and_how_late_it_was_told() -> None:
    late, early = claim(8_000, 11_000), claim(9_000, 10_000)
    claims = [replace(late, latency_ms=900), replace(early, latency_ms=160), claim(40_000, 41_000)]
    events = [DEAD_AIR, {**DEAD_AIR, "start_ms": 60_000, "end_ms": 61_000}]
    score = judge(claims, Truth.of({"judged": ["dead_air"], "events": events}))[Kind.DEAD_AIR]
    assert [each.start_ms for each in score.missed] == [60_000]
    assert score.false == (claims[2],)
    assert score.latencies_ms == (160,)  # the first alert that said so


def test_a_kind_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        Truth.of({"judged": ["nonsense"], "events": []})
