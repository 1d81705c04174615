"""Genesys AudioHook: sequence numbers, probes, pauses, stated gaps, breaches; and its signature."""

import json
from typing import Any

import pytest

from streaming.wire.audiohook import AudioHookParser
from streaming.wire.events import (
    AudioLost,
    CallNamed,
    Fault,
    FormatSet,
    MediaPaused,
    Reply,
    StreamEnded,
    WireEvent,
)
from streaming.wire.g711 import decode_mulaw
from tests.streaming.wire.cutting import audio_of, faults
from tests.streaming.wire.said import fatal, said

SESSION = "c2a4e1f6-93b7-4d58-b6ce-41f0a7d35e29"
ORGANIZATION = "5b1c3a52-6f0e-4a7d-8a51-0d2f6c9e7a10"
BOTH = {"type": "audio", "format": "PCMU", "channels": ["external", "internal"], "rate": 8000}
CUSTOMER = {"type": "audio", "format": "PCMU", "channels": ["external"], "rate": 8000}


def message(kind: str, seq: int, parameters: dict[str, Any] | None = None, serverseq: int = 0, **more: Any) -> str:
    frame = {"version": "2", "id": SESSION, "type": kind, "seq": seq, "serverseq": serverseq, "position": "PT0S"}
    return json.dumps({**frame, "parameters": parameters or {}, **more})


def opening(conversation: str = "0f4de7aa-51c7-4be0-9d0b-2f6b0a3f7e11", media: object = (BOTH, CUSTOMER)) -> str:
    parameters = {"organizationId": ORGANIZATION, "conversationId": conversation, "media": media}
    return message("open", 1, {**parameters, "participant": {"id": "a9e0", "ani": "", "dnis": ""}})


def parser() -> AudioHookParser:
    return AudioHookParser(SESSION, ORGANIZATION)


def replies(events: list[WireEvent]) -> list[dict[str, Any]]:
    return [json.loads(event.text) for event in events if isinstance(event, Reply)]


def test_a_session_from_open_to_close() -> None:
    stereo = bytes([0x10, 0x90] * 800)
    events = said(
        parser(),
        [opening(), stereo, message("ping", 2, {"rtt": "PT0.03S"}, 1), message("close", 3, {"reason": "end"}, 2)],
    )
    assert [(reply["type"], reply["seq"], reply["clientseq"]) for reply in replies(events)] == [
        ("opened", 1, 1),
        ("pong", 2, 2),
        ("closed", 3, 3),
    ]
    assert replies(events)[0]["parameters"]["media"] == [BOTH]
    assert CallNamed("0f4de7aa-51c7-4be0-9d0b-2f6b0a3f7e11", "stereo") in events
    assert FormatSet(8_000) in events
    assert audio_of(events, 1) == decode_mulaw(b"\x10" * 800)  # external: the customer
    assert audio_of(events, 0) == decode_mulaw(b"\x90" * 800)  # internal: the agent
    assert events[-1] == StreamEnded(explicit=True, cause="audiohook_end")


def test_one_party_alone_is_its_leg() -> None:
    events = said(parser(), [opening(media=[CUSTOMER]), b"\x10" * 160])
    assert CallNamed("0f4de7aa-51c7-4be0-9d0b-2f6b0a3f7e11", "customer") in events
    assert audio_of(events) == decode_mulaw(b"\x10" * 160)


def test_a_probe_is_answered_and_makes_no_call() -> None:
    probed = parser()
    events = said(probed, [opening("00000000-0000-0000-0000-000000000000"), message("close", 2, {"reason": "end"}, 1)])
    assert [(reply["type"], reply["seq"]) for reply in replies(events)] == [("opened", 1), ("closed", 2)]
    assert [event for event in events if isinstance(event, CallNamed)] == []
    assert probed.probe


def test_what_was_not_sent_is_a_gap() -> None:
    lost = {"start": "PT12.4S", "discarded": "PT1.8S"}
    messages: list[str | bytes] = [
        opening(),
        message("discarded", 2, lost),
        message("paused", 3),
        message("resumed", 4, lost),
        b"\xff\xff",
    ]
    events = said(parser(), messages)
    gap = [AudioLost(1_800, 0), AudioLost(1_800, 1)]
    told = [event for event in events if isinstance(event, AudioLost | MediaPaused)]
    assert told == [*gap, MediaPaused(True), *gap, MediaPaused(False)]
    assert faults(events) == []


def test_a_sample_of_one_channel_alone_is_dropped() -> None:
    events = said(parser(), [opening(), b"\x10\x90\x10", b"\x10\x90"])
    assert faults(events) == [(Fault.ODD_LENGTH, False)]
    assert audio_of(events, 0) == decode_mulaw(b"\x90\x90")


def test_new_kinds_of_messages_end_no_call() -> None:
    events = said(parser(), [opening(), message("sparkle", 2), message("update", 3, {"language": "en"}), b"\xff\xff"])
    assert faults(events) == [(Fault.UNKNOWN_MESSAGE, False)]
    assert replies(events)[-1]["type"] == "updated"


@pytest.mark.parametrize(
    ("messages", "fault"),
    [
        pytest.param(["{"], Fault.BAD_JSON, id="no JSON"),
        pytest.param([opening().replace('"version": "2"', '"version": "3"')], Fault.BAD_VERSION, id="version"),
        pytest.param([message("open", 2)], Fault.BAD_SEQUENCE, id="seq"),
        pytest.param([opening(), message("ping", 2, {}, 7)], Fault.BAD_SEQUENCE, id="serverseq"),
        pytest.param([opening(), message("ping", 2, id="other")], Fault.OTHER_STREAM, id="session"),
        pytest.param([message("ping", 1)], Fault.BAD_START, id="ping first"),
        pytest.param([opening(), opening().replace('"seq": 1', '"seq": 2')], Fault.BAD_START, id="open twice"),
        pytest.param([opening(media=[])], Fault.BAD_FORMAT, id="no media"),
        pytest.param([opening(media={"a": 1})], Fault.BAD_FORMAT, id="media no list"),
        pytest.param([opening(media=[{**BOTH, "rate": 16000}])], Fault.BAD_FORMAT, id="other rate"),
        pytest.param([opening().replace(ORGANIZATION, "x")], Fault.OTHER_SOURCE, id="organisation"),
        pytest.param([b"\xff"], Fault.NOT_ACTIVE, id="audio before open"),
        pytest.param([opening(), message("paused", 2), b"\xff\xff"], Fault.NOT_ACTIVE, id="audio in a pause"),
        pytest.param([" " * 65_536], Fault.TOO_LARGE, id="text"),
    ],
)
def test_a_breach_is_answered_once_and_ends(messages: list[str | bytes], fault: Fault) -> None:
    events = said(parser(), messages)
    assert fatal(events).fault is fault
    said_goodbye = [reply for reply in replies(events) if reply["type"] == "disconnect"]
    assert [reply["parameters"]["reason"] for reply in said_goodbye] == ["error"]
