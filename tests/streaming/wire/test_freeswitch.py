"""FreeSWITCH's two modules and jambonz: PCM in binaries of any size, late or odd metadata, keys."""

import json

import numpy as np
import pytest

from streaming.wire.events import CallNamed, DigitPressed, Fault, FinalsWanted, FormatSet, StreamEnded
from streaming.wire.freeswitch import FreeSwitchParser
from streaming.wire.jambonz import JambonzParser
from tests.streaming.wire.cutting import audio_of, cuts, faults, joined
from tests.streaming.wire.said import fatal, said, scrambled

STEREO = np.tile(np.array([1_000, -1_000], "<i2"), 320).tobytes()
INFO = json.dumps({"sampleRate": 16_000, "mixType": "stereo", "callSid": "s-1", "direction": "inbound", "from": "1"})


def test_an_odd_message_slips_no_channel() -> None:
    events = said(FreeSwitchParser(16_000, 2), [STEREO[:641], STEREO[641:]])
    assert set(np.frombuffer(audio_of(events, 0), "<i2")) == {1_000}
    assert set(np.frombuffer(audio_of(events, 1), "<i2")) == {-1_000}
    assert faults(events) == [(Fault.ODD_LENGTH, False)]


def test_audio_may_be_cut_anywhere() -> None:
    sound = STEREO[:64]
    whole = joined(said(FreeSwitchParser(8_000, 2), [sound]))
    for pieces in cuts(sound):
        heard = [event for event in said(FreeSwitchParser(8_000, 2), pieces) if not hasattr(event, "fault")]
        assert joined(heard) == whole


def test_a_message_of_no_bytes_asks_for_finals_and_the_socket_stays() -> None:
    events = said(FreeSwitchParser(16_000, 1), [STEREO, b"", STEREO])
    assert [event for event in events if isinstance(event, FinalsWanted)] == [FinalsWanted()]
    assert audio_of(events) == STEREO * 2


def test_metadata_may_come_late() -> None:
    events = said(FreeSwitchParser(16_000, 1), [STEREO, '{"callId":"c-8841","leg":"agent"}', STEREO])
    assert CallNamed("c-8841", "agent") in events
    assert audio_of(events) == STEREO * 2


@pytest.mark.parametrize("text", ["sivep", '{"callId":', "좋은 " * 400, "\ud800" * 300])
def test_metadata_that_is_no_json_is_a_short_note(text: str) -> None:
    named = said(FreeSwitchParser(16_000, 1), [text, STEREO])[0]
    assert isinstance(named, CallNamed)
    assert named.call_id is None
    assert named.note is not None
    assert len(named.note.encode()) <= 256


def test_a_bare_close_is_no_explicit_end_and_half_a_sample_is_truncated() -> None:
    assert said(FreeSwitchParser(16_000, 1), [STEREO])[-1] == StreamEnded()
    assert said(FreeSwitchParser(16_000, 1), [STEREO + b"x"])[-1] == StreamEnded(truncated=True)


def test_jambonz_says_its_form_and_its_call() -> None:
    key = json.dumps({"event": "dtmf", "dtmf": "5", "duration": "1600"})
    events = said(JambonzParser(), [INFO, STEREO, key, json.dumps({"event": "dtmf", "dtmf": 7}), "{}"])
    assert events[:2] == [CallNamed("s-1", "stereo"), FormatSet(16_000)]
    assert [event for event in events if isinstance(event, DigitPressed)] == [DigitPressed("5"), DigitPressed("7")]
    assert set(np.frombuffer(audio_of(events, 1), "<i2")) == {-1_000}


@pytest.mark.parametrize(
    ("messages", "fault"),
    [
        pytest.param([STEREO], Fault.BAD_START, id="audio first"),
        pytest.param(['{"sampleRate":16000}'], Fault.BAD_FORMAT, id="no mix"),
        pytest.param(['{"sampleRate":16000,"mixType":["stereo"]}'], Fault.BAD_FORMAT, id="mix as list"),
        pytest.param(['{"sampleRate":"fast","mixType":"mono"}'], Fault.BAD_START, id="rate as word"),
        pytest.param(['{"sampleRate":7000,"mixType":"mono"}'], Fault.BAD_FORMAT, id="rate not served"),
        pytest.param(["?"] * 21, Fault.BAD_JSON, id="unreadable"),
    ],
)
def test_what_jambonz_cannot_mean(messages: list[str | bytes], fault: Fault) -> None:
    assert fatal(said(JambonzParser(), messages)).fault is fault


def test_garbage_is_events_and_no_exceptions() -> None:
    scrambled(lambda: FreeSwitchParser(8_000, 2), ['{"callId":"c","leg":"agent"}', STEREO, b"", STEREO], 1_000, 6)
    scrambled(JambonzParser, [INFO, STEREO, '{"event":"dtmf","dtmf":"5"}', STEREO], 1_000, 7)
