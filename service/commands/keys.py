"""`earshot keys`: what PBXes, screens and measuring show instead of a password. A secret is shown once."""

from typing import Annotated

import typer
from pydantic import ValidationError

from service.commands.console import people, results
from service.commands.users import (
    AsJson,
    Config,
    DataDir,
    Queues,
    Sites,
    Teams,
    bad_usage,
    failed,
    register_of,
)
from service.trust.register import RegisterError
from web.trust.people import Key, KeyFields
from web.trust.rights import KeyKind

keys_app = typer.Typer(
    help='Keys of PBXes, screens and measuring.\n\nExample: earshot keys add "PBX east" --kind ingest --prefix pbx-7:',
    no_args_is_help=True,
)
_Id = Annotated[str, typer.Argument(help="The key's id, as `earshot keys list` shows it.")]


@keys_app.command()
def add(
    label: Annotated[str, typer.Argument(help="What it is for: a PBX, a screen.")],
    kind: Annotated[
        KeyKind,
        typer.Option(
            help="ingest: audio and events; wallboard: a screen; metrics: Prometheus; roster: who works where."
        ),
    ],
    prefix: Annotated[str, typer.Option(help="ingest: only calls whose call_id begins so.")] = "",
    team: Teams = None,
    queue: Queues = None,
    site: Sites = None,
    json: AsJson = False,
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Make a key. Its secret is printed this once and kept nowhere. A PBX each: one can be turned over alone.

    Example: earshot keys add "PBX east" --kind ingest --prefix pbx-7:

    Example: EARSHOT_KEY=$(earshot keys add "HR system" --kind roster) earshot roster import people.csv
    """
    named = {"teams": team or [], "queues": queue or [], "sites": site or []}
    scope: dict[str, object] = dict(named) if any(named.values()) else {"everywhere": True}
    try:
        fields = KeyFields.model_validate({"kind": kind, "label": label, "calls_prefix": prefix, "scope": scope})
        key, secret = register_of(config, data_dir).add_key(fields)
    except ValidationError as error:
        raise bad_usage(error) from None
    except RegisterError as error:
        raise failed(error) from None
    _shown(key, secret, json)


@keys_app.command("list")
def list_keys(json: AsJson = False, config: Config = None, data_dir: DataDir = None) -> None:
    """All keys, without their secrets.

    Example: earshot keys list
    """
    try:
        found = register_of(config, data_dir).keys()
    except RegisterError as error:
        raise failed(error) from None
    if json:
        results.print_json(data=[key.model_dump(mode="json") for key in found], indent=None)
    for key in [] if json else found:
        over = " (revoked)" if key.revoked_at is not None else ""
        results.print(f"{key.key_id}  {key.kind}  {key.label}{over}", markup=False, soft_wrap=True)


@keys_app.command()
def rotate(
    key_id: _Id,
    overlap_s: Annotated[
        float, typer.Option(help="So many seconds the secret before works on.", min=0, max=2_592_000)
    ] = 3_600,
    json: AsJson = False,
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Another secret for the same key; the one before works on for an hour.

    In that time the PBX is given the new one, and no call is lost. A secret that was stolen is given no time.

    Example: earshot keys rotate 01M8CJYV4XJVJ6TESFRRGTAYCV --overlap-s 86400

    Example: earshot keys rotate 01M8CJYV4XJVJ6TESFRRGTAYCV --overlap-s 0
    """
    try:
        key, secret = register_of(config, data_dir).rotate_key(key_id, overlap_s)
    except RegisterError as error:
        raise failed(error) from None
    _shown(key, secret, json)


@keys_app.command()
def revoke(key_id: _Id, config: Config = None, data_dir: DataDir = None) -> None:
    """From now on the key opens nothing.

    Example: earshot keys revoke 01M8CJYV4XJVJ6TESFRRGTAYCV
    """
    try:
        key = register_of(config, data_dir).revoke_key(key_id)
    except RegisterError as error:
        raise failed(error) from None
    results.print(f"{key.label} is revoked", markup=False)


def _shown(key: Key, secret: str, json: bool) -> None:
    if json:
        results.print_json(data={"key": key.model_dump(mode="json"), "secret": secret}, indent=None)
        return
    people.print(f"{key.kind} key {key.key_id} for {key.label}; shown this once:", markup=False)
    results.print(secret, markup=False, soft_wrap=True)
