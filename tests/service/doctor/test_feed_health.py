"""What is said of a live call's audio: rates by their ratio, drift as far as it can be known, gaps, swapped legs."""

import pytest

from service.doctor.feed_health import LegLook, leg_findings, leg_identity
from service.doctor.finding import State


def looks(ratio: float = 1.0, lost_ms: int = 0, level_dbfs: float = -20, number: int = 40) -> list[LegLook]:
    """Every half second, audio counted by blocks of 100 ms."""
    return [
        LegLook(
            at_s=1_000 + each / 2,
            received_ms=int(each * 500 * ratio) // 100 * 100,
            gaps_ms=lost_ms * each // number,
            level_dbfs=level_dbfs,
            connected=True,
        )
        for each in range(number)
    ]


@pytest.mark.parametrize(
    ("seen", "state", "words"),
    [
        (looks(), State.GOOD, "real time"),
        (looks(1.0003), State.GOOD, "drift below"),
        (looks(0.5), State.WRONG, "0.50 times"),
        (looks(2.0), State.WRONG, "2.00 times"),
        (looks(0.02 / 3), State.WRONG, "packets stopped"),
        (looks(0.9), State.WRONG, "90% of real time"),
        (looks(1.02, number=240), State.WRONG, "clock drift +"),
        (looks(number=3), State.NOTE, "too few looks"),
        ([], State.WRONG, "no socket"),
    ],
)
def test_the_rate_of_a_leg(seen: list[LegLook], state: State, words: str) -> None:
    first = leg_findings("agent", seen)[0]
    assert (first.state, words in first.found) == (state, True), first.found
    assert bool(first.cure) == (state is not State.GOOD)


def test_gaps_and_silence_are_told() -> None:
    lost = leg_findings("customer", looks(lost_ms=1_000))
    assert [each.state for each in lost] == [State.GOOD, State.WRONG]
    assert "ms lost" in lost[1].found
    assert "nothing above" in leg_findings("agent", looks(level_dbfs=-70))[1].found


def test_swapped_legs_are_known_by_what_only_agents_say() -> None:
    phrases = ["무엇을 도와드릴까요", "thank you for calling"]
    rightly = leg_identity({"agent": ["네, 무엇을 도와 드릴까요?"], "customer": ["배송이 안 와요"]}, phrases)
    swapped = leg_identity({"agent": ["배송이 안 와요"], "customer": ["Thank you for calling us"]}, phrases)
    unknown = leg_identity({"agent": ["여보세요"], "customer": []}, phrases)
    assert [each.state for each in (rightly, swapped, unknown)] == [State.GOOD, State.WRONG, State.NOTE]
    assert "exchange" in swapped.cure
