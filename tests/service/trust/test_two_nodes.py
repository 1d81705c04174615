"""Two nodes on one database: a change on one counts on the other within its second, and the ledger is one chain."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from config.settings import Settings
from config.trust import TrustSettings
from service.clock import SystemClock
from tests.fakes.servers import PostgresServer
from tests.service.trust.doors import PASSWORD, Door, open_door
from web.trust.people import KeyFields, ScopeFields, UserFields
from web.trust.rights import KeyKind, Role
from web.trust.sources import Act, Deed, LedgerQuestion, Unfit, WrongError
from web.trust.who import EVERYWHERE, LOCAL, NOBODY, Principal

_AT_ONCE_S = 5.0  # a second of looking, and a machine that is busy with other things; check_s is a minute
_EAST = UserFields(roles=(Role.SUPERVISOR,), scope=ScopeFields(teams=("east",)))


@pytest.fixture
async def nodes(postgres: PostgresServer) -> AsyncIterator[tuple[Door, Door]]:
    database = SecretStr(postgres.new_database())
    settings = Settings(database_url=database, trust=TrustSettings(check_s=60))
    async with (
        open_door(settings, SystemClock(), "one") as one,
        open_door(settings, SystemClock(), "two") as two,
    ):
        yield one, two


async def _seen(door: Door, secret: str) -> Principal:
    """The session on another node, as soon as it knows the user."""
    async with asyncio.timeout(_AT_ONCE_S):
        while (who := await door.front.of_session(secret, "10.0.0.9")) is None:  # noqa: ASYNC110 - another node's beat
            await asyncio.sleep(0.05)
    return who


async def _unfit(door: Door, who: Principal) -> "asyncio.Task[Unfit]":
    watching = asyncio.create_task(door.front.until_unfit(who))
    await asyncio.sleep(0)
    return watching


async def test_log_out_role_change_and_a_revoked_key_count_on_the_other_node_at_once(nodes: tuple[Door, Door]) -> None:
    one, two = nodes
    user = await one.front.add_user("li", _EAST, PASSWORD, NOBODY)
    gone, changed = [await one.front.log_in("li", PASSWORD, "10.0.0.1") for _ in range(2)]
    key, secret = await one.front.add_key(KeyFields(kind=KeyKind.INGEST, label="PBX"), LOCAL)
    await two.front.book.refresh()
    on_two = [await _seen(two, each.secret) for each in (gone, changed)]
    of_key = two.front.of_key(secret)
    assert of_key is not None
    watching = [await _unfit(two, who) for who in (*on_two, of_key)]

    began_s = time.monotonic()
    await one.front.log_out(gone.principal)
    assert await asyncio.wait_for(watching[0], _AT_ONCE_S) is Unfit.OVER
    assert await two.front.of_session(gone.secret, None) is None  # the stolen cookie too
    await one.front.change_user(user.user_id, _EAST.model_copy(update={"scope": ScopeFields(teams=("west",))}), LOCAL)
    assert await asyncio.wait_for(watching[1], _AT_ONCE_S) is Unfit.CHANGED
    now = await two.front.of_session(changed.secret, None)
    assert now is not None
    assert now.scope.teams == {"west"}
    await one.front.revoke_key(key.key_id, LOCAL)
    assert await asyncio.wait_for(watching[2], _AT_ONCE_S) is Unfit.OVER
    assert two.front.of_key(secret) is None
    assert time.monotonic() - began_s < 3 * _AT_ONCE_S


async def test_a_ticket_of_one_node_works_once_on_any(nodes: tuple[Door, Door]) -> None:
    one, two = nodes
    await one.front.add_user("li", _EAST, PASSWORD, NOBODY)
    begun = await one.front.log_in("li", PASSWORD, "10.0.0.1")
    await _seen(two, begun.secret)
    ticket, _ = await one.front.ticket(begun.principal, "console", None)
    redeemed = await asyncio.gather(*(door.front.redeem(ticket, ("console",), None) for door in (one, two, one, two)))
    assert sum(who is not None for who in redeemed) == 1


async def test_of_two_first_admins_one_wins(nodes: tuple[Door, Door]) -> None:
    tries = [door.front.first_admin(door.front.first_token, f"root{at}", PASSWORD, "") for at, door in enumerate(nodes)]
    found = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, WrongError) for each in found) == 1
    assert len({user.name for door in nodes for user in door.front.users()}) == 1


async def test_both_nodes_write_one_chain(nodes: tuple[Door, Door]) -> None:
    one, two = nodes
    who = Principal("li", "li", frozenset(), EVERYWHERE, user_id="u")
    writes = [
        door.ledger.write(who, Deed(Act.LISTEN, call_id="c", from_ms=at, to_ms=at + 10, about=name))
        for at in range(0, 300, 10)
        for name, door in (("one", one), ("two", two))
    ]
    await asyncio.gather(*writes)
    rows = await two.ledger.find(EVERYWHERE, LedgerQuestion(acts=(Act.LISTEN,), limit=100))
    assert len(rows) == 60
    assert {row.about for row in rows} == {"one", "two"}
    numbers = [row.sequence for row in rows]
    assert numbers == list(range(numbers[0], numbers[0] - 60, -1))
    assert await one.ledger.breaks() == []
    assert (await one.ledger.head()) == (await two.ledger.head())
