"""Whatever happens in whatever order, at the end nothing of ours is left at the PBX, and no call was harmed."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from service.control.feeds import PbxFeeds
from tests.service.control.pbx_bench import KINDS, Bench, at_hand, serving
from tests.service.control.test_tapping import _CARRIED, _streams
from web.sources import CallOverError, UnknownCallError
from web.supervision import ControlFailedError, Mode, SupervisionView, UnableError, Wish

_SHORT_S = 0.02
_PARTS = {"asterisk_ari": 3, "asterisk_ami": 1, "freeswitch_esl": 0}  # of a leg's tap, as things of their own
_ANSWERS = (UnableError, ControlFailedError, CallOverError, UnknownCallError)


class _Machine(RuleBasedStateMachine):
    """One PBX, one Earshot that comes and goes, people who telephone, and a network that fails."""

    kind = ""
    happened: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.calls: list[tuple[str, str]] = []
        self.ended: set[str] = set()
        self.taken: set[str] = set()
        self.up = True
        self.asking: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[Any, Any, Any], pause_s: float = _SHORT_S) -> Any:
        """Do it, and let things happen for a moment."""

        async def both() -> Any:
            done = await work
            await asyncio.sleep(pause_s)
            return done

        return self.loop.run_until_complete(both())

    @initialize()
    def begin(self) -> None:
        """A PBX is there, and followed."""
        self.happened["runs"] += 1
        self.pbx = at_hand(self.kind)
        self.run(self.pbx.wire.__aenter__())
        self._start()

    def _start(self) -> None:
        self.serving = serving(self.kind, self.pbx, taps=_CARRIED[self.kind])
        self.bench: Bench = self.run(self.serving.__aenter__())

    def _stop(self) -> None:
        self.run(self.serving.__aexit__(None, None, None))

    @property
    def feeds(self) -> PbxFeeds:
        """Ours, as it runs now."""
        return self.bench.feeds

    @rule()
    def somebody_calls(self) -> None:
        """A customer and an agent."""
        self.happened["somebody_calls"] += 1
        self.calls.append(self.run(self.pbx.call()))

    @precondition(lambda self: self.calls)
    @rule(which=st.integers(0, 9), by_agent=st.booleans())
    def somebody_hangs_up(self, which: int, by_agent: bool) -> None:
        """At any moment."""
        self.happened["somebody_hangs_up"] += 1
        call = self.calls[which % len(self.calls)]
        self.run(self.pbx.hang_up(call[int(by_agent)]))
        self.ended.add(call[0])

    @precondition(lambda self: self.calls)
    @rule(which=st.integers(0, 9), attended=st.booleans())
    def an_agent_hands_over(self, which: int, attended: bool) -> None:
        """To another one, who takes it."""
        number = which % len(self.calls)
        customer, agent = self.calls[number]
        if customer in self.ended:
            return
        self.happened["an_agent_hands_over"] += 1
        if attended:
            other = self.run(self.pbx.transfer(agent))
        else:
            other = self.run(self.pbx.hand_over(agent))
            self.run(self.pbx.take_up(customer, other))
        self.calls[number] = (customer, other)

    @precondition(lambda self: self.calls)
    @rule(which=st.integers(0, 9), mode=st.sampled_from([Mode.LISTEN, Mode.WHISPER]), attended=st.booleans())
    def a_supervised_call_is_handed_over(self, which: int, mode: Mode, attended: bool) -> None:
        """With whoever is in it, and one more, who has picked up if nothing kept the telephone from ringing."""
        self.happened["a_supervised_call_is_handed_over"] += 1
        self.a_supervisor_asks(which, mode, 1)
        self.a_telephone_is_picked_up(which)
        self.an_agent_hands_over(which, attended)

    @precondition(lambda self: self.calls)
    @rule(which=st.integers(0, 9), mode=st.sampled_from([Mode.LISTEN, Mode.WHISPER, Mode.BARGE]), who=st.integers(1, 3))
    def a_supervisor_asks(self, which: int, mode: Mode, who: int) -> None:
        """New, or another mode; nobody waits for the answer."""
        self.happened["a_supervisor_asks"] += 1
        call_id = self.calls[which % len(self.calls)][0]

        async def ask() -> None:
            try:
                await self.feeds.room.supervise(call_id, Wish(mode, "local", f"200{who}"))
            except _ANSWERS:
                return

        async def begin() -> None:
            task = asyncio.get_running_loop().create_task(ask())
            self.asking.add(task)
            task.add_done_callback(self.asking.discard)

        self.run(begin())

    @rule(which=st.integers(0, 9))
    def a_telephone_is_picked_up(self, which: int) -> None:
        """Any that rings."""
        self.happened["a_telephone_is_picked_up"] += 1
        phones = sorted(self.pbx.phones())
        if phones:
            self.run(self.pbx.answer(phones[which % len(phones)]))

    @rule(which=st.integers(0, 9))
    def a_supervisor_hangs_up(self, which: int) -> None:
        """Any of them."""
        self.happened["a_supervisor_hangs_up"] += 1
        phones = sorted(self.pbx.phones())
        if phones:
            self.run(self.pbx.hang_up(phones[which % len(phones)]))

    @rule(which=st.integers(0, 9))
    def a_supervisor_is_let_go(self, which: int) -> None:
        """By the interface."""
        self.happened["a_supervisor_is_let_go"] += 1
        views = list(self.feeds.room._running.values())
        if views:
            view = views[which % len(views)]
            self.run(self.feeds.room._let_go(view, "local"))

    @rule(times=st.integers(1, 4))
    def the_pbx_refuses(self, times: int) -> None:
        """The next things that are wanted of it, half way through whatever it is."""
        self.happened["the_pbx_refuses"] += 1
        self.pbx.refuse(times)

    @rule(times=st.integers(1, 2))
    def answers_are_lost(self, times: int) -> None:
        """It is done, and we do not hear of it."""
        self.happened["answers_are_lost"] += 1
        self.pbx.wire.lose = times

    @rule()
    def the_link_breaks(self) -> None:
        """And is made again at once."""
        self.happened["the_link_breaks"] += 1
        self.pbx.wire.drop()
        self.run(asyncio.sleep(0))

    @precondition(lambda self: self.up)
    @rule()
    def the_network_goes(self) -> None:
        """Until it comes back."""
        self.happened["the_network_goes"] += 1
        self.run(self.pbx.wire.stop())
        self.up = False

    @precondition(lambda self: not self.up)
    @rule()
    def the_network_comes_back(self) -> None:
        """On the same port."""
        self.happened["the_network_comes_back"] += 1
        self.run(self.pbx.wire.__aenter__(), 0.1)
        self.up = True

    @precondition(lambda self: self.up)
    @rule(killed=st.booleans())
    def we_restart(self, killed: bool) -> None:
        """Killed, or in good order."""
        self.happened["we_restart"] += 1
        self.pbx.wire.lose = 0
        if killed:
            self.feeds.followers["lab"].linked = False
        self._stop()
        self._start()

    @rule(ms=st.sampled_from([100, 2_500]))
    def time_passes(self, ms: int) -> None:
        """For verdicts."""
        self.happened["time_passes"] += 1
        self.bench.clock.move_to(self.bench.clock.monotonic_ms() + ms)
        self.run(asyncio.sleep(0.1))

    def teardown(self) -> None:
        """The dust settles: what lives is tapped and nothing else is ours; every call ends: nothing at all."""
        if not hasattr(self, "pbx"):
            self.loop.close()
            return
        try:
            self.pbx.refuse(0)
            self.pbx.wire.lose = 0
            if not self.up:
                self.run(self.pbx.wire.__aenter__())
            self.run(self._settled(), 0.3)
            self.run(self.bench.until(lambda: not self.pbx.ours()))  # what was on its way came, and went
            self._stop()
        finally:
            self.run(self.pbx.wire.stop())
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()

    def _hears_or_is_out(self, view: SupervisionView, agent: str) -> bool:
        """Whoever is in the call hears the agent of now; one that rings, or is out, does not."""
        now = self.feeds.room._running.get(view.supervision_id)
        return now is None or now.state == "starting" or bool(self.pbx.voice(agent))

    async def _settled(self) -> None:
        await self.bench.linked()
        living = [call for call in self.calls if call[0] not in self.ended]
        for customer, agent in living:
            assert self.pbx.talking_with(customer) == {agent}, "a call was harmed"
        agent_of = dict(living)
        for view in [each for each in self.feeds.room._running.values() if each.call_id in agent_of]:
            await self.bench.later(lambda: self._hears_or_is_out(view, agent_of[view.call_id]))  # noqa: B023  # asked at once
        for view in list(self.feeds.room._running.values()):
            await self.feeds.room._let_go(view, "local")
        await self.bench.later(lambda: {each for call in living for each in call} == set(_streams(self.bench)))
        await self.bench.until(lambda: all(len(streams) == 1 for streams in _streams(self.bench).values()))
        await self.bench.until(lambda: len(self.pbx.ours()) == _PARTS[self.kind] * 2 * len(living))
        for customer, _ in living:
            await self.pbx.hang_up(customer)
        await self.bench.later(lambda: not self.pbx.ours())


def explore(kind: str, examples: int, steps: int, happened: Counter[str] | None = None) -> None:
    """So many runs of so many steps; raises what was found, and counts what happened."""
    run_state_machine_as_test(
        type("Machine", (_Machine,), {"kind": kind, "happened": happened if happened is not None else Counter()}),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_behind_in_any_order_of_failures(kind: str) -> None:
    explore(kind, examples=4, steps=15)
