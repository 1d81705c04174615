"""The masker of one call: everything that is said in it goes through here before anybody sees or keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from alerts.masking.atoms import Atom, Sort, atoms_of
from alerts.masking.check_digits import ibans_in
from alerts.masking.hidden_patterns import HiddenPatterns
from alerts.masking.identifiers import Run, identifiers_as_written, is_identifier, runs_of
from alerts.masking.masked_text import MASK, HiddenPiece, MaskedText, hidden_atom, without_overlaps
from alerts.masking.spoken_addresses import spoken_addresses
from streaming.frames import Leg
from streaming.observations import WordsHeard

_ASKED_MS = 20_000  # after "your phone number?" what both parties say is read as a number for this long
_DICTATED_MS = 15_000  # and after digits that were one
NUMBER_PAUSE_MS = 8_000  # who pauses this long between groups of digits still says one number
_MOST_PIECES = 20
_PLAIN = 4
_SIGNED = 14  # so many digits may be an identity number whose last sign, an X, is to come


@dataclass(frozen=True, slots=True)
class MaskedWords:
    """An utterance as it may be seen. `spoken` is what was really said: never to be stored, published or shown."""

    spoken: WordsHeard
    heard: WordsHeard
    text: MaskedText

    def hidden_ms(self) -> tuple[tuple[int, int], ...]:
        """When what is hidden was said: the times of its words, or of the whole utterance where nobody knows them."""
        if not self.text.hidden:
            return ()
        words = self.text.hidden_words(self.spoken.words)
        if words is None:
            return ((self.spoken.start_ms, self.spoken.end_ms),)
        return tuple((word.start_ms, word.end_ms) for word in words)


@dataclass(slots=True)
class _Piece:
    """The digits at the end of a final: they may turn out to be the beginning of a number."""

    words: MaskedWords
    run: Run
    hidden: bool


class CallMasker:
    """Feed it every utterance, partials too, of both legs. It keeps the last digits of each voice in memory."""

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        self._patterns = HiddenPatterns(patterns)
        self._near_until_ms = -1
        self._pieces: dict[Leg, list[_Piece]] = {}

    def hear(self, heard: WordsHeard) -> list[MaskedWords]:
        """The utterance masked, last; before it earlier finals in a new revision: their digits began a number."""
        atoms = atoms_of(heard.text)
        runs = runs_of(atoms)
        if heard.final and any(atom.sort is Sort.CUE for atom in atoms):
            self._near_until_ms = max(self._near_until_ms, heard.end_ms + _ASKED_MS)
        pieces = self._still_open(heard)
        joined = bool(runs) and runs[0].leads
        before = sum(piece.run.singles for piece in pieces) if joined else 0
        near = heard.start_ms <= self._near_until_ms
        hidden = _always_hidden(heard.text, atoms) + self._patterns.find(heard.text, atoms)
        earlier: list[MaskedWords] = []
        for run in runs:
            follows = before if run.leads else 0
            if not is_identifier(run, near=near, before=follows, partial=not heard.final):
                continue
            hidden += [hidden_atom(atom) for atom in run.digit_atoms]
            if run.sign is not None and run.singles + follows >= _SIGNED:
                hidden.append(hidden_atom(run.sign))
            if run.singles + follows >= _PLAIN:
                self._near_until_ms = max(self._near_until_ms, heard.end_ms + _DICTATED_MS)
            if follows:
                earlier += self._hide_earlier(pieces)
        masked = _masked(heard, hidden)
        if _is_last_sign(atoms) and sum(piece.run.singles for piece in pieces) >= _SIGNED:
            hidden.append(hidden_atom(atoms[0]))
            masked = _masked(heard, hidden)
        if heard.final:
            self._remember(heard, masked, runs, pieces if joined else [])
        return [*earlier, masked]

    def text(self, text: str, at_ms: int) -> str:
        """A piece of what was said, out of its place (the evidence of an alert)."""
        atoms = atoms_of(text)
        hidden = _hidden_of(text, atoms, near=at_ms <= self._near_until_ms) + self._patterns.find(text, atoms)
        return MaskedText(text, without_overlaps(hidden)).text

    def _still_open(self, heard: WordsHeard) -> list[_Piece]:
        pieces = self._pieces.get(heard.leg, [])
        if pieces and heard.start_ms - pieces[-1].words.spoken.end_ms > NUMBER_PAUSE_MS:
            pieces = self._pieces[heard.leg] = []
        return pieces

    def _hide_earlier(self, pieces: list[_Piece]) -> list[MaskedWords]:
        changed: list[MaskedWords] = []
        for piece in pieces:
            if piece.hidden:
                continue
            more = [hidden_atom(atom) for atom in piece.run.digit_atoms]
            known = piece.words.heard
            again = _masked(piece.words.spoken, [*piece.words.text.hidden, *more])
            piece.words = replace(again, heard=replace(again.heard, revision=known.revision + 1))
            piece.hidden = True
            changed.append(piece.words)
        return changed

    def _remember(self, heard: WordsHeard, masked: MaskedWords, runs: list[Run], before: list[_Piece]) -> None:
        if not heard.text:
            return
        last = runs[-1] if runs and runs[-1].trails else None
        if last is None or (last.ordinary and not (last.leads or last.short)):
            self._pieces[heard.leg] = []
            return
        hidden = any(piece.from_char <= last.atoms[0].from_char < piece.to_char for piece in masked.text.hidden)
        pieces = [*before, _Piece(masked, last, hidden)] if last.leads else [_Piece(masked, last, hidden)]
        self._pieces[heard.leg] = pieces[-_MOST_PIECES:]


def _is_last_sign(atoms: list[Atom]) -> bool:
    """Whether what is said begins with the X of an identity number."""
    return bool(atoms) and atoms[0].sort is Sort.LETTER and atoms[0].sign == "x"


def masked_note(text: str) -> str:
    """What a person typed (a note, a reason), with the same things hidden as in what is said."""
    atoms = atoms_of(text)
    near = any(atom.sort is Sort.CUE for atom in atoms)
    return MaskedText(text, without_overlaps(_hidden_of(text, atoms, near=near))).text


def _hidden_of(text: str, atoms: list[Atom], *, near: bool) -> list[HiddenPiece]:
    hidden = _always_hidden(text, atoms)
    for run in runs_of(atoms):
        if is_identifier(run, near=near):
            hidden += [hidden_atom(atom) for atom in run.digit_atoms]
    return hidden


def _always_hidden(text: str, atoms: list[Atom]) -> list[HiddenPiece]:
    places = (*spoken_addresses(text), *ibans_in(text))
    addresses = [HiddenPiece(start, end, MASK * 3) for start, end in places]
    written = [HiddenPiece(atom.from_char, atom.to_char, MASK * 3) for atom in identifiers_as_written(atoms)]
    return addresses + written


def _masked(heard: WordsHeard, hidden: list[HiddenPiece]) -> MaskedWords:
    text = MaskedText(heard.text, without_overlaps(hidden))
    if not text.hidden:
        return MaskedWords(heard, heard, text)
    return MaskedWords(heard, replace(heard, text=text.text, words=text.words(heard.words)), text)
