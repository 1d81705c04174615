"""What an evaluation found: numbers for machines, tables and bars for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


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
class Scorecard:
    """`document` is the JSON that `--json` prints; the rest says the same for people."""

    title: str
    document: Mapping[str, object]
    tables: Sequence[ScoreTable]
    bars: Sequence[Bars] = ()
