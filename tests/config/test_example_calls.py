"""Short calls that stand as examples."""

import pytest

from config.example_calls import ExampleLine, example_lines


def test_lines_have_their_seconds() -> None:
    assert example_lines(
        ("agent: hello there", "8.5 customer: hi", "hold", "30 volume_rise customer", "mute agent")
    ) == (
        ExampleLine(1.0, "agent", "hello there"),
        ExampleLine(8.5, "customer", "hi"),
        ExampleLine(13.5, event="hold"),
        ExampleLine(30.0, "customer", kind="volume_rise"),
        ExampleLine(35.0, "agent", event="mute"),
    )


def test_what_is_no_line_is_refused() -> None:
    with pytest.raises(ValueError, match="no line of a call"):
        example_lines(("12: hello",))
