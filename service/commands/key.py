"""`--key` of commands that speak to an Earshot where users are registered, and what they say when it is not good."""

from typing import Annotated

import httpx
import typer

KEY_VARIABLE = "EARSHOT_KEY"
ShownKey = Annotated[
    str | None,
    typer.Option(
        "--key",
        envvar=KEY_VARIABLE,
        show_envvar=True,
        help="Key, where users are registered; better in the environment, where no list of processes shows it.",
    ),
]
_NEEDED = {401: "needs a key that is good", 403: "does not take this key for that"}


def refusal_of(error: httpx.HTTPStatusError, kind: str) -> str | None:
    """What to do where a key was missing or not good; None for any other answer."""
    said = _NEEDED.get(error.response.status_code)
    if said is None:
        return None
    return f"{error.request.url.host} {said}: earshot keys add NAME --kind {kind}, then --key or {KEY_VARIABLE}"
