"""The 24-byte header, both ways, and when a frame was captured."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.frames import FRAME_BYTES, Leg
from tests.fakes.desk import tone
from web.listen_frame import FLAG_GAP_BEFORE, FrameEncoder, FrameHeader, decode, encode, with_gap


def test_the_header_stands_as_the_contract_says() -> None:
    message = encode(5, 1234.5, b"\x01\x00" * 320, b"\x02\x00" * 320, flags=2)

    assert message[:4] == bytes([1, 1, 2, 2])
    assert struct.unpack("<IdII", message[4:24]) == (5, 1234.5, 16000, 320)
    assert message[24:26] == b"\x01\x00"
    assert message[24 + 640 : 24 + 642] == b"\x02\x00"


@given(
    seq=st.integers(0, 0xFFFFFFFF),
    captured_ms=st.floats(0, 1e13),
    flags=st.integers(0, 7),
    samples=st.integers(0, 400),
)
def test_a_frame_goes_there_and_back(seq: int, captured_ms: float, flags: int, samples: int) -> None:
    agent, customer = b"\x11\x22" * samples, b"\x33\x44" * samples

    decoded = decode(encode(seq, captured_ms, agent, customer, flags))

    assert decoded == (FrameHeader(flags, seq, captured_ms, 16000, samples), agent, customer)


@pytest.mark.parametrize(
    "message",
    [b"", bytes(23), bytes(24), encode(0, 0, b"\0\0", b"\0\0")[:-1], b"\x02" + encode(0, 0, b"", b"")[1:]],
    ids=["empty", "short", "no version", "cut", "other version"],
)
def test_what_is_no_frame_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"header|frame"):
        decode(message)


def test_a_gap_is_marked_without_touching_the_rest() -> None:
    message = encode(5, 1.0, b"\x01\x00", b"\x02\x00", flags=2)

    marked = with_gap(message)

    assert decode(marked)[0].flags == 2 | FLAG_GAP_BEFORE
    assert marked[4:] == message[4:]


def test_frames_are_counted_and_captured_on_the_calls_own_line() -> None:
    encoder = FrameEncoder()
    headers = []
    for number, late_ms in enumerate((0, 15, 5)):
        encoded = encoder.encode(tone(Leg.AGENT, number, 440), None, 1_000_000 + number * 20 + 20 + late_ms)
        assert encoded is not None
        assert encoded[0] == number
        headers.append(decode(encoded[1])[0])

    assert [round(header.captured_ms) for header in headers] == [1_000_000, 1_000_020, 1_000_040]
    assert [header.flags for header in headers] == [0, 0, 0]


def test_an_earlier_frame_moves_the_line_back() -> None:
    encoder = FrameEncoder()
    encoder.encode(tone(Leg.AGENT, 0, 440), None, 1_000_520)  # came half a second late

    encoded = encoder.encode(tone(Leg.AGENT, 1, 440), None, 1_000_040)

    assert encoded is not None
    assert decode(encoded[1])[0].captured_ms == 1_000_020


def test_a_gap_of_the_source_is_said() -> None:
    encoder = FrameEncoder()
    encoder.encode(tone(Leg.AGENT, 0, 440), None, 20)

    encoded = encoder.encode(None, tone(Leg.CUSTOMER, 9, 700), 200)

    assert encoded is not None
    header, agent, customer = decode(encoded[1])
    assert (header.seq, header.flags) == (1, FLAG_GAP_BEFORE)
    assert agent == bytes(FRAME_BYTES)
    assert customer == tone(Leg.CUSTOMER, 9, 700).pcm_s16le


def test_no_audio_is_no_frame() -> None:
    assert FrameEncoder().encode(None, None, 0) is None
