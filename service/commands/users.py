"""`earshot users`: who may log in, with which roles and where. Works on the store itself, beside a running service."""

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from service.commands.console import EXIT_FAILED, EXIT_USAGE, people, results
from service.commands.start import settings_or_exit
from service.trust.register import Register, RegisterError
from web.trust.people import ScopeFields, User, UserFields
from web.trust.rights import Right, Role

users_app = typer.Typer(
    help="Who may log in, with which roles, and where.\n\nExample: earshot users add li --role supervisor --team east",
    no_args_is_help=True,
)
Config = Annotated[Path | None, typer.Option(help="YAML file with settings; see config/example.yaml.")]
DataDir = Annotated[Path | None, typer.Option(help="Where the store is kept.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
_Name = Annotated[str, typer.Argument(help="The log-in name.")]
_Roles = Annotated[list[Role] | None, typer.Option("--role", help="Several may be given.")]
_Granted = Annotated[list[Right] | None, typer.Option("--grant", help="A further right, such as barge.")]
_Denied = Annotated[list[Right] | None, typer.Option("--deny", help="A right of the roles that is taken away.")]
Teams = Annotated[list[str] | None, typer.Option("--team", help="Only calls of this team; several may be given.")]
Queues = Annotated[list[str] | None, typer.Option("--queue", help="Only calls of this queue.")]
Sites = Annotated[list[str] | None, typer.Option("--site", help="Only calls of this site.")]
Everywhere = Annotated[bool, typer.Option("--everywhere", help="Calls of all sites, teams and queues.")]
_Person = Annotated[str | None, typer.Option(help="Who this is on the roster.")]


def register_of(config: Path | None, data_dir: Path | None) -> Register:
    """The users and keys of the store that the settings name; exit 1 with one sentence where it cannot be used."""
    settings = settings_or_exit(config, data_dir=data_dir)
    try:
        return Register.open(settings, f"cli:{getpass.getuser()}")
    except RegisterError as error:
        raise failed(error) from None


def failed(error: RegisterError) -> typer.Exit:
    """Say why, exit 1."""
    people.print(str(error), style="red", markup=False)
    return typer.Exit(EXIT_FAILED)


def bad_usage(error: ValidationError) -> typer.Exit:
    """Say every fault, exit 2."""
    for fault in error.errors():
        place = ".".join(str(part) for part in fault["loc"])
        people.print(f"{place}: {fault['msg']}" if place else fault["msg"], style="red", markup=False)
    return typer.Exit(EXIT_USAGE)


@users_app.command()
def add(
    name: _Name,
    role: _Roles = None,
    team: Teams = None,
    queue: Queues = None,
    site: Sites = None,
    everywhere: Everywhere = False,
    grant: _Granted = None,
    deny: _Denied = None,
    legs: Annotated[str, typer.Option(help="both, agent or customer: whose voice and words.")] = "both",
    person: _Person = None,
    oidc_id: Annotated[str | None, typer.Option(help="Who this is at the OpenID Connect provider.")] = None,
    full_name: Annotated[str | None, typer.Option(help="The person's name.")] = None,
    no_password: Annotated[bool, typer.Option("--no-password", help="Comes in by the provider only.")] = False,
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Register somebody. The password is asked for, or read from standard input.

    Example: earshot users add li --role supervisor --team east --grant barge --person 2001
    """
    scope = {"everywhere": everywhere, "teams": team or [], "queues": queue or [], "sites": site or []}
    try:
        fields = UserFields.model_validate(
            {
                "full_name": full_name,
                "roles": role or [],
                "granted": grant or [],
                "denied": deny or [],
                "scope": scope,
                "legs": legs,
                "person_id": person,
                "oidc_id": oidc_id,
            }
        )
        register = register_of(config, data_dir)
        password = None if no_password else _asked_password(register.shortest_password)
        user = register.add_user(name, fields, password)
    except ValidationError as error:
        raise bad_usage(error) from None
    except RegisterError as error:
        raise failed(error) from None
    results.print(f"{user.name} is registered: {_in_words(user)}", markup=False)


@users_app.command("list")
def list_users(json: AsJson = False, config: Config = None, data_dir: DataDir = None) -> None:
    """Everybody, with roles and places.

    Example: earshot users list --json
    """
    try:
        found = register_of(config, data_dir).users()
    except RegisterError as error:
        raise failed(error) from None
    if json:
        results.print_json(data=[user.model_dump(mode="json") for user in found], indent=None)
    for user in [] if json else found:
        results.print(f"{user.name}: {_in_words(user)}{' (disabled)' if user.disabled else ''}", markup=False)


@users_app.command()
def passwd(name: _Name, config: Config = None, data_dir: DataDir = None) -> None:
    """Give somebody another password; asked for, or read from standard input. Logs them out everywhere.

    Example: earshot users passwd li
    """
    try:
        register = register_of(config, data_dir)
        register.set_password(name, _asked_password(register.shortest_password))
    except RegisterError as error:
        raise failed(error) from None
    results.print(f"{name} has a new password", markup=False)


@users_app.command()
def role(
    name: _Name,
    role: _Roles = None,
    team: Teams = None,
    queue: Queues = None,
    site: Sites = None,
    everywhere: Everywhere = False,
    grant: _Granted = None,
    deny: _Denied = None,
    legs: Annotated[str | None, typer.Option(help="both, agent or customer.")] = None,
    person: _Person = None,
    config: Config = None,
    data_dir: DataDir = None,
) -> None:
    """Change what somebody may do and where; what is not said stays. Counts at once, on running sockets too.

    Example: earshot users role li --role floor_manager --team east --team south
    """
    asked = {"roles": role, "granted": grant, "denied": deny, "legs": legs, "person_id": person}
    said: dict[str, object] = {field: value for field, value in asked.items() if value is not None}
    if everywhere or team or queue or site:
        said["scope"] = {"everywhere": everywhere, "teams": team or [], "queues": queue or [], "sites": site or []}
    try:
        user = register_of(config, data_dir).change_user(name, said)
    except ValidationError as error:
        raise bad_usage(error) from None
    except RegisterError as error:
        raise failed(error) from None
    results.print(f"{user.name}: {_in_words(user)}", markup=False)


@users_app.command()
def disable(name: _Name, config: Config = None, data_dir: DataDir = None) -> None:
    """Let somebody log in no more; running sessions end at once.

    Example: earshot users disable li
    """
    _set_disabled(name, True, config, data_dir)


@users_app.command()
def enable(name: _Name, config: Config = None, data_dir: DataDir = None) -> None:
    """Let somebody log in again.

    Example: earshot users enable li
    """
    _set_disabled(name, False, config, data_dir)


def _set_disabled(name: str, disabled: bool, config: Path | None, data_dir: Path | None) -> None:
    try:
        register_of(config, data_dir).change_user(name, {"disabled": disabled})
    except RegisterError as error:
        raise failed(error) from None
    results.print(f"{name} is {'disabled' if disabled else 'enabled'}", markup=False)


def _asked_password(shortest: int) -> str:
    """From the terminal without showing it, else the first line of standard input."""
    password = (
        typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\r\n")
    )
    if len(password) < shortest:
        people.print(f"A password has at least {shortest} letters and signs.", style="red")
        raise typer.Exit(EXIT_USAGE)
    return str(password)


def _in_words(user: User) -> str:
    roles = ", ".join([*user.roles, *(f"+{right}" for right in user.granted), *(f"-{right}" for right in user.denied)])
    scope: ScopeFields = user.scope
    places = "everywhere" if scope.everywhere else ", ".join((*scope.sites, *scope.teams, *scope.queues)) or "nowhere"
    return f"{roles or 'no role'}; {places}"
