"""Streamed WAV bodies: any cut, headers as programs really write them, each malformed case by its name, garbage."""

import io
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.wire.events import AudioReceived, Fault, FaultSeen, FormatSet, StreamEnded, WireEvent
from streaming.wire.g711 import decode_alaw, decode_mulaw
from streaming.wire.wav_stream import WavStream
from tests.streaming.wire.cutting import audio_of, faults, fed, heard_alike, joined

SOUND = np.random.default_rng(4).integers(-20_000, 20_000, 24).astype("<i2").tobytes()
PCM_TAIL = bytes.fromhex("000000001000800000aa00389b71")
MOST_PENDING_BYTES = 65_536 + 8


def chunk(name: bytes, content: bytes, size_bytes: int | None = None) -> bytes:
    size_bytes = len(content) if size_bytes is None else size_bytes
    return name + size_bytes.to_bytes(4, "little") + content + b"\0" * (len(content) % 2)


def form(tag: int = 1, channels: int = 1, rate_hz: int = 8_000, bits: int = 16, more: bytes = b"") -> bytes:
    step_bytes = channels * bits // 8 & 0xFFFF
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate_hz, rate_hz * step_bytes, step_bytes, bits) + more)


def extensible(tag: int, bits: int = 16, tail: bytes = PCM_TAIL) -> bytes:
    return form(0xFFFE, bits=bits, more=struct.pack("<HHIH", 22, bits, 0, tag) + tail)


def wav(*chunks: bytes, size_bytes: int = 0xFFFFFFFF) -> bytes:
    return b"RIFF" + size_bytes.to_bytes(4, "little") + b"WAVE" + b"".join(chunks)


def heard(stream: bytes, channels: int = 1) -> list[WireEvent]:
    return heard_alike(lambda: WavStream(channels), stream)


PLAIN = [FormatSet(8_000), AudioReceived(SOUND, 8_000), StreamEnded()]


@pytest.mark.parametrize("subtype", ["PCM_16", "ULAW", "ALAW"])
@pytest.mark.parametrize("container", ["WAV", "WAVEX"])
@pytest.mark.parametrize("channels", [1, 2])
def test_what_another_program_wrote_is_heard_as_it_reads_it(subtype: str, container: str, channels: int) -> None:
    written = io.BytesIO()
    sound = np.random.default_rng(5).integers(-20_000, 20_000, (30, channels)).astype(np.int16)
    soundfile.write(written, sound, 16_000, format=container, subtype=subtype)
    written.seek(0)
    meant, _ = soundfile.read(written, dtype="int16", always_2d=True)
    events = heard(written.getvalue(), channels)
    assert events[0] == FormatSet(16_000)
    assert [audio_of(events, channel) for channel in range(channels)] == [
        one.astype("<i2").tobytes() for one in meant.T
    ]
    assert events[-1] == StreamEnded()


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(wav(form(), chunk(b"data", SOUND)), id="plain"),
        pytest.param(wav(form(), chunk(b"data", SOUND), size_bytes=0), id="wrong riff size"),
        pytest.param(wav(form(), chunk(b"data", SOUND, 0)), id="length 0"),
        pytest.param(wav(form(), chunk(b"data", SOUND, 0xFFFFFFFF)), id="length as ffmpeg pipes it"),
        pytest.param(wav(form(), chunk(b"data", SOUND, 0x7FFFF000)), id="length as sox pipes it"),
        pytest.param(wav(form(), chunk(b"data", SOUND, 0x80000000)), id="length as arecord pipes it"),
        pytest.param(wav(form(more=b"\0\0"), chunk(b"data", SOUND)), id="format of 18 bytes"),
        pytest.param(wav(extensible(1), chunk(b"data", SOUND)), id="extensible"),
        pytest.param(
            wav(chunk(b"JUNK", b"abc"), form(), chunk(b"LIST", b"12345"), chunk(b"data", SOUND)), id="odd chunks"
        ),
        pytest.param(wav(chunk(b"JUNK", b""), form(), chunk(b"data", SOUND)), id="empty chunk"),
        pytest.param(wav(form(), chunk(b"data", SOUND), chunk(b"LIST", bytes(64)), b"rest"), id="chunks behind"),
    ],
)
def test_headers_of_the_field(stream: bytes) -> None:
    assert heard(stream) == PLAIN


@pytest.mark.parametrize("fmt", [form(7, bits=8), extensible(7, bits=8)])
def test_mulaw(fmt: bytes) -> None:
    assert audio_of(heard(wav(fmt, chunk(b"data", SOUND)))) == decode_mulaw(SOUND)


@pytest.mark.parametrize("fmt", [form(6, bits=8), extensible(6, bits=8)])
def test_alaw(fmt: bytes) -> None:
    assert audio_of(heard(wav(fmt, chunk(b"data", SOUND)))) == decode_alaw(SOUND)


def test_audio_is_handed_out_as_it_comes() -> None:
    stream = WavStream(1)
    assert stream.feed(wav(form(), chunk(b"data", b""))) == [FormatSet(8_000)]
    assert stream.feed(SOUND[:5]) == [AudioReceived(SOUND[:4], 8_000)]
    assert stream.feed(SOUND[5:]) == [AudioReceived(SOUND[4:], 8_000)]


# --- malformed input, one row each ---


@pytest.mark.parametrize(
    ("stream", "fault", "names"),
    [
        pytest.param(b"ID3\x04" + bytes(20), Fault.BAD_HEADER, "RIFF", id="mp3"),
        pytest.param(b"RIFX" + wav()[4:], Fault.BAD_HEADER, "RIFF", id="big-endian riff"),
        pytest.param(b"RIFF\0\0\0\0AVI ", Fault.BAD_HEADER, "WAVE", id="avi"),
        pytest.param(wav(chunk(b"data", SOUND)), Fault.BAD_HEADER, "before its fmt", id="data before fmt"),
        pytest.param(wav(form(), form(), chunk(b"data", SOUND)), Fault.BAD_HEADER, "two fmt", id="two fmt"),
        pytest.param(wav(chunk(b"fmt ", bytes(14))), Fault.BAD_HEADER, "14 bytes", id="short fmt"),
        pytest.param(wav(chunk(b"fmt ", b"", 0)), Fault.BAD_HEADER, "0 bytes", id="empty fmt"),
        pytest.param(wav(chunk(b"fmt ", b"", 0xFFFFFFFF)), Fault.BAD_HEADER, "65536", id="huge fmt"),
        pytest.param(wav(chunk(b"JUNK", b"", 65_536)), Fault.BAD_HEADER, "65536", id="huge chunk"),
        pytest.param(wav(chunk(b"JUNK", b"") * 8_200), Fault.BAD_HEADER, "65536", id="many chunks"),
        pytest.param(wav(form(0xFFFE)), Fault.BAD_HEADER, "extensible", id="extensible without its rest"),
        pytest.param(wav(extensible(1, tail=bytes(14))), Fault.BAD_HEADER, "extensible", id="other guid"),
        pytest.param(wav(extensible(3, 32)), Fault.BAD_FORMAT, "format 3 of 32", id="extensible float"),
        pytest.param(wav(form(3, bits=32)), Fault.BAD_FORMAT, "format 3 of 32", id="float"),
        pytest.param(wav(form(bits=24)), Fault.BAD_FORMAT, "format 1 of 24", id="24 bits"),
        pytest.param(wav(form(bits=8)), Fault.BAD_FORMAT, "format 1 of 8", id="8 bits"),
        pytest.param(wav(form(7)), Fault.BAD_FORMAT, "format 7 of 16", id="µ-law of 16 bits"),
        pytest.param(wav(form(0x55, bits=0)), Fault.BAD_FORMAT, "format 85", id="mp3 in wav"),
        pytest.param(wav(form(rate_hz=9_000)), Fault.BAD_FORMAT, "8000", id="rate"),
        pytest.param(wav(form(rate_hz=0)), Fault.BAD_FORMAT, "8000", id="rate 0"),
        pytest.param(wav(form(channels=0)), Fault.BAD_FORMAT, "1 or 2", id="no channel"),
        pytest.param(wav(form(channels=6)), Fault.BAD_FORMAT, "1 or 2", id="six channels"),
        pytest.param(wav(form(channels=2)), Fault.BAD_FORMAT, "takes 1", id="stereo on a mono address"),
    ],
)
def test_fatal(stream: bytes, fault: Fault, names: str) -> None:
    alike = heard if len(stream) < 1_000 else lambda whole: fed(WavStream(1), [whole])
    seen, end = alike(stream)
    assert isinstance(seen, FaultSeen)
    assert (seen.fault, seen.fatal) == (fault, True)
    assert names in seen.detail
    assert end == StreamEnded(truncated=True, cause=fault)


def test_mono_on_a_stereo_address() -> None:
    assert faults(heard(wav(form(), chunk(b"data", SOUND)), channels=2)) == [(Fault.BAD_FORMAT, True)]


@pytest.mark.parametrize("kept_bytes", [1, 4, 11, 12, 15, 20, 30, 36, 40, 43])
def test_a_body_that_ends_inside_its_header(kept_bytes: int) -> None:
    events = heard(wav(form(), chunk(b"data", SOUND))[:kept_bytes])
    assert faults(events) == [(Fault.BAD_HEADER, True)]
    assert events[-1] == StreamEnded(truncated=True, cause="bad_header")


def test_an_empty_body_just_ends() -> None:
    assert fed(WavStream(1), []) == [StreamEnded()]


@pytest.mark.parametrize(
    ("stream", "channels", "kept_bytes"),
    [
        pytest.param(wav(form(), chunk(b"data", SOUND, 100)), 1, 48, id="announced length not reached"),
        pytest.param(wav(form(), chunk(b"data", SOUND[:-1], 0)[:-1]), 1, 46, id="half a sample at the end"),
        pytest.param(wav(form(), chunk(b"data", SOUND, 47)), 1, 46, id="announced length is half a sample too long"),
        pytest.param(wav(form(channels=2), chunk(b"data", SOUND[:-2], 0)), 2, 22, id="one channel missing at the end"),
    ],
)
def test_truncated(stream: bytes, channels: int, kept_bytes: int) -> None:
    events = heard(stream, channels)
    assert events[-1] == StreamEnded(truncated=True)
    assert [len(audio_of(events, channel)) for channel in range(channels)] == [kept_bytes] * channels


# --- garbage ---


HEADERS = st.sampled_from([form(), form(7, bits=8), form(channels=2), extensible(1), form(bits=24), b"fmt ", b""])
CHUNKS = st.builds(
    chunk, st.sampled_from([b"LIST", b"data", b"fmt "]), st.binary(max_size=60), st.integers(0, 70) | st.none()
)


@settings(deadline=None)
@given(
    head=HEADERS,
    before=st.lists(CHUNKS, max_size=3),
    body=st.binary(max_size=200),
    cut=st.integers(0, 400),
    channels=st.sampled_from([1, 2]),
)
def test_random_bodies_say_the_same_however_cut(
    head: bytes, before: list[bytes], body: bytes, cut: int, channels: int
) -> None:
    stream = wav(*before, head, b"data\xff\xff\xff\xff", body)
    pieces = [stream[:cut], stream[cut:]]
    whole = joined(fed(WavStream(channels), [stream]))
    assert joined(fed(WavStream(channels), pieces)) == whole
    assert isinstance(whole[-1], StreamEnded)


@pytest.mark.parametrize(("junk_bytes", "refused"), [(65_492, False), (65_493, True)])
def test_a_header_of_64_kib_is_the_longest(junk_bytes: int, refused: bool) -> None:
    # 12 for RIFF, 24 for the format, 8 for the header of the chunk that fills it up
    events = fed(WavStream(1), [wav(form(), chunk(b"JUNK", bytes(junk_bytes)), chunk(b"data", SOUND))])
    assert faults(events) == [(Fault.BAD_HEADER, True)] * refused
    assert audio_of(events) == (b"" if refused else SOUND)


def test_an_announced_length_of_one_byte_is_believed() -> None:
    assert audio_of(heard(wav(form(7, bits=8), b"data\1\0\0\0" + SOUND))) == decode_mulaw(SOUND[:1])


def test_a_long_header_is_not_collected() -> None:
    parser = WavStream(1)
    parser.feed(wav(chunk(b"JUNK", bytes(60_000))))
    assert parser.pending_bytes == 0
