"""What every language's ear for phrases has in common: spans, limits, and the Protocol the rules use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a phrase fits a text best: characters `from_char` up to `to_char` (exclusive) of the text as it was given.

    `distance` is the weighted edit distance divided by the phrase's length in sounds: 0 is the same sound.
    """

    from_char: int
    to_char: int
    distance: float


REMEMBERED_TEXTS = 1024
"""So many texts stay spelled: every book of a call asks for the same one, and short ones come again."""


class PreparedPhrases(Protocol):
    """A list of phrases made ready once, searched in many texts."""

    def found(self, text: str) -> list[tuple[int, Stretch]]:
        """The phrases that are there, by their number, each with its best stretch within the phrase's limit; of equal
        ones the first in the text.
        """
        ...

    def perhaps(self, text: str) -> list[int]:
        """The numbers of the phrases that may be there, by the text's characters alone: quick, and never one left out
        that `found` would find.
        """
        ...

    def find(self, text: str) -> list[Stretch | None]:
        """The same as one entry for each phrase: its stretch, or None."""
        ...


class PhraseEar(Protocol):
    """How one language's recognisers mishear."""

    def prepare(self, phrases: Sequence[str], longest_distance: float) -> PreparedPhrases:
        """Make phrases ready. Short ones get a stricter limit than `longest_distance` (each ear says why)."""
        ...

    def stands_out(self, phrase: str) -> bool:
        """Whether it is long enough not to be heard by chance by a recogniser that knows little else."""
        ...

    def stem(self, phrase: str) -> str | None:
        """The phrase without its sentence ending, where that says enough by itself; None where it does not."""
        ...
