"""Every tier on a node of its own, and the peer beside them: thoroughly, or quickly against a deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

from service.bench.bed import PEER, Bed, Plan, TrialTimes, Watcher, opened_bed
from service.bench.driver_link import DriverError, running_driver
from service.bench.outcome import Capacity, Outcome
from service.bench.quick_guess import QuickGuess
from service.bench.search import Rhythm, largest
from service.bench.trial import Trial
from web.sources import Tier

_FIRST_CALLS = {Tier.FULL: 2, Tier.SPOTTING: 4, Tier.ACOUSTIC: 16, PEER: 1}  # per core
_THOROUGH = Rhythm(coarse_s=30, fine_s=60, confirmations=3)
_WARM_UP_S = 15.0
_SPREAD_S, _SETTLE_S = 5.0, 5.0  # of a thorough trial
_QUICK = TrialTimes(spread_s=1.0, settle_s=1.0, window_s=3.0)
_QUICK_TRIAL_S = 6.5  # with hanging up
_USABLE = 0.9  # of the processor: above it queues grow


async def thorough(plan: Plan, watcher: Watcher) -> Outcome:
    """Search every tier, then the peer. Raises NodeStartError, DriverError, TimeoutError."""
    return await _one_after_the_other(plan, watcher, _searched)


async def fixed(plan: Plan, watcher: Watcher, calls: int, seconds: float) -> Outcome:
    """The same number of calls in every tier, once; held or not, these are its figures. Raises as `thorough` does."""
    return await _one_after_the_other(plan, watcher, lambda bed: _played_once(bed, calls, seconds))


async def quick(plan: Plan, watcher: Watcher, until_s: float) -> Outcome:
    """A few short trials of everything by turns, over at `until_s` (monotonic). Raises as `thorough` does."""
    async with AsyncExitStack() as stop:
        async with asyncio.timeout(until_s - time.monotonic()):
            driver = await stop.enter_async_context(running_driver(plan.own_sentences))
            beds = await asyncio.gather(
                *(stop.enter_async_context(opened_bed(plan, name, driver, watcher)) for name in plan.names)
            )
        outcome = await _quick_rounds(beds, until_s)
        for bed in beds:
            bed.dismiss()
    return outcome


async def _one_after_the_other(plan: Plan, watcher: Watcher, judge: Callable[[Bed], Awaitable[Capacity]]) -> Outcome:
    found: dict[str, Capacity] = {}
    async with running_driver(plan.own_sentences) as driver:
        for name in plan.names:
            try:
                async with opened_bed(plan, name, driver, watcher) as bed:
                    found[name] = await judge(bed)
            except DriverError as error:
                found[name] = Capacity(
                    0, 1, (), reason=f"could not be played: {error}", failed=True
                )  # what was found stays
    peer = found.pop(PEER, None)
    return Outcome(found, peer, quick=False, composed=plan.graphs_dir is not None)


async def _quick_rounds(beds: Sequence[Bed], until_s: float) -> Outcome:
    guesses = {bed.name: QuickGuess(_FIRST_CALLS[bed.name] * bed.cores) for bed in beds}
    failed: dict[str, Capacity] = {}
    while any(guess.next is not None for guess in guesses.values()):
        for bed in beds:
            calls = guesses[bed.name].next
            if calls is None:
                continue
            if time.monotonic() + _QUICK_TRIAL_S > until_s:
                return _quick_outcome(beds, guesses, failed)
            try:
                trial = await bed.play(calls, _QUICK)
            except DriverError as error:
                failed[bed.name] = Capacity(0, bed.cores, (), reason=f"could not be played: {error}", failed=True)
                guesses[bed.name].next = None
                continue
            bed.trials[calls] = [trial]
            held = not trial.shortfalls(bed.target)
            guesses[bed.name].note(calls, held=held, most_by_cpu=_most_by_cpu(trial, bed.cores))
    return _quick_outcome(beds, guesses, failed)


def _quick_outcome(beds: Sequence[Bed], guesses: dict[str, QuickGuess], failed: dict[str, Capacity]) -> Outcome:
    found = {
        bed.name: bed.capacity(guesses[bed.name].found)
        if bed.trials
        else Capacity(0, bed.cores, (), reason="there was no time left for it")
        for bed in beds
    } | failed
    peer = found.pop(PEER, None)
    return Outcome(found, peer, quick=True, composed=any(bed.plan.graphs_dir is not None for bed in beds))


def _most_by_cpu(trial: Trial, cores: int) -> float | None:
    if trial.cpu.total_s <= 0:
        return None
    return _USABLE * cores * trial.calls * trial.cpu.window_s / trial.cpu.total_s


async def _searched(bed: Bed) -> Capacity:
    first = _FIRST_CALLS[bed.name] * bed.cores
    await _warm_up(bed, first, _WARM_UP_S)

    async def holds(calls: int, seconds: float, trials: int) -> bool:
        return await bed.holds(calls, TrialTimes(_SPREAD_S, _SETTLE_S, seconds), trials)

    return bed.capacity(await largest(first, _THOROUGH, holds))


async def _played_once(bed: Bed, calls: int, seconds: float) -> Capacity:
    await _warm_up(bed, calls, min(seconds, _WARM_UP_S))
    trial = await bed.play(calls, TrialTimes(_SPREAD_S, _SETTLE_S, seconds))
    return Capacity(calls, bed.cores, (trial,), limit=tuple(trial.shortfalls(bed.target)))


async def _warm_up(bed: Bed, calls: int, seconds: float) -> None:
    """Not judged: the first speakers would find cold recognisers."""
    if bed.name != Tier.ACOUSTIC:
        await bed.play(calls, TrialTimes(_SPREAD_S, 0, seconds))
