"""Samples cut anywhere: whole ones come out, channels never slip."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.wire.events import AudioReceived, Encoding
from streaming.wire.g711 import encode_alaw, encode_mulaw
from streaming.wire.sample_stream import ACCEPTED_RATES_HZ, SampleStream, format_refusal
from tests.streaming.wire.cutting import audio_of, cuts

FORMATS = [(encoding, channels) for encoding in Encoding for channels in (1, 2)]


def stereo(left: int, right: int, steps: int) -> bytes:
    return np.tile(np.array([left, right], "<i2"), steps).tobytes()


def on_the_wire(encoding: Encoding, pcm_s16le: bytes) -> bytes:
    match encoding:
        case Encoding.PCM_S16LE:
            return pcm_s16le
        case Encoding.PCM_S16BE:
            return np.frombuffer(pcm_s16le, "<i2").astype(">i2").tobytes()
        case Encoding.MULAW:
            return encode_mulaw(pcm_s16le)
        case Encoding.ALAW:
            return encode_alaw(pcm_s16le)


def test_channels_are_not_swapped_by_odd_messages() -> None:
    stream = SampleStream(Encoding.PCM_S16LE, 16_000, 2)
    sound = stereo(1000, -1000, 320)
    first, second = stream.feed(sound[:641]), stream.feed(sound[641:])
    assert [(event.channel, len(event.pcm_s16le)) for event in first + second] == [(0, 320), (1, 320)] * 2
    assert set(np.frombuffer(audio_of(first + second, 0), "<i2")) == {1000}
    assert set(np.frombuffer(audio_of(first + second, 1), "<i2")) == {-1000}
    assert stream.pending_bytes == 0


@pytest.mark.parametrize(("encoding", "channels"), FORMATS)
def test_any_cut_gives_the_same_samples(encoding: Encoding, channels: int) -> None:
    # Loud steps that both G.711 laws keep apart: a slip of one byte would show.
    pcm_s16le = np.array([(-1) ** step * 100 * step for step in range(60)], "<i2").tobytes()
    raw = on_the_wire(encoding, pcm_s16le)
    whole = SampleStream(encoding, 8_000, channels).feed(raw)
    if encoding in (Encoding.PCM_S16LE, Encoding.PCM_S16BE):
        assert [event.pcm_s16le for event in whole] == [
            np.frombuffer(pcm_s16le, "<i2")[channel::channels].tobytes() for channel in range(channels)
        ]
    for pieces in cuts(raw):
        stream = SampleStream(encoding, 8_000, channels)
        heard = [event for piece in pieces for event in stream.feed(piece)]
        assert [audio_of(heard, channel) for channel in range(channels)] == [event.pcm_s16le for event in whole]


def test_half_a_sample_waits_and_nothing_comes_of_nothing() -> None:
    stream = SampleStream(Encoding.PCM_S16LE, 8_000)
    assert stream.feed(b"") == []
    assert stream.feed(b"\x01") == []
    assert stream.pending_bytes == 1
    assert stream.feed(b"\x02\x03") == [AudioReceived(b"\x01\x02", 8_000)]
    assert stream.pending_bytes == 1


@settings(deadline=None)
@given(
    form=st.sampled_from(FORMATS),
    pieces=st.lists(st.binary(max_size=50), max_size=30),
    rate_hz=st.sampled_from(ACCEPTED_RATES_HZ),
)
def test_random_pieces_say_what_the_whole_says(form: tuple[Encoding, int], pieces: list[bytes], rate_hz: int) -> None:
    encoding, channels = form
    stream, whole = SampleStream(encoding, rate_hz, channels), SampleStream(encoding, rate_hz, channels)
    heard: list[AudioReceived] = []
    for piece in pieces:
        heard += stream.feed(piece)
        assert stream.pending_bytes <= 3
    at_once = whole.feed(b"".join(pieces))
    for channel in range(channels):
        assert audio_of(heard, channel) == audio_of(at_once, channel)
    assert stream.pending_bytes == whole.pending_bytes
    assert {event.rate_hz for event in heard} <= {rate_hz}


def test_formats_that_can_be_heard() -> None:
    assert ACCEPTED_RATES_HZ == (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
    assert all(format_refusal(rate_hz, channels) is None for rate_hz in ACCEPTED_RATES_HZ for channels in (1, 2))


@pytest.mark.parametrize("rate_hz", [-8_000, 0, 7_999, 9_600, 96_000, 2**40])
def test_another_rate_is_refused_by_name(rate_hz: int) -> None:
    assert "8000, 11025, 12000" in str(format_refusal(rate_hz, 1))


@pytest.mark.parametrize("channels", [-1, 0, 3, 65_535])
def test_another_number_of_channels_is_refused(channels: int) -> None:
    assert "1 or 2 channels" in str(format_refusal(8_000, channels))
