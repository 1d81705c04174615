"""The calls of this node: announced, live, just ended; which stream belongs to which leg."""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import structlog

from alerts.alert import Alert
from config.settings import Settings
from service.board_entry import BoardCounts, BoardEntry, differing_fields, view_of_entry
from service.call_record import CallRecord, as_said
from service.clock import Clock
from service.faults import place_of
from service.known_calls import KnownCalls
from service.leg_stream import LegStream, StreamTakenError
from service.live_call import LiveCall
from service.moves import Moves
from service.moving_call import HandedCall
from service.stored_calls import StoredCalls
from streaming.frames import Leg
from web.sources import (
    AnnouncedCall,
    Announcement,
    CallEvent,
    CallState,
    CallView,
    ConflictingCallError,
    NodeFullError,
)
from web.supervision import Attendance

_log = structlog.get_logger(__name__)
_ANNOUNCED_LEGS = (Leg.AGENT, Leg.CUSTOMER, Leg.MIXED)


class UnknownStreamError(Exception):
    """Nobody announced this stream."""


class CallBoard(KnownCalls):
    """Fills `web.sources.Calls` and gives the ingest sockets their streams. Belongs to the event loop's thread."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        new_call: Callable[[CallRecord], LiveCall],
        store: StoredCalls,
        begun: Callable[[str], None] = lambda call_id: None,
    ) -> None:
        super().__init__(store)
        self.counts = BoardCounts()
        self._settings, self._clock, self._new_call = settings, clock, new_call
        self._begun = begun  # told the id of each call whose first audio or event comes
        self.find_stream: Callable[[str], Awaitable[None]] = _nowhere_else
        self.complete: Callable[[Announcement], Announcement] = as_said  # by what is known of the agent
        self.shown: Callable[[CallView, bool], None] = lambda _view, _ended: None  # what is said of a call, not heard
        self._by_stream: dict[str, tuple[str, Leg]] = {}
        self._refuses_new = False
        self.moves = Moves(clock)

    # --- what the web room asks --------------------------------------------------------------------------------

    def announce(self, announcement: Announcement) -> AnnouncedCall:
        """Take a call's data; equal content again is the same call. Raises ConflictingCallError, NodeFullError.

        Equal is what was announced first, and what the call is by now. A call whose sound came first is announced late.
        """
        call_id = announcement.call_id or str(uuid.uuid4())
        announcement = replace(announcement, call_id=call_id)
        entry = self._entries.get(call_id)
        created = entry is None
        if entry is None:
            entry = self._new_entry(announcement)
        elif (first := entry.record.first_said) is None:
            created = True
            self.amend(call_id, announcement)
        elif (differing := differing_fields(first, announcement)) and differing_fields(
            entry.record.announcement, announcement
        ):
            raise ConflictingCallError(differing)
        if created:
            entry.record.first_said = announcement
            self.shown(view_of_entry(entry), False)
        return AnnouncedCall(call_id, created, tuple(entry.stream_ids.items()))

    def amend(self, call_id: str, announcement: Announcement) -> CallView:
        """Late or changed data, mid-call."""
        entry = self._entry(call_id)
        entry.record.amend(announcement)
        view = view_of_entry(entry)
        self._store.save_call(view)
        if entry.call is None or not entry.call.closed:
            self.shown(view, False)
        return view

    def report(self, call_id: str, event: CallEvent) -> None:
        """An event of the PBX; before the first audio it makes the call live."""
        entry = self._entry(call_id)
        for stream in entry.streams.values():
            stream.catch_up()
        self._live(entry).report(event)

    def attend(self, call_id: str, attendance: Attendance) -> None:
        """How the call can be stepped into, and who is in. Raises UnknownCallError."""
        entry = self._entry(call_id)
        entry.record.abilities, entry.record.supervisions = attendance
        if entry.call is not None and not entry.call.closed:
            entry.call.show()

    def adopt(self, alert: Alert) -> None:
        """An alert as it is stored now: people may have changed it, on this node or another."""
        entry = self._entries.get(alert.call_id)
        if entry is not None and entry.call is not None:
            entry.call.adopt(alert)

    # --- other nodes -------------------------------------------------------------------------------------------

    def recall(self, announcement: Announcement, stream_ids: dict[Leg, str]) -> None:
        """A call that was announced on another node: its audio comes in here. Raises NodeFullError."""
        if announcement.call_id not in self._entries:
            self._new_entry(announcement, stream_ids).record.first_said = announcement

    def learn(self, call_id: str, announcement: Announcement, *, paused: bool = False) -> None:
        """What another node knew of a call that goes on here; what was said here counts more."""
        if (entry := self._entries.get(call_id)) is not None:
            said_here = entry.record.announcement
            entry.record.amend(announcement)
            entry.record.amend(said_here)
            entry.record.first_said = entry.record.first_said or entry.record.announcement
            if paused and entry.call is not None:
                entry.call.pause()

    def refuse_new(self) -> None:
        """The node is to stop: no further call is taken; legs of running ones are."""
        self._refuses_new = True

    def pass_on(self, call_id: str) -> HandedCall | None:
        """Hear a running call no longer; answers what another node needs to go on, if anything can."""
        entry = self._entries[call_id]
        for stream in entry.streams.values():
            stream.leave()
        if (handed := self.moves.let_go(entry.call, self._failed)) is not None:
            entry.call = None
        return handed

    def hand_over(self, call_id: str) -> None:
        """Close the sockets of a call that was passed on: they come again on another node."""
        entry = self._entries.get(call_id)
        self.evict(call_id)
        for stream in entry.streams.values() if entry is not None else ():
            stream.when_left()

    def evict(self, call_id: str) -> None:
        """Another node hears this call: let its sockets go, and say nothing more of it."""
        entry = self._entries.get(call_id)
        if entry is None:
            return
        for stream in entry.streams.values():
            stream.take_over()
        if entry.call is not None:
            entry.call.closed = True
        self._forget(call_id, entry)

    # --- what the doors ask ------------------------------------------------------------------------------------

    async def expect_stream(self, stream_id: str) -> None:
        """A stream names itself: if another node announced it, learn of it before it is claimed."""
        if stream_id not in self._by_stream:
            await self.find_stream(stream_id)

    def claim_stream(self, stream_id: str) -> LegStream:
        """The leg an announced AudioSocket stream belongs to. Raises UnknownStreamError, StreamTakenError."""
        if stream_id not in self._by_stream:
            if not self._settings.ingest.accept_unannounced:
                raise UnknownStreamError
            return self.claim_leg(stream_id, Leg.MIXED)
        call_id, leg = self._by_stream[stream_id]
        return self.claim_leg(call_id, leg)

    def claim_leg(self, call_id: str, leg: Leg, language: str | None = None, patient: bool = False) -> LegStream:
        """The leg of a call for one socket; an unknown call is made. Raises StreamTakenError, NodeFullError.

        Of a call that is made by this: its `language`, and `patient`: the sender waits for the words.
        """
        entry = self._entries.get(call_id)
        if entry is None:
            entry = self._new_entry(Announcement(call_id=call_id, language=language))
            entry.record.patient = patient
        standing = entry.streams.get(leg)
        if standing is not None and standing.attached:
            if self._clock.monotonic_ms() - standing.heard_ms < self._settings.ingest.takeover_s * 1000:
                raise StreamTakenError
            self.counts.takeovers += 1
            standing.take_over()
        if entry.record.state is CallState.ENDED:
            raise StreamTakenError
        gather_ms = self._settings.ingest.gather_ms
        stream = entry.streams[leg] = LegStream(self._live(entry), leg, self._clock, self._failed, gather_ms)
        return stream

    # --- the pulse ---------------------------------------------------------------------------------------------

    def pulse(self) -> None:
        """Ten times a second: every call's own clock; ended and silent ones are let go when their time is up."""
        now_ms = self._clock.monotonic_ms()
        self.moves.pulse()
        for call_id, entry in list(self._entries.items()):
            if entry.call is None:
                if now_ms - entry.known_ms > self._settings.ingest.announced_kept_s * 1000:
                    entry.record.ended(self._clock.now_at())
                    self.shown(view_of_entry(entry), True)
                    self._forget(call_id, entry)
                continue
            if not entry.call.closed:
                for stream in entry.streams.values():
                    stream.pulse()
                self._guarded(entry.call, entry.call.close if self._never_heard(entry) else entry.call.pulse)
                continue
            entry.gone_ms = entry.gone_ms if entry.gone_ms is not None else now_ms
            if now_ms - entry.gone_ms > self._settings.ingest.ended_kept_s * 1000:
                self._forget(call_id, entry)

    def forget_ended(self, call_ids: Sequence[str]) -> None:
        """These calls are erased; what memory still holds of those that are over goes at once."""
        for call_id in call_ids:
            entry = self._entries.get(call_id)
            if entry is not None and (entry.call is None or entry.call.closed):
                self._forget(call_id, entry)

    def close_all(self) -> None:
        """The service stops: every call is brought to its end."""
        for entry in self._entries.values():
            for stream in entry.streams.values():
                stream.catch_up()
            if entry.call is not None and not entry.call.closed:
                self._guarded(entry.call, entry.call.close)

    def forget_all(self) -> None:
        """The service has stopped: nobody asks for a call any more, and what resamples its sound is freed in order."""
        for call_id, entry in list(self._entries.items()):
            self._forget(call_id, entry)

    # --- inside ------------------------------------------------------------------------------------------------

    def _new_entry(self, announcement: Announcement, known_streams: dict[Leg, str] | None = None) -> BoardEntry:
        running = sum(1 for entry in self._entries.values() if entry.record.state is not CallState.ENDED)
        if self._refuses_new or running >= self._settings.ingest.most_calls:
            self.counts.refused_full += 1
            raise NodeFullError
        call_id = announcement.call_id or str(uuid.uuid4())
        language = announcement.language or self._settings.language
        record = CallRecord(
            announcement,
            call_id,
            str(language),
            self._clock.now_at(),
            self._settings.listening.levels_ms,
            self.complete,
            self._settings.privacy,
        )
        stream_ids = known_streams or {leg: str(uuid.uuid4()) for leg in _ANNOUNCED_LEGS}
        entry = self._entries[call_id] = BoardEntry(record, stream_ids, self._clock.monotonic_ms())
        for leg, stream_id in stream_ids.items():
            self._by_stream[stream_id] = (call_id, leg)
        self.counts.announced += 1
        return entry

    def _live(self, entry: BoardEntry) -> LiveCall:
        if entry.call is None:
            if self._refuses_new:
                raise NodeFullError
            call = entry.call = self._new_call(entry.record)
            self._guarded(call, lambda: self.moves.take_up(call))
            self._begun(entry.record.call_id)
        return entry.call

    def _never_heard(self, entry: BoardEntry) -> bool:
        """A call without any audio that is over or has been waited for long enough.

        One that nobody announced is over when the sockets that made it have been gone for as long as one may return.
        """
        if entry.call is None or entry.call.ears:
            return False
        if (hung_up_at := entry.record.hung_up_at) is not None:
            over_ms = (self._clock.now_at() - hung_up_at).total_seconds() * 1000
            return over_ms > self._settings.detection.hang_up.decide_ms
        if entry.record.first_said is None and not any(stream.attached for stream in entry.streams.values()):
            heard_ms = max((stream.heard_ms for stream in entry.streams.values()), default=entry.known_ms)
            return self._clock.monotonic_ms() - heard_ms > self._settings.ingest.return_s * 1000
        return self._clock.monotonic_ms() - entry.known_ms > self._settings.ingest.announced_kept_s * 1000

    def _forget(self, call_id: str, entry: BoardEntry) -> None:
        del self._entries[call_id]
        if entry.call is not None:
            entry.call.release()
        for stream_id in entry.stream_ids.values():
            self._by_stream.pop(stream_id, None)

    def _guarded(self, call: LiveCall, act: Callable[[], None]) -> None:
        """One bad call never ends another: a fault of ours ends that call's analysis, counted and logged."""
        try:
            act()
        except Exception as error:  # noqa: BLE001  # the boundary between calls; the kind of error is logged
            self._failed(call, error)

    def _failed(self, call: LiveCall, error: Exception) -> None:
        self.counts.failed_calls += 1
        call.closed = True
        _log.error(
            "call analysis failed",
            call_id=call.record.call_id,
            error=type(error).__name__,
            place=place_of(error),
        )


async def _nowhere_else(stream_id: str) -> None:
    """There are no other nodes."""
