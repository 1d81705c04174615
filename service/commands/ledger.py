"""`earshot ledger`: whether the chain of who listened to whom holds."""

from itertools import chain, islice
from typing import Annotated

import typer

from service.commands.console import EXIT_FAILED, people, results
from service.commands.start import settings_or_exit
from service.commands.users import AsJson, Config, DataDir
from service.store import ledger_rows
from service.store.database import StoreError
from service.store.people_beside import StoreBeside
from service.store.sealed_steps import step_breaks

ledger_app = typer.Typer(
    help="The ledger of who listened to whom.\n\nExample: earshot ledger verify", no_args_is_help=True
)
_MOST = 100


@ledger_app.command()
def verify(
    head: Annotated[
        str | None,
        typer.Option(help="A row and its hash noted elsewhere before, as NUMBER:HASH: it must be there still."),
    ] = None,
    json: AsJson = False,
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Read every row and name each that was changed or moved or is missing; exit 1 where the chain does not hold.

    What inspectors did is sealed in it too: a step or a record of theirs that was changed since is named as well.

    Prints the newest row and its hash: note them elsewhere, and nobody can rewrite what was before.

    Example: earshot ledger verify --head 4711:9423aff41c88…
    """
    settings = settings_or_exit(config, data_dir=data_dir)
    try:
        store = StoreBeside.existing(settings)
        found = store.do(lambda engine: list(islice(chain(ledger_rows.breaks(engine), step_breaks(engine)), _MOST)))
        newest, newest_hash = store.do(ledger_rows.head)
        if head is not None and not store.do(lambda engine: ledger_rows.has_row(engine, *_parts(head))):
            found.append(ledger_rows.Break(_parts(head)[0], "is not the row that was noted: all was rewritten since"))
    except StoreError as error:
        people.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None
    breaks = [{"sequence": each.sequence, "what": each.what} for each in found]
    if json:
        results.print_json(
            data={"whole": not found, "newest": newest, "hash": newest_hash, "breaks": breaks}, indent=None
        )
    else:
        for each in found:
            results.print(f"row {each.sequence}: {each.what}", markup=False)
        results.print(
            f"{'NOT whole' if found else 'whole'}: {newest} rows, head {newest}:{newest_hash}", soft_wrap=True
        )
    if found:
        raise typer.Exit(EXIT_FAILED)


def _parts(head: str) -> tuple[int, str]:
    number, _, digest = head.partition(":")
    if not number.isascii() or not number.isdigit() or not digest:
        raise typer.BadParameter("write it as NUMBER:HASH", param_hint="--head")
    return int(number), digest
