"""A recogniser that hears letters: every sample value is a character code, 0 is a pause, 1 an endpoint."""

from array import array

from streaming.frames import SAMPLES_PER_MS
from streaming.recognizer import FinalWords, PartialText, RecognizedWord, RecognizerError

REFUSED = 2
"""A sample value that this recogniser does not take, as Vosk refuses audio it cannot work with."""


def spoken(text: str, ms: int = 100) -> bytes:
    """Audio in which the fake hears `text`: its characters first, then silence up to `ms`."""
    samples = array("h", [ord(character) for character in text])
    samples.extend([0] * (ms * SAMPLES_PER_MS - len(samples)))
    return samples.tobytes()


class FakeRecognizer:
    """Behaves as streaming.recognizer.Recognizer does: text is what was spoken since the last final."""

    def __init__(self) -> None:
        self.finished = 0
        self.lifetime_ms = 0
        self._heard = ""
        self._fed_ms = 0

    def feed(self, pcm_s16le: bytes) -> PartialText | FinalWords:
        samples = array("h", pcm_s16le)
        if REFUSED in samples:
            raise RecognizerError("refused")
        self._heard += "".join(chr(sample) for sample in samples if sample > REFUSED)
        self._fed_ms += len(samples) // SAMPLES_PER_MS
        self.lifetime_ms += len(samples) // SAMPLES_PER_MS
        return self._final() if 1 in samples else PartialText(self._heard)

    def finish(self) -> FinalWords:
        final = self._final()
        self._fed_ms = 0
        self.finished += 1
        return final

    def _final(self) -> FinalWords:
        text, self._heard = self._heard, ""
        words = (RecognizedWord(text, max(0, self._fed_ms - 100), self._fed_ms, 1.0),) if text else ()
        return FinalWords(text, words)
