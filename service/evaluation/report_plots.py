"""Plots of an evaluation as SVG, drawn with matplotlib (the extra `report`); nobody else needs it."""

from collections.abc import Mapping, Sequence
from io import StringIO

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from service.evaluation.scorecard import StripMark

_BLUE, _RED, _GREY = "#3b7dd8", "#d8503b", "#9aa0a6"
_WIDTH_IN = 8.0
_ROW_IN, _MARGIN_IN = 0.32, 0.9


def bars(values: Mapping[str, float], whole: float) -> str:
    """One bar per name, from 0 to `whole`."""
    figure, axes = _figure(len(values))
    names = list(values)
    axes.barh(names, [whole] * len(names), color=_GREY, alpha=0.2)
    drawn = axes.barh(names, [values[name] for name in names], color=_BLUE)
    axes.bar_label(drawn, labels=[f"{values[name]:.3g}" for name in names], padding=3)
    axes.set_xlim(0, whole * 1.08 if whole else 1)
    axes.invert_yaxis()
    return _svg(figure)


def latencies(by_kind: Mapping[str, Sequence[int]]) -> str:
    """Every found event as a dot, how late it was told, per kind."""
    figure, axes = _figure(len(by_kind))
    for row, values in enumerate(by_kind.values()):
        axes.plot([value / 1_000 for value in values], [row] * len(values), "o", color=_BLUE, alpha=0.5, markersize=4)
    axes.set_yticks(range(len(by_kind)), list(by_kind))
    axes.set_xlabel("seconds from the arrival of the audio to the alert")
    axes.set_xlim(left=0)
    axes.invert_yaxis()
    return _svg(figure)


def confusion(counts: Mapping[tuple[str, str], int]) -> str:
    """What happened (rows) against what was said (columns)."""
    happened = sorted({row for row, _ in counts}, key=_nothing_last)
    said = sorted({column for _, column in counts}, key=_nothing_last)
    figure, axes = _figure(len(happened), extra_in=1.2)
    cells = [[counts.get((row, column), 0) for column in said] for row in happened]
    axes.imshow(cells, cmap="Blues", aspect="auto", vmin=0)
    most = max(max(row) for row in cells)
    for row, line in enumerate(cells):
        for column, number in enumerate(line):
            if number:
                axes.text(
                    column, row, str(number), ha="center", va="center", color="white" if number > most / 2 else "black"
                )
    axes.set_yticks(range(len(happened)), happened)
    axes.set_xticks(range(len(said)), said, rotation=45, ha="right")
    axes.set_ylabel("happened")
    axes.set_xlabel("was said")
    return _svg(figure)


def strips(calls: Mapping[str, tuple[int, Sequence[StripMark]]]) -> str:
    """A line per call: its true events above, its alerts below; what was missed or false is red."""
    figure, axes = _figure(2 * len(calls))
    for row, (length_ms, marks) in enumerate(calls.values()):
        axes.plot([0, length_ms / 1_000], [row, row], color=_GREY, linewidth=0.8)
        for mark in marks:
            colour = _RED if mark.wrong else _BLUE
            top = row + 0.06 if mark.said else row - 0.36
            width_s = max(0.15, (mark.to_ms - mark.from_ms) / 1_000)
            axes.broken_barh([(mark.from_ms / 1_000, width_s)], (top, 0.3), color=colour, alpha=0.8)
            if mark.wrong:
                axes.annotate(mark.name, (mark.from_ms / 1_000, top + 0.15), va="center", fontsize=7)
    axes.set_yticks(range(len(calls)), list(calls))
    axes.set_xlabel("seconds of the call; above the line what is true, below what was said; red: missed or false")
    axes.invert_yaxis()
    return _svg(figure)


def rocs(curves: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Hit rate over false alarm rate, one curve per name."""
    figure = Figure(figsize=(4.6, 4.2), layout="constrained")
    axes = figure.subplots()
    for name, points in curves.items():
        axes.plot([x for x, _ in points], [y for _, y in points], drawstyle="steps-post", label=name)
    axes.plot([0, 1], [0, 1], color=_GREY, linewidth=0.8, linestyle="--")
    axes.set_xlabel("neutral taken for angry")
    axes.set_ylabel("angry taken for angry")
    axes.legend(loc="lower right", frameon=False)
    return _svg(figure)


def _figure(rows: int, extra_in: float = 0.0) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_WIDTH_IN, rows * _ROW_IN + _MARGIN_IN + extra_in), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Figure) -> str:
    """The drawing alone, to be put into a page; its names differ from those of other drawings on it."""
    drawn = StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": f"{id(figure)}"}):
        figure.savefig(
            drawn, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
        )
    text = drawn.getvalue()
    return text[text.index("<svg") :]


def _nothing_last(name: str) -> tuple[bool, str]:
    return name == "nothing", name
