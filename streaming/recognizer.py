"""Vosk behind a small API: 16 kHz PCM in, partial text and final words out; the only file that imports vosk."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from streaming.frames import ANALYSIS_RATE_HZ, samples_to_ms

_LOUD_NOTHING = -1  # Kaldi's own log would write to the terminal of the service
_ACOUSTIC = (Path("am/final.mdl"), Path("final.mdl"))  # today's layout, and the flat one of old models
_FRONT_END = (Path("conf/mfcc.conf"), Path("mfcc.conf"))
DITHER = "--dither"
NO_DITHER = f"{DITHER}=0"
"""What is written into a model's front end so that its recognisers take our noise for its own."""

# Kaldi's own: normal, of one step; rounded, because ours goes into whole samples. A loop of two seconds.
_NOISE = np.rint(np.random.default_rng(20_261_126).standard_normal(2 * ANALYSIS_RATE_HZ)).astype(np.int32)


class ModelError(Exception):
    """A folder is not a speech model we can use; the text names the folder and what is wrong with it."""


class RecognizerError(Exception):
    """The recogniser refused a block; it must be thrown away."""


@dataclass(frozen=True, slots=True)
class RecognizedWord:
    """One word; times in ms of the audio fed since the recogniser was last clean; confidence 0..1."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float


@dataclass(frozen=True, slots=True)
class PartialText:
    """What the words so far may be; the next block may change them."""

    text: str


@dataclass(frozen=True, slots=True)
class FinalWords:
    """What was said, for good: at an endpoint, or when the audio was declared over. Empty when nothing was."""

    text: str
    words: tuple[RecognizedWord, ...]


class SpeechModel:
    """One loaded model. Every recogniser of the process shares it; a process loads one only."""

    _loaded: ClassVar[bool] = False

    def __init__(
        self,
        make: Callable[..., Any],
        find_word: Callable[[str], int] = lambda _word: -1,
        *,
        dithered_by_us: bool = False,
    ) -> None:
        self._make, self._find_word, self._dithered_by_us = make, find_word, dithered_by_us

    @classmethod
    def load(cls, folder: Path, read_from: Path | None = None, composed: Path | None = None) -> "SpeechModel":
        """Check the folder and load it (about a second, 0.5 GB for a small model).

        `read_from` is a copy of it with other decoding options; messages name the folder. `composed` is such a copy
        whose graphs are composed into one: words come from there, and only sequences of words from the first (both in
        one process: tried in either order with Vosk 0.3.45).
        Raises ModelError when the folder is no model, and when this process has one already: making recognisers
        after a second load ends the process (vosk-api issue 1337).
        """
        check_model(folder)
        if cls._loaded:
            raise ModelError(f"{folder}: this process has loaded a speech model already; start another process for it")
        import vosk  # here, because the service names what is in this file and never loads the library itself

        vosk.SetLogLevel(_LOUD_NOTHING)
        try:
            model = vosk.Model(str(read_from or folder))
            for_words = vosk.Model(str(composed)) if composed is not None else model
        except Exception as error:  # vosk raises bare Exception("Failed to create a model")
            raise ModelError(
                f"{folder}: Vosk cannot load this model; its files are damaged or of another kind"
            ) from error
        cls._loaded = True
        front_end = (read_from or folder) / _FRONT_END[0]
        return cls(
            lambda *grammar: vosk.KaldiRecognizer(model if grammar else for_words, float(ANALYSIS_RATE_HZ), *grammar),
            model.vosk_model_find_word,
            dithered_by_us=front_end.is_file() and NO_DITHER in front_end.read_text(encoding="utf-8").splitlines(),
        )

    def knows(self, word: str) -> bool:
        """Whether the word can be in a grammar."""
        return bool(self._find_word(word) >= 0)

    def recognizer(self, sequences: Sequence[Sequence[str]] | None = None) -> "Recognizer":
        """A new recogniser (about 0.1 s with a dynamic graph; with a grammar 0.02 s).

        With `sequences` it hears nothing but these sequences of words, in any order: every word must be known (Vosk
        drops others without a word). Raises RecognizerError.
        """
        # Anything but JSON ends the process (recognition.md §1.5), and so would a grammar set later.
        grammar = (
            [] if sequences is None else [json.dumps([" ".join(words) for words in sequences], ensure_ascii=False)]
        )
        try:
            made = self._make(*grammar)
        except Exception as error:  # vosk raises bare Exception("Failed to create a recognizer")
            raise RecognizerError("Vosk made no recogniser") from error
        made.SetWords(True)
        return Recognizer(made, dithered_by_us=self._dithered_by_us)


class Recognizer:
    """One stream of 16 kHz mono PCM at a time, cleaned by `finish()` for the next speaker.

    What it heard before stays as a warm graph cache (recognition.md §6.1: half the cost), never as words.
    Guards what would end or silently spoil the process (§1.5): only `bytes`, whole samples, one user at a time, one
    rate; grammars cannot be set on a running recogniser because there is no call for it.

    Kaldi adds noise of one step of the samples (models are taught with it, and silence needs it) from random numbers of
    the whole process: no two runs give the same words. `dithered_by_us`: the model's is switched off, and the same
    noise is added here from the same numbers each time, so that equal audio gives equal words.
    """

    def __init__(self, recognizer: Any, *, dithered_by_us: bool = False) -> None:
        self._recognizer, self._dithered_by_us = recognizer, dithered_by_us
        self._unused = [None]  # taken by pop, which is atomic: two threads inside would abort the process
        self._fed_samples = 0
        self._clean_at_samples = 0

    @property
    def fed_ms(self) -> int:
        """Audio fed since the recogniser was last clean."""
        return samples_to_ms(self._fed_samples - self._clean_at_samples)

    @property
    def lifetime_ms(self) -> int:
        """Audio fed since the recogniser was made."""
        return samples_to_ms(self._fed_samples)

    def feed(self, pcm_s16le: bytes) -> PartialText | FinalWords:
        """Decode one block (100 to 200 ms is best, §1.3). A final ends an utterance; the stream goes on behind it.

        Raises TypeError for anything but `bytes`, ValueError for half a sample, RecognizerError when Vosk refuses.
        """
        if type(pcm_s16le) is not bytes:
            raise TypeError("audio must be bytes")
        if len(pcm_s16le) % 2:
            raise ValueError("audio ends within a sample; everything behind it would be noise")
        with self._alone():
            if not pcm_s16le:
                return PartialText("")
            heard = pcm_s16le
            if self._dithered_by_us:
                heard = _dithered(pcm_s16le, self._fed_samples - self._clean_at_samples)
            self._fed_samples += len(pcm_s16le) // 2
            try:
                ended = self._recognizer.AcceptWaveform(heard)
            except Exception as error:  # vosk raises bare Exception("Failed to process waveform")
                raise RecognizerError("Vosk refused a block of audio") from error
            if ended:
                return self._final(self._recognizer.Result())
            return PartialText(_text(json.loads(self._recognizer.PartialResult()), "partial"))

    def finish(self) -> FinalWords:
        """No more audio of this speaker: the rest of the words. Afterwards it is clean and counts from zero."""
        with self._alone():
            final = self._final(self._recognizer.FinalResult())
            self._clean_at_samples = self._fed_samples
            return final

    def _final(self, answer: str) -> FinalWords:
        said = json.loads(answer)
        offset_ms = samples_to_ms(self._clean_at_samples)  # Vosk counts from the recogniser's making
        words = tuple(
            RecognizedWord(
                text=word["word"],
                start_ms=max(0, round(word["start"] * 1000) - offset_ms),
                end_ms=max(0, round(word["end"] * 1000) - offset_ms),
                confidence=min(1.0, max(0.0, word["conf"])),
            )
            for word in said.get("result", [])
            if not _is_sound(word["word"])
        )
        return FinalWords(_text(said, "text"), words)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            self._unused.pop()
        except IndexError:
            raise RuntimeError("two uses of one recogniser at once") from None
        try:
            yield
        finally:
            self._unused.append(None)


def _dithered(pcm_s16le: bytes, position: int) -> bytes:
    """The samples from `position` of an utterance on, with their noise."""
    samples = np.frombuffer(pcm_s16le, "<i2")
    noisy = samples + _NOISE[(np.arange(len(samples)) + position) % len(_NOISE)]
    return np.clip(noisy, -32_768, 32_767).astype("<i2").tobytes()


def check_model(folder: Path) -> None:
    """Raises ModelError unless the folder has the shape of a Vosk model: acoustic model, front end, graph."""
    if not folder.is_dir():
        raise ModelError(f"{folder}: there is no such folder")
    if not any((folder / name).is_file() for name in _ACOUSTIC):
        inner = [each.name for each in sorted(folder.iterdir()) if (each / _ACOUSTIC[0]).is_file()]
        hint = f"; did you mean the folder {inner[0]} inside it?" if inner else ""
        raise ModelError(f"{folder}: no speech model, am/final.mdl is missing{hint}")
    if not any((folder / name).is_file() for name in _FRONT_END):
        raise ModelError(f"{folder}: incomplete model, conf/mfcc.conf is missing")
    graph = folder / "graph" if (folder / "graph").is_dir() else folder
    whole = (graph / "HCLG.fst").is_file()
    if not whole and not ((graph / "HCLr.fst").is_file() and (graph / "Gr.fst").is_file()):
        raise ModelError(f"{folder}: incomplete model, neither graph/HCLG.fst nor graph/HCLr.fst with graph/Gr.fst")


def _text(answer: dict[str, Any], key: str) -> str:
    # Before any audio and right behind a final Vosk answers {"text": ""} where a partial is asked for.
    return " ".join(token for token in answer.get(key, "").split() if not _is_sound(token))


def _is_sound(token: str) -> bool:
    """Models write noises and hesitation as [3], [FIL], <unk>: heard, but not said."""
    return token[:1] + token[-1:] in ("[]", "<>")
