"""Other nodes' calls: taken over when their audio comes in here, shown here, ended when their node is gone."""

import asyncio
import contextlib
from typing import Protocol

import structlog

from config.settings import Settings
from service.all_calls import EVENTS, question
from service.bus.bus import Bus, Ears, NoAnswerError
from service.bus.change_feed import ChangeFeed
from service.bus.on_the_wire import FLOOR, LEVELS, LINE, LISTENERS, FloorNews, call_of_news, sound_of_news
from service.call_board import CallBoard
from service.clock import Clock
from service.control.all_rooms import ATTENDED
from service.moving_call import HANDED_OVER, handed_of_news
from streaming.frames import Leg
from web.audience import Audience
from web.floor import AgentNews, Floor
from web.sources import (
    AlertChange,
    Announcement,
    CallEvent,
    CallState,
    CallView,
    NodeFullError,
    StoreUnavailableError,
    UnknownCallError,
)

_log = structlog.get_logger(__name__)
_LOOK_S = 0.25  # so soon a console hears and sees another node's call after it asked for it
_CLAIM_AGAIN_S = 0.25
_FLOOR = "floor"  # followed by every node: a wallboard that comes later must know it too
_LISTENERS = "listeners"  # followed by every node too
_LISTENERS_AGAIN_S = 2.0  # said again so often while there are any
_LISTENERS_GOOD_S = 7.0  # a node that has not said it for so long has none


class SharedCalls(Protocol):
    """What is needed of the store that all nodes share."""

    @property
    def is_shared(self) -> bool:
        """Whether there can be other nodes."""
        ...

    async def call(self, call_id: str) -> CallView | None:
        """A call as last stored."""
        ...

    async def running_elsewhere(self) -> list[tuple[str | None, CallView]]:
        """Calls other nodes hear or heard last."""
        ...

    async def end_lost_calls(self, lost: list[tuple[str, str | None]]) -> None:
        """End calls whose node is gone."""
        ...

    async def leg_of_stream(self, stream_id: str) -> tuple[str, Leg] | None:
        """Call and leg of an announced stream."""
        ...

    async def streams_of(self, call_id: str) -> dict[Leg, str]:
        """The streams announced for a call."""
        ...


class FarSupervisors(Protocol):
    """Who lets supervisors of other nodes in; `service.control.all_rooms.AllRooms` is one."""

    def told(self, topic: str, body: bytes) -> None:
        """News of another node. Raises ValueError."""
        ...

    def begun(self, call_id: str) -> None:
        """The call is heard here from now on."""
        ...


class Neighbours(Ears):
    """Takes what comes over the bus, and looks after calls that move from node to node."""

    def __init__(
        self,
        settings: Settings,
        board: CallBoard,
        store: SharedCalls,
        bus: Bus,
        audience: Audience,
        feed: ChangeFeed,
        floor: Floor,
        clock: Clock,
    ) -> None:
        self._settings, self._board, self._store = settings, board, store
        self._bus, self._audience, self._feed, self._clock = bus, audience, feed, clock
        self._floor = floor
        self._settling: set[asyncio.Task[None]] = set()
        self._shown: set[str] = set()  # others' calls that are running as far as we were told
        self._missing: set[str] = set()  # running calls that had no node when last looked at
        self._told_listeners: dict[str, tuple[str | None, ...]] = {}
        self._tell_listeners_s = 0.0
        self.not_understood = 0
        self.supervisors: FarSupervisors | None = None

    # --- what comes over the bus -------------------------------------------------------------------------------

    def changed(self, change: AlertChange, after: int) -> None:
        """A stored change of another node."""
        self._feed.offer(change, after)

    def told(self, topic: str, body: bytes) -> None:
        """News of another node's call, for the people on this one."""
        kind, _, call_id = topic.partition(":")
        try:
            match kind:
                case "calls":
                    self._show(*call_of_news(body))
                case "levels":
                    self._audience.publish_levels(LEVELS.validate_json(body))
                case "transcript":
                    self._audience.publish_transcript(LINE.validate_json(body))
                case "sound":
                    self._audience.hear(call_id, *sound_of_news(body))
                case "handed":
                    self._board.moves.expect(handed_of_news(body))
                case "floor":
                    self._learn_floor(FLOOR.validate_json(body))
                case "listeners":
                    node_id, calls = LISTENERS.validate_json(body)
                    self._audience.learn_listeners(node_id, calls, _now_s() + _LISTENERS_GOOD_S)
                case "attended" | "mic" | "mic_over" if self.supervisors is not None:
                    self.supervisors.told(kind, body)
                case _:
                    self.not_understood += 1
        except ValueError:  # of a node of another version
            self.not_understood += 1

    def tell_floor(self, news: FloorNews) -> None:
        """What the PBX said here of an agent or a queue, for the wallboards of all nodes."""
        if self._bus.is_followed(_FLOOR):
            self._bus.tell(_FLOOR, FLOOR.dump_json(news))

    def _learn_floor(self, news: FloorNews) -> None:
        if isinstance(news, AgentNews):
            self._floor.agent(news)
        else:
            self._floor.queue(news)

    def reachable(self, reachable: bool) -> None:
        """Other nodes are in reach again, or no more: the pages say so, and what was missed is looked up."""
        self._audience.publish_banner("bus", active=not reachable)
        if reachable:
            self._feed.look()

    # --- calls that come here ----------------------------------------------------------------------------------

    async def find_stream(self, stream_id: str) -> None:
        """A stream nobody announced here: perhaps it was on another node."""
        if not self._store.is_shared:
            return
        try:
            found = await self._store.leg_of_stream(stream_id)
            view = None if found is None else await self._store.call(found[0])
            if view is not None:
                self._board.recall(_announcement_of(view), await self._store.streams_of(view.call_id))
        except (StoreUnavailableError, NodeFullError):
            _log.warning("a stream of another node could not be looked up")

    def begun(self, call_id: str) -> None:
        """A call's first audio: make it ours, or let it go to whoever has it."""
        if self._store.is_shared:
            task = asyncio.get_running_loop().create_task(self._settle(call_id))
            self._settling.add(task)
            task.add_done_callback(self._settling.discard)

    async def _settle(self, call_id: str) -> None:
        loop = asyncio.get_running_loop()
        patient_until_s = loop.time() + 2 * self._settings.bus.lease_s  # its node may just have died
        told: list[CallEvent] = []
        while (holder := await self._bus.claim(call_id)) != self._bus.node_id:
            told = told or await self._ask_for(call_id, holder)
            if loop.time() >= patient_until_s:
                _log.warning("a call is heard by another node already; its audio here is let go", call_id=call_id)
                self._board.evict(call_id)
                return
            await asyncio.sleep(_CLAIM_AGAIN_S)
        with contextlib.suppress(UnknownCallError):
            for event in told:
                self._board.report(call_id, event)
        if self.supervisors is not None:
            self.supervisors.begun(call_id)
        try:
            view = await self._store.call(call_id)
        except StoreUnavailableError:
            return
        if view is not None:
            self._board.learn(call_id, _announcement_of(view), paused=view.paused)

    async def _ask_for(self, call_id: str, holder: str) -> list[CallEvent]:
        """A node that was only told of the call gives it to us, who hear it, with what it was told."""
        try:
            answer = await self._bus.ask(holder, question(call_id, "give_way", ""))
            return EVENTS.validate_json(answer[1:]) if answer[:1] == b"+" else []
        except (NoAnswerError, ValueError):
            return []

    # --- looking after -----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled: say what is followed and heard here, and end calls whose node is gone."""
        sweep_every = max(1, round(self._settings.bus.lease_s / 2 / _LOOK_S))
        turn = 0
        while True:
            self._bus.hold(frozenset(call.record.call_id for call in self._board.live_calls()))
            self._bus.follow(self._audience.followed() | {_FLOOR, _LISTENERS, HANDED_OVER, ATTENDED})
            self._tell_listeners()
            turn += 1
            if self._store.is_shared and turn % sweep_every == 0:
                try:
                    await self._sweep()
                except (StoreUnavailableError, UnknownCallError):
                    self._missing = set()
            await asyncio.sleep(_LOOK_S)

    def _tell_listeners(self) -> None:
        """Who listens here, when that changes and again and again; nodes that fall silent are forgotten."""
        now_s, listeners = _now_s(), self._audience.listeners_here()
        if listeners != self._told_listeners or (listeners and now_s >= self._tell_listeners_s):
            self._told_listeners, self._tell_listeners_s = listeners, now_s + _LISTENERS_AGAIN_S
            self._bus.tell(_LISTENERS, LISTENERS.dump_json((self._bus.node_id, listeners)))
        self._audience.forget_silent_nodes(now_s)

    async def _sweep(self) -> None:
        running = {
            view.call_id: (node_id, view)
            for node_id, view in await self._store.running_elsewhere()
            if not self._board.hears(view.call_id)
        }
        missing = set(await self._bus.lost(list(running)))
        lost = [call_id for call_id in missing & self._missing if self._is_over(running[call_id][1])]
        self._missing = missing  # twice in a row without a node, half a lease apart: it is not just coming back
        if lost:
            await self._store.end_lost_calls([(call_id, running[call_id][0]) for call_id in lost])
            _log.warning("calls of a node that is gone were ended", calls=len(lost))
        for call_id in self._shown - running.keys() | set(lost):
            await self._show_end(call_id)
        self._shown = set(running) - set(lost)

    def _is_over(self, view: CallView) -> bool:
        """A call that is only announced waits for its audio, on whichever node."""
        waited_s = (self._clock.now_at() - view.started_at).total_seconds()
        return view.state is not CallState.RINGING or waited_s > self._settings.ingest.announced_kept_s

    async def _show_end(self, call_id: str) -> None:
        view = await self._store.call(call_id)
        if view is not None and view.state is CallState.ENDED:
            self._audience.publish_call_ended(view)

    def _show(self, view: CallView, ended: bool) -> None:
        if ended:
            self._shown.discard(view.call_id)
            self._audience.publish_call_ended(view)
        else:
            self._shown.add(view.call_id)
            self._audience.publish_call(view)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _announcement_of(view: CallView) -> Announcement:
    """What is known of a call, as if it were announced here."""
    return Announcement(
        call_id=view.call_id,
        direction="inbound" if view.direction == "inbound" else "outbound" if view.direction == "outbound" else None,
        language=view.language,
        queue=view.queue,
        team=view.team,
        site=view.site,
        agent=view.agent,
        customer_number=view.customer_number,
        started_at=view.started_at,
        metadata=view.metadata,
        consent=view.consent,
    )
