"""A leg keeps its number and its worker as long as it is remembered."""

from service.recognition.leg_memory import LegMemory


def test_a_leg_keeps_its_number_and_its_worker() -> None:
    legs = LegMemory()
    assert legs.worker("a") is None
    number = legs.number("a")
    legs.given_to("a", 3)
    assert (legs.number("a"), legs.worker("a")) == (number, 3)
    assert legs.number("b") != number


def test_the_legs_unused_longest_are_forgotten() -> None:
    legs = LegMemory()
    legs.given_to("first", 1)
    legs.given_to("used", 2)
    for other in range(4_094):
        legs.number(f"leg {other}")
    legs.number("used")
    legs.number("one more")
    legs.number("and another")
    assert legs.worker("first") is None
    assert legs.worker("used") == 2
