"""What has been said in one call: finals in call time, the running partial of each leg behind them. In memory only."""

from bisect import insort

from streaming.frames import Leg
from streaming.observations import WordsHeard
from web.sources import TranscriptLine

_MOST_LINES = 5_000  # a call of many hours; beyond it the oldest lines go


class Transcript:
    """Utterances of one call, each in its newest revision."""

    def __init__(self) -> None:
        self._finals: list[TranscriptLine] = []
        self._partials: dict[Leg, TranscriptLine] = {}

    def take(self, line: TranscriptLine) -> None:
        """A new revision of an utterance. An empty text takes the partial away and leaves no line."""
        heard = line.heard
        if not heard.final:
            self._partials[heard.leg] = line
            return
        self._partials.pop(heard.leg, None)
        if heard.text:
            insort(self._finals, line, key=_start_ms)
            del self._finals[:-_MOST_LINES]

    def lines(self) -> list[TranscriptLine]:
        """Finals by the time they began, then the partials that hold text."""
        return [*self._finals, *(line for line in self._partials.values() if line.heard.text)]

    def said(self) -> list[WordsHeard]:
        """The finals alone."""
        return [line.heard for line in self._finals]


def _start_ms(line: TranscriptLine) -> int:
    return line.heard.start_ms
