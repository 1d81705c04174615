"""What may be asked of the calls this node knows: from memory what is there, the rest from the store."""

from collections.abc import Sequence

from config.privacy import Keeping
from service.board_entry import BoardEntry, newest_first, view_of_entry
from service.call_view import timeline_of
from service.leg_stream import LegStream
from service.level_track import STEP_MS
from service.live_call import LiveCall
from service.stored_calls import StoredCalls
from streaming.frames import Leg
from web.sources import CallState, CallView, Timeline, TranscriptLine, UnknownCallError


class KnownCalls:
    """The reading half of the board. Belongs to the event loop's thread."""

    def __init__(self, store: StoredCalls) -> None:
        self._store = store
        self._entries: dict[str, BoardEntry] = {}

    # --- what the web room asks --------------------------------------------------------------------------------

    async def search(
        self, state: CallState | None, queue: str | None, limit: int, before: str | None
    ) -> list[CallView]:
        """Calls, newest first: from memory what is there, the rest from the store."""
        held = {
            entry.record.call_id: view_of_entry(entry)
            for entry in self._entries.values()
            if (state is None or entry.record.state is state)
            and (queue is None or entry.record.announcement.queue == queue)
        }
        stored: list[CallView] = []
        if state in (None, CallState.ENDED):
            stored = await self._store.calls(state, queue, limit + len(held), before)
        views = [*held.values(), *(view for view in stored if view.call_id not in self._entries)]
        if before is not None:
            entry = self._entries.get(before)
            last = view_of_entry(entry) if entry is not None else await self._store.call(before)
            views = [view for view in views if last is not None and newest_first(view) < newest_first(last)]
        return sorted(views, key=newest_first, reverse=True)[:limit]

    async def get(self, call_id: str) -> CallView:
        """One call, from memory or the store."""
        if entry := self._entries.get(call_id):
            return view_of_entry(entry)
        if (stored := await self._store.call(call_id)) is None:
            raise UnknownCallError
        return stored

    def transcript(self, call_id: str) -> list[TranscriptLine]:
        """What has been said, as long as the call is in memory."""
        entry = self._entries.get(call_id)
        return entry.record.transcript.lines() if entry is not None else []

    def timeline(self, call_id: str) -> Timeline:
        """Levels and spans, as long as the call is in memory."""
        entry = self._entries.get(call_id)
        return timeline_of(entry.call) if entry is not None and entry.call is not None else Timeline(STEP_MS, (), ())

    def audio(
        self, call_id: str, from_ms: int, to_ms: int, legs: Sequence[Leg], *, bleeped: bool = False
    ) -> tuple[int, list[bytes]]:
        """16 kHz PCM of each leg, equally long, gaps as zeros, as far as memory still holds it."""
        call = self._entry(call_id).call
        if call is None:
            return from_ms, [b"" for _ in legs]
        newest_ms = call.sound.old_enough(call.now_ms) if bleeped and not call.closed else call.now_ms
        return call.sound.cut(from_ms, min(to_ms, newest_ms), legs, covered=bleeped, over=call.closed)

    def sound_to_keep(self, call_id: str, from_ms: int, to_ms: int, legs: Sequence[Leg]) -> tuple[int, list[bytes]]:
        """The same for files: numbers covered, and what nobody knows yet. Raises UnknownCallError."""
        call = self._entry(call_id).call
        if call is None:
            return from_ms, [b"" for _ in legs]
        return call.sound.cut(from_ms, min(to_ms, call.now_ms), legs, over=call.closed)

    def settled(self, call_id: str, to_ms: int) -> bool:
        """Whether it is known what was said in the call before `to_ms`; true too of a call that is over or not here."""
        entry = self._entries.get(call_id)
        return entry is None or entry.call is None or entry.call.closed or entry.call.sound.settled(to_ms)

    def heard_ms(self, call_id: str) -> int | None:
        """How far a running call has been heard; None when it is over or not here."""
        entry = self._entries.get(call_id)
        return entry.call.now_ms if entry is not None and entry.call is not None and not entry.call.closed else None

    def keeping(self, call_id: str) -> Keeping:
        """What may be kept of the call, as far as it is known here."""
        entry = self._entries.get(call_id)
        return Keeping.ALL if entry is None else entry.record.keeping

    def hears(self, call_id: str) -> bool:
        """Whether the call has begun here and is in memory."""
        entry = self._entries.get(call_id)
        return entry is not None and entry.call is not None

    def running(self) -> list[str]:
        """The calls that have begun and are not over."""
        entries = self._entries.items()
        return [call_id for call_id, entry in entries if entry.call is not None and not entry.call.closed]

    def is_ending(self, call_id: str) -> bool:
        """Whether a running call is about to be over: it is not worth moving."""
        entry = self._entries.get(call_id)
        return entry is not None and entry.call is not None and entry.call.is_ending

    # --- what runs here ---------------------------------------------------------------------------------------

    def live_calls(self) -> list[LiveCall]:
        """Every call that has begun and is in memory."""
        return [entry.call for entry in self._entries.values() if entry.call is not None]

    def streams(self) -> list[LegStream]:
        """What the sockets hold of running calls."""
        entries = [entry for entry in self._entries.values() if entry.call is not None and not entry.call.closed]
        return [stream for entry in entries for stream in entry.streams.values()]

    # --- inside ------------------------------------------------------------------------------------------------

    def _entry(self, call_id: str) -> BoardEntry:
        try:
            return self._entries[call_id]
        except KeyError:
            raise UnknownCallError from None
