"""Call-backs: one for each customer who gave up, until somebody reached them or tried often enough."""

from datetime import timedelta
from pathlib import Path

import pytest

from alerts.alert import AlertState, Kind
from tests.service.inspection.desk import desk, ended, fault
from tests.service.store.examples import BEGAN_AT
from web.inspection.views import NotNowError

GAVE_UP = Kind.CUSTOMER_ABANDONED


async def test_who_gave_up_is_called_back(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        wrong = fault("a3", "c2", GAVE_UP, state=AlertState.FALSE_POSITIVE)
        await house.keep([ended("c1"), ended("c2", minute=1)], [fault("a1", "c1", GAVE_UP), fault("a2", "c1"), wrong])
        backs = house.inspection.call_backs
        await backs.look()
        await backs.look()
        (one,) = await backs.call_backs(state="open", limit=10)
        assert (one.call.call_id, one.due_at) == ("c1", BEGAN_AT + timedelta(hours=24))
        reached = await backs.tried(one.call_back_id, one.version, reached=True, note="call 13800138000", by="li")
        assert (reached.state, reached.assignee) == ("reached", "li")
        assert "13800138000" not in (reached.attempts[0].note or "")
        with pytest.raises(NotNowError, match="is reached"):
            await backs.tried(one.call_back_id, reached.version, reached=True, note=None, by="li")


async def test_three_tries_a_quarter_of_an_hour_apart(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1")], [fault("a1", "c1", GAVE_UP)])
        backs = house.inspection.call_backs
        await backs.look()
        (one,) = await backs.call_backs(state=None, limit=10)
        one = await backs.tried(one.call_back_id, one.version, reached=False, note=None, by="li")
        with pytest.raises(NotNowError, match="15 minutes after the last"):
            await backs.tried(one.call_back_id, one.version, reached=False, note=None, by="li")
        for _ in range(2):
            house.clock.move(minutes=15)
            one = await backs.tried(one.call_back_id, one.version, reached=False, note=None, by="li")
        assert (one.state, len(one.attempts)) == ("given_up", 3)
        assert await backs.call_backs(state="open", limit=10) == []


async def test_later_looks_see_what_came_since(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        backs = house.inspection.call_backs
        assert await backs.look() == 0
        await house.keep([ended("c1")], [fault("a1", "c1", GAVE_UP)])
        assert await backs.look() == 1
        assert len(await backs.call_backs(state="open", limit=10)) == 1
