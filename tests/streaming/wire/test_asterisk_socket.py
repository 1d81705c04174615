"""chan_websocket: both control forms, media before its start, the captures of a real Asterisk."""

import json
from pathlib import Path

import pytest

from streaming.wire.asterisk_socket import FORMATS, AsteriskSocketParser
from streaming.wire.events import CallNamed, DigitPressed, Fault, FormatSet, Reply, StreamEnded
from streaming.wire.g711 import decode_mulaw
from tests.streaming.wire.cutting import audio_of, faults
from tests.streaming.wire.said import fatal, said

CAPTURES = sorted((Path(__file__).parents[2] / "recordings" / "asterisk_socket").glob("*.jsonl"))
FRAME = bytes(range(256)) * 2 + bytes(128)


def start(form: str = "slin16") -> str:
    message = {"event": "MEDIA_START", "connection_id": "floor_qa", "channel_id": "1.9", "format": form, "ptime": 20}
    return json.dumps({**message, "channel_variables": {"QA_LEG": "agent"}})


def plain(form: str = "slin16") -> str:
    return f"MEDIA_START connection_id:floor_qa channel:WebSocket/floor_qa/0x7f1c channel_id:1.9 format:{form} ptime:20"


@pytest.mark.parametrize("opening", [start(), plain()])
def test_both_forms_say_the_same(opening: str) -> None:
    assert said(AsteriskSocketParser(), [opening, FRAME])[:2] == [CallNamed(note="1.9"), FormatSet(16_000)]


def test_media_before_its_start_is_not_lost() -> None:
    events = said(AsteriskSocketParser(), [*[FRAME] * 5, start()])
    assert audio_of(events) == FRAME * 5
    assert [event.rate_hz for event in events if isinstance(event, FormatSet)] == [16_000]


def test_without_a_start_the_address_says_the_form() -> None:
    events = said(AsteriskSocketParser(format_name="ulaw"), [FRAME[:160]] * 60)
    assert audio_of(events) == decode_mulaw(FRAME[:160]) * 60
    assert audio_of(said(AsteriskSocketParser(format_name="slin"), [FRAME] * 3)) == FRAME * 3


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_of_asterisk(form: str) -> None:
    events = said(AsteriskSocketParser(), [start(form), FRAME])
    assert FormatSet(FORMATS[form][1]) in events
    assert audio_of(events)


def test_another_format_hangs_a_tap_up_and_never_a_call() -> None:
    tap = said(AsteriskSocketParser(tap=True), [start("opus")])
    assert Reply('{"command": "HANGUP"}') in tap
    assert fatal(tap).fault is Fault.BAD_FORMAT
    assert [event for event in said(AsteriskSocketParser(tap=False), [start("opus")]) if isinstance(event, Reply)] == []
    assert Reply("HANGUP") in said(AsteriskSocketParser(), [plain("opus")])


def test_keys_in_both_forms() -> None:
    messages = [start(), '{"event":"DTMF_END","channel_id":"1.9","digit":"7"}', "DTMF_END digit:# channel_id:1.9"]
    events = said(AsteriskSocketParser(), messages)
    assert [event for event in events if isinstance(event, DigitPressed)] == [DigitPressed("7"), DigitPressed("#")]


def test_half_a_sample_is_dropped_with_its_message() -> None:
    events = said(AsteriskSocketParser(), [start(), FRAME + b"x", FRAME])
    assert faults(events) == [(Fault.ODD_LENGTH, False)]
    assert audio_of(events) == FRAME * 2


@pytest.mark.parametrize("text", ['{"event":"NEW_THING","x":1}', "MEDIA_XOFF", '{"event":"STATUS","queue_length":0}'])
def test_other_events_are_ignored(text: str) -> None:
    assert faults(said(AsteriskSocketParser(), [start(), text, FRAME])) == []


@pytest.mark.parametrize(
    ("messages", "fault"),
    [
        pytest.param([start(), bytes(65_537)], Fault.TOO_LARGE, id="binary"),
        pytest.param(["{"] * 21, Fault.BAD_JSON, id="unreadable"),
        pytest.param([FRAME] * 50, Fault.BAD_START, id="never a start"),
    ],
)
def test_what_cannot_be_served_ends_with_its_name(messages: list[str | bytes], fault: Fault) -> None:
    assert fatal(said(AsteriskSocketParser(), messages)).fault is fault


def test_commands_follow_the_form_and_are_short() -> None:
    parser = AsteriskSocketParser()
    assert parser.command("MARK_MEDIA", "w1") == '{"command": "MARK_MEDIA", "correlation_id": "w1"}'
    parser.feed_text(plain())
    assert parser.command("MARK_MEDIA", "w1") == "MARK_MEDIA w1"
    with pytest.raises(ValueError, match="128"):
        parser.command("MARK_MEDIA", "w" * 128)


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.name.split(".")[0])
def test_the_traffic_of_a_real_asterisk(capture: Path) -> None:
    lines = [json.loads(line) for line in capture.read_text("utf-8").splitlines()]
    inbound = [line for line in lines if line.get("dir") == "in" and line.get("kind") in ("text", "binary")]
    messages = [
        line["data"] if line["kind"] == "text" else bytes.fromhex(line.get("hex", "")).ljust(line["n"], b"\0")
        for line in inbound
    ]
    events = said(AsteriskSocketParser(), messages)
    assert [fault for fault, _ in faults(events)] == [Fault.REMOTE_ERROR] * sum(
        isinstance(message, str) and "ERROR" in message.split(" ")[0] + json_event(message) for message in messages
    )
    samples = sum(len(message) for message in messages if isinstance(message, bytes))
    companded = any(isinstance(message, str) and ("ulaw" in message) for message in messages)
    assert len(audio_of(events)) == samples * (2 if companded else 1)
    assert isinstance(events[-1], StreamEnded)


def json_event(text: str) -> str:
    return str(json.loads(text).get("event")) if text.startswith("{") else ""
