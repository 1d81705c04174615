"""The words a model can spell, read from the symbol table of its graph."""

import struct
from collections.abc import Callable, Iterable
from pathlib import Path

_FST_MAGIC = 2_125_659_606  # OpenFst, fst.h
_SYMBOLS_MAGIC = 2_125_658_996  # OpenFst, symbol-table.cc
_HAS_INPUT_SYMBOLS = 1
_LONGEST_WORD = 12  # in characters; longer entries are no words anybody puts into a rule
_SYMBOL = struct.Struct("<i")
_KEY_BYTES = 8


class VocabularyError(Exception):
    """The words of a model cannot be read; the text is one sentence."""


def takes_no_phrases(model_dir: Path) -> str | None:
    """Why a model of this shape cannot listen for phrases; None when it can. Nothing is read."""
    if not (_graph_of(model_dir) / "Gr.fst").is_file():
        return "the model's graph is static and takes no phrases"
    return None


def vocabulary_of(model_dir: Path) -> frozenset[str]:
    """Every word of the model, symbols like `<eps>` included (0.3 s for half a million).

    Raises VocabularyError, also for a model with a static graph: Vosk would ignore a grammar there.
    """
    if (reason := takes_no_phrases(model_dir)) is not None:
        raise VocabularyError(reason)
    graph = _graph_of(model_dir)
    try:
        if (words := _symbols_of((graph / "Gr.fst").read_bytes())) is None:
            words = [line.split()[0] for line in (graph / "words.txt").read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise VocabularyError("the model's list of words cannot be read") from error
    return frozenset(words)


def _graph_of(model_dir: Path) -> Path:
    return model_dir / "graph" if (model_dir / "graph").is_dir() else model_dir


def _symbols_of(fst: bytes) -> list[str] | None:
    """The first symbol table of an FST file: header, then count, then word and key by turns. None: it has none."""
    at = 0

    def take(layout: str) -> int:
        nonlocal at
        (value,) = struct.unpack_from(layout, fst, at)
        at += struct.calcsize(layout)
        return int(value)

    def skip_text() -> None:
        nonlocal at
        length = take("<i")
        at += length

    if take("<I") != _FST_MAGIC:
        raise ValueError("no FST file")
    skip_text()  # kind of FST
    skip_text()  # kind of arc
    take("<i")  # version
    if not take("<i") & _HAS_INPUT_SYMBOLS:
        return None
    at += struct.calcsize("<Qqqq")  # properties, start, states, arcs
    if take("<I") != _SYMBOLS_MAGIC:
        raise ValueError("no symbol table")
    skip_text()  # its name
    take("<q")  # next free key
    words: list[str] = []
    for _ in range(take("<q")):
        (length,) = _SYMBOL.unpack_from(fst, at)
        words.append(fst[at + _SYMBOL.size : at + _SYMBOL.size + length].decode())
        at += _SYMBOL.size + length + _KEY_BYTES
    return words


def spelled(phrase: str, knows: Callable[[str], bool]) -> tuple[str, ...] | None:
    """The phrase in words of the vocabulary, as few as possible; None where a part cannot be spelled.

    Spaces are kept as word boundaries, punctuation is dropped; a piece without spaces (Chinese, or Korean with its
    particles) is cut wherever the vocabulary needs it.
    """
    words: list[str] = []
    for piece in _pieces(phrase):
        cut = _shortest_cut(piece, knows)
        if cut is None:
            return None
        words += cut
    return tuple(words) or None


def _pieces(phrase: str) -> Iterable[str]:
    kept = "".join(character if character.isalnum() or character in "'’" else " " for character in phrase)
    return kept.replace("’", "'").lower().split()


def _shortest_cut(piece: str, knows: Callable[[str], bool]) -> list[str] | None:
    best: list[list[str] | None] = [[], *([None] * len(piece))]
    letters = piece.isascii()  # a word of letters is a word or none: its parts would be other words
    for start in range(len(piece)):
        so_far = best[start]
        if so_far is None:
            continue
        for end in range(start + 1, min(len(piece), start + _LONGEST_WORD) + 1):
            if letters and end - start < len(piece):
                continue
            known = best[end]
            if (known is None or len(known) > len(so_far) + 1) and knows(piece[start:end]):
                best[end] = [*so_far, piece[start:end]]
    return best[len(piece)]
