"""One socket's hold on one leg of a call, from the first byte to its close or its takeover."""

from collections.abc import Callable

from service.clock import Clock
from service.live_call import LiveCall
from streaming.frames import Leg, Party
from streaming.wire.events import AudioReceived
from web.sources import CallEvent, CallEventType, CallOverError


class StreamTakenError(Exception):
    """The leg has a living socket already, or its call has ended."""


class LegStream:
    """What an ingest socket holds. After a takeover or a failed call it swallows audio and harms nobody."""

    def __init__(self, call: LiveCall, leg: Leg, clock: Clock, failed: Callable[[LiveCall, Exception], None]) -> None:
        self.call, self.leg = call, leg
        self.attached = True
        self.taken_over = False
        self.heard_ms = clock.monotonic_ms()
        self._clock, self._failed = clock, failed

    def hear(self, audio: AudioReceived) -> None:
        """Audio of the leg. Never raises: a fault in the analysis ends that call's analysis alone."""
        self.heard_ms = self._clock.monotonic_ms()
        if not self.attached or self.call.closed:
            return
        try:
            self.call.hear(self.leg, audio.pcm_s16le, audio.rate_hz)
        except Exception as error:  # noqa: BLE001  # the boundary between calls; counted and logged by the board
            self._failed(self.call, error)

    def lost(self, length_ms: int) -> None:
        """So much of the leg did not come, by the sender's own word or numbering."""
        self._act(lambda: self.call.lost(self.leg, length_ms))

    def flush(self) -> None:
        """The words of what has come are wanted now."""
        self._act(lambda: self.call.flush(self.leg))

    def report(self, kind: CallEventType) -> None:
        """An event that came on the audio socket."""
        self._act(lambda: self.call.report(CallEvent(kind, self.leg)))

    def _act(self, act: Callable[[], None]) -> None:
        if not self.attached or self.call.closed:
            return
        try:
            act()
        except Exception as error:  # noqa: BLE001  # as in `hear`
            self._failed(self.call, error)

    def end(self, explicit: bool, party: Party | None = None) -> None:
        """The socket is over. `party` is who ended the call, where the sender says so."""
        if not self.attached:
            return
        self.attached = False
        try:
            self.call.leg_ended(self.leg, explicit)
            if party is not None and not self.call.closed and self.call.record.hung_up_at is None:
                self.call.report(CallEvent(CallEventType.HANGUP, party=party))
        except CallOverError:
            return
        except Exception as error:  # noqa: BLE001  # as above
            self._failed(self.call, error)

    def take_over(self) -> None:
        """Another socket holds the leg from now on; this one is to be closed."""
        self.attached = False
        self.taken_over = True
