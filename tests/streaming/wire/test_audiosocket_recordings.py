"""AudioSocket on real streams: captures of an Asterisk, and every recording of the demo there and back."""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import soundfile

from streaming.wire.audiosocket import AUDIO_RATE_HZ, AudioSocketParser, encode_audio, encode_uuid
from streaming.wire.events import AudioReceived, DigitPressed, Fault, FormatSet, StreamEnded, StreamNamed, WireEvent
from tests.streaming.wire.captures import Capture, capture_names, capture_of
from tests.streaming.wire.cutting import audio_of, faults, fed, joined

RECORDINGS = sorted((Path(__file__).parents[3] / "service" / "demo" / "recordings").glob("*.flac"))
LAWS: dict[str, Literal["ulaw", "alaw"]] = {"as-dial-ulaw": "ulaw", "as-dial-alaw": "alaw"}
CUT_SHORT = {"as-dial-slin192-stop-reading-until-death"}  # the one whose last frame Asterisk never finished
DIGITS = {"as-app-dtmf": "5#", "as-dial-dtmf": "12#"}
CUSTOMER_HZ = 700  # the tone of the far end


def replayed(name: str, capture: Capture) -> list[WireEvent]:
    return fed(AudioSocketParser(LAWS.get(name)), capture.chunks)


@pytest.mark.parametrize("name", capture_names())
def test_a_capture_is_heard_as_it_was_counted(name: str) -> None:
    capture = capture_of(name)
    events = replayed(name, capture)
    assert isinstance(events[0], StreamNamed)
    assert "".join(event.digit for event in events if isinstance(event, DigitPressed)) == DIGITS.get(name, "")
    audio = Counter((event.rate_hz, len(event.pcm_s16le)) for event in events if isinstance(event, AudioReceived))
    samples_per_byte = 2 if name in LAWS else 1
    expected = {
        (AUDIO_RATE_HZ[kind], size * samples_per_byte): count
        for (kind, size), count in capture.messages.items()
        if kind in AUDIO_RATE_HZ
    }
    if name in CUT_SHORT:
        ((_, whole_bytes),) = expected
        assert audio.pop(next(key for key in audio if key[1] < whole_bytes)) == 1
    assert audio == expected
    rates = {rate_hz for rate_hz, _ in expected}
    assert [event.rate_hz for event in events if isinstance(event, FormatSet)] == sorted(rates)
    assert faults(events) == ([(Fault.G711_SUSPECTED, False)] if name in LAWS else [])
    assert events[-1] == StreamEnded(truncated=name in CUT_SHORT)  # Asterisk just closes, it never says why


@pytest.mark.parametrize("name", capture_names())
def test_a_capture_byte_by_byte_says_the_same(name: str) -> None:
    capture = capture_of(name)
    stream = b"".join(capture.chunks)[:60_000]
    law = LAWS.get(name)
    single_bytes = fed(AudioSocketParser(law), (stream[place : place + 1] for place in range(len(stream))))
    assert joined(single_bytes) == joined(fed(AudioSocketParser(law), [stream]))


@pytest.mark.parametrize("name", sorted(LAWS))
def test_g711_of_a_real_pbx_is_refused_unless_its_law_is_known(name: str) -> None:
    events = fed(AudioSocketParser(), capture_of(name).chunks)
    assert faults(events) == [(Fault.G711_SUSPECTED, True)]
    assert audio_of(events) == b""


@pytest.mark.parametrize("name", ["as-dial-ulaw", "as-dial-alaw", "as-dial-slin-far-end-hangs-up", "as-dial-slin16"])
def test_the_far_end_is_heard_at_its_pitch(name: str) -> None:
    capture = capture_of(name)
    shown = Capture(capture.chunks[: capture.shown_chunks], capture.shown_chunks, capture.messages)
    audio = [event for event in replayed(name, shown) if isinstance(event, AudioReceived)]
    samples = np.frombuffer(audio_of(audio[5:]), "<i2").astype(float)  # past the first frames
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    loudest_hz = spectrum.argmax() * audio[0].rate_hz / len(samples)
    assert abs(loudest_hz - CUSTOMER_HZ) < 10
    assert 5_500 < np.abs(samples).max() < 8_500  # what was played: 6000 to 7950


@pytest.mark.parametrize("flac", RECORDINGS, ids=[path.stem for path in RECORDINGS])
def test_a_recording_comes_back_bit_by_bit_however_its_messages_are_cut(flac: Path) -> None:
    sound, rate_hz = soundfile.read(flac, dtype="int16")
    frame_samples = rate_hz // 50
    hello = encode_uuid("7c1f0b52-3a44-4c0e-9d15-8b6f2e0a91d3")
    for channel in sound.T:
        pcm_s16le = channel.astype("<i2").tobytes()
        frames = [pcm_s16le[at : at + frame_samples * 2] for at in range(0, len(pcm_s16le), frame_samples * 2)]
        messages = [encode_audio(frame, rate_hz) for frame in frames]
        stream = hello + b"".join(messages)
        message_bytes = len(messages[0])
        # Inside each header, behind it, in the first sample, in the middle of the payload, before the last byte.
        for inside in (1, 2, 3, 4, message_bytes // 2, message_bytes - 1):
            edges = [0, *range(len(hello) + inside, len(stream), message_bytes), len(stream)]
            events = fed(AudioSocketParser(), (stream[start:end] for start, end in pairwise(edges)))
            assert [event.pcm_s16le for event in events if isinstance(event, AudioReceived)] == frames
            assert faults(events) == []
            assert events[-1] == StreamEnded()


def test_all_recordings_are_here() -> None:
    assert len(RECORDINGS) == 17
    assert len(capture_names()) == 17
