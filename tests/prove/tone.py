"""How well the tone tells angry from neutral speech, per corpus, over a telephone: `python -m tests.prove.tone`."""

import copy
import csv
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from alerts.own_voice import OwnVoice
from config.detection import HostileToneSettings
from config.hearing import HearingSettings
from streaming.frames import Leg
from streaming.leg import LegEar
from streaming.observations import VoiceHeard
from streaming.wire.g711 import decode_mulaw, encode_mulaw

_CORPORA = Path(__file__).parents[3] / "shared" / "data" / "emotion"  # evaluation only: never copied, never shipped
_RATE_HZ = 8_000
_BEGINNING = 5  # neutral utterances that are the speaker's own beginning, and are not judged
_LEVEL_DBFS = -26.0  # a telephone's usual level (P.56), by one gain per speaker: some corpora were recorded at −46
_TAIL_MS = 600  # silence in which the end of the speech becomes known
_EMOTIONS = ("neutral", "calm", "angry", "happy")
# Utterances have half a second of voice at the least, and are measured once, at their end.
_SETTINGS = HostileToneSettings(baseline_voiced_ms=1_000, voiced_ms=200, step_ms=100)


@dataclass(frozen=True)
class _Utterance:
    corpus: str
    speaker: str
    emotion: str
    voices: list[VoiceHeard]


def auc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """How often one of the first is above one of the second; a tie is half."""
    above, below = np.array(higher)[:, None], np.array(lower)
    return float((above > below).mean() + 0.5 * (above == below).mean())


def _read() -> list[_Utterance]:
    rows = list(csv.DictReader((_CORPORA / "labels.csv").open(encoding="utf-8")))
    rows = [row for emotion in _EMOTIONS for row in rows if row["emotion"] == emotion]
    utterances: list[_Utterance] = []
    gains: dict[str, float] = {}
    for row in rows:
        samples, rate_hz = soundfile.read(_CORPORA / row["file"], dtype="float32")
        gain = gains.setdefault(row["speaker"], _gain(rows, row["speaker"]))
        voices = _heard(soxr.resample(samples * gain, rate_hz, _RATE_HZ))
        utterances.append(_Utterance(row["corpus"], row["speaker"], row["emotion"], voices))
    return utterances


def _gain(rows: Sequence[dict[str, str]], speaker: str) -> float:
    """What brings the speaker's own beginning to the usual level."""
    first = [row["file"] for row in rows if row["speaker"] == speaker][:_BEGINNING]
    samples = np.concatenate([soundfile.read(_CORPORA / file, dtype="float32")[0] for file in first])
    power = (samples[: len(samples) // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1)
    active = power[power > np.quantile(power, 0.99) / 1_000]
    return float(np.sqrt(10 ** (_LEVEL_DBFS / 10) / active.mean()))


def _heard(samples: NDArray[np.float32]) -> list[VoiceHeard]:
    """The voice as a leg's ear hears it over G.711."""
    pcm = np.clip(samples * 32_768, -32_768, 32_767).astype("<i2").tobytes()
    pcm = decode_mulaw(encode_mulaw(pcm)) + bytes(2 * _RATE_HZ * _TAIL_MS // 1_000)
    ear = LegEar(Leg.CUSTOMER, HearingSettings())
    heard = [each for at in range(0, len(pcm), 320) for each in ear.hear(pcm[at : at + 320], _RATE_HZ, at // 16)]
    return [each for each in [*heard, *ear.end(True)] if isinstance(each, VoiceHeard)]


def _later(voices: Sequence[VoiceHeard], by_ms: int) -> list[VoiceHeard]:
    return [replace(each, start_ms=each.start_ms + by_ms, end_ms=each.end_ms + by_ms) for each in voices]


def _scores(utterances: Sequence[_Utterance]) -> dict[str, dict[str, list[float]]]:
    """Per corpus and emotion the logit of each utterance, against its speaker's beginning."""
    speakers: dict[str, list[_Utterance]] = defaultdict(list)
    for utterance in utterances:
        speakers[utterance.speaker].append(utterance)
    scores: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for own in speakers.values():
        voice, at_ms = OwnVoice(_SETTINGS), 0
        for utterance in own[:_BEGINNING]:
            for hop in _later(utterance.voices, at_ms):
                voice.hear(hop)
            at_ms += 10_000
        for utterance in own[_BEGINNING:]:
            listener = copy.deepcopy(voice)
            listener.forget_moment()
            tones = [tone for hop in _later(utterance.voices, at_ms) if (tone := listener.hear(hop)) is not None]
            if tones:
                scores[utterance.corpus][utterance.emotion].append(tones[-1].logit)
            else:
                scores[utterance.corpus]["unheard"].append(0.0)
    return scores


def main() -> None:
    """Print one line per corpus."""
    if not (_CORPORA / "labels.csv").exists():
        sys.exit("the corpora of emotional speech are not beside the checkout; nothing to measure")
    print("| corpus | angry, neutral | angry against neutral | angry against happy | too short |")  # noqa: T201
    print("| --- | --- | --- | --- | --- |")  # noqa: T201
    for corpus, scores in sorted(_scores(_read()).items()):
        neutral = scores["neutral"] + scores["calm"]
        print(  # noqa: T201
            f"| {corpus} | {len(scores['angry'])}, {len(neutral)} | {auc(scores['angry'], neutral):.3f} "
            f"| {auc(scores['angry'], scores['happy']):.3f} | {len(scores['unheard'])} |"
        )


if __name__ == "__main__":
    main()
