"""A place in a call played again: real time, own numbers, the replay flag."""

import pytest

from streaming.frames import Leg
from tests.fakes.desk import FakeCalls, a_call, tone
from web.listen_frame import FLAG_REPLAY, decode
from web.replay import replay
from web.sources import UnknownCallError


class Pace:
    """Notes when each frame was due, and waits for nothing."""

    def __init__(self) -> None:
        self.due_ms: list[int] = []

    async def sleep_until_ms(self, played_ms: int) -> None:
        self.due_ms.append(played_ms)


async def test_frames_come_at_real_time_until_now() -> None:
    call, pace = a_call(duration_ms=5000), Pace()

    frames = [decode(frame) async for frame in replay(FakeCalls(call), call, 1000, 500_000.0, pace.sleep_until_ms)]

    headers = [header for header, _, _ in frames]
    assert [header.seq for header in headers] == list(range(200))
    assert {header.flags for header in headers} == {FLAG_REPLAY}
    assert [header.captured_ms for header in headers[:3]] == [501_000, 501_020, 501_040]
    assert frames[0][1:] == (tone(Leg.AGENT, 50, 440).pcm_s16le, tone(Leg.CUSTOMER, 50, 700).pcm_s16le)
    assert pace.due_ms[:2] == [-60, -40]
    assert pace.due_ms[-2:] == [199 * 20 - 60, 200 * 20]


async def test_a_place_that_is_gone_begins_with_the_oldest_kept() -> None:
    call = a_call(duration_ms=5000)
    calls = FakeCalls(call)
    calls.kept_from_ms = 4000

    frames = [decode(frame)[0] async for frame in replay(calls, call, 0, 0.0, Pace().sleep_until_ms)]

    assert (len(frames), frames[0].captured_ms) == (50, 4000)


async def test_an_unknown_call_is_said_at_once() -> None:
    with pytest.raises(UnknownCallError):
        await anext(replay(FakeCalls(), a_call(), 0, 0.0, Pace().sleep_until_ms))


async def test_a_call_of_which_nothing_is_kept_ends_at_once() -> None:
    call = a_call(duration_ms=5000)
    calls = FakeCalls(call)
    calls.kept_from_ms = 9000

    assert [frame async for frame in replay(calls, call, 0, 0.0, Pace().sleep_until_ms)] == []
