"""No sound without a row: what was heard lies within what was written before it."""

import pytest

from streaming.frames import FRAME_MS
from tests.fakes.desk import a_call
from tests.web.trust.known_house import KnownHouse, somebody
from web.sources import StoreUnavailableError
from web.trust.listening import ListenedStretch
from web.trust.rights import Role
from web.trust.sources import Act, Deed
from web.trust.who import Principal


class Failing(KnownHouse):
    """A ledger that can be written so many times."""

    left = 1

    async def write(self, who: Principal, deed: Deed) -> None:
        if self.left == 0:
            raise StoreUnavailableError
        self.left -= 1
        await super().write(who, deed)


async def _listen(stretch: ListenedStretch, from_ms: int, frames: int, *, replayed: bool = False) -> list[int]:
    heard = []
    for number in range(frames):
        at_ms = from_ms + number * FRAME_MS
        await stretch.covers(at_ms, replayed=replayed)
        heard.append(at_ms)
    return heard


def _covered(house: KnownHouse, act: Act) -> set[int]:
    """The frames that lie within rows written in advance."""
    rows = [deed for _, deed in house.written if deed.act is act and deed.phase != "ended"]
    return {at for deed in rows for at in range(deed.from_ms or 0, deed.to_ms or 0, FRAME_MS)}


async def test_every_frame_lies_within_a_row_written_before() -> None:
    house = KnownHouse()
    stretch = ListenedStretch(house, somebody(Role.SUPERVISOR), a_call(), step_s=1.0)

    for number in range(500):
        at_ms = 8000 + number * FRAME_MS
        await stretch.covers(at_ms, replayed=False)
        assert at_ms in _covered(house, Act.LISTEN)
    await stretch.end()

    begun, *_, ended = (deed for _, deed in house.written)
    assert (begun.phase, begun.from_ms, begun.call_id, begun.team, begun.agent_id) == (
        "begun",
        8000,
        "call-1",
        "east",
        "1007",
    )
    assert (ended.phase, ended.from_ms, ended.to_ms) == ("ended", 8000, 18000)
    assert len(house.written) <= 13


async def test_a_replay_is_a_stretch_of_its_own() -> None:
    house = KnownHouse()
    stretch = ListenedStretch(house, somebody(Role.SUPERVISOR, legs="agent"), a_call(), step_s=1.0)

    await _listen(stretch, 8000, 10)
    await _listen(stretch, 2000, 60, replayed=True)
    await _listen(stretch, 9400, 5)
    await stretch.end()

    ended = [(deed.act, deed.from_ms, deed.to_ms) for _, deed in house.written if deed.phase == "ended"]
    assert ended == [(Act.LISTEN, 8000, 8200), (Act.REPLAY, 2000, 3200), (Act.LISTEN, 9400, 9500)]
    assert {leg.value for _, deed in house.written for leg in deed.legs} == {"agent"}


async def test_a_jump_within_the_call_is_not_said_to_be_heard() -> None:
    house = KnownHouse()
    stretch = ListenedStretch(house, somebody(Role.SUPERVISOR), a_call(), step_s=1.0)

    await _listen(stretch, 0, 10)
    await _listen(stretch, 60_000, 10)
    await stretch.end()

    ended = [(deed.from_ms, deed.to_ms) for _, deed in house.written if deed.phase == "ended"]
    assert ended == [(0, 200), (60_000, 60_200)]


async def test_without_the_next_row_there_is_no_next_second() -> None:
    house = Failing()
    stretch = ListenedStretch(house, somebody(Role.SUPERVISOR), a_call(), step_s=1.0)

    heard = await _listen(stretch, 0, 1000 // FRAME_MS)
    with pytest.raises(StoreUnavailableError):
        await stretch.covers(1000, replayed=False)
    await stretch.end()

    assert set(heard) <= _covered(house, Act.LISTEN)  # the one row that could be written


async def test_without_the_first_row_there_is_no_sound() -> None:
    house = Failing()
    house.left = 0

    with pytest.raises(StoreUnavailableError):
        await ListenedStretch(house, somebody(Role.SUPERVISOR), a_call(), step_s=1.0).covers(0, replayed=False)
