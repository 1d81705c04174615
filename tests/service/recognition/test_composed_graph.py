"""Graphs composed ahead by OpenFst's real programs: the same words at the same cost, made once, whole or not at all."""

import asyncio
import fcntl
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from service.recognition.composed_graph import ComposedGraphs, ComposeError, is_static, needed_bytes
from tests.fakes.slow_program import HANGS, gone, pid_of, stands_in, until
from tests.fakes.toy_graphs import Graph, read_graph, write_grammar, write_words
from tests.fakes.toy_model import APART, WORDS, grammar, write_model

_LONGEST = 6  # sounds of an utterance that are tried
_WITHIN = 0.01  # a graph that looks ahead rounds costs to 1/1024 (OpenFst, fst.h, kDelta), once a word
_COMPOSES = "import asyncio, sys; from pathlib import Path; from service.recognition.composed_graph import *; "


def _expected(named: dict[int, int]) -> dict[tuple[tuple[int, ...], tuple[int, ...]], float]:
    """What both graphs allow together, found the long way: every utterance of the one looked up in the other."""
    follows = {said: cost for (_, said), cost in grammar(named).best(_LONGEST).items()}
    both = {}
    for (heard, said), cost in WORDS.best(_LONGEST + 3).items():
        spoken = tuple(sound for sound in heard if sound != APART)
        words = tuple(named[word] for word in said)
        if words in follows and len(spoken) <= _LONGEST:
            both[spoken, words] = cost + follows[words]
    return both


@pytest.mark.parametrize("kind", ["ngram", "const", "vector"])
async def test_what_was_composed_hears_the_same_words_at_the_same_cost(tmp_path: Path, kind: str) -> None:
    named = write_model(tmp_path / "model", kind=kind)
    made = await ComposedGraphs(tmp_path / "graphs").compose(tmp_path / "model")
    expected = _expected(named)
    assert len(expected) > 20
    assert read_graph(made / "HCLG.fst").best(_LONGEST) == pytest.approx(expected, abs=_WITHIN)
    assert sorted(file.name for file in made.iterdir()) == ["HCLG.fst", "words.txt"]


@pytest.mark.parametrize("spelled_inside", [True, False])
async def test_its_words_keep_their_numbers(tmp_path: Path, spelled_inside: bool) -> None:
    named = write_model(tmp_path / "model", spelled_inside=spelled_inside)
    made = await ComposedGraphs(tmp_path / "graphs").compose(tmp_path / "model")
    lines = (made / "words.txt").read_text(encoding="utf-8").splitlines()
    spelled = {word: int(key) for word, key in (line.split() for line in lines)}
    assert spelled == {"<eps>": 0} | {f"word{old}": named[old] for old in (1, 2, 3)}


async def test_it_is_found_for_these_graphs_and_no_others(tmp_path: Path) -> None:
    model, graphs = tmp_path / "model", ComposedGraphs(tmp_path / "graphs")
    write_model(model)
    assert graphs.find(model) is None
    made = await graphs.compose(model)
    assert graphs.find(model) == made == await graphs.compose(model)
    shutil.copytree(model, tmp_path / "copy")
    assert graphs.find(tmp_path / "copy") == made
    (made / "words.txt").unlink()
    assert graphs.find(model) is None, "half of it was taken away"
    assert await graphs.compose(model) == made
    (model / "graph/disambig_tid.int").write_text("8\n", encoding="ascii")
    assert graphs.find(model) is None
    assert graphs.find(tmp_path / "nowhere") is None
    assert graphs.remove_others([tmp_path / "copy"]) == 0
    assert graphs.remove_others([model]) == 1
    assert graphs.find(tmp_path / "copy") is None


async def test_two_at_once_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(tmp_path / "model")
    real = shutil.which("fstcompose")
    program = stands_in(tmp_path / "bin", "fstcompose", f'echo >> "$0.runs"; exec {real} "$@"', monkeypatch)
    first, second = await asyncio.gather(
        *(ComposedGraphs(tmp_path / "graphs").compose(tmp_path / "model") for _ in range(2))
    )
    assert first == second
    assert program.with_name("fstcompose.runs").read_text(encoding="ascii") == "\n"


async def test_cancelled_it_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(tmp_path / "model")
    program = stands_in(tmp_path / "bin", "fstcompose", HANGS, monkeypatch)
    composing = asyncio.create_task(ComposedGraphs(tmp_path / "graphs").compose(tmp_path / "model"))
    pid = await pid_of(program)
    assert (tmp_path / "graphs/.half/grammar").is_file()
    composing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await composing
    assert gone(pid)
    assert [file.name for file in (tmp_path / "graphs").iterdir()] == [".lock"]


async def test_what_a_killed_process_left_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, folder = tmp_path / "model", tmp_path / "graphs"
    named = write_model(model)
    path = os.environ["PATH"]
    program = stands_in(tmp_path / "bin", "fstcompose", HANGS, monkeypatch)
    code = f"{_COMPOSES}asyncio.run(ComposedGraphs(Path(sys.argv[1])).compose(Path(sys.argv[2])))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(folder), str(model))
    pid = await pid_of(program)
    process.kill()
    assert await process.wait() == -signal.SIGKILL
    await until(lambda: gone(pid))
    assert (folder / ".half/grammar").is_file()
    monkeypatch.setenv("PATH", path)
    made = await ComposedGraphs(folder).compose(model)
    assert sorted(file.name for file in folder.iterdir()) == sorted([".lock", made.name])
    assert read_graph(made / "HCLG.fst").best(3) == pytest.approx(
        {key: cost for key, cost in _expected(named).items() if len(key[0]) <= 3}, abs=_WITHIN
    )


@pytest.mark.parametrize("name", ["Gr.fst", "HCLr.fst"])
@pytest.mark.parametrize("kept_ratio", [0, 0.2, 0.6])
async def test_a_damaged_graph_is_said_and_leaves_nothing(tmp_path: Path, name: str, kept_ratio: float) -> None:
    write_model(tmp_path / "model")
    whole = (tmp_path / "model/graph" / name).read_bytes()
    (tmp_path / "model/graph" / name).write_bytes(whole[: int(len(whole) * kept_ratio)])
    graphs = ComposedGraphs(tmp_path / "graphs")
    with pytest.raises(ComposeError, match=r"^OpenFst's fst\w+ failed: the model's graphs are damaged"):
        await graphs.compose(tmp_path / "model")
    assert [file.name for file in (tmp_path / "graphs").iterdir()] == [".lock"]
    assert graphs.find(tmp_path / "model") is None


async def test_graphs_without_words_in_common_are_said(tmp_path: Path) -> None:
    named = write_model(tmp_path / "model")
    other = Graph([(0, 1, named[3] + 7, named[3] + 7, 0.0)], {1: 0.0})
    write_grammar(tmp_path / "model/graph/Gr.fst", other, None, "const")
    write_words(tmp_path / "model/graph/words.txt", [("<eps>", 0)])
    with pytest.raises(ComposeError, match="no words that both graphs"):
        await ComposedGraphs(tmp_path / "graphs").compose(tmp_path / "model")


async def test_spellings_that_are_nowhere_are_said(tmp_path: Path) -> None:
    write_model(tmp_path / "model", spelled_inside=False)
    (tmp_path / "model/graph/words.txt").unlink()
    with pytest.raises(ComposeError, match="cannot be read or written"):
        await ComposedGraphs(tmp_path / "graphs").compose(tmp_path / "model")


async def test_why_not_is_said_before_anything_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, graphs = tmp_path / "model", ComposedGraphs(tmp_path / "graphs")
    write_model(model)
    assert graphs.why_not(model) is None
    little = ComposedGraphs(tmp_path / "graphs", free_memory=lambda: 1)
    assert str(little.why_not(model)).endswith("GB of memory, and 0.0 GB are free.")
    little = ComposedGraphs(tmp_path / "graphs", free_disk=lambda _: 1)
    assert str(little.why_not(model)).endswith("GB of disk, and 0.0 GB are free.")
    with pytest.raises(ComposeError, match="of disk"):
        await little.compose(model)
    (tmp_path / "graphs/.half").mkdir(parents=True)
    (tmp_path / "graphs/.half/raw").write_bytes(bytes(1_000_000))
    assert little.why_not(model) is None, "what a killed process left is removed first"
    shutil.rmtree(tmp_path / "graphs")
    monkeypatch.setenv("PATH", "")
    assert graphs.why_not(model) == "OpenFst's programs are not installed; on Debian: apt-get install libfst-tools."
    (model / "graph/disambig_tid.int").unlink()
    assert graphs.why_not(model) == "The model lacks graph/disambig_tid.int, and cannot be composed."
    assert not is_static(model)
    (model / "graph/HCLG.fst").touch()
    assert graphs.why_not(model) == "The model's graph is static already."
    assert is_static(model)
    (model / "HCLr.fst").touch()
    shutil.rmtree(model / "graph")
    assert "old layout" in str(graphs.why_not(model))
    assert not (tmp_path / "graphs").exists()


def test_what_another_process_takes_to_compose_is_not_held_against_who_waits(tmp_path: Path) -> None:
    write_model(tmp_path / "model")
    graphs = ComposedGraphs(tmp_path, free_memory=lambda: 1, free_disk=lambda _: 1)
    with (tmp_path / ".lock").open("w") as lock:
        assert "of memory" in str(graphs.why_not(tmp_path / "model"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert graphs.why_not(tmp_path / "model") is None
    assert "of memory" in str(graphs.why_not(tmp_path / "model"))


async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    write_model(tmp_path / "model")
    (tmp_path / "graphs").write_text("a file", encoding="ascii")
    with pytest.raises(ComposeError, match=r"^The composed graph cannot be read or written: File exists\.$"):
        await ComposedGraphs(tmp_path / "graphs").compose(tmp_path / "model")


def test_what_composing_needs_is_above_what_was_measured() -> None:
    memory_bytes, disk_bytes = needed_bytes(181_533_466, 48_498_089)
    assert 3.19e9 < memory_bytes < 5e9
    assert 1.95e9 < disk_bytes < 3e9
