"""The product's own ears in one process: a leg's audio in, words and spotted phrases in call time out."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from alerts.spotting_list import SpottedPhrases
from config.settings import Language, Settings
from service.evaluation.labelled_speech import Samples
from service.recognition.band import fills_band
from service.recognition.model_profile import profiled
from service.recognition.models import find_model
from service.recognition.spotter import Spotter, SpotterPools
from service.recognition.spotting_grammar import Spotted, grammar_of
from service.recognition.vocabulary import VocabularyError, vocabulary_of
from streaming.band_filling import BandFiller
from streaming.frames import ANALYSIS_RATE_HZ, FRAME_MS, Leg, samples_to_ms
from streaming.leg import LegEar
from streaming.observations import PhraseGuessed, PhraseSpotted, Word, WordsHeard
from streaming.recognizer import FinalWords, Recognizer, SpeechModel, check_model
from streaming.resample import LOWEST_RATE_HZ
from streaming.speech_segments import SegmentAudio, SegmentOpened, SpeechSegments

_STEP_BYTES = 200 * ANALYSIS_RATE_HZ // 1000 * 2  # what a worker feeds at a time
_SILENCE_AFTER_MS = 1_000  # a recording that ends within a word is an open line that falls silent


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of speech as the service cuts it, at 16 kHz, ready for the recogniser."""

    start_ms: int
    pcm_s16le: bytes


class Ears:
    """One loaded model; what a worker does with a segment, without the worker. One at a time in a process."""

    def __init__(
        self, model: SpeechModel, settings: Settings, vocabulary: frozenset[str] | None, fills_band: bool
    ) -> None:
        self._model, self._settings, self._vocabulary = model, settings, vocabulary
        self._fills_band = fills_band
        self._full = model.recognizer()

    @property
    def fills_band(self) -> bool:
        """Whether these settings fill the band of telephone speech for this model."""
        return self._fills_band

    def segments(self, samples: Samples, rate_hz: int, *, filled: bool | None = None) -> list[Segment]:
        """A leg's speech as it is cut on a live call. `filled`: otherwise than the settings say."""
        ear = LegEar(Leg.MIXED, self._settings.hearing)
        segments = SpeechSegments(Leg.MIXED, self._settings.segments)
        cut: list[tuple[int, bytearray]] = []
        sound = np.concatenate([samples, np.zeros(_SILENCE_AFTER_MS * rate_hz // 1000, np.int16)])
        step = FRAME_MS * rate_hz // 1000
        heard = (
            item
            for at in range(0, len(sound), step)
            for item in ear.hear(sound[at : at + step].tobytes(), rate_hz, samples_to_ms(at, rate_hz))
        )
        for item in (*heard, *ear.end(explicit=True)):
            for event in segments.feed(item):
                match event:
                    case SegmentOpened(start_ms=start_ms):
                        cut.append((start_ms, bytearray()))
                    case SegmentAudio(pcm_s16le=pcm_s16le):
                        cut[-1][1].extend(pcm_s16le)
                    case _:
                        pass
        if rate_hz > LOWEST_RATE_HZ or not (self._fills_band if filled is None else filled):
            return [Segment(start_ms, bytes(audio)) for start_ms, audio in cut]
        filler = BandFiller()
        return [Segment(start_ms, filler.feed(bytes(audio)) + filler.finish()) for start_ms, audio in cut]

    def words(self, segments: Sequence[Segment]) -> list[WordsHeard]:
        """The finals of the full decode."""
        heard: list[WordsHeard] = []
        for segment in segments:
            for final, decoded_ms in _finals(self._full, segment.pcm_s16le):
                if not final.text:
                    continue
                words = tuple(
                    Word(word.text, segment.start_ms + word.start_ms, segment.start_ms + word.end_ms, word.confidence)
                    for word in final.words
                )
                start_ms = words[0].start_ms if words else segment.start_ms
                end_ms = words[-1].end_ms if words else segment.start_ms + decoded_ms
                heard.append(WordsHeard(Leg.MIXED, len(heard), 1, True, start_ms, end_ms, final.text, words))
        return heard

    def spotter(self, phrases: SpottedPhrases) -> Callable[[Sequence[Segment]], list[PhraseSpotted | PhraseGuessed]]:
        """An ear that knows these phrases and fillers; without a vocabulary that takes them it hears nothing."""
        if self._vocabulary is None:
            return lambda _segments: []
        grammar = grammar_of(phrases.phrases, phrases.decoys, phrases.stems, self._vocabulary, self._model.knows)
        if grammar is None:
            return lambda _segments: []
        pools = SpotterPools({Leg.MIXED: grammar}, lambda listened: self._model.recognizer(listened.sequences), most=1)
        spotter = pools.borrow(Leg.MIXED, leg=0)
        if spotter is None:
            return lambda _segments: []

        def listen(segments: Sequence[Segment]) -> list[PhraseSpotted | PhraseGuessed]:
            return [
                _observed(segment, spotted) for segment in segments for spotted in _spotted(spotter, segment.pcm_s16le)
            ]

        return listen


@contextmanager
def ears_of(language: Language, settings: Settings) -> Iterator[Ears]:
    """The language's ears by these settings. Raises ModelMissingError or ModelError."""
    folder = find_model(language, settings)
    check_model(folder)
    vocabulary: frozenset[str] | None = None
    if settings.recognition.spotting:
        try:
            vocabulary = vocabulary_of(folder)
        except VocabularyError:
            vocabulary = None  # as on a live node: phrases come from the text alone
    with profiled(folder, settings.recognition.profile) as copy:
        model = SpeechModel.load(folder, copy)
    yield Ears(model, settings, vocabulary, fills_band(folder, settings.recognition))


def _finals(recognizer: Recognizer, pcm_s16le: bytes) -> Iterator[tuple[FinalWords, int]]:
    for at in range(0, len(pcm_s16le), _STEP_BYTES):
        heard = recognizer.feed(pcm_s16le[at : at + _STEP_BYTES])
        if isinstance(heard, FinalWords):
            yield heard, recognizer.fed_ms
    decoded_ms = recognizer.fed_ms
    yield recognizer.finish(), decoded_ms


def _spotted(spotter: Spotter, pcm_s16le: bytes) -> Iterator[Spotted]:
    for at in range(0, len(pcm_s16le), _STEP_BYTES):
        yield from spotter.feed(pcm_s16le[at : at + _STEP_BYTES])
    yield from spotter.finish()


def _observed(segment: Segment, spotted: Spotted) -> PhraseSpotted | PhraseGuessed:
    start_ms, end_ms = segment.start_ms + spotted.start_ms, segment.start_ms + spotted.end_ms
    if spotted.distance:
        return PhraseGuessed(Leg.MIXED, spotted.phrase, start_ms, end_ms, spotted.distance)
    return PhraseSpotted(Leg.MIXED, spotted.phrase, start_ms, end_ms, spotted.confidence)
