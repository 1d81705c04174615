"""What all WebSocket dialects share, tried on the smallest of them."""

import pytest

from config.settings import IngestSettings
from streaming.wire.events import CallNamed, Fault, FaultSeen, StreamEnded, WireEvent
from streaming.wire.socket_dialect import (
    SocketDialect,
    UnreadableTextError,
    json_object,
    number_in,
    object_in,
    text_in,
)
from tests.streaming.wire.said import fatal, said


class _Echo(SocketDialect):
    """Takes every object for a name."""

    def _text(self, text: str) -> list[WireEvent]:
        try:
            return [CallNamed(text_in(json_object(text), "name"))]
        except UnreadableTextError as error:
            return self._unreadable(str(error))

    def _binary(self, raw: bytes) -> list[WireEvent]:
        return []


def test_the_end_comes_once() -> None:
    assert said(_Echo(), ['{"name":"a"}', b"x"]) == [CallNamed("a"), StreamEnded()]


@pytest.mark.parametrize("message", ["x" * 2_000, b"x" * 70_000])
def test_both_sizes_are_bounded_by_settings(message: str | bytes) -> None:
    echo = _Echo(IngestSettings(longest_text_bytes=1_024, longest_message_bytes=65_536))
    assert fatal(said(echo, [message])).fault is Fault.TOO_LARGE


def test_twenty_unreadable_texts_are_borne() -> None:
    events = said(_Echo(), ["{"] * 20)
    assert sum(isinstance(event, FaultSeen) for event in events) == 20
    assert fatal(said(_Echo(), ["{"] * 21)).fault is Fault.BAD_JSON


@pytest.mark.parametrize("text", ["", "{", "[]", "1", '"a"', "[" * 100_000, "1" * 5_000, "\ud800"])
def test_what_is_no_object_says_where_and_nothing_of_what(text: str) -> None:
    with pytest.raises(UnreadableTextError) as refused:
        json_object(text)
    assert len(str(refused.value)) < 60


def test_fields_of_the_wrong_kind_are_as_if_missing() -> None:
    message = {"text": "a", "long": "x" * 129, "number": "12", "truth": True, "minus": "-1", "object": {"a": 1}}
    assert [text_in(message, key) for key in message] == ["a", None, "12", None, "-1", None]
    assert [number_in(message, key) for key in message] == [None, None, 12, None, None, None]
    assert [object_in(message, key) for key in ("object", "text", "none")] == [{"a": 1}, {}, {}]
