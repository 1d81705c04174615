"""How a socket of a person begins and why it ends: the ticket in its hello, and the rights that may go."""

import json
from collections.abc import Sequence

import structlog
from fastapi import WebSocket

from web.sockets import TRY_AGAIN_LATER, close
from web.sources import StoreUnavailableError
from web.trust.limits import OverLimitError, of_person
from web.trust.sources import House, Purpose, Unfit
from web.trust.who import LOCAL, Principal, now_asks

_log = structlog.get_logger(__name__)
NOT_SIGNED_IN, FORBIDDEN = 4401, 4403


async def admitted(
    websocket: WebSocket, house: House, ticket: str | None, purposes: Sequence[Purpose], call_id: str | None
) -> Principal | None:
    """Whose socket this is; None after it was closed because its ticket is not good. The task runs for that person."""
    who = LOCAL if house.is_open else None
    try:
        if who is None and ticket is not None:
            who = await house.redeem(ticket, purposes, call_id)
    except StoreUnavailableError:
        await close(websocket, TRY_AGAIN_LATER, "the database does not answer; try again")
        return None
    if who is None:
        detail = "log in and ask for a new ticket: each is good once, for half a minute, for its own socket"
        await websocket.send_text(json.dumps({"type": "error", "code": "bad_ticket", "detail": detail}))
        await close(websocket, NOT_SIGNED_IN, "ticket")
        return None
    try:
        of_person(who)
    except OverLimitError:
        detail = "too many sockets of one user are open; close some pages"
        await websocket.send_text(json.dumps({"type": "error", "code": "too_many_sockets", "detail": detail}))
        await close(websocket, TRY_AGAIN_LATER, "too many sockets")
        return None
    now_asks(who)
    return who


async def until_unfit(websocket: WebSocket, house: House, who: Principal) -> None:
    """Closes the socket when its session is over or what may be done has changed."""
    unfit = await house.until_unfit(who)
    _log.info("A socket was closed: its rights have changed", unfit=str(unfit))
    if unfit is Unfit.OVER:
        await close(websocket, NOT_SIGNED_IN, "the session is over")
    else:
        await close(websocket, FORBIDDEN, "rights have changed; ask for a new ticket")
