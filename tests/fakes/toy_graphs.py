"""Small models' graphs, built by OpenFst's own programs the way Kaldi builds them (utils/mkgraph_lookahead.sh)."""

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from ctypes.util import find_library
from dataclasses import dataclass, field
from pathlib import Path

NOTHING = 0

Arc = tuple[int, int, int, int, float]
"""From, to, heard, said, cost."""


@dataclass(frozen=True, slots=True)
class Graph:
    """State 0 is the start."""

    arcs: Sequence[Arc]
    ends: Mapping[int, float] = field(default_factory=lambda: {0: 0.0})

    def text(self) -> str:
        """What fstcompile reads."""
        lines = ["\t".join(map(str, arc)) for arc in sorted(self.arcs, key=lambda arc: arc[0] != 0)]
        return "\n".join([*lines, *(f"{state}\t{cost}" for state, cost in self.ends.items()), ""])

    def best(self, longest: int) -> dict[tuple[tuple[int, ...], tuple[int, ...]], float]:
        """What can be heard in at most so many steps, what is said by it, and the least cost of that."""
        found: dict[tuple[tuple[int, ...], tuple[int, ...]], float] = {}
        leaving: dict[int, list[Arc]] = {}
        for arc in self.arcs:
            leaving.setdefault(arc[0], []).append(arc)
        ways: list[tuple[int, tuple[int, ...], tuple[int, ...], float]] = [(0, (), (), 0.0)]
        while ways:
            state, heard, said, cost = ways.pop()
            if state in self.ends:
                total = cost + self.ends[state]
                found[heard, said] = min(total, found.get((heard, said), total))
            for _, to, label, word, price in leaving.get(state, []):
                now_heard = (*heard, label) if label != NOTHING else heard
                if len(now_heard) <= longest:
                    ways.append((to, now_heard, (*said, word) if word != NOTHING else said, cost + price))
        return found


def run(*command: str | Path, text: str | None = None) -> str:
    """A program of OpenFst, with its plugins."""
    plugins = ":".join(filter(None, map(find_library, ("fstlookahead", "fstngram"))))
    done = subprocess.run(
        ["/usr/bin/env", f"LD_PRELOAD={plugins}", *map(str, command)],
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def read_graph(file: Path) -> Graph:
    """A graph as fstprint shows it."""
    arcs: list[Arc] = []
    ends: dict[int, float] = {}
    for line in run("fstprint", file).splitlines():
        match line.split():
            case [start, to, heard, said, *cost]:
                arcs.append((int(start), int(to), int(heard), int(said), float(cost[0]) if cost else 0.0))
            case [state, *cost]:
                ends[int(state)] = float(cost[0]) if cost else 0.0
    return Graph(arcs, ends)


def write_words(file: Path, words: Iterable[tuple[str, int]]) -> None:
    """A table of symbols as text."""
    file.write_text("".join(f"{word} {key}\n" for word, key in words), encoding="utf-8")


def write_grammar(file: Path, grammar: Graph, words: Path | None, kind: str) -> None:
    """Gr.fst of that kind, with its spellings inside where they are given; its labels are those of HCLr.fst."""
    raw = file.with_suffix(".raw")
    run("fstcompile", "-", raw, text=grammar.text())
    run("fstarcsort", "--sort_type=ilabel", raw, raw)
    if words is not None:
        run("fstsymbols", f"--isymbols={words}", f"--osymbols={words}", raw, raw)
    run("fstconvert", f"--fst_type={kind}", raw, file)
    raw.unlink()


def write_words_graph(file: Path, words: Graph) -> dict[int, int]:
    """HCLr.fst; what it calls its words now, because a graph that looks ahead numbers them anew."""
    raw, renamed = file.with_suffix(".raw"), file.with_suffix(".renamed")
    run("fstcompile", "-", raw, text=words.text())
    run("fstconvert", "--fst_type=olabel_lookahead", f"--save_relabel_opairs={renamed}", raw, file)
    pairs = [line.split() for line in renamed.read_text(encoding="ascii").splitlines()]
    raw.unlink()
    renamed.unlink()
    return {int(old): int(new) for old, new in pairs}
