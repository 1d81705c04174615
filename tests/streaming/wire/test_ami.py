"""The manager interface of Asterisk: cut anywhere it says the same, and nothing makes it grow or throw."""

import pytest

from streaming.wire.ami import AmiBroken, AmiEvent, AmiGreeting, AmiMessage, AmiParser, encode_action

_GREETING = b"Asterisk Call Manager/11.0.0\r\n"
_STREAM = (
    _GREETING + b"Response: Success\r\nActionID: a1\r\nMessage: Authentication accepted\r\n\r\n"
    b"Event: UserEvent\r\nUserEvent: QaHangup\r\nSource: PJSIP/1007-00000001\r\nEmpty:\r\nno field at all\r\n"
    b"Variable: a=1\r\nVariable: b: 2\r\n\r\n\r\nEvent: Hangup\r\nCallerIDName: \xe9\x99\x88\xff\r\nCause: 16\r\n\r\n"
)


def _fed(pieces: list[bytes]) -> list[AmiEvent]:
    parser = AmiParser()
    events = [event for piece in pieces for event in parser.feed(piece)]
    assert parser.pending_bytes == 0
    return events


def test_messages_are_the_same_however_the_stream_is_cut() -> None:
    whole = _fed([_STREAM])
    assert whole[0] == AmiGreeting("11.0.0")
    assert [type(each) for each in whole] == [AmiGreeting, AmiMessage, AmiMessage, AmiMessage]
    user_event, hangup = whole[2], whole[3]
    assert isinstance(user_event, AmiMessage)
    assert isinstance(hangup, AmiMessage)
    assert user_event.get("source") == "PJSIP/1007-00000001"
    assert user_event.get("Empty") == user_event.get("Missing") == ""
    assert [value for key, value in user_event.fields if key == "Variable"] == ["a=1", "b: 2"]
    assert hangup.get("CallerIDName") == "陈\ufffd"
    for position in range(1, len(_STREAM)):
        assert _fed([_STREAM[:position], _STREAM[position:]]) == whole
    assert _fed([_STREAM[position : position + 1] for position in range(len(_STREAM))]) == whole


def test_line_ends_without_carriage_return_are_taken_too() -> None:
    assert _fed([_STREAM.replace(b"\r\n", b"\n")]) == _fed([_STREAM])


@pytest.mark.parametrize("stranger", [b"HTTP/1.1 400 Bad Request\r\n", b"\r\n", b"SSH-2.0-x\n"])
def test_a_stranger_is_told_at_its_first_line(stranger: bytes) -> None:
    parser = AmiParser()
    (broken,) = parser.feed(stranger)
    assert isinstance(broken, AmiBroken)
    assert parser.feed(_STREAM) == []
    assert parser.pending_bytes == 0


@pytest.mark.parametrize(
    "endless", [b"x" * 20_000, b"x" * 20_000 + b"\n", b"Key: " + b"x" * 20_000 + b"\n", b"Key: value\r\n" * 50_000]
)
def test_endless_lines_and_messages_are_refused(endless: bytes) -> None:
    parser = AmiParser()
    parser.feed(_GREETING)
    events = [event for start in range(0, len(endless), 997) for event in parser.feed(endless[start : start + 997])]
    assert [type(each) for each in events] == [AmiBroken]
    assert parser.pending_bytes == 0


def test_actions_are_written_and_none_smuggles_another() -> None:
    assert encode_action("Ping", [("ActionID", "e1")]) == b"Action: Ping\r\nActionID: e1\r\n\r\n"
    for key, value in (("A", "b\r\nAction: Hangup"), ("A", "b\n"), ("A\r", "b"), ("A:b", "c"), ("", "c")):
        with pytest.raises(ValueError, match="AMI action"):
            encode_action("Ping", [(key, value)])
