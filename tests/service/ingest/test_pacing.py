"""A flood is slowed at the socket; a burst is not."""

import asyncio
from datetime import UTC, datetime

from service.clock import PlayClock
from service.ingest.pacing import Pacing


async def test_real_time_and_a_minute_of_backlog_never_wait() -> None:
    clock = PlayClock(datetime(2026, 1, 1, tzinfo=UTC))
    pacing = Pacing(clock, 25)
    await pacing.took(60_000)
    for at_ms in range(20, 2_000, 20):
        clock.move_to(at_ms)
        await pacing.took(20)
    assert pacing.waits == 0


async def test_a_flood_waits_in_proportion() -> None:
    clock = PlayClock(datetime(2026, 1, 1, tzinfo=UTC))
    pacing = Pacing(clock, 1_000)
    await pacing.took(60_000)
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    await pacing.took(50_000)  # 50 s of audio more at 1000 times real time: 50 ms
    assert pacing.waits == 1
    assert loop.time() - began_s >= 0.049


async def test_every_100_ms_of_audio_the_others_get_a_turn() -> None:
    pacing = Pacing(PlayClock(datetime(2026, 1, 1, tzinfo=UTC)), 25)
    turns: list[int] = []

    async def other() -> None:
        turns.append(1)

    task = asyncio.create_task(other())
    for _ in range(4):
        await pacing.took(20)
    assert turns == []
    await pacing.took(20)
    assert turns == [1]
    await task
