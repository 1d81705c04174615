"""How well the tone tells angry from neutral speech over a telephone: each speaker against the own voice."""

import copy
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from alerts.own_voice import OwnVoice
from config.detection import HostileToneSettings
from config.settings import Settings
from service.evaluation.labelled_speech import LabelledSpeech, labelled_speech
from service.evaluation.scorecard import Bars, EvaluationError, Plot, Scorecard, ScoreTable
from service.evaluation.trunk import TRUNK_RATE_HZ, over_trunk
from streaming.frames import FRAME_MS, Leg
from streaming.leg import LegEar
from streaming.observations import VoiceHeard
from streaming.voicing import VoiceModel

_BEGINNING = 5  # neutral utterances that are the speaker's own beginning, and are not judged
_LEVEL_DBFS = -26.0  # a telephone's usual level (P.56), by one gain per speaker: some corpora were recorded at −46
_TAIL_MS = 600  # silence in which the end of the speech becomes known
_BETWEEN_MS = 10_000
_NEUTRAL = ("neutral", "calm")
_JUDGED = (*_NEUTRAL, "angry", "happy")
_FRAME_BYTES = TRUNK_RATE_HZ * FRAME_MS // 1_000 * 2

Samples = npt.NDArray[np.float32]


@dataclass(slots=True)
class CorpusScores:
    """The logit of each judged utterance by its emotion; `unheard` had too little voice to be measured."""

    logits: dict[str, list[float]]
    unheard: int = 0

    @property
    def angry(self) -> list[float]:
        """Of angry utterances."""
        return self.logits.get("angry", [])

    @property
    def neutral(self) -> list[float]:
        """Of neutral and calm ones."""
        return [logit for emotion in _NEUTRAL for logit in self.logits.get(emotion, [])]

    @property
    def happy(self) -> list[float]:
        """Of happy ones."""
        return self.logits.get("happy", [])


@dataclass(frozen=True, slots=True)
class _Utterance:
    corpus: str
    speaker: str
    emotion: str
    voices: tuple[VoiceHeard, ...]


def judge_emotion(folder: Path, settings: Settings, voice: VoiceModel, tell: Callable[[float], None]) -> Scorecard:
    """The card of a folder with `labels.csv` (file, corpus, speaker, emotion). Raises EvaluationError.

    A speaker without enough neutral utterances for a beginning is left out.
    """
    return card_of(scores_of(_heard(folder, settings, voice, tell), settings.detection.hostile_tone))


def auc(higher: Sequence[float], lower: Sequence[float]) -> float | None:
    """How often one of the first is above one of the second; a tie is half. None where either is empty."""
    if not higher or not lower:
        return None
    above, below = np.array(higher)[:, None], np.array(lower)
    return float((above > below).mean() + 0.5 * (above == below).mean())


def roc(higher: Sequence[float], lower: Sequence[float]) -> list[tuple[float, float]]:
    """(false alarm rate, hit rate) at every threshold, from none to all."""
    if not higher or not lower:
        return []
    above, below = np.sort(np.array(higher)), np.sort(np.array(lower))
    limits = np.unique(np.concatenate([above, below]))[::-1]
    points = [(float((below >= limit).mean()), float((above >= limit).mean())) for limit in limits]
    return [(0.0, 0.0), *points]


def scores_of(utterances: Sequence[_Utterance], settings: HostileToneSettings) -> dict[str, CorpusScores]:
    """Each speaker's first neutral utterances teach the voice; every other one is measured once, at its end."""
    # Utterances have half a second of voice at the least.
    short = settings.model_copy(update={"baseline_voiced_ms": 1_000, "voiced_ms": 200, "step_ms": 100})
    speakers: dict[str, list[_Utterance]] = defaultdict(list)
    for utterance in utterances:
        speakers[utterance.speaker].append(utterance)
    corpora: dict[str, CorpusScores] = {}
    for own in speakers.values():
        scores = corpora.setdefault(own[0].corpus, CorpusScores(defaultdict(list)))
        voice, at_ms = OwnVoice(short), 0
        for utterance in own[:_BEGINNING]:
            for hop in _later(utterance.voices, at_ms):
                voice.hear(hop)
            at_ms += _BETWEEN_MS
        for utterance in own[_BEGINNING:]:
            listener = copy.deepcopy(voice)
            listener.forget_moment()
            tones = [tone for hop in _later(utterance.voices, at_ms) if (tone := listener.hear(hop)) is not None]
            if tones:
                scores.logits[utterance.emotion].append(tones[-1].logit)
            else:
                scores.unheard += 1
    return corpora


def card_of(corpora: Mapping[str, CorpusScores]) -> Scorecard:
    """The figures of every corpus."""
    figures = {
        name: {
            "auc_angry_neutral": _rounded(auc(scores.angry, scores.neutral)),
            "auc_angry_happy": _rounded(auc(scores.angry, scores.happy)),
            "angry": len(scores.angry),
            "neutral": len(scores.neutral),
            "happy": len(scores.happy),
            "too_short": scores.unheard,
        }
        for name, scores in sorted(corpora.items())
    }
    rows = tuple(
        (name, *("" if value is None else f"{value:g}" for value in each.values())) for name, each in figures.items()
    )
    head = ("corpus", "angry against neutral", "angry against happy", "angry", "neutral", "happy", "too short")
    curves = {name: points for name, scores in sorted(corpora.items()) if (points := roc(scores.angry, scores.neutral))}
    known = {name: each["auc_angry_neutral"] for name, each in figures.items()}
    return Scorecard(
        title="Tone of angry speech against neutral, over a telephone (8 kHz µ-law)",
        document={"corpora": figures},
        tables=[ScoreTable("Area under the ROC curve", head, rows)],
        plots=[Plot("Angry against neutral", lambda drawing: drawing.rocs(curves))] if curves else [],
        bars=[Bars("Angry against neutral", {name: value for name, value in known.items() if value is not None})],
    )


def _heard(folder: Path, settings: Settings, voice: VoiceModel, tell: Callable[[float], None]) -> list[_Utterance]:
    speech = labelled_speech(folder, "corpus", "speaker", "emotion")
    judged = [each for emotion in _JUDGED for each in speech if each.label("emotion") == emotion]
    beginnings: dict[str, list[LabelledSpeech]] = defaultdict(list)
    for each in judged:
        if each.label("emotion") in _NEUTRAL and len(beginnings[each.label("speaker")]) < _BEGINNING:
            beginnings[each.label("speaker")].append(each)
    judged = [each for each in judged if len(beginnings[each.label("speaker")]) == _BEGINNING]
    if not judged:
        raise EvaluationError(
            f"{folder / 'labels.csv'}: no speaker has {_BEGINNING} neutral utterances, which are the own beginning"
        )
    gains = {speaker: _gain(first) for speaker, first in beginnings.items() if len(first) == _BEGINNING}
    utterances: list[_Utterance] = []
    for number, each in enumerate(judged, 1):
        samples, rate_hz = _sound(each)
        voices = _voices(over_trunk(samples * gains[each.label("speaker")] * 32_768, rate_hz), settings, voice)
        utterances.append(_Utterance(each.label("corpus"), each.label("speaker"), each.label("emotion"), voices))
        tell(number / len(judged))
    return utterances


def _gain(first: Sequence[LabelledSpeech]) -> float:
    """What brings the speaker's own beginning to the usual level."""
    samples = np.concatenate([_sound(each)[0] for each in first])
    power = (samples[: len(samples) // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1)
    active = power[power > np.quantile(power, 0.99) / 1_000]
    return float(np.sqrt(10 ** (_LEVEL_DBFS / 10) / active.mean())) if active.size else 1.0


def _sound(speech: LabelledSpeech) -> tuple[Samples, int]:
    try:
        samples, rate_hz = soundfile.read(speech.path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError):
        raise EvaluationError(f"{speech.path}: cannot be read as a sound file") from None
    return samples.mean(axis=1), int(rate_hz)


def _voices(pcm_s16le: npt.NDArray[np.int16], settings: Settings, voice: VoiceModel) -> tuple[VoiceHeard, ...]:
    """The voice as a leg's ear hears it."""
    pcm = pcm_s16le.tobytes() + bytes(2 * TRUNK_RATE_HZ * _TAIL_MS // 1_000)
    voice.reset()
    ear = LegEar(Leg.CUSTOMER, settings.hearing, lambda: voice)
    per_ms = 2 * TRUNK_RATE_HZ // 1_000
    heard = [
        item
        for at in range(0, len(pcm), _FRAME_BYTES)
        for item in ear.hear(pcm[at : at + _FRAME_BYTES], TRUNK_RATE_HZ, at // per_ms)
    ]
    return tuple(each for each in (*heard, *ear.end(explicit=True)) if isinstance(each, VoiceHeard))


def _later(voices: Sequence[VoiceHeard], by_ms: int) -> list[VoiceHeard]:
    return [replace(each, start_ms=each.start_ms + by_ms, end_ms=each.end_ms + by_ms) for each in voices]


def _rounded(value: float | None) -> float | None:
    return round(value, 4) if value is not None else None
