"""`earshot erase`: one person's calls deleted for good from database and disk, whether Earshot runs or not."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from config.settings import Settings
from service.clips.places import clips_folder, recordings_folder
from service.commands.console import EXIT_FAILED, EXIT_USAGE, people, results
from service.commands.start import settings_or_exit
from service.store.database import StoreError
from service.store.eraser import Eraser, own_database
from web.erasure import Erased, Person
from web.sources import StoreUnavailableError


def erase(
    customer: Annotated[str | None, typer.Option(help="The customer's number, as it was announced.")] = None,
    customer_sha256: Annotated[str | None, typer.Option(help="SHA-256 of that number (hexadecimal).")] = None,
    agent: Annotated[str | None, typer.Option(help="The agent's id.")] = None,
    config: Annotated[Path | None, typer.Option(help="YAML file with settings; see config/example.yaml.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Annotated[bool, typer.Option("--json", help="What is gone as JSON.")] = False,
) -> None:
    """Delete all calls of one customer or agent for good: rows, words, alerts, clips, recordings.

    Example: earshot erase --customer +861012345678
    """
    if sum(each is not None for each in (customer, customer_sha256, agent)) != 1:
        people.print("Name exactly one of --customer, --customer-sha256, --agent.", style="red")
        raise typer.Exit(EXIT_USAGE)
    if not yes:
        typer.confirm("All calls of this person are deleted for good. Go on?", abort=True)
    settings = settings_or_exit(config)
    try:
        done = asyncio.run(_erase(settings, Person(customer, customer_sha256, agent)))
    except (StoreError, StoreUnavailableError, OSError) as error:
        people.print(f"Not everything could be erased: {type(error).__name__}", style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None
    if json:
        counts = {name: getattr(done, name) for name in Erased.__slots__}
        results.print_json(data=counts, indent=None)
    else:
        results.print(f"{done.calls} calls erased: {done.rows} rows, {done.files} files.")
        if done.still_running:
            results.print(f"{done.still_running} calls are still running: erase again when they are over.")


async def _erase(settings: Settings, person: Person) -> Erased:
    clips, recordings = clips_folder(settings), recordings_folder(settings)
    async with own_database(settings) as database:
        return await Eraser(database, clips, recordings, _nothing_in_memory).erase(person)


async def _nothing_in_memory(call_ids: Sequence[str]) -> None:
    """A running Earshot forgets calls that are over within minutes (`ingest.ended_kept_s`)."""
