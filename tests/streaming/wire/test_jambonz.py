"""jambonz `listen`: its form and call in a first text, PCM, keys."""

import json

import numpy as np
import pytest

from streaming.wire.events import CallNamed, DigitPressed, Fault, FormatSet
from streaming.wire.jambonz import JambonzParser
from tests.streaming.wire.cutting import audio_of
from tests.streaming.wire.said import fatal, said

STEREO = np.tile(np.array([1_000, -1_000], "<i2"), 320).tobytes()
INFO = json.dumps({"sampleRate": 16_000, "mixType": "stereo", "callSid": "s-1", "direction": "inbound", "from": "1"})


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
