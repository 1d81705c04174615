"""A scorecard as one HTML file that needs nothing else: tables, and plots drawn in it."""

from collections.abc import Iterator
from html import escape

from service.evaluation.scorecard import Drawing, EvaluationError, Scorecard, ScoreTable

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c1e21; }
table { border-collapse: collapse; margin: 0 0 2rem; }
th, td { padding: .25rem .8rem; text-align: left; border-bottom: 1px solid #8884; }
td:not(:first-child) { font-variant-numeric: tabular-nums; }
svg { display: block; margin: 0 0 2rem; max-width: 100%; height: auto; background: #fff; border-radius: 6px; }
@media (prefers-color-scheme: dark) { body { background: #16181d; color: #e6e6e6; } }
"""


def page_of(card: Scorecard) -> str:
    """The whole page; every text in it is escaped. Raises EvaluationError where the plots cannot be drawn."""
    body = [*_plots(card), *(part for table in card.tables for part in _told(table))]
    head = f'<meta charset="utf-8"><title>{escape(card.title)}</title><style>{_STYLE}</style>'
    lines = ["<!doctype html>", f'<html lang="en"><head>{head}</head><body>', f"<h1>{escape(card.title)}</h1>"]
    return "\n".join([*lines, *body, "</body></html>", ""])


def _plots(card: Scorecard) -> Iterator[str]:
    if card.bars or card.plots:
        drawing = _drawing()
        for bars in card.bars:
            if bars.values:
                yield f"<h2>{escape(bars.title)}</h2>"
                yield drawing.bars(bars.values, bars.whole)
        for plot in card.plots:
            yield f"<h2>{escape(plot.title)}</h2>"
            yield plot.draw(drawing)


def _drawing() -> Drawing:
    """The plots, loaded when they are wanted: a node that serves calls has no use for matplotlib."""
    try:
        from service.evaluation import report_plots
    except ModuleNotFoundError as error:
        raise EvaluationError(
            f"--html needs {error.name}, which is not installed; run: pip install 'earshot[report]'"
        ) from None
    return report_plots


def _told(table: ScoreTable) -> Iterator[str]:
    yield f"<h2>{escape(table.title)}</h2><table>"
    yield _row("th", table.head)
    for row in table.rows:
        yield _row("td", row)
    yield "</table>"


def _row(cell: str, texts: tuple[str, ...]) -> str:
    return "<tr>" + "".join(f"<{cell}>{escape(text)}</{cell}>" for text in texts) + "</tr>"
