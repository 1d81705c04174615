"""Our own audio socket: start, audio of any size, stop; each malformed case by its name; garbage."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import IngestSettings
from streaming.frames import Party
from streaming.wire.events import AudioReceived, Encoding, Fault, FaultSeen, FormatSet, StreamEnded, WireEvent
from streaming.wire.g711 import decode_alaw, decode_mulaw
from streaming.wire.own_socket import OwnSocketParser, error, ready
from streaming.wire.sample_stream import ACCEPTED_RATES_HZ
from tests.streaming.wire.cutting import audio_of, cuts, faults, joined

SOUND = np.random.default_rng(3).integers(-20_000, 20_000, 40).astype("<i2").tobytes()
STOP = json.dumps({"type": "stop", "party": "customer"})


def start(rate_hz: object = 8_000, encoding: object = "pcm_s16le", **more: object) -> str:
    return json.dumps({"type": "start", "rate_hz": rate_hz, "encoding": encoding, **more})


def said(messages: list[str | bytes], channels: int = 1) -> list[WireEvent]:
    parser = OwnSocketParser(channels)
    events: list[WireEvent] = []
    for message in messages:
        events += parser.feed_text(message) if isinstance(message, str) else parser.feed_binary(message)
        assert parser.pending_bytes <= 3
    events += parser.finish()
    assert parser.feed_text(start()) == parser.feed_binary(SOUND) == parser.finish() == []
    assert [place for place, event in enumerate(events) if isinstance(event, StreamEnded)] == [len(events) - 1]
    return events


def fatal(events: list[WireEvent]) -> FaultSeen:
    fault, end = events[-2:]
    assert isinstance(fault, FaultSeen)
    assert fault.fatal
    assert end == StreamEnded(truncated=True, cause=fault.fault)
    return fault


def test_start_audio_stop() -> None:
    assert said([start(), SOUND, STOP]) == [
        FormatSet(8_000),
        AudioReceived(SOUND, 8_000),
        StreamEnded(explicit=True, party="customer"),
    ]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("encoding", ["pcm_s16le", "mulaw", "alaw"])
def test_audio_may_be_cut_anywhere(encoding: str, channels: int) -> None:
    whole = joined(said([start(16_000, encoding), SOUND, STOP], channels))
    for pieces in cuts(SOUND):
        assert joined(said([start(16_000, encoding), *pieces, STOP], channels)) == whole
    meant = {"pcm_s16le": SOUND, "mulaw": decode_mulaw(SOUND), "alaw": decode_alaw(SOUND)}[encoding]
    for channel in range(channels):
        assert audio_of(whole, channel) == np.frombuffer(meant, "<i2")[channel::channels].tobytes()


@pytest.mark.parametrize("rate_hz", ACCEPTED_RATES_HZ)
def test_every_rate_of_the_contract(rate_hz: int) -> None:
    assert said([start(rate_hz), SOUND])[:2] == [FormatSet(rate_hz), AudioReceived(SOUND, rate_hz)]


@pytest.mark.parametrize("party", [*Party, None])
def test_stop_may_say_who_ended_the_call(party: Party | None) -> None:
    assert said([start(), json.dumps({"type": "stop", "party": party})])[-1] == StreamEnded(explicit=True, party=party)


def test_stop_without_party_or_start_is_an_end_all_the_same() -> None:
    assert said(['{"type":"stop"}']) == [StreamEnded(explicit=True)]


def test_a_party_nobody_knows_is_told_and_left_out() -> None:
    events = said([start(), '{"type":"stop","party":["caller"]}'])
    assert faults(events) == [(Fault.UNKNOWN_MESSAGE, False)]
    assert events[-1] == StreamEnded(explicit=True)


def test_a_bare_close_is_no_explicit_end() -> None:
    assert said([start(), SOUND])[-1] == StreamEnded()
    assert said([]) == [StreamEnded()]


@pytest.mark.parametrize("last", [[], [STOP]])
def test_half_a_sample_at_the_end_is_truncated(last: list[str | bytes]) -> None:
    end = said([start(), SOUND + b"A", *last])[-1]
    assert isinstance(end, StreamEnded)
    assert end.truncated


def test_unknown_keys_are_ignored() -> None:
    assert said([start(channels=7, note={"a": []})]) == [FormatSet(8_000), StreamEnded()]


def test_the_same_start_again_changes_nothing_not_even_half_a_sample() -> None:
    assert joined(said([start(), SOUND[:3], start(), SOUND[3:]])) == joined(said([start(), SOUND]))


@pytest.mark.parametrize(("second", "rate_hz"), [(start(16_000), 16_000), (start(8_000, "alaw"), 8_000)])
def test_another_start_flushes_and_begins_anew(second: str, rate_hz: int) -> None:
    events = said([start(), SOUND[:5], second, b"\xd5\x55"])
    assert faults(events) == [(Fault.TRUNCATED, False)]
    assert [event.rate_hz for event in events if isinstance(event, FormatSet)] == [8_000, rate_hz]
    assert events[1] == AudioReceived(SOUND[:4], 8_000)
    assert isinstance(events[-2], AudioReceived)
    assert events[-2].rate_hz == rate_hz
    assert faults(said([start(), SOUND[:4], second])) == []


# --- malformed input, one row each ---


@pytest.mark.parametrize(
    ("messages", "fault", "names"),
    [
        pytest.param([b"audio"], Fault.BAD_START, "before the start", id="audio before start"),
        pytest.param(['{"type":"start"}'], Fault.BAD_START, "rate_hz", id="no rate"),
        pytest.param(['{"type":"start","rate_hz":8000}'], Fault.BAD_START, "encoding", id="no encoding"),
        pytest.param([start("8000")], Fault.BAD_START, "rate_hz", id="rate as text"),
        pytest.param([start(8000.0)], Fault.BAD_START, "rate_hz", id="rate as fraction"),
        pytest.param([start(rate_hz=True)], Fault.BAD_START, "rate_hz", id="rate as truth"),
        pytest.param([start(encoding=["mulaw"])], Fault.BAD_START, "encoding", id="encoding as list"),
        pytest.param([start(7_000)], Fault.BAD_FORMAT, "8000", id="rate not served"),
        pytest.param([start(10**30)], Fault.BAD_FORMAT, "8000", id="absurd rate"),
        pytest.param([start(encoding="opus")], Fault.BAD_FORMAT, "mulaw", id="encoding not served"),
        pytest.param([start(encoding=Encoding.PCM_S16BE)], Fault.BAD_FORMAT, "mulaw", id="big-endian"),
        pytest.param([start(), start(1)], Fault.BAD_FORMAT, "8000", id="bad second start"),
        pytest.param([start(), bytes(1_048_577)], Fault.TOO_LARGE, "1048576", id="binary"),
        pytest.param([" " * 65_537], Fault.TOO_LARGE, "65536", id="text"),
        pytest.param(["é" * 32_769], Fault.TOO_LARGE, "65536", id="text counted in bytes"),
        pytest.param(["\ud800" * 21_846], Fault.TOO_LARGE, "65536", id="surrogates"),
        pytest.param(["{"] * 21, Fault.BAD_JSON, "20", id="21 unreadable texts"),
    ],
)
def test_fatal(messages: list[str | bytes], fault: Fault, names: str) -> None:
    seen = fatal(said(messages))
    assert seen.fault is fault
    assert names in seen.detail


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "line 1 column 1"),
        ('{"type":\n"start",}', "line 2 column 9"),
        ("\ud800", "line 1 column 1"),
        ("[1, 2]", "not an object"),
        ('"start"', "not an object"),
        ("[" * 60_000, "nested too deep"),
        ("9" * 5_000, "number too long"),
    ],
)
def test_unreadable_text_is_named_with_its_place_and_borne(text: str, names: str) -> None:
    first, *rest = said([text, start(), SOUND])
    assert isinstance(first, FaultSeen)
    assert (first.fault, first.fatal) == (Fault.BAD_JSON, False)
    assert names in first.detail
    assert rest == said([start(), SOUND])


def test_twenty_unreadable_texts_are_borne() -> None:
    assert said([start(), *["no"] * 20, SOUND])[-2] == AudioReceived(SOUND, 8_000)


@pytest.mark.parametrize("text", ["{}", '{"type":"ping"}', '{"type":null}', '{"type":{"a":1}}', '{"Type":"start"}'])
def test_an_unknown_type_is_told_and_borne(text: str) -> None:
    assert faults(said([start(), *[text] * 60, SOUND])) == [(Fault.UNKNOWN_MESSAGE, False)] * 60


def test_faults_never_repeat_what_was_sent() -> None:
    private = "4111-1111"
    events = said([f'{{"type":"{private}"}}', f'{{"{private}', json.dumps({"type": "stop", "party": private})])
    assert len(faults(events)) == 3
    assert private not in repr(events)


def test_an_empty_binary_message_is_nothing() -> None:
    assert said([b"", start(), b""]) == [FormatSet(8_000), StreamEnded()]


def test_messages_at_the_limits_are_taken() -> None:
    text = start()
    events = said([text + " " * (65_536 - len(text)), bytes(1_048_576)])
    assert len(audio_of(events)) == 1_048_576


def test_limits_come_from_the_settings() -> None:
    parser = OwnSocketParser(1, IngestSettings(longest_text_bytes=1_024, longest_message_bytes=65_536))
    parser.feed_text(start())
    assert faults(parser.feed_binary(bytes(65_537))) == [(Fault.TOO_LARGE, True)]


def test_answers() -> None:
    assert "«é»" in error(Fault.BAD_JSON, "ligne 1 «é»")
    assert json.loads(ready()) == {"type": "ready"}
    assert json.loads(error(Fault.BAD_JSON, "ligne 1 «é»")) == {
        "type": "error",
        "code": "bad_json",
        "detail": "ligne 1 «é»",
    }
    assert json.loads(error("stream_taken", ""))["code"] == "stream_taken"


# --- garbage ---


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["start", "stop", "alaw"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "rate_hz", "encoding", "party"]) | st.text(max_size=4), inner, max_size=5
        )
    ),
    max_leaves=8,
)
ANY_MESSAGE = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60),
    ANY_JSON.map(json.dumps),
    st.sampled_from([start(), start(16_000, "alaw")]),
)


@settings(deadline=None)
@given(messages=st.lists(ANY_MESSAGE, max_size=40), channels=st.sampled_from([1, 2]))
def test_random_messages_never_raise(messages: list[str | bytes], channels: int) -> None:
    said(messages, channels)


@settings(deadline=None)
@given(raw=st.binary(max_size=300), where=st.lists(st.integers(0, 300), max_size=8), channels=st.sampled_from([1, 2]))
def test_random_cuts_say_the_same(raw: bytes, where: list[int], channels: int) -> None:
    edges = [0, *sorted(min(place, len(raw)) for place in where), len(raw)]
    pieces = [raw[first:last] for first, last in pairwise(edges)]
    assert joined(said([start(), *pieces], channels)) == joined(said([start(), raw], channels))
