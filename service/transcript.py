"""What has been said in one call, masked: finals in call time, the running partial of each leg behind them."""

from bisect import insort
from collections.abc import Sequence

from alerts.detectors.phrase import PhraseHit
from alerts.masking.call_masker import MaskedWords
from streaming.frames import Leg
from streaming.observations import WordsHeard
from web.sources import Hit, TranscriptLine

_MOST_LINES = 5_000  # a call of many hours; beyond it the oldest lines go


class Transcript:
    """Utterances of one call, each in its newest revision."""

    def __init__(self) -> None:
        self._finals: list[TranscriptLine] = []
        self._partials: dict[Leg, TranscriptLine] = {}

    def take(self, line: TranscriptLine) -> None:
        """A new revision of an utterance. An empty text takes the partial away and leaves no line.

        A final comes again only to hide digits that turned out to be part of a number.
        """
        heard = line.heard
        if not heard.final:
            self._partials[heard.leg] = line
            return
        partial = self._partials.get(heard.leg)
        if partial is not None and partial.heard.utterance <= heard.utterance:
            del self._partials[heard.leg]
        self._finals = [each for each in self._finals if not _is_same(each, line)]
        if heard.text:
            insort(self._finals, line, key=_start_ms)
            del self._finals[:-_MOST_LINES]

    def lines(self) -> list[TranscriptLine]:
        """Finals by the time they began, then the partials that hold text."""
        return [*self._finals, *(line for line in self._partials.values() if line.heard.text)]

    def said(self) -> list[WordsHeard]:
        """The finals alone."""
        return [line.heard for line in self._finals]


def line_of(call_id: str, masked: MaskedWords, hits: Sequence[PhraseHit]) -> TranscriptLine:
    """The line that may be seen of an utterance, with the phrases that were found in what was really said."""
    shown = []
    for hit in hits:
        from_char, to_char = masked.text.place(hit.from_char, hit.to_char)
        shown.append(Hit(hit.rule, hit.start_ms, hit.end_ms, from_char, to_char, hit.provisional))
    return TranscriptLine(call_id, masked.heard, tuple(shown))


def _is_same(one: TranscriptLine, other: TranscriptLine) -> bool:
    return (one.heard.leg, one.heard.utterance) == (other.heard.leg, other.heard.utterance)


def _start_ms(line: TranscriptLine) -> int:
    return line.heard.start_ms
