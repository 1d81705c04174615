"""FreeSWITCH's two modules: PCM in binaries of any size, late or odd metadata."""

import numpy as np
import pytest

from streaming.wire.events import CallNamed, Fault, FinalsWanted, StreamEnded
from streaming.wire.freeswitch import FreeSwitchParser
from tests.streaming.wire.cutting import audio_of, cuts, faults, joined
from tests.streaming.wire.said import said

STEREO = np.tile(np.array([1_000, -1_000], "<i2"), 320).tobytes()


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
