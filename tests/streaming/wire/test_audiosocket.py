"""AudioSocket: the conformance vectors, each malformed case by its name, any cut, garbage."""

from itertools import pairwise
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.wire.audiosocket import (
    AudioSocketParser,
    encode_audio,
    encode_digit,
    encode_hangup,
    encode_message,
    encode_uuid,
)
from streaming.wire.events import (
    AudioReceived,
    DigitPressed,
    Fault,
    FaultSeen,
    FormatSet,
    StreamEnded,
    StreamNamed,
    WireEvent,
)
from tests.streaming.wire.cutting import audio_of, faults, fed, heard_alike, joined

STREAM = "7c1f0b52-3a44-4c0e-9d15-8b6f2e0a91d3"
HELLO = encode_uuid(STREAM)
NAMED = StreamNamed(STREAM)
END = StreamEnded()
MOST_PENDING_BYTES = 3 + 65_535 + 25 * 160  # one message, and the frames held while G.711 is undecided


def tone(samples: int, seed: int = 1) -> bytes:
    return np.random.default_rng(seed).integers(-20_000, 20_000, samples).astype("<i2").tobytes()


def heard(stream: bytes) -> list[WireEvent]:
    return heard_alike(AudioSocketParser, stream)


def fatal(events: list[WireEvent]) -> Fault:
    """The one fatal fault, which is followed by nothing but an end that carries its name."""
    fault, end = events[-2:]
    assert isinstance(fault, FaultSeen)
    assert fault.fatal
    assert end == StreamEnded(truncated=True, cause=fault.fault)
    return fault.fault


# --- the conformance vectors ---


def test_vector_1_one_start_and_sixty_milliseconds() -> None:
    parser = AudioSocketParser()
    events = [event for byte in HELLO for event in parser.feed(bytes([byte]))]
    assert events == [NAMED]
    frames = [tone(320, seed) for seed in range(3)]
    for frame in frames:
        events += parser.feed(encode_audio(frame, 16_000))
    assert events == [NAMED, FormatSet(16_000), *(AudioReceived(frame, 16_000) for frame in frames)]
    assert len(audio_of(events)) == 60 * 16 * 2


def test_vector_2_what_came_of_a_cut_message_is_kept() -> None:
    kept = tone(50)
    events = heard(HELLO + bytes.fromhex("100140") + kept)
    assert events == [NAMED, FormatSet(8_000), AudioReceived(kept, 8_000), StreamEnded(truncated=True)]


def test_vector_3_an_unknown_message_is_skipped_by_its_length() -> None:
    frame = encode_audio(tone(20), 16_000)
    events = heard(HELLO + frame + bytes.fromhex("020006") + b"123456" + frame)
    assert faults(events) == [(Fault.UNKNOWN_MESSAGE, False)]
    assert audio_of(events) == tone(20) * 2


def test_vector_4_g711_behind_a_false_label_is_refused() -> None:
    events = fed(AudioSocketParser(), [HELLO + encode_audio(tone(80), 8_000) * 25 + encode_audio(tone(80), 8_000)])
    assert fatal(events) is Fault.G711_SUSPECTED
    assert audio_of(events) == b""


def test_vector_5_an_error_is_the_cause_of_the_end() -> None:
    assert heard(HELLO + bytes.fromhex("ff000101")) == [
        NAMED,
        FaultSeen(Fault.REMOTE_ERROR, "asterisk_error:1"),
        StreamEnded(cause="asterisk_error:1"),
    ]


def test_vector_6_audio_without_a_hello() -> None:
    assert fatal(heard(encode_audio(tone(160), 8_000))) is Fault.BAD_HELLO


# --- what a good stream says ---


@pytest.mark.parametrize(
    ("kind", "rate_hz", "frame_bytes"),  # a frame is 20 ms
    [
        (0x10, 8_000, 320),
        (0x11, 12_000, 480),
        (0x12, 16_000, 640),
        (0x13, 24_000, 960),
        (0x14, 32_000, 1_280),
        (0x15, 44_100, 1_764),
        (0x16, 48_000, 1_920),
        (0x17, 96_000, 3_840),
        (0x18, 192_000, 7_680),
    ],
)
def test_each_audio_type_has_its_rate(kind: int, rate_hz: int, frame_bytes: int) -> None:
    frame = tone(frame_bytes // 2)
    message = encode_audio(frame, rate_hz)
    assert message == bytes([kind]) + frame_bytes.to_bytes(2, "big") + frame
    events = fed(AudioSocketParser(), [HELLO + message])
    assert events == [NAMED, FormatSet(rate_hz), AudioReceived(frame, rate_hz), END]
    assert len(frame) == 2 * rate_hz // 50


def test_audio_is_handed_out_with_its_last_byte() -> None:
    parser = AudioSocketParser()
    parser.feed(HELLO)
    message = encode_audio(tone(160), 8_000)
    assert [parser.feed(bytes([byte])) for byte in message[:-1]] == [[]] * (len(message) - 1)
    assert parser.feed(message[-1:]) == [FormatSet(8_000), AudioReceived(tone(160), 8_000)]
    assert parser.pending_bytes == 0


def test_messages_stay_apart_when_they_come_together() -> None:
    events = AudioSocketParser().feed(HELLO + encode_audio(tone(320), 16_000) * 3)
    assert events == [NAMED, FormatSet(16_000), *[AudioReceived(tone(320), 16_000)] * 3]


@pytest.mark.parametrize("digit", "0123456789*#ABCD")
def test_digits(digit: str) -> None:
    assert heard(HELLO + encode_digit(digit)) == [NAMED, DigitPressed(digit), END]


def test_hangup_is_an_explicit_end_and_nothing_after_it_counts() -> None:
    events = heard(HELLO + encode_hangup() + encode_audio(tone(160), 8_000))
    assert events == [NAMED, StreamEnded(explicit=True)]


def test_a_connection_that_says_nothing_just_ends() -> None:
    assert AudioSocketParser().finish() == [END]


def test_a_new_audio_type_is_a_new_format() -> None:
    low, high = encode_audio(tone(20), 8_000), encode_audio(tone(20), 16_000)
    events = heard(HELLO + low + high + high + low)
    assert [event.rate_hz for event in events if isinstance(event, FormatSet)] == [8_000, 16_000, 8_000]


# --- malformed input, one row each ---


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        pytest.param(b"GET / HTTP/1.1\r\n", Fault.BAD_HELLO, id="http"),
        pytest.param(encode_hangup(), Fault.BAD_HELLO, id="hangup first"),
        pytest.param(encode_digit("5"), Fault.BAD_HELLO, id="digit first"),
        pytest.param(encode_message(0xFF, b"\x01"), Fault.BAD_HELLO, id="error first"),
        pytest.param(encode_message(0x01, bytes(15)), Fault.BAD_HELLO, id="15 bytes of uuid"),
        pytest.param(encode_message(0x01, bytes(17)), Fault.BAD_HELLO, id="17 bytes of uuid"),
        pytest.param(encode_message(0x01, b""), Fault.BAD_HELLO, id="no uuid"),
        pytest.param(b"\x01\x01\x10", Fault.BAD_HELLO, id="272 bytes of uuid, nothing awaited"),
        pytest.param(HELLO + encode_message(0x01, bytes(4)), Fault.BAD_HELLO, id="later hello of a wrong size"),
        pytest.param(HELLO + encode_uuid(UUID(int=1)), Fault.OTHER_STREAM, id="another stream"),
        pytest.param(HELLO + encode_message(0x05, b"x") * 51, Fault.TOO_MANY_UNKNOWN, id="51 unknown"),
        pytest.param(HELLO + encode_message(0x12, bytes(3)) * 11, Fault.FRAMING_LOST, id="11 odd"),
    ],
)
def test_fatal(wrong: bytes, fault: Fault) -> None:
    assert fatal(heard(wrong)) is fault


def test_a_stranger_is_turned_away_at_the_first_byte() -> None:
    assert faults(AudioSocketParser().feed(b"\x16")) == [(Fault.BAD_HELLO, True)]


@pytest.mark.parametrize(
    ("tail", "kept_bytes"),
    [
        pytest.param(b"\x12", 0, id="header byte 1"),
        pytest.param(b"\x12\x02", 0, id="header byte 2"),
        pytest.param(b"\x12\x02\x80", 0, id="header only"),
        pytest.param(b"\x12\x02\x80A", 0, id="half a sample"),
        pytest.param(b"\x12\x02\x80" + b"A" * 11, 10, id="five samples and a half"),
        pytest.param(b"\x02\x00\x06abc", 0, id="unknown message"),
        pytest.param(b"\x03\x00\x01", 0, id="digit"),
    ],
)
def test_eof_inside_a_message_keeps_whole_samples(tail: bytes, kept_bytes: int) -> None:
    events = heard(HELLO + encode_audio(tone(10), 16_000) + tail)
    assert events[-1] == StreamEnded(truncated=True)
    assert len(audio_of(events)) == 20 + kept_bytes
    assert faults(events) == []


def test_eof_inside_the_hello() -> None:
    assert heard(HELLO[:9]) == [StreamEnded(truncated=True)]


def test_a_refused_stream_keeps_nothing() -> None:
    parser = AudioSocketParser()
    parser.feed(HELLO + encode_audio(tone(80), 8_000) * 3)
    assert parser.pending_bytes == 480
    assert faults(parser.feed(encode_uuid(UUID(int=1)) + bytes(500))) == [(Fault.OTHER_STREAM, True)]
    assert parser.pending_bytes == 0


def test_fifty_unknown_messages_are_borne_and_anything_known_counts_anew() -> None:
    fifty = encode_message(0x02, b"abc") * 50
    known = [
        encode_audio(tone(5), 8_000),
        encode_digit("1"),
        HELLO,
        encode_message(0x10, b""),
        encode_message(0xFF, b""),
    ]
    events = fed(AudioSocketParser(), [HELLO, *(fifty + one for one in known), fifty])
    assert faults(events).count((Fault.UNKNOWN_MESSAGE, False)) == 300
    assert events[-1] == StreamEnded(cause="asterisk_error:0")


@pytest.mark.parametrize("payload", [b"", b"12", b"x", b"\xff", b" "])
def test_a_digit_that_is_none_is_skipped_and_counted(payload: bytes) -> None:
    assert faults(heard(HELLO + encode_message(0x03, payload))) == [(Fault.UNKNOWN_MESSAGE, False)]


def test_odd_audio_loses_its_last_byte_and_ten_are_borne() -> None:
    events = heard(HELLO + encode_message(0x12, b"ABC") * 10 + encode_audio(b"DE", 16_000))
    assert faults(events) == [(Fault.ODD_LENGTH, False)] * 10
    assert audio_of(events) == b"AB" * 10 + b"DE"
    assert events[-1] == END


def test_a_single_byte_of_audio_is_odd_and_nothing() -> None:
    events = heard(HELLO + encode_message(0x12, b"A"))
    assert faults(events) == [(Fault.ODD_LENGTH, False)]
    assert not any(isinstance(event, AudioReceived | FormatSet) for event in events)


def test_empty_audio_is_ignored() -> None:
    assert heard(HELLO + encode_message(0x10, b"") + encode_message(0x12, b"")) == [NAMED, END]


def test_the_same_hello_again_is_ignored() -> None:
    assert heard(HELLO + HELLO + encode_digit("7") + HELLO) == [NAMED, DigitPressed("7"), END]


def test_a_large_error_is_read_by_its_first_byte() -> None:
    events = fed(AudioSocketParser(), [HELLO + encode_message(0xFF, b"\x04" + bytes(65_534)) + encode_hangup()])
    assert events[-1] == StreamEnded(explicit=True, cause="asterisk_error:4")


# --- encoders ---


def test_examples_of_the_protocol() -> None:
    assert HELLO == bytes.fromhex("0100107c1f0b523a444c0e9d158b6f2e0a91d3") == encode_uuid(UUID(STREAM))
    assert encode_audio(np.array([1000, -1000] * 160, "<i2").tobytes(), 16_000)[:7] == bytes.fromhex("120280e80318fc")
    assert encode_digit("5") == bytes.fromhex("03000135")
    assert encode_hangup() == bytes(3)


@pytest.mark.parametrize(
    ("pcm_s16le", "rate_hz", "wrong"),
    [
        (b"", 8_000, "whole sample"),
        (b"abc", 8_000, "whole sample"),
        (bytes(65_536), 8_000, "65535"),
        (b"ab", 11_025, "11025"),
    ],
)
def test_audio_that_cannot_be_encoded(pcm_s16le: bytes, rate_hz: int, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        encode_audio(pcm_s16le, rate_hz)


@pytest.mark.parametrize("digit", ["", "12", "a", "E", "٣"])
def test_digits_that_cannot_be_encoded(digit: str) -> None:
    with pytest.raises(ValueError, match="DTMF"):
        encode_digit(digit)


def test_a_name_that_is_no_uuid_cannot_be_encoded() -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        encode_uuid("agent")


# --- garbage ---


MESSAGES = st.one_of(
    st.builds(
        encode_message, st.sampled_from([0x01, 0x02, 0x03, 0x10, 0x10, 0x11, 0x12, 0x18, 0xFF]), st.binary(max_size=400)
    ),
    st.binary(min_size=160, max_size=160).map(lambda payload: encode_message(0x10, payload)),
    st.just(HELLO),
    st.binary(max_size=40),
)


@settings(deadline=None)
@given(messages=st.lists(MESSAGES, max_size=40), where=st.lists(st.integers(0, 6_000), max_size=12))
def test_random_cuts_of_random_messages_say_the_same(messages: list[bytes], where: list[int]) -> None:
    stream = HELLO + b"".join(messages)
    edges = [0, *sorted(min(place, len(stream)) for place in where), len(stream)]
    pieces = [stream[start:end] for start, end in pairwise(edges)]
    assert joined(fed(AudioSocketParser("alaw"), pieces)) == joined(fed(AudioSocketParser("alaw"), [stream]))
