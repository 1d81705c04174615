"""What waits for one console: bounds, replacement, overflow."""

import asyncio

from web.outbox import Outbox


async def test_messages_come_in_the_order_offered() -> None:
    box = Outbox(10)
    for text in ("a", "b", "c"):
        box.offer(text)

    assert [await box.take() for _ in range(3)] == ["a", "b", "c"]


async def test_take_waits_for_a_message() -> None:
    box = Outbox(10)
    taking = asyncio.create_task(box.take())
    await asyncio.wait({taking}, timeout=0)

    box.offer("late")

    assert await taking == "late"


async def test_a_newer_message_of_the_same_key_takes_the_older_ones_place() -> None:
    box = Outbox(10)
    box.offer("partial 1", key="line", droppable=True)
    box.offer("alert")
    box.offer("partial 2", key="line", droppable=True)

    assert [await box.take(), await box.take()] == ["partial 2", "alert"]
    assert box.replaced == 1


async def test_a_full_box_drops_the_oldest_droppable_message() -> None:
    box = Outbox(2)
    box.offer("levels", key="levels", droppable=True)
    box.offer("alert 1")
    box.offer("alert 2")

    assert [await box.take(), await box.take()] == ["alert 1", "alert 2"]
    assert (box.dropped, box.overflowed) == (1, False)


async def test_a_final_in_a_partials_place_is_not_dropped_any_more() -> None:
    box = Outbox(2)
    box.offer("partial", key="line", droppable=True)
    box.offer("final", key="line")
    box.offer("alert 1")
    box.offer("alert 2")

    assert box.overflowed
    assert box.dropped == 0


async def test_a_box_full_of_what_must_not_be_lost_overflows_for_good() -> None:
    box = Outbox(2)
    for number in range(3):
        box.offer(f"alert {number}")
    box.offer("more")

    assert await box.take() is None
    assert len(box) == 0


async def test_an_overflow_wakes_the_reader() -> None:
    box = Outbox(2)
    taking = asyncio.create_task(box.take())
    await asyncio.wait({taking}, timeout=0)

    box.overflow()

    assert await taking is None
