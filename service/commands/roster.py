"""`earshot roster`: people, teams and queues from files, checked, and brought to a running Earshot."""

from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from config.roster import KINDS, Roster, RosterError, read_roster
from config.roster_csv import people_of
from service.commands.console import EXIT_FAILED, EXIT_USAGE, people, results
from service.commands.key import ShownKey, refusal_of
from service.demo.roads import bearer

roster_app = typer.Typer(
    help="People, teams, sites, queues and routes.\n\nExample: earshot roster check people.csv", no_args_is_help=True
)
_File = Annotated[Path, typer.Argument(help="people as .csv, or a whole roster as .yaml.")]


@roster_app.command()
def check(file: _File, json: Annotated[bool, typer.Option("--json", help="Counts as JSON.")] = False) -> None:
    """Read a roster file and name every fault with its line; nothing is changed.

    Example: earshot roster check roster.yaml
    """
    roster = _read_or_exit(file)
    counts = {kind: len(getattr(roster, kind)) for kind in KINDS}
    if json:
        results.print_json(data=counts, indent=None)
    else:
        results.print(", ".join(f"{count} {kind}" for kind, count in counts.items() if count) or "nobody")


@roster_app.command("import")
def import_file(
    file: _File,
    to: Annotated[str, typer.Option(help="Where Earshot runs.")] = "http://127.0.0.1:8000",
    key: ShownKey = None,
    json: Annotated[bool, typer.Option("--json", help="The counts as JSON.")] = False,
) -> None:
    """Put everybody of a file on the roster of a running Earshot: all or, when anything is wrong, none.

    Where users are registered it needs a key: earshot keys add "HR system" --kind roster

    Example: EARSHOT_KEY=esk_… earshot roster import people.csv --to https://earshot.example
    """
    roster = _read_or_exit(file)
    entries = {kind: [_plain(entry) for entry in getattr(roster, kind)] for kind in KINDS}
    try:
        answer = httpx.post(
            f"{to.rstrip('/')}/api/v1/roster", json=entries, headers=bearer(key), timeout=60, trust_env=False
        )
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        if (refused := refusal_of(error, "roster")) is not None:
            people.print(refused, style="red", markup=False)
            raise typer.Exit(EXIT_FAILED) from None
        said = error.response.json() if "json" in error.response.headers.get("content-type", "") else {}
        for fault in said.get("errors", [{"detail": f"{to} answered {error.response.status_code}"}]):
            people.print(str(fault["detail"]), style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        people.print(f"Earshot at {to} cannot be reached: {type(error).__name__}", style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None
    if json:
        results.print_json(data=answer.json(), indent=None)
    else:
        results.print(f"{answer.json()['entries']} entries imported")


def _read_or_exit(file: Path) -> Roster:
    try:
        if file.suffix.lower() == ".csv":
            return Roster.model_construct(None, people=people_of(file.read_text(encoding="utf-8")))
        return read_roster(file)
    except RosterError as error:
        people.print(str(error), style="red", markup=False)
    except (OSError, UnicodeDecodeError) as error:
        people.print(f"{file}: cannot be read ({type(error).__name__})", style="red", markup=False)
    raise typer.Exit(EXIT_USAGE)


def _plain(entry: Any) -> dict[str, Any]:
    plain: dict[str, Any] = entry.model_dump(mode="json", by_alias=True)
    return plain
