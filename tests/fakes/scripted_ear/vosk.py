"""Stands where the speech library stands, in a process of its own: what it hears is written in a file beforehand.

One line of the file for each stretch of speech, whoever gets it first; its words are spread over the stretch.
`TOLD_FILE` names the file, `TOLD_FILE`.next is the next line's number.
"""

import fcntl
import json
import os
from pathlib import Path

_FILE = Path(os.environ["TOLD_FILE"])
_RATE_HZ = 16_000


def SetLogLevel(_level: int) -> None:  # noqa: N802 - the library's own name
    """Nothing is logged."""


class Model:
    """Knows every word."""

    def __init__(self, _folder: str) -> None:
        self.known = True

    def vosk_model_find_word(self, _word: str) -> int:
        """It is known."""
        return 1


class KaldiRecognizer:
    """Takes the next line with the first of its sound; a grammar's recogniser hears nothing."""

    def __init__(self, _model: Model, _rate_hz: float, *grammar: str) -> None:
        self._hears = not grammar
        self._words: list[str] | None = None
        self._samples = self._begun = 0

    def SetWords(self, _wanted: bool) -> None:  # noqa: N802
        """Always with words."""

    def AcceptWaveform(self, pcm_s16le: bytes) -> bool:  # noqa: N802
        """More of the stretch."""
        if self._words is None:
            self._words = _next_line() if self._hears else []
        self._samples += len(pcm_s16le) // 2
        return False

    def PartialResult(self) -> str:  # noqa: N802
        """A word each fifth of a second."""
        words = self._words or []
        return json.dumps({"partial": " ".join(words[: (self._samples - self._begun) * 5 // _RATE_HZ])})

    def Result(self) -> str:  # noqa: N802
        """Never asked for: no stretch ends by itself."""
        return self.FinalResult()

    def FinalResult(self) -> str:  # noqa: N802
        """The whole line."""
        words, self._words = self._words or [], None
        begun, self._begun = self._begun, self._samples
        step_s = (self._samples - begun) / _RATE_HZ / max(1, len(words))
        said = [
            {
                "word": word,
                "start": begun / _RATE_HZ + at * step_s,
                "end": begun / _RATE_HZ + (at + 0.9) * step_s,
                "conf": 0.9,
            }
            for at, word in enumerate(words)
        ]
        return json.dumps({"text": " ".join(words), "result": said})


def _next_line() -> list[str]:
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    with (_FILE.parent / f"{_FILE.name}.next").open("a+") as place:
        fcntl.flock(place, fcntl.LOCK_EX)
        place.seek(0)
        at = int(place.read() or 0)
        place.truncate(0)
        place.write(str(at + 1))
    return lines[at].split() if at < len(lines) else []
