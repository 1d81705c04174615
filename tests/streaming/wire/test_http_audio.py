"""Content types of an audio body: what is served, what is refused and how clearly, and raw bodies cut anywhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.wire.events import AudioReceived, FormatSet, StreamEnded
from streaming.wire.g711 import decode_alaw, decode_mulaw
from streaming.wire.http_audio import MediaTypeError, RawAudioBody, audio_body
from streaming.wire.wav_stream import WavStream
from tests.streaming.wire.cutting import audio_of, fed, heard_alike

SOUND = np.random.default_rng(8).integers(-20_000, 20_000, 24).astype("<i2")
RAW = SOUND.tobytes()
AS_L16 = SOUND.byteswap().tobytes()


@pytest.mark.parametrize(
    ("content_type", "raw", "rate_hz", "meant"),
    [
        ("audio/L16;rate=8000", AS_L16, 8_000, RAW),
        ("audio/l16; RATE=16000", AS_L16, 16_000, RAW),
        ('Audio/L16 ; rate="44100" ; channels=1', AS_L16, 44_100, RAW),
        ("audio/L16;rate=48000;", AS_L16, 48_000, RAW),
        ("audio/L16;rate=8000;emphasis=none", AS_L16, 8_000, RAW),
        ("audio/basic", RAW, 8_000, decode_mulaw(RAW)),
        (" audio/basic ; rate=8000", RAW, 8_000, decode_mulaw(RAW)),
        ("audio/pcmu", RAW, 8_000, decode_mulaw(RAW)),
        ("audio/PCMU;rate=16000", RAW, 16_000, decode_mulaw(RAW)),
        ("audio/pcma", RAW, 8_000, decode_alaw(RAW)),
        ("audio/PCMA; channels=1; rate=8000", RAW, 8_000, decode_alaw(RAW)),
    ],
)
def test_raw_audio(content_type: str, raw: bytes, rate_hz: int, meant: bytes) -> None:
    events = heard_alike(lambda: audio_body(content_type, 1), raw)
    assert events == [FormatSet(rate_hz), AudioReceived(meant, rate_hz), StreamEnded()]


@pytest.mark.parametrize(
    ("content_type", "raw", "meant"),
    [
        ("audio/L16;rate=8000;channels=2", AS_L16, RAW),
        ("audio/pcmu;channels=2", RAW, decode_mulaw(RAW)),
        ("audio/pcma;channels=2", RAW, decode_alaw(RAW)),
    ],
)
def test_two_legs_in_one_body(content_type: str, raw: bytes, meant: bytes) -> None:
    events = heard_alike(lambda: audio_body(content_type, 2), raw)
    samples = np.frombuffer(meant, "<i2")
    assert audio_of(events, 0) == samples[0::2].tobytes()
    assert audio_of(events, 1) == samples[1::2].tobytes()


@pytest.mark.parametrize(
    "content_type",
    ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave; codec=1", "audio/wav;" + " " * 246, "Audio/WAV"],
)
def test_wav_is_read_by_its_header(content_type: str) -> None:
    assert isinstance(audio_body(content_type, 2), WavStream)


def test_half_a_sample_at_the_end_is_truncated() -> None:
    assert fed(audio_body("audio/L16;rate=8000", 1), [AS_L16 + b"A"])[-1] == StreamEnded(truncated=True)


def test_an_empty_body_just_ends() -> None:
    assert fed(audio_body("audio/basic", 1), [b""]) == [StreamEnded()]


@pytest.mark.parametrize(
    ("content_type", "channels", "wrong"),
    [
        pytest.param(None, 1, "There is no Content-Type", id="missing"),
        pytest.param("", 1, "There is no Content-Type", id="empty"),
        pytest.param("audio", 1, "form type/subtype", id="no subtype"),
        pytest.param("/wav", 1, "form type/subtype", id="no type"),
        pytest.param("аudio/wav", 1, "form type/subtype", id="a letter that only looks right"),
        pytest.param("audio/wav codec=1", 1, "at character 11", id="no semicolon"),
        pytest.param("audio/L16;rate", 1, "at character 11", id="no value"),
        pytest.param("audio/L16;rate = 8000", 1, "at character 11", id="spaces around the sign"),
        pytest.param('audio/L16;rate="8000', 1, "at character", id="open quotes"),
        pytest.param("audio/L16;rate=8000;rate=16000", 1, "rate twice", id="twice"),
        pytest.param("audio/wav;" + " " * 247, 1, "longer than 256", id="too long"),
        pytest.param("audio/L16", 1, "needs its rate", id="no rate"),
        pytest.param("audio/L16;rate=fast", 1, "rate is not a whole number", id="rate in words"),
        pytest.param("audio/L16;rate=8e3", 1, "rate is not a whole number", id="rate as a power"),
        pytest.param("audio/L16;rate=-8000", 1, "rate is not a whole number", id="negative rate"),
        pytest.param("audio/L16;rate=" + "9" * 100, 1, "rate is not a whole number", id="absurd rate"),
        pytest.param("audio/L16;rate=9000", 1, "one of 8000", id="rate not served"),
        pytest.param("audio/L16;rate=8000;channels=x", 1, "channels is not a whole number", id="channels in words"),
        pytest.param("audio/L16;rate=8000;channels=3", 1, "1 or 2 channels", id="three channels"),
        pytest.param("audio/L16;rate=8000;channels=2", 1, "this address takes 1", id="stereo on a mono address"),
        pytest.param("audio/L16;rate=8000", 2, "this address takes 2", id="mono on a stereo address"),
        pytest.param("audio/basic", 2, "this address takes 2", id="basic on a stereo address"),
        pytest.param("audio/basic;rate=16000", 1, "always 8000 Hz", id="basic at another rate"),
        pytest.param("audio/basic;channels=2", 2, "always 8000 Hz with one channel", id="basic stereo"),
        pytest.param("application/octet-stream", 1, "does not say how the samples stand", id="octet-stream"),
        pytest.param("application/x-www-form-urlencoded", 1, "is not served", id="curl -d"),
        pytest.param("audio/mpeg", 1, "audio/mpeg is not served", id="mp3"),
    ],
)
def test_refused_with_what_is_wrong_and_what_is_accepted(content_type: str | None, channels: int, wrong: str) -> None:
    with pytest.raises(MediaTypeError) as refusal:
        audio_body(content_type, channels)
    assert wrong in str(refusal.value)
    for accepted in ("audio/L16;rate=8000", "audio/basic", "audio/pcmu", "audio/pcma", "audio/wav", "channels=2"):
        assert accepted in str(refusal.value)


@settings(deadline=None)
@given(content_type=st.text(max_size=80), channels=st.sampled_from([1, 2]))
def test_any_text_is_served_or_refused(content_type: str, channels: int) -> None:
    try:
        body = audio_body(content_type, channels)
    except MediaTypeError:
        return
    assert isinstance(body, RawAudioBody | WavStream)
