"""The event socket of FreeSWITCH: cut anywhere it says the same, and nothing makes it grow or throw."""

import pytest

from streaming.wire.esl import EslBroken, EslEvent, EslMessage, EslParser, encode_command

_EVENT = (
    b"Event-Name: CHANNEL_BRIDGE\nUnique-ID: 8d1f\n"
    b"Caller-Caller-ID-Name: %E9%99%88%20100%25\nContent-Length: 5\n\nhallo"
)
_STREAM = (
    b"Content-Type: auth/request\n\nContent-Type: command/reply\nReply-Text: +OK accepted\n\n\n"
    b"Content-Length: "
    + str(len(_EVENT)).encode()
    + b"\nContent-Type: text/event-plain\n\n"
    + _EVENT
    + b"Content-Type: "
    b"api/response\nContent-Length: 7\n\n\xe9\x99\x88\n\n\n\n"
    b"Content-Type: text/disconnect-notice\nContent-Length: 2\n\n\n\n"
)


def _fed(pieces: list[bytes]) -> list[EslEvent]:
    parser = EslParser()
    events = [event for piece in pieces for event in parser.feed(piece)]
    assert parser.pending_bytes == 0
    return events


def test_messages_are_the_same_however_the_stream_is_cut() -> None:
    whole = _fed([_STREAM])
    assert [each.kind for each in whole if isinstance(each, EslMessage)] == [
        "auth/request",
        "command/reply",
        "text/event-plain",
        "api/response",
        "text/disconnect-notice",
    ]
    event, answer = whole[2], whole[3]
    assert isinstance(event, EslMessage)
    assert isinstance(answer, EslMessage)
    assert event.get("event-name") == "CHANNEL_BRIDGE"
    assert event.get("Caller-Caller-ID-Name") == "陈 100%"
    assert event.body == "hallo"
    assert answer.body == "陈\n\n\n\n"
    for position in range(1, len(_STREAM)):
        assert _fed([_STREAM[:position], _STREAM[position:]]) == whole
    assert _fed([_STREAM[position : position + 1] for position in range(len(_STREAM))]) == whole


@pytest.mark.parametrize(
    "wrong",
    [
        b"Content-Type: api/response\nContent-Length: -1\n\n",
        b"Content-Type: api/response\nContent-Length: 99999999\n\n",
        b"Content-Type: api/response\nContent-Length: 7seven\n\n",
        b"HTTP/1.1 400 Bad Request\n\n",
        b"Header: value\n" * 30_000,
        b"x" * 300_000,
    ],
)
def test_what_cannot_be_followed_is_refused(wrong: bytes) -> None:
    parser = EslParser()
    events = [event for start in range(0, len(wrong), 4_099) for event in parser.feed(wrong[start : start + 4_099])]
    assert [type(each) for each in events] == [EslBroken]
    assert parser.feed(_STREAM) == []
    assert parser.pending_bytes == 0


def test_commands_are_one_line() -> None:
    assert encode_command("api show calls as json") == b"api show calls as json\n\n"
    for wrong in ("", "api a\napi b", "auth x\r"):
        with pytest.raises(ValueError, match="one line"):
            encode_command(wrong)
