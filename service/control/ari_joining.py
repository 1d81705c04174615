"""Puts a channel into a bridge of ours as soon as it may go there."""

import asyncio

from service.control.ari_rest import AriRefusedError, AriRest, part

_NOT_YET = (409, 422)  # a channel that has not entered our application is refused so for some milliseconds
_TRIES, _TRY_S = 40, 0.05


async def join(rest: AriRest, bridge: str, channel: str) -> None:
    """Raises LinkError, AriRefusedError."""
    for left in range(_TRIES, 0, -1):
        try:
            await rest.post(f"bridges/{part(bridge)}/addChannel", channel=channel)
        except AriRefusedError as error:
            if error.status not in _NOT_YET or left == 1:
                raise
            await asyncio.sleep(_TRY_S)
        else:
            return
