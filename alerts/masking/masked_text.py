"""A text with some of its pieces hidden, and where every other place of the text has gone."""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.masking.atoms import Atom
from streaming.observations import Word

MASK = "\u2022"  # one for each digit; a number word ("double") counts as one, so that its length tells nothing


@dataclass(frozen=True, slots=True)
class HiddenPiece:
    """`text[from_char:to_char]` is hidden; `shown` stands in its place."""

    from_char: int
    to_char: int
    shown: str


@dataclass(frozen=True, slots=True)
class MaskedText:
    """`text` without what `hidden` names (in order, not overlapping)."""

    original: str
    hidden: tuple[HiddenPiece, ...]

    @property
    def text(self) -> str:
        """The text as it may be seen."""
        return self._between(0, len(self.original))

    def place(self, from_char: int, to_char: int) -> tuple[int, int]:
        """Where a stretch of the original stands in `text`; a stretch that begins or ends in a mask takes all of it."""
        for piece in self.hidden:
            if piece.from_char < from_char < piece.to_char:
                from_char = piece.from_char
            if piece.from_char < to_char < piece.to_char:
                to_char = piece.to_char
        start = len(self._between(0, from_char))
        return start, start + len(self._between(from_char, to_char))

    def words(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """The words with their times; what is hidden in the text is hidden in them."""
        if not self.hidden:
            return tuple(words)
        after = 0
        masked: list[Word] = []
        for word in words:
            at = self.original.find(word.text, after)
            if at < 0:  # not in the text: nobody knows what it holds
                masked.append(Word(MASK, word.start_ms, word.end_ms, word.confidence))
                continue
            after = at + len(word.text)
            shown = self._between(at, after)
            masked.append(word if shown == word.text else Word(shown, word.start_ms, word.end_ms, word.confidence))
        return tuple(masked)

    def hidden_words(self, words: Sequence[Word]) -> tuple[Word, ...] | None:
        """The words that are hidden, whole or in part; None when a hidden piece lies in no word that is known."""
        after = 0
        found: list[Word] = []
        covered: set[HiddenPiece] = set()
        for word in words:
            at = self.original.find(word.text, after)
            if at < 0:
                found.append(word)  # not in the text: nobody knows what it holds
                continue
            after = at + len(word.text)
            inside = {piece for piece in self.hidden if piece.from_char < after and piece.to_char > at}
            if inside:
                found.append(word)
                covered |= inside
        return tuple(found) if covered == set(self.hidden) else None

    def _between(self, from_char: int, to_char: int) -> str:
        """The visible text of a stretch; of a piece cut by its edge the mask is shown whole."""
        shown: list[str] = []
        at = from_char
        for piece in self.hidden:
            if piece.to_char <= from_char or piece.from_char >= to_char:
                continue
            shown.append(self.original[at : max(at, piece.from_char)])
            shown.append(piece.shown)
            at = piece.to_char
        shown.append(self.original[at : max(at, to_char)])
        return "".join(shown)


def hidden_atom(atom: Atom) -> HiddenPiece:
    """A digit, a number word or an address, hidden."""
    return HiddenPiece(atom.from_char, atom.to_char, MASK * max(1, len(atom.digits)))


def without_overlaps(pieces: Sequence[HiddenPiece]) -> tuple[HiddenPiece, ...]:
    """In order; what lies inside another piece goes with it."""
    kept: list[HiddenPiece] = []
    for piece in sorted(pieces, key=lambda each: (each.from_char, -each.to_char)):
        if not kept or piece.from_char >= kept[-1].to_char:
            kept.append(piece)
        elif piece.to_char > kept[-1].to_char:
            kept[-1] = HiddenPiece(kept[-1].from_char, piece.to_char, kept[-1].shown + MASK)
    return tuple(kept)
