"""Changes that come twice, late, out of order or not at all are handed on once and in order."""

import asyncio
import random

from hypothesis import given
from hypothesis import strategies as st

from service.bus.change_feed import ChangeFeed
from tests.service.store.examples import an_alert
from web.sources import AlertChange, StoreUnavailableError


class Ledger:
    """A store of changes that may be away."""

    def __init__(self, count: int) -> None:
        self.changes = [AlertChange(3 * number, an_alert(f"A{number}")) for number in range(1, count + 1)]
        self.away = False
        self.told: list[tuple[int | None, bool]] = []
        self.kept = count

    async def newest(self) -> int:
        return 0

    async def since(self, sequence: int, limit: int) -> list[AlertChange]:
        if self.away:
            raise StoreUnavailableError("away")
        return [change for change in self.changes[: self.kept] if (change.sequence or 0) > sequence][:limit]

    def tell(self, change: AlertChange, *, told_before: bool) -> None:
        self.told.append((change.sequence, told_before))

    def feed(self) -> ChangeFeed:
        return ChangeFeed(self.newest, self.since, self.tell)


@given(st.integers(1, 30), st.randoms(use_true_random=False))
def test_any_disorder_becomes_order(count: int, chance: random.Random) -> None:
    asyncio.run(_disorder(count, chance))


async def _disorder(count: int, chance: random.Random) -> None:
    ledger = Ledger(count)
    feed = ledger.feed()
    await feed.start()
    running = asyncio.create_task(feed.run(None))
    offers = [change for change in ledger.changes for _ in range(chance.choice((0, 1, 2)))]
    chance.shuffle(offers)
    for change in offers:
        feed.offer(change, (change.sequence or 0) - 3)
        await asyncio.sleep(0)
    feed.look()
    while len(ledger.told) < count:  # noqa: ASYNC110  # what is waited for has no event
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    running.cancel()
    assert ledger.told == [(3 * number, False) for number in range(1, count + 1)]


async def test_what_fits_goes_on_without_asking_the_store() -> None:
    ledger = Ledger(3)
    feed = ledger.feed()
    await feed.start()
    for change in ledger.changes:
        feed.offer(change, (change.sequence or 0) - 3)
    assert ledger.told == [(3, False), (6, False), (9, False)]
    assert (feed.last, feed.gaps) == (9, 0)


async def test_what_was_told_before_it_was_stored_only_moves_the_cursor() -> None:
    ledger = Ledger(1)
    feed = ledger.feed()
    await feed.start()
    feed.offer(AlertChange(None, ledger.changes[0].alert), None)
    feed.offer(ledger.changes[0], 0)
    assert ledger.told == [(None, False), (3, True)]


async def test_a_store_that_is_away_is_asked_again() -> None:
    ledger = Ledger(2)
    ledger.away = True
    feed = ledger.feed()
    await feed.start()
    running = asyncio.create_task(feed.run(0.01))
    feed.offer(ledger.changes[1], 3)
    await asyncio.sleep(0.03)
    assert ledger.told == []
    ledger.away = False
    async with asyncio.timeout(5):
        while len(ledger.told) < 2:  # noqa: ASYNC110  # what is waited for has no event
            await asyncio.sleep(0.01)
    running.cancel()


async def test_a_change_found_in_the_store_is_not_told_again_by_a_writer_that_did_not_know_yet() -> None:
    ledger = Ledger(1)
    feed = ledger.feed()
    await feed.start()
    running = asyncio.create_task(feed.run(None))
    feed.look()
    while not ledger.told:  # noqa: ASYNC110  # what is waited for has no event
        await asyncio.sleep(0)
    feed.offer(AlertChange(None, ledger.changes[0].alert), None)  # the commit took longer than its patience
    feed.offer(ledger.changes[0], 0)
    running.cancel()
    assert ledger.told == [(3, False)]
