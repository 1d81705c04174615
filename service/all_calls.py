"""The calls of all nodes as pages and integrators see them: ours from memory, others' by asking, old ones stored."""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from pydantic import TypeAdapter

from service.attendances import Attendances, Voice
from service.bus.bus import Bus, NoAnswerError
from service.bus.on_the_wire import LINES, VIEW
from service.call_board import CallBoard
from streaming.frames import Leg
from web.sources import (
    AnnouncedCall,
    Announcement,
    CallEvent,
    CallEventType,
    CallOverError,
    CallState,
    CallView,
    ConflictingCallError,
    NodeFullError,
    Timeline,
    TranscriptLine,
    UnknownCallError,
)
from web.supervision import Attendance, Mode

_ANNOUNCEMENT = TypeAdapter(Announcement)
_ANNOUNCED = TypeAdapter(AnnouncedCall)
_ATTENDANCE: TypeAdapter[tuple[str, Attendance]] = TypeAdapter(tuple[str, Attendance])  # and the node that says it
_VOICE: TypeAdapter[tuple[str, Voice | None]] = TypeAdapter(tuple[str, Voice | None])
_EVENT = TypeAdapter(CallEvent)
EVENTS: TypeAdapter[list[CallEvent]] = TypeAdapter(list[CallEvent])
_TIMELINE = TypeAdapter(Timeline)
_VOICES = {Mode.WHISPER: CallEventType.WHISPER, Mode.BARGE: CallEventType.BARGE}
_MOST_TOLD = 10_000
_TAKEN_LOOKS, _TAKEN_LOOK_S = 10, 0.1
_REFUSALS = {"unknown": UnknownCallError, "over": CallOverError, "full": NodeFullError}


class KeptCalls(Protocol):
    """What is needed of the store."""

    @property
    def is_shared(self) -> bool:
        """Whether other nodes use it too."""
        ...

    def save_stream(self, call_id: str, leg: Leg, stream_id: str) -> None:
        """Queue which leg a stream belongs to."""
        ...

    def save_event(self, call_id: str, event: CallEvent) -> None:
        """Queue an event of the PBX."""
        ...

    def save_call(self, call: CallView) -> None:
        """Queue a call's newest state."""
        ...

    async def words(self, call_id: str) -> list[TranscriptLine]:
        """What was said, as kept."""
        ...

    async def timeline(self, call_id: str) -> Timeline | None:
        """The levels and spans of an ended call, as kept."""
        ...

    async def running_elsewhere(self) -> list[tuple[str | None, CallView]]:
        """Calls other nodes hear."""
        ...


class Recordings(Protocol):
    """Calls that were recorded."""

    async def cut(
        self, call_id: str, from_ms: int, to_ms: int, wanted: Sequence[Leg]
    ) -> tuple[int, list[bytes]] | None:
        """A stretch of a recording; None where there is none."""
        ...


class AllCalls:
    """Fills `web.sources.Calls`. What another node hears is asked there; no answer means no such call now."""

    def __init__(self, board: CallBoard, store: KeptCalls, bus: Bus, recordings: Recordings) -> None:
        self._board, self._store, self._bus, self._recordings = board, store, bus, recordings
        self._attendances = Attendances(bus.node_id)
        self._only_told: dict[str, list[CallEvent]] = {}  # of calls of which nobody is heard here yet
        self._given: dict[str, None] = {}  # calls that other nodes hear, and we had only been told of

    async def announce(self, announcement: Announcement) -> AnnouncedCall:
        """Take a call's data, wherever the call is. Raises ConflictingCallError, NodeFullError."""
        if announcement.call_id is not None and (owner := await self.elsewhere(announcement.call_id)) is not None:
            said = _ANNOUNCEMENT.dump_json(announcement).decode()
            return _ANNOUNCED.validate_json(await self._ask(owner, announcement.call_id, "announce", said))
        announced = self._board.announce(announcement)
        if announced.created and self._store.is_shared:  # its audio may come in on another node
            for leg, stream_id in announced.stream_ids:
                self._store.save_stream(announced.call_id, leg, stream_id)
            self._store.save_call(await self._board.get(announced.call_id))
        return announced

    async def amend(self, call_id: str, announcement: Announcement) -> CallView:
        """Late or changed data, mid-call."""
        if (owner := await self.elsewhere(call_id)) is not None:
            said = _ANNOUNCEMENT.dump_json(announcement).decode()
            return VIEW.validate_json(await self._ask(owner, call_id, "amend", said))
        return self._board.amend(call_id, announcement)

    async def report(self, call_id: str, event: CallEvent) -> None:
        """An event of the PBX. Raises CallOverError."""
        if (owner := await self.elsewhere(call_id)) is not None:
            await self._ask(owner, call_id, "report", _EVENT.dump_json(event).decode())
            return
        if call_id in self._given and (owner := await self._taker(call_id)) is not None:
            await self._ask(owner, call_id, "report", _EVENT.dump_json(event).decode())
            return
        self._board.report(call_id, event)
        self._store.save_event(call_id, event)
        if self._store.is_shared and self._is_quiet(call_id):
            self._only_told.setdefault(call_id, []).append(event)
            _bound(self._only_told)

    async def attend(self, call_id: str, attendance: Attendance) -> None:
        """Show with the call how it can be stepped into and who is in by this node; one that is over is let be."""
        node_id = self._bus.node_id
        with contextlib.suppress(UnknownCallError):
            if (owner := await self.elsewhere(call_id)) is not None:
                await self._ask(owner, call_id, "attend", _ATTENDANCE.dump_json((node_id, attendance)).decode())
            else:
                self._attended(call_id, node_id, attendance)

    async def voice(self, call_id: str, mode: Mode | None, *, clean: bool) -> None:
        """A supervisor's voice is in the call by this node from now on, or none is; one that is over is let be."""
        node_id, voice = self._bus.node_id, (mode, clean) if mode is not None else None
        with contextlib.suppress(UnknownCallError):
            if (owner := await self.elsewhere(call_id)) is not None:
                await self._ask(owner, call_id, "voice", _VOICE.dump_json((node_id, voice)).decode())
            else:
                await self._spoken(call_id, node_id, voice)

    async def forget_node(self, node_id: str) -> None:
        """The node is gone: what it let into our calls is out, as far as anybody can know."""
        for call_id in self._attendances.of_node(node_id):
            changed, attendance, heard = self._attendances.without(call_id, node_id)
            with contextlib.suppress(UnknownCallError):
                self._board.attend(call_id, attendance)
                if changed:
                    await self._tell_voice(call_id, heard)

    def forget_call(self, call_id: str) -> None:
        """The call is over: nobody is in it, and nothing more is told of it."""
        self._attendances.forget(call_id)
        self._only_told.pop(call_id, None)

    @property
    def attending(self) -> frozenset[str]:
        """The nodes that have said how our calls can be stepped into."""
        return self._attendances.nodes()

    async def search(
        self, state: CallState | None, queue: str | None, limit: int, before: str | None
    ) -> list[CallView]:
        """Calls, newest first: ours, then those of other nodes as they stored them last."""
        if not self._store.is_shared:
            return await self._board.search(state, queue, limit, before)
        ours = await self._board.search(state, queue, limit, before)
        if state not in (CallState.RINGING, CallState.LIVE, CallState.HELD):
            return ours  # the store's page has the others' calls too
        others = [
            view
            for _, view in await self._store.running_elsewhere()
            if view.state is state and (queue is None or view.queue == queue) and not self._board.hears(view.call_id)
        ]
        known = {view.call_id for view in others}
        views = [*(view for view in ours if view.call_id not in known), *others]
        if before is not None:
            last = await self.get(before)
            views = [view for view in views if _newest_first(view) < _newest_first(last)]
        return sorted(views, key=_newest_first, reverse=True)[:limit]

    async def get(self, call_id: str) -> CallView:
        """One call: as its node sees it now, else as last stored."""
        owner = await self.elsewhere(call_id)
        if owner is None:
            return await self._board.get(call_id)
        try:
            return VIEW.validate_json(await self._ask(owner, call_id, "get", ""))
        except UnknownCallError:  # that node is gone, or has just forgotten the call
            return await self._board.get(call_id)

    async def transcript(self, call_id: str) -> list[TranscriptLine]:
        """What has been said, from memory, from its node, else as kept."""
        if (owner := await self.elsewhere(call_id)) is not None:
            return LINES.validate_json(await self._ask(owner, call_id, "transcript", ""))
        return self._board.transcript(call_id) or await self._store.words(call_id)

    async def timeline(self, call_id: str) -> Timeline:
        """Levels and spans: from memory, from its node, else as kept; empty where nothing is."""
        if (owner := await self.elsewhere(call_id)) is not None:
            try:
                return _TIMELINE.validate_json(await self._ask(owner, call_id, "timeline", ""))
            except UnknownCallError:  # that node is gone, or has just forgotten the call
                pass
        found = self._board.timeline(call_id)
        return found if found.legs else await self._store.timeline(call_id) or found

    async def audio(
        self, call_id: str, from_ms: int, to_ms: int, wanted: Sequence[Leg], *, bleeped: bool = False
    ) -> tuple[int, list[bytes]]:
        """16 kHz PCM of each leg: from memory here or there as far as it reaches, else from the recording."""
        if (owner := await self.elsewhere(call_id)) is not None:
            asked = json.dumps([from_ms, to_ms, [leg.value for leg in wanted], bleeped])
            return _sound_of(await self._ask(owner, call_id, "audio", asked), len(wanted))
        if self._board.hears(call_id):
            begin_ms, channels = self._board.audio(call_id, from_ms, to_ms, wanted, bleeped=bleeped)
            if channels and channels[0] and begin_ms <= from_ms:
                return begin_ms, channels
            recorded = await self._recordings.cut(call_id, from_ms, to_ms, wanted)
            return recorded if recorded is not None and recorded[1][0] else (begin_ms, channels)
        recorded = await self._recordings.cut(call_id, from_ms, to_ms, wanted)
        return recorded if recorded is not None else (from_ms, [b"" for _ in wanted])

    # --- other nodes -------------------------------------------------------------------------------------------

    async def answer(self, question: bytes) -> bytes:
        """What another node asks of a call that we hear; refusals are answered in words."""
        asked = json.loads(question)
        call_id, what, said = str(asked["call_id"]), str(asked["what"]), str(asked["said"])
        try:
            return b"+" + await self._answered(call_id, what, said)
        except ConflictingCallError as error:
            return b"-conflict:" + ",".join(error.fields).encode()
        except tuple(_REFUSALS.values()) as error:
            word = next(word for word, kind in _REFUSALS.items() if isinstance(error, kind))
            return b"-" + word.encode()

    async def _answered(self, call_id: str, what: str, said: str) -> bytes:
        if not self._board.hears(call_id):
            raise UnknownCallError  # it has gone since; asking on could go round in circles
        match what:
            case "announce":
                return _ANNOUNCED.dump_json(self._board.announce(_ANNOUNCEMENT.validate_json(said)))
            case "amend":
                return VIEW.dump_json(self._board.amend(call_id, _ANNOUNCEMENT.validate_json(said)))
            case "report":
                await self.report(call_id, _EVENT.validate_json(said))
                return b""
            case "attend":
                self._attended(call_id, *_ATTENDANCE.validate_json(said))
                return b""
            case "voice":
                await self._spoken(call_id, *_VOICE.validate_json(said))
                return b""
            case "give_way":
                return await self._give_way(call_id)
            case "get":
                return VIEW.dump_json(await self._board.get(call_id))
            case "transcript":
                return LINES.dump_json(self._board.transcript(call_id))
            case "timeline":
                return _TIMELINE.dump_json(replace(self._board.timeline(call_id), alerts=()))
            case "audio":
                from_ms, to_ms, wanted, bleeped = json.loads(said)
                legs = [Leg(each) for each in wanted]
                begin_ms, channels = self._board.audio(call_id, from_ms, to_ms, legs, bleeped=bool(bleeped))
                return begin_ms.to_bytes(8, "big") + b"".join(channels)
            case _:
                raise UnknownCallError

    async def elsewhere(self, call_id: str) -> str | None:
        """The other node that hears the call now; None when we do, or nobody."""
        if self._board.hears(call_id):
            return None
        owner = await self._bus.owner(call_id)
        return None if owner == self._bus.node_id else owner

    def _is_quiet(self, call_id: str) -> bool:
        """Whether the call runs here by what its PBX says alone."""
        running = (call for call in self._board.live_calls() if call.record.call_id == call_id)
        return any(not call.ears and not call.closed for call in running)

    async def _give_way(self, call_id: str) -> bytes:
        """The call's audio comes in on the node that asks: it is that one's, with what we were told of it."""
        if not self._is_quiet(call_id):
            raise UnknownCallError
        self._board.evict(call_id)
        self._given[call_id] = None
        _bound(self._given)
        await self._bus.release([call_id])
        return EVENTS.dump_json(self._only_told.pop(call_id, []))

    async def _taker(self, call_id: str) -> str | None:
        """Who has taken the call that we have just given away."""
        for _ in range(_TAKEN_LOOKS):
            if (owner := await self.elsewhere(call_id)) is not None:
                return owner
            await asyncio.sleep(_TAKEN_LOOK_S)
        del self._given[call_id]
        return None

    def _attended(self, call_id: str, node_id: str, attendance: Attendance) -> None:
        try:
            self._board.attend(call_id, self._attendances.attend(call_id, node_id, attendance))
        except UnknownCallError:
            self._attendances.forget(call_id)
            raise
        if self._board.hears(call_id) and self._board.heard_ms(call_id) is None:  # it is over
            self._attendances.forget(call_id)

    async def _spoken(self, call_id: str, node_id: str, voice: Voice | None) -> None:
        changed, heard = self._attendances.speak(call_id, node_id, voice)
        if changed:
            await self._tell_voice(call_id, heard)

    async def _tell_voice(self, call_id: str, heard: Voice | None) -> None:
        kind = _VOICES[heard[0]] if heard is not None else CallEventType.WHISPER_END
        with contextlib.suppress(CallOverError):
            await self.report(call_id, CallEvent(kind, clean=heard is None or heard[1]))

    async def _ask(self, owner: str, call_id: str, what: str, said: str) -> bytes:
        try:
            answer = await self._bus.ask(owner, question(call_id, what, said))
        except NoAnswerError:
            raise UnknownCallError from None
        return _granted(answer)


def question(call_id: str, what: str, said: str) -> bytes:
    """What is asked of the node that hears a call."""
    return json.dumps({"call_id": call_id, "what": what, "said": said}).encode()


def _granted(answer: bytes) -> bytes:
    if answer[:1] == b"+":
        return answer[1:]
    word, _, fields = answer[1:].decode().partition(":")
    if word == "conflict":
        raise ConflictingCallError(fields.split(","))
    raise _REFUSALS.get(word, UnknownCallError)


def _sound_of(answer: bytes, legs_asked: int) -> tuple[int, list[bytes]]:
    begin_ms, pcm = int.from_bytes(answer[:8], "big"), answer[8:]
    length = len(pcm) // legs_asked
    return begin_ms, [pcm[number * length : (number + 1) * length] for number in range(legs_asked)]


def _bound(calls: "dict[str, Any]") -> None:
    """Forget the oldest of too many."""
    if len(calls) > _MOST_TOLD:
        del calls[next(iter(calls))]


def _newest_first(view: CallView) -> tuple[datetime, str]:
    return view.started_at, view.call_id
