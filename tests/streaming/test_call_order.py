"""Both legs' observations come out in one order, however they went in."""

from hypothesis import given
from hypothesis import strategies as st

from streaming.call_order import CallOrder
from streaming.frames import FRAME_BYTES, FRAME_SAMPLES, AudioFrame, Leg
from streaming.observations import HoldChanged, LegEnded, LevelHeard, Observation, SpeechStarted


def _ear(leg: Leg, number: int) -> list[AudioFrame | Observation]:
    start_ms = number * 20
    heard: list[AudioFrame | Observation] = [
        AudioFrame(leg, number * FRAME_SAMPLES, bytes(FRAME_BYTES)),
        LevelHeard(leg, start_ms, start_ms + 20, -40.0, number > 3),
    ]
    if number == 3:
        heard.append(SpeechStarted(leg, start_ms - 40, start_ms + 20))
    return heard


def _all(order: CallOrder, now_ms: int) -> list[Observation]:
    return [item for _, moment in order.take(now_ms) for item in moment]


def test_an_observation_waits_until_both_legs_are_there() -> None:
    order = CallOrder()
    order.hear(Leg.AGENT, _ear(Leg.AGENT, 0))
    assert _all(order, 19) == []
    assert _all(order, 20) == [LevelHeard(Leg.AGENT, 0, 20, -40.0, False)]
    assert len(order) == 0


def test_moments_name_their_time() -> None:
    order = CallOrder()
    for number in range(3):
        order.hear(Leg.CUSTOMER, _ear(Leg.CUSTOMER, number))
    assert [at_ms for at_ms, _ in order.take(1_000)] == [20, 40, 60]


def test_an_event_stands_behind_what_was_heard_up_to_it() -> None:
    order = CallOrder()
    order.report(HoldChanged(True, 40), 40)
    order.hear(Leg.AGENT, _ear(Leg.AGENT, 0) + _ear(Leg.AGENT, 1))
    assert [type(item).__name__ for item in _all(order, 40)] == ["LevelHeard", "LevelHeard", "HoldChanged"]


def test_a_leg_that_ends_keeps_its_place() -> None:
    order = CallOrder()
    order.hear(Leg.AGENT, [*_ear(Leg.AGENT, 0), LegEnded(Leg.AGENT, 20, explicit=True)])
    assert [type(item).__name__ for item in _all(order, 20)] == ["LevelHeard", "LegEnded"]


@given(st.lists(st.sampled_from(["agent", "customer"]), min_size=16, max_size=16), st.lists(st.integers(0, 200)))
def test_the_order_does_not_depend_on_who_came_first(turns: list[str], looks: list[int]) -> None:
    reference = CallOrder()
    for number in range(8):
        reference.hear(Leg.AGENT, _ear(Leg.AGENT, number))
        reference.hear(Leg.CUSTOMER, _ear(Leg.CUSTOMER, number))
    expected = _all(reference, 160)

    order, given_ms, seen = CallOrder(), {Leg.AGENT: 0, Leg.CUSTOMER: 0}, []
    for turn in [*turns, *["agent"] * 8, *["customer"] * 8]:
        leg = Leg(turn)
        if given_ms[leg] < 160:
            order.hear(leg, _ear(leg, given_ms[leg] // 20))
            given_ms[leg] += 20
        if looks and looks[-1] % 3:
            seen += _all(order, min(given_ms.values()))
    seen += _all(order, 160)
    assert seen == expected
