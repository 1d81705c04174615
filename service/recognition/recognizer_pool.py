"""Recognisers of one worker: borrowed for a segment, clean on return, warm for the next (recognition.md §6.1)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from streaming.recognizer import FinalWords, PartialText

_LIFETIME_MS = 3 * 3_600_000  # Vosk counts time in 32-bit floats: beyond some hours of audio its words drift by ms


class Recognizing(Protocol):
    """What a recogniser can do: streaming.recognizer.Recognizer, or a fake in tests."""

    @property
    def lifetime_ms(self) -> int:
        """Audio fed since it was made."""
        ...

    def feed(self, pcm_s16le: bytes) -> PartialText | FinalWords:
        """Decode one block."""
        ...

    def finish(self) -> FinalWords:
        """The rest of the words; clean afterwards."""
        ...


@dataclass(slots=True)
class _Free:
    recognizer: Recognizing
    leg: int


class RecognizerPool:
    """At most `most` recognisers. A leg gets the one it had last, else the most recently used one, else a new one."""

    def __init__(self, make: Callable[[], Recognizing], most: int) -> None:
        self._make, self._most = make, most
        self._free: list[_Free] = []  # the most recently used last
        self._borrowed: dict[int, bool] = {}  # id of a borrowed one → whether it may come back
        self._ahead: tuple[Recognizing, Iterator[bytes]] | None = None  # being made ahead, and what it is still to hear

    @property
    def has_room(self) -> bool:
        """Whether a borrower can be served."""
        return bool(self._free) or len(self._borrowed) < self._most

    def __len__(self) -> int:
        return len(self._free) + len(self._borrowed)

    def warm_up(self) -> None:
        """Make the first one now: 0.1 to 0.2 s that the first speaker need not wait."""
        if not len(self):
            self._free.append(_Free(self._make(), leg=0))

    def make_ahead(self, sound: Sequence[bytes]) -> bool:
        """One small step: make one more of those that may be out at once, or let it hear the next block of sound.

        False when all are made. Raises RecognizerError.
        """
        if self._ahead is None:
            if len(self) >= self._most:
                return False
            self._ahead = self._make(), iter(sound)
            return True
        recognizer, blocks = self._ahead
        if (block := next(blocks, None)) is not None:
            recognizer.feed(block)
            return True
        self._ahead = None
        recognizer.finish()
        if len(self) < self._most:  # else a speaker was quicker
            self._free.insert(0, _Free(recognizer, leg=0))  # those that have heard people are lent first
        return True

    def borrow(self, leg: int) -> Recognizing:
        """A clean recogniser. Ask `has_room` first: raises LookupError when all are out."""
        if not self.has_room:
            raise LookupError("all recognisers are borrowed")
        position = next((at for at, free in enumerate(self._free) if free.leg == leg), len(self._free) - 1)
        recognizer = self._free.pop(position).recognizer if self._free else self._make()
        self._borrowed[id(recognizer)] = True
        return recognizer

    def give_back(self, recognizer: Recognizing, leg: int) -> None:
        """Back and clean (`finish()` was called); one too old, or borrowed before a `let_go`, is not kept."""
        if self._borrowed.pop(id(recognizer)) and recognizer.lifetime_ms < _LIFETIME_MS:
            self._free.append(_Free(recognizer, leg))

    def throw_away(self, recognizer: Recognizing) -> None:
        """A recogniser that failed never serves again."""
        del self._borrowed[id(recognizer)]

    def let_go(self) -> list[Recognizing]:
        """Memory is short: the one longest unused goes, and is returned; if none is free, those out do on return.

        Only deletion frees their caches; one at a time, so that the warmest stay warm.
        """
        if self._free:
            return [self._free.pop(0).recognizer]
        self._borrowed = dict.fromkeys(self._borrowed, False)
        return []
