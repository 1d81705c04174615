"""Which calls are drawn: the right number of everybody, always the same, risky ones more often."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.inspection.sampling import Candidate, sample
from config.sampling import SamplingPlan


def call(number: int, agent: str = "1001", *, risk: int = 0, duration_ms: int = 60_000, queue: str = "a") -> Candidate:
    return Candidate(f"c{number}", agent, "east", queue, "wuhan", risk, duration_ms)


def plan(**changes: object) -> SamplingPlan:
    return SamplingPlan.model_validate({"plan": "weekly", "sheet": "hundred_points", "number": 3, **changes})


def ids(calls: Sequence[Candidate]) -> set[str]:
    return {each.call_id for each in calls}


def test_every_agent_has_so_many() -> None:
    calls = [call(number, f"{number % 7}") for number in range(70)] + [call(100, "last")]
    drawn = Counter(each.agent_id for each in sample(plan(), "2026-W48", calls))
    assert drawn == {**{str(agent): 3 for agent in range(7)}, "last": 1}


def test_a_share_is_rounded_up_and_the_larger_of_both_counts() -> None:
    calls = [call(number) for number in range(41)]
    assert len(sample(plan(number=None, share_ratio=0.1), "2026-W48", calls)) == 5
    assert len(sample(plan(number=9, share_ratio=0.1), "2026-W48", calls)) == 9


def test_only_fitting_calls() -> None:
    calls = [call(1, risk=50), call(2, risk=10), call(3, risk=90, duration_ms=2_000), call(4, risk=90, queue="b")]
    strict = plan(per="all", least_risk=40, least_duration_s=5, queues=["a"])
    assert ids(sample(strict, "2026-W48", calls)) == {"c1"}


@settings(deadline=None)
@given(st.permutations([call(number) for number in range(20)]))
def test_order_and_repetition_change_nothing(calls: list[Candidate]) -> None:
    expected = sample(plan(), "2026-W48", [call(number) for number in range(20)])
    assert sample(plan(), "2026-W48", calls) == expected


def test_a_later_call_moves_at_most_one_out() -> None:
    calls = [call(number) for number in range(20)]
    for late in range(100, 130):
        before, after = ids(sample(plan(), "2026-W48", calls)), ids(sample(plan(), "2026-W48", [*calls, call(late)]))
        assert len(before - after) <= 1


def test_another_week_draws_others() -> None:
    calls = [call(number) for number in range(200)]
    assert len({frozenset(ids(sample(plan(), f"2026-W{week}", calls))) for week in range(10, 20)}) == 10


def test_weights_draw_as_often_as_they_say() -> None:
    """Of two calls with weights 1 and 1 + 1·9 the second is drawn first in 10 of 11 cases (± 4 σ of 2,000)."""
    weighed = plan(per="all", number=1, risk_weight=1)
    risky = sum(sample(weighed, f"p{period}", [call(1), call(2, risk=9)])[0].call_id == "c2" for period in range(2_000))
    assert abs(risky / 2_000 - 10 / 11) < 4 * (10 / 121 / 2_000) ** 0.5


def test_the_riskiest_is_heard_first() -> None:
    calls = [call(number, risk=number) for number in range(10)]
    drawn = sample(plan(number=10), "2026-W48", calls)
    assert [each.risk for each in drawn] == sorted((each.risk for each in drawn), reverse=True)
