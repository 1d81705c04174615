"""What an evaluation found: numbers for machines, tables and bars for people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class EvaluationError(Exception):
    """The material cannot be judged; the text names the file (and line) and says what to do."""


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Rows under a head; every row as long as the head."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """One number per name, drawn side by side. `whole` is the number whose bar fills the width."""

    title: str
    values: Mapping[str, float]
    whole: float = 1.0


@dataclass(frozen=True, slots=True)
class StripMark:
    """Something on a call's timeline: a true event or (`said`) an alert, and whether it was missed or false."""

    name: str
    from_ms: int
    to_ms: int
    said: bool
    wrong: bool


class Drawing(Protocol):
    """What can be drawn, each as SVG: `service/evaluation/report_plots.py`."""

    def bars(self, values: Mapping[str, float], whole: float) -> str:
        """One bar per name, from 0 to `whole`."""
        ...

    def latencies(self, by_kind: Mapping[str, Sequence[int]]) -> str:
        """Every found event as a dot."""
        ...

    def confusion(self, counts: Mapping[tuple[str, str], int]) -> str:
        """What happened against what was said."""
        ...

    def strips(self, calls: Mapping[str, tuple[int, Sequence[StripMark]]]) -> str:
        """A line per call."""
        ...

    def rocs(self, curves: Mapping[str, Sequence[tuple[float, float]]]) -> str:
        """Hit rate over false alarm rate."""
        ...


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing for the page; `draw` is only called for a page, as drawing needs a library of its own."""

    title: str
    draw: Callable[[Drawing], str]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """`document` is the JSON that `--json` prints; the rest says the same for people."""

    title: str
    document: Mapping[str, object]
    tables: Sequence[ScoreTable]
    bars: Sequence[Bars] = ()
    plots: Sequence[Plot] = ()
