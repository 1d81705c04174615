"""A scorecard as one HTML file that needs nothing else: tables, and bars drawn in it."""

from collections.abc import Iterator
from html import escape

from service.evaluation.scorecard import Bars, Scorecard, ScoreTable

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0 0 2rem; }
th, td { padding: .25rem .8rem; text-align: left; border-bottom: 1px solid #8884; }
td:not(:first-child) { font-variant-numeric: tabular-nums; }
svg { display: block; margin: 0 0 2rem; max-width: 100%; font: inherit; }
rect { fill: #3b7dd8; }
rect.rest { fill: #8883; }
@media (prefers-color-scheme: dark) { body { background: #16181d; color: #e6e6e6; } text { fill: #e6e6e6; } }
"""
_ROW_PX, _BAR_PX, _NAME_PX, _NUMBER_PX = 26, 16, 260, 80
_BARS_PX = 480


def page_of(card: Scorecard) -> str:
    """The whole page; every text in it is escaped."""
    body = [*(part for bars in card.bars for part in _drawn(bars)), *(part for t in card.tables for part in _told(t))]
    head = f'<meta charset="utf-8"><title>{escape(card.title)}</title><style>{_STYLE}</style>'
    lines = ["<!doctype html>", f'<html lang="en"><head>{head}</head><body>', f"<h1>{escape(card.title)}</h1>"]
    return "\n".join([*lines, *body, "</body></html>", ""])


def _told(table: ScoreTable) -> Iterator[str]:
    yield f"<h2>{escape(table.title)}</h2><table>"
    yield _row("th", table.head)
    for row in table.rows:
        yield _row("td", row)
    yield "</table>"


def _row(cell: str, texts: tuple[str, ...]) -> str:
    return "<tr>" + "".join(f"<{cell}>{escape(text)}</{cell}>" for text in texts) + "</tr>"


def _drawn(bars: Bars) -> Iterator[str]:
    width, height = _NAME_PX + _BARS_PX + _NUMBER_PX, _ROW_PX * len(bars.values)
    yield f"<h2>{escape(bars.title)}</h2>"
    yield f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">'
    for number, (name, value) in enumerate(bars.values.items()):
        top = number * _ROW_PX + (_ROW_PX - _BAR_PX) // 2
        filled = _BARS_PX * min(1.0, max(0.0, value / bars.whole if bars.whole else 0.0))
        yield f'<text x="0" y="{top + _BAR_PX - 3}">{escape(name)}</text>'
        yield f'<rect class="rest" x="{_NAME_PX}" y="{top}" width="{_BARS_PX}" height="{_BAR_PX}"/>'
        yield f'<rect x="{_NAME_PX}" y="{top}" width="{filled:.1f}" height="{_BAR_PX}"/>'
        yield f'<text x="{_NAME_PX + _BARS_PX + 8}" y="{top + _BAR_PX - 3}">{value:g}</text>'
    yield "</svg>"
