"""One listener: the oldest frame goes first, un-acknowledged sound skips to live, a stuck one is closed."""

import asyncio

from web.ear import Ear
from web.listen_frame import FLAG_GAP_BEFORE, FLAG_REPLAY, decode, encode

SOUND = bytes(640)


def frame(seq: int, flags: int = 0) -> bytes:
    return encode(seq, 0.0, SOUND, SOUND, flags)


def an_ear(most_frames: int = 3, behind_ms: int = 100, stuck_ms: int = 400) -> Ear:
    return Ear("call-1", most_frames, behind_ms, stuck_ms)


def offer(ear: Ear, *seqs: int) -> None:
    for seq in seqs:
        ear.offer(seq, frame(seq))


async def taken(ear: Ear) -> tuple[int, int]:
    message = await ear.take()
    assert message is not None
    header, _, _ = decode(message)
    return header.seq, header.flags


async def test_frames_come_in_order() -> None:
    ear = an_ear()
    offer(ear, 7, 8)

    assert [await taken(ear), await taken(ear)] == [(7, 0), (8, 0)]
    assert (ear.sent, ear.dropped) == (2, 0)


async def test_the_oldest_is_dropped_and_the_gap_is_said_once() -> None:
    ear = an_ear(most_frames=2)
    offer(ear, 1, 2, 3, 4)

    assert [await taken(ear), await taken(ear)] == [(3, FLAG_GAP_BEFORE), (4, 0)]
    assert ear.dropped == 2


async def test_take_waits_for_sound() -> None:
    ear = an_ear()
    taking = asyncio.create_task(taken(ear))
    await asyncio.wait({taking}, timeout=0)

    offer(ear, 1)

    assert await taking == (1, 0)


async def test_unacknowledged_sound_is_not_added_to() -> None:
    ear = an_ear(behind_ms=100)  # 5 frames
    ear.expect_acks()
    for seq in range(10, 17):
        offer(ear, seq)
        if seq < 16:
            await taken(ear)

    offer(ear, 17)
    ear.acknowledge(15)
    offer(ear, 18)

    assert await taken(ear) == (18, FLAG_GAP_BEFORE)
    assert ear.dropped == 2


async def test_nothing_taken_for_long_makes_it_stuck() -> None:
    ear = an_ear(stuck_ms=400)  # 20 frames
    offer(ear, *range(20))
    assert not ear.stuck

    offer(ear, 20)

    await ear.until_stuck()
    assert await ear.take() is None


async def test_taking_is_progress_without_acknowledgements() -> None:
    ear = an_ear(stuck_ms=400)
    for seq in range(50):
        offer(ear, seq)
        await taken(ear)

    assert not ear.stuck


async def test_taking_alone_is_no_progress_where_acknowledgements_were_promised() -> None:
    ear = an_ear(stuck_ms=400, behind_ms=10_000)
    ear.expect_acks()
    for seq in range(20):
        offer(ear, seq)
        await taken(ear)

    offer(ear, 20)

    assert ear.stuck


async def test_acknowledging_is_progress() -> None:
    ear = an_ear(stuck_ms=400, behind_ms=10_000)
    ear.expect_acks()
    for seq in range(50):
        offer(ear, seq)
        await taken(ear)
        ear.acknowledge(seq)

    assert not ear.stuck


async def test_the_end_comes_after_what_waits() -> None:
    ear = an_ear()
    offer(ear, 1)
    ear.end("call_ended")
    offer(ear, 2)

    assert await taken(ear) == (1, 0)
    assert await ear.take() is None
    assert ear.ended == "call_ended"


async def test_the_end_wakes_the_reader() -> None:
    ear = an_ear()
    taking = asyncio.create_task(ear.take())
    await asyncio.wait({taking}, timeout=0)

    ear.end("call_ended")

    assert await taking is None


async def test_live_sound_passes_by_during_a_replay_and_is_not_counted_as_lost() -> None:
    ear = an_ear()
    offer(ear, 1)
    ear.go_away()
    offer(ear, 2)
    ear.offer_replay(frame(0, FLAG_REPLAY))

    assert await taken(ear) == (0, FLAG_REPLAY)
    ear.come_back()
    offer(ear, 3)
    assert await taken(ear) == (3, FLAG_GAP_BEFORE)
    assert ear.dropped == 0


async def test_a_replay_of_an_ended_call_is_heard_to_its_end() -> None:
    ear = an_ear()
    ear.end("call_ended")
    ear.go_away()
    ear.offer_replay(frame(0, FLAG_REPLAY))

    assert await taken(ear) == (0, FLAG_REPLAY)
    ear.offer_replay(frame(1, FLAG_REPLAY))
    ear.come_back()
    assert await taken(ear) == (1, FLAG_REPLAY)
    assert await ear.take() is None


async def test_a_replay_that_is_left_stops_at_once() -> None:
    ear = an_ear()
    ear.go_away()
    ear.offer_replay(frame(0, FLAG_REPLAY))

    ear.come_back(at_once=True)
    offer(ear, 9)

    assert await taken(ear) == (9, FLAG_GAP_BEFORE)


async def test_a_replay_is_bounded_too() -> None:
    ear = an_ear(most_frames=2)
    ear.go_away()
    for seq in range(3):
        ear.offer_replay(frame(seq, FLAG_REPLAY))

    assert await taken(ear) == (1, FLAG_REPLAY | FLAG_GAP_BEFORE)
