"""`earshot sheets`: score sheets from files, checked before anybody scores on them."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from config.score_sheets import ScoreSheetError, load_score_sheets, packaged_sheets
from service.commands.console import EXIT_FAILED, people, results

sheets_app = typer.Typer(
    help="Score sheets of inspectors.\n\nExample: earshot sheets check my-sheets/", no_args_is_help=True
)


@sheets_app.callback()
def sheets() -> None:
    """Score sheets of inspectors."""


@sheets_app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="Folder of sheets; else those that come along.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The sheets as JSON.")] = False,
) -> None:
    """Read every sheet of a folder and name every fault with its file and line; nothing is changed.

    Example: earshot sheets check my-sheets/
    """
    try:
        found = load_score_sheets(folder or packaged_sheets())
    except ScoreSheetError as error:
        for fault in error.faults:
            people.print(fault, style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None
    rows = [
        {
            "sheet": sheet.sheet,
            "version": sheet.version,
            "arithmetic": sheet.arithmetic,
            "groups": len(sheet.groups),
            "items": len(sheet.items),
            "total_points": None if sheet.total_points is None else float(sheet.total_points),
        }
        for sheet in found.values()
    ]
    if json:
        results.print_json(data={"sheets": rows}, indent=None)
        return
    table = Table("sheet", "version", "arithmetic", "groups", "items", "points")
    for row in rows:
        table.add_row(
            *(
                "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
                for value in row.values()
            )
        )
    results.print(table)
