"""A model that is nothing but two toy graphs: three words of a few sounds, and what follows what."""

from pathlib import Path

from tests.fakes.toy_graphs import Graph, write_grammar, write_words, write_words_graph

APART = 9  # what keeps words apart while a model is built
WORDS = Graph(
    [
        (0, 1, 1, 1, 0.5),  # a word of two sounds
        (1, 0, 2, 0, 0.0),
        (0, 2, 1, 2, 0.25),  # one that begins with the same two and says them again
        (2, 3, 2, 0, 0.0),
        (3, 4, 1, 0, 0.125),
        (4, 5, 2, 0, 0.0),
        (5, 0, APART, 0, 0.0),
        (0, 0, 3, 3, 1.0),  # and one of one sound
    ]
)


def grammar(named: dict[int, int]) -> Graph:
    """What follows what, with a way back to words on their own: 0 is the beginning, 1 knows nothing, 2 has heard 1."""
    first, twice, short = named[1], named[2], named[3]
    arcs = [
        (0, 1, 0, 0, 0.75),
        (0, 2, first, first, 0.5),
        (1, 2, first, first, 1.5),
        (1, 1, twice, twice, 2.0),
        (1, 1, short, short, 2.5),
        (2, 1, 0, 0, 0.25),
        (2, 1, short, short, 0.125),
    ]
    return Graph(arcs, {1: 3.0, 2: 0.5})


def write_model(folder: Path, *, kind: str = "ngram", spelled_inside: bool = True) -> dict[int, int]:
    """A model of two toy graphs; what its words are numbered."""
    graph = folder / "graph"
    graph.mkdir(parents=True)
    named = write_words_graph(graph / "HCLr.fst", WORDS)
    write_words(graph / "words.txt", [("<eps>", 0), *((f"word{old}", named[old]) for old in (1, 2, 3))])
    write_grammar(graph / "Gr.fst", grammar(named), graph / "words.txt" if spelled_inside else None, kind)
    if spelled_inside:
        (graph / "words.txt").unlink()
    (graph / "disambig_tid.int").write_text(f"{APART}\n", encoding="ascii")
    return named
