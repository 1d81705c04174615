"""Twilio Media Streams: two tracks apart, lost chunks as gaps, each malformed case by its name."""

import base64
import json
from typing import Any

import pytest

from streaming.wire.events import (
    AudioLost,
    AudioReceived,
    CallNamed,
    DigitPressed,
    Fault,
    FormatSet,
    StreamEnded,
)
from streaming.wire.g711 import decode_mulaw
from streaming.wire.twilio import TwilioParser
from tests.streaming.wire.cutting import audio_of, faults
from tests.streaming.wire.said import fatal, said

CONNECTED = json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})
STOP = json.dumps({"event": "stop", "sequenceNumber": "42", "streamSid": "MZ0a", "stop": {"callSid": "CA2c"}})
SILENCE = b"\xff" * 160


def start(encoding: str = "audio/x-mulaw", **parameters: str) -> str:
    form = {"encoding": encoding, "sampleRate": 8000, "channels": 1}
    inner: dict[str, Any] = {"streamSid": "MZ0a", "callSid": "CA2c", "tracks": ["inbound", "outbound"]}
    return json.dumps({"event": "start", "start": {**inner, "mediaFormat": form, "customParameters": parameters}})


def media(track: str, chunk: int, coded: bytes = SILENCE) -> str:
    payload = base64.b64encode(coded).decode()
    inner = {"track": track, "chunk": str(chunk), "timestamp": str(chunk * 20), "payload": payload}
    return json.dumps({"event": "media", "sequenceNumber": str(chunk), "streamSid": "MZ0a", "media": inner})


def test_a_stream_from_connected_to_stop() -> None:
    dtmf = json.dumps({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": "3"}})
    mark = json.dumps({"event": "mark", "mark": {"name": "w1"}})
    assert said(TwilioParser(), [CONNECTED, start(), media("inbound", 1), dtmf, mark, STOP]) == [
        CallNamed("CA2c", "stereo"),
        FormatSet(8_000),
        AudioReceived(decode_mulaw(SILENCE), 8_000, 0),
        DigitPressed("3"),
        StreamEnded(explicit=True),
    ]


def test_the_call_may_be_named_by_a_parameter() -> None:
    (named, *_) = said(TwilioParser(), [start(call_id="c-1", leg="agent", ticket="t-5521")])
    assert named == CallNamed("c-1", "agent", "t-5521")


def test_tracks_are_kept_apart_and_a_missing_chunk_is_one_gap() -> None:
    messages = [start()]
    for chunk in range(1, 5):
        messages.append(media("inbound", chunk, bytes([chunk]) * 160))
        if chunk != 2:
            messages.append(media("outbound", chunk, bytes([0x80 + chunk]) * 160))
    events = said(TwilioParser(), messages)
    assert audio_of(events, 0) == decode_mulaw(b"".join(bytes([chunk]) * 160 for chunk in (1, 2, 3, 4)))
    assert audio_of(events, 1) == decode_mulaw(b"".join(bytes([0x80 + chunk]) * 160 for chunk in (1, 3, 4)))
    assert [event for event in events if isinstance(event, AudioLost)] == [AudioLost(20, 1)]


def test_media_before_the_start_is_held_and_then_heard() -> None:
    early = [media("inbound", chunk) for chunk in range(50)]
    events = said(TwilioParser(), [*early, start(), STOP])
    assert isinstance(events[0], CallNamed)
    assert audio_of(events) == decode_mulaw(SILENCE * 50)


def test_bad_base64_is_a_gap_of_its_length() -> None:
    bad = json.dumps({"event": "media", "media": {"track": "inbound", "chunk": "2", "payload": "//*/"}})
    events = said(TwilioParser(), [start(), media("inbound", 1), bad, media("inbound", 3)])
    assert faults(events) == [(Fault.BAD_AUDIO, False)]
    assert [event for event in events if isinstance(event, AudioLost)] == [AudioLost(20, 0)]


def test_another_version_is_told_and_served() -> None:
    events = said(TwilioParser(), [CONNECTED.replace("1.0.0", "2.0.0"), start(), media("inbound", 1)])
    assert faults(events) == [(Fault.BAD_VERSION, False)]
    assert audio_of(events)


def test_numbers_that_jump_far_invent_nothing() -> None:
    events = said(TwilioParser(), [start(), media("inbound", 1), media("inbound", 900_000_000), media("inbound", 3)])
    assert [event for event in events if isinstance(event, AudioLost)] == []


@pytest.mark.parametrize(
    ("messages", "fault"),
    [
        pytest.param([start("audio/x-l16")], Fault.BAD_FORMAT, id="other encoding"),
        pytest.param([media("inbound", chunk) for chunk in range(51)], Fault.BAD_START, id="never a start"),
        pytest.param(["{"] * 21, Fault.BAD_JSON, id="unreadable"),
        pytest.param(['{"event":"start","start":{"mediaFormat":{}}}'], Fault.BAD_FORMAT, id="no form"),
        pytest.param([start().replace('"callSid": "CA2c"', '"callSid": ""')], Fault.BAD_START, id="no call"),
        pytest.param([" " * 65_537], Fault.TOO_LARGE, id="text"),
        pytest.param([bytes(1_048_577)], Fault.TOO_LARGE, id="binary"),
    ],
)
def test_what_cannot_be_served_ends_with_its_name(messages: list[str | bytes], fault: Fault) -> None:
    assert fatal(said(TwilioParser(), messages)).fault is fault


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("{", Fault.BAD_JSON),
        ('{"event":"media","media":{"track":["x"],"payload":""}}', Fault.UNKNOWN_MESSAGE),
        (b"\x00", Fault.UNKNOWN_MESSAGE),
    ],
)
def test_what_can_be_skipped_is_skipped(message: str | bytes, fault: Fault) -> None:
    events = said(TwilioParser(), [start(), message, media("inbound", 1), STOP])
    assert faults(events) == [(fault, False)]
    assert audio_of(events) == decode_mulaw(SILENCE)
