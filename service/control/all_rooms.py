"""Supervisors in the calls of all nodes: each is let in by the node that can, whichever node is asked.

By telephone that is the one that follows the call's PBX, by browser the one that hears the call.
"""

import asyncio
import contextlib
import json
from collections.abc import Collection, Sequence
from typing import Protocol

from ulid import ULID

from config.settings import Settings
from service.bus.bus import Answer, Bus, NoAnswerError
from service.control.far_voices import MIC, MIC_OVER, FarVoice, LentVoices, answer_mic
from service.control.feeds import PbxFeeds
from service.control.orders import (
    ELSEWHERE,
    LATE,
    NEVER_HEARD_OF,
    REFUSED,
    Order,
    done,
    granted,
    order_of,
    order_question,
    question_of,
    refused,
    views_of,
    views_said,
)
from service.control.supervisor_room import NOBODY_NAMED
from web.microphone import Microphone
from web.sources import CallOverError, CallState, CallView
from web.supervision import (
    LASTING,
    NOT_FOLLOWED,
    ControlFailedError,
    SilentNodesError,
    SupervisionView,
    UnableError,
    UnknownSupervisionError,
    Wish,
)

ATTENDED = "attended"
"""The topic on which every node hears that a call has begun elsewhere, or is over there."""
_LOOK_S = 1.0
_GRACE_S = 1.0
_NOT_DONE = "a node of this service that may have to do this does not answer; nothing was done, and nothing will be"
_PERHAPS = "a node of this service took this on and does not answer: see who is in the call before you ask again"
_IN_TIME = "the telephone system did not answer in time"


class _NobodyError(Exception):
    """All nodes have answered, and it is none's business."""


class SharedCalls(Protocol):
    """What is needed of the calls; `service.all_calls.AllCalls` is one."""

    @property
    def attending(self) -> frozenset[str]:
        """The nodes that have said how our calls can be stepped into."""
        ...

    async def get(self, call_id: str) -> CallView:
        """One call. Raises UnknownCallError."""
        ...

    async def elsewhere(self, call_id: str) -> str | None:
        """The other node that hears the call now."""
        ...

    async def forget_node(self, node_id: str) -> None:
        """The node is gone."""
        ...

    def forget_call(self, call_id: str) -> None:
        """The call is over."""
        ...


class AllRooms:
    """Fills `web.supervision.Supervising` and `web.microphone.Microphones`. Belongs to the event loop's thread.

    An order for another node is a key on the bus that one node takes before it acts, so it is done once or not at all:
    not twice, and not after whoever asked has given up and taken it back. Then it is done within a time, or undone.
    """

    def __init__(self, feeds: PbxFeeds, calls: SharedCalls, bus: Bus, settings: Settings, answer: Answer) -> None:
        """`answer` is asked what is not for us."""
        self._feeds, self._room, self._calls, self._bus = feeds, feeds.room, calls, bus
        self._answer_s, self._act_s = settings.bus.answer_s, settings.pbx.answer_s + _GRACE_S
        self._silent_s = settings.bus.lease_s
        self._otherwise = answer
        self._lent = LentVoices(feeds.browser, bus, self._silent_s)
        self._far_voices: dict[str, FarVoice] = {}

    # --- what people ask ---------------------------------------------------------------------------------------

    async def supervise(self, call_id: str, wish: Wish) -> SupervisionView:
        """Begin, change, or do at once, here or where it can be done."""
        call = await self._calls.get(call_id)
        if call.state is CallState.ENDED:
            raise CallOverError
        nodes = await self._who_can(call_id, wish)
        view = await (self._elsewhere(nodes, call_id, wish) if nodes else self._here(call_id, wish))
        await self._leave_other_way(call, wish)
        return view

    async def release(self, call_id: str, supervision_id: str, by: str) -> None:
        """The supervisor leaves, wherever it came in."""
        await self._calls.get(call_id)
        others = self._bus.others()
        if self._room.has(supervision_id) or not others:
            await self._room.release(call_id, supervision_id, by)
            return
        order = Order(_new_id(), "release", call_id, self._act_s, by, supervision_id=supervision_id)
        try:
            await self._ordered(others, order)
        except _NobodyError:
            raise UnknownSupervisionError from None

    async def running(self, call_id: str) -> Sequence[SupervisionView]:
        """Those in the call now, by any node."""
        views = list(await self._room.running(call_id))
        question = question_of("supervisors", call_id=call_id)
        asked = [self._bus.ask(node_id, question) for node_id in self._bus.others()]
        try:
            for answer in await asyncio.gather(*asked):
                views += views_of(answer[1:]) if answer[:1] == b"+" else []
        except NoAnswerError:
            raise SilentNodesError("a node of this service that may have let somebody in does not answer") from None
        return sorted(views, key=lambda view: view.since)

    # --- microphones -------------------------------------------------------------------------------------------

    async def take(self, call_id: str, supervision_id: str) -> Microphone:
        """The microphone of a supervision that was begun on any node. Raises UnknownSupervisionError."""
        others = self._bus.others()
        if self._room.has(supervision_id) or not others:
            return await self._feeds.browser.take(call_id, supervision_id)
        said = {"call_id": call_id, "supervision_id": supervision_id, "node": self._bus.node_id}
        key = _new_id()
        question = question_of("mic", act="take", key=key, **said)
        for answering in asyncio.as_completed([self._taken(node_id, question) for node_id in others]):
            if (node_id := await answering) is not None:
                voice = FarVoice(self._bus, node_id, key, self._feeds.browser.frames, self._silent_s)
                self._far_voices[key] = voice
                return voice
        raise UnknownSupervisionError

    def leave(self, supervision_id: str, voice: object) -> None:
        """The microphone's socket is over, and so is what it was for."""
        if isinstance(voice, FarVoice):
            self._far_voices.pop(voice.key, None)
            voice.leave()
        else:
            self._feeds.browser.leave(supervision_id, voice)

    async def _taken(self, node_id: str, question: bytes) -> str | None:
        with contextlib.suppress(NoAnswerError):
            return node_id if (await self._bus.ask(node_id, question))[:1] == b"+" else None
        return None

    # --- what other nodes ask and tell -------------------------------------------------------------------------

    async def answer(self, question: bytes) -> bytes:
        """What another node asks of us."""
        asked = json.loads(question)
        match asked["what"]:
            case "order":
                return await self._obey(order_of(asked["order"]))
            case "supervisors":
                return b"+" + views_said(self._room.inside(str(asked["call_id"])))
            case "mic":
                return await answer_mic(self._lent, asked)
            case _:
                return await self._otherwise(question)

    def told(self, topic: str, body: bytes) -> None:
        """News of another node: of a microphone, or of a call that begins or ends there. Raises ValueError."""
        if topic == MIC:
            self._lent.heard(body)
        elif topic == MIC_OVER:
            if (voice := self._far_voices.get(body.decode(errors="replace"))) is not None:
                voice.close()
        else:
            what, _, call_id = body.decode().partition(" ")
            if what == "over":
                if call_id not in self._feeds.followed():  # a PBX that is followed tells it itself
                    self._room.call_over(call_id)
            elif self._feeds.follows(call_id) or self._room.inside(call_id):
                self._room.tell_again(call_id)

    def begun(self, call_id: str) -> None:
        """The call is heard here from now on: whoever lets supervisors into it is to say so here."""
        self._bus.tell(ATTENDED, f"begun {call_id}".encode())

    def call_over(self, call_id: str) -> None:
        """The call that was heard here is over, and so is everything in it."""
        self._room.call_over(call_id)
        self._calls.forget_call(call_id)
        self._bus.tell(ATTENDED, f"over {call_id}".encode())

    async def run(self) -> None:
        """Look who is there, until cancelled: who comes is told our part of its calls, who goes has none any more."""
        known, missing = frozenset[str](), frozenset[str]()
        try:
            while True:
                await asyncio.sleep(_LOOK_S)
                others = self._bus.others()
                if others - known:
                    self._tell_all_again()
                gone = self._calls.attending - others - {self._bus.node_id}
                for node_id in gone & missing:  # twice in a row: its word may just have been late
                    await self._calls.forget_node(node_id)
                known, missing = others, gone
        finally:
            await self._lent.stop()

    # --- inside ------------------------------------------------------------------------------------------------

    async def _here(self, call_id: str, wish: Wish) -> SupervisionView:
        try:
            return await self._room.supervise(call_id, wish)
        except UnableError:
            if self._bus.status.failing is None or self._feeds.follows(call_id):
                raise
            raise SilentNodesError(_NOT_DONE) from None  # another node may be able to; none can be asked

    async def _elsewhere(self, nodes: Collection[str], call_id: str, wish: Wish) -> SupervisionView:
        order = Order(_new_id(), "supervise", call_id, self._act_s, wish.by, wish=wish)
        try:
            view = await self._ordered(nodes, order)
        except _NobodyError:
            if wish.browser:  # the call is on its way from node to node
                raise SilentNodesError(_NOT_DONE) from None
            raise UnableError(NOT_FOLLOWED) from None
        if view is None:
            raise ControlFailedError("another node has not said what it did")
        return view

    async def _who_can(self, call_id: str, wish: Wish) -> Collection[str]:
        """The other nodes of which one may have to do it; none where it is ours."""
        if wish.browser:
            owner = await self._calls.elsewhere(call_id) if wish.mode in LASTING else None
            return () if owner is None else (owner,)
        return () if self._feeds.follows(call_id) else self._bus.others()

    async def _leave_other_way(self, call: CallView, wish: Wish) -> None:
        """Whoever comes in by telephone leaves by browser, and the other way round, whichever nodes do it."""
        if wish.mode not in LASTING or wish.by == NOBODY_NAMED:
            return
        for view in call.supervisions:
            if view.by == wish.by and view.browser != wish.browser and view.state != "over":
                with contextlib.suppress(UnknownSupervisionError, SilentNodesError):
                    await self.release(call.call_id, view.supervision_id, wish.by)

    async def _ordered(self, nodes: Collection[str], order: Order) -> SupervisionView | None:
        """What the node says that took the order. Raises _NobodyError, SilentNodesError, and what it refuses with."""
        try:
            await self._bus.offer(order.order_id, 2 * self._answer_s)
        except NoAnswerError:
            raise SilentNodesError(_NOT_DONE) from None
        question, whole_s = order_question(order), self._answer_s + self._act_s + _GRACE_S
        asked = [asyncio.create_task(self._asked(node_id, question, whole_s)) for node_id in nodes]
        try:
            answer = await self._first_deed(order.order_id, set(asked))
        finally:
            await self._bus.take(order.order_id)  # whatever happened: from now on nobody does it
            for task in asked:
                task.cancel()
        return done(answer)

    async def _first_deed(self, order_id: str, asked: "set[asyncio.Task[bytes | None]]") -> bytes:
        loop = asyncio.get_running_loop()
        until_s, taken, silent = loop.time() + self._answer_s, False, False
        while asked:
            within_s = None if taken else max(0.0, until_s - loop.time())
            answered, asked = await asyncio.wait(asked, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
            if not answered:
                if await self._bus.take(order_id):
                    raise SilentNodesError(_NOT_DONE)
                taken = True  # somebody is at it
            for task in answered:
                answer = task.result()
                if answer is None:
                    silent = True
                elif answer not in (ELSEWHERE, NEVER_HEARD_OF):
                    return answer
        if not silent:
            raise _NobodyError
        raise SilentNodesError(_NOT_DONE if await self._bus.take(order_id) else _PERHAPS)

    async def _asked(self, node_id: str, question: bytes, within_s: float) -> bytes | None:
        """None where no answer came, or one that says nothing."""
        try:
            answer = await self._bus.ask(node_id, question, within_s)
        except NoAnswerError:
            return None
        return None if answer == LATE else answer

    async def _obey(self, order: Order) -> bytes:
        if not await self._is_ours(order):
            return ELSEWHERE
        if not await self._bus.take(order.order_id):
            return LATE
        view = None
        try:
            async with asyncio.timeout(order.act_s) as limit:
                if order.wish is None:
                    await self._room.release(order.call_id, order.supervision_id or "", order.by)
                else:
                    view = await self._room.supervise(order.call_id, order.wish)
            if view is not None and limit.expired():  # a client below may take a cancellation for its own
                with contextlib.suppress(UnknownSupervisionError):
                    await self._room.release(order.call_id, view.supervision_id, order.by)
                return refused(ControlFailedError(_IN_TIME))
        except REFUSED as error:
            return refused(error)
        except TimeoutError:
            return refused(ControlFailedError(_IN_TIME))
        return granted(view)

    async def _is_ours(self, order: Order) -> bool:
        if order.wish is None:
            return self._room.has(order.supervision_id or "")
        if order.wish.browser:
            return await self._calls.elsewhere(order.call_id) is None
        return self._feeds.follows(order.call_id)

    def _tell_all_again(self) -> None:
        for call_id in self._feeds.followed() | self._room.calls():
            self._room.tell_again(call_id)


def _new_id() -> str:
    return str(ULID()).lower()
