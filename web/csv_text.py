"""Tables as CSV that spreadsheets open as they are meant: as UTF-8, and nothing in them as a formula."""

import csv
import io
from collections.abc import AsyncIterator, Sequence

from fastapi.responses import StreamingResponse

_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # without it spreadsheets take Chinese for another encoding
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def csv_lines(head: Sequence[str], rows: AsyncIterator[Sequence[object]]) -> AsyncIterator[str]:
    """The text, line by line."""
    yield _MARK + _line(head)
    async for row in rows:
        yield _line(row)


def csv_answer(name: str, lines: AsyncIterator[str]) -> StreamingResponse:
    """The download."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _line(cells: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([_cell(cell) for cell in cells])
    return text.getvalue()


def _cell(cell: object) -> object:
    """A text that a spreadsheet would work out gets a quote before it (OWASP, CSV injection)."""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell
