"""One socket's hold on one leg of a call, from the first byte to its close or its takeover."""

from collections.abc import Callable

from service.clock import Clock
from service.live_call import LiveCall
from streaming.frames import Leg, Party
from streaming.wire.events import AudioReceived
from web.sources import CallEvent, CallEventType, CallOverError


class StreamTakenError(Exception):
    """The leg has a living socket already, or its call has ended."""


_STEADY_MS = 60  # packets no further apart than this are a steady flow; after a pause the first is heard at once


class LegStream:
    """What an ingest socket holds. After a takeover or a failed call it swallows audio and harms nobody.

    Packets of a steady flow are gathered for up to `gather_ms` of audio and heard together, at half the cost; not while
    somebody listens, who would hear the call that much later. What is gathered is heard before anything else happens.
    """

    def __init__(
        self,
        call: LiveCall,
        leg: Leg,
        clock: Clock,
        failed: Callable[[LiveCall, Exception], None],
        gather_ms: int = 0,
    ) -> None:
        self.call, self.leg = call, leg
        self.attached = True
        self.taken_over = False
        self.left = False  # the node lets go of the call; another takes it up
        self.when_left: Callable[[], None] = lambda: None  # the socket is to be closed now
        self.road = ""  # by which door it comes
        self.heard_ms = clock.monotonic_ms()
        self._clock, self._failed = clock, failed
        self._gather_ms = gather_ms
        self._gathered: list[bytes] = []
        self._gathered_bytes = 0
        self._rate_hz = 0
        self._since_ms: int | None = None  # when the first of it arrived; None before the leg's first packet

    @property
    def rate_hz(self) -> int:
        """At what rate its audio comes; 0 before the first."""
        return self._rate_hz

    def hear(self, audio: AudioReceived, waited_ms: int = 0) -> None:
        """Audio of the leg, the first of it here for `waited_ms`.

        Never raises: a fault in the analysis ends that call's analysis alone.
        """
        now_ms = self._clock.monotonic_ms()
        steady = self._since_ms is not None and now_ms - self.heard_ms <= _STEADY_MS
        self.heard_ms = now_ms
        if not self.attached or self.call.closed:
            return
        if audio.rate_hz != self._rate_hz:
            self.catch_up()
            self._rate_hz = audio.rate_hz
        if not self._gathered:
            self._since_ms = now_ms - waited_ms
        self._gathered.append(audio.pcm_s16le)
        self._gathered_bytes += len(audio.pcm_s16le)
        if not steady or self._gathered_bytes * 500 >= self._gather_ms * audio.rate_hz or self.call.listened:
            self.catch_up()

    def pulse(self) -> None:
        """Time goes on: what was gathered is heard in the end even where nothing follows."""
        if self._gathered and self._clock.monotonic_ms() - (self._since_ms or 0) >= self._gather_ms:
            self.catch_up()

    def catch_up(self) -> None:
        """Let the call hear what was gathered."""
        if not self._gathered:
            return
        pcm_s16le = self._gathered[0] if len(self._gathered) == 1 else b"".join(self._gathered)
        self._gathered.clear()
        self._gathered_bytes = 0
        if self.call.closed:
            return
        try:
            waited_ms = self._clock.monotonic_ms() - (self._since_ms or 0)
            self.call.hear(self.leg, pcm_s16le, self._rate_hz, waited_ms)
        except Exception as error:  # noqa: BLE001  # the boundary between calls; counted and logged by the board
            self._failed(self.call, error)

    def lost(self, length_ms: int, *, unsent: bool = False) -> None:
        """So much of the leg did not come, by the sender's own word or numbering; or (`unsent`) was never sent."""
        self._act(lambda: self.call.lost(self.leg, length_ms, unsent=unsent))

    def flush(self) -> None:
        """The words of what has come are wanted now."""
        self._act(lambda: self.call.flush(self.leg))

    def report(self, kind: CallEventType) -> None:
        """An event that came on the audio socket."""
        self._act(lambda: self.call.report(CallEvent(kind, self.leg)))

    def _act(self, act: Callable[[], None]) -> None:
        if not self.attached or self.call.closed:
            return
        self.catch_up()
        try:
            act()
        except Exception as error:  # noqa: BLE001  # as in `hear`
            self._failed(self.call, error)

    def end(self, explicit: bool, party: Party | None = None) -> None:
        """The socket is over. `party` is who ended the call, where the sender says so."""
        if not self.attached:
            return
        self.catch_up()
        self.attached = False
        try:
            self.call.leg_ended(self.leg, explicit)
            if party is not None and not self.call.closed and self.call.record.hung_up_at is None:
                self.call.report(CallEvent(CallEventType.HANGUP, party=party))
        except CallOverError:
            return
        except Exception as error:  # noqa: BLE001  # as above
            self._failed(self.call, error)

    def leave(self) -> None:
        """The node stops: this socket is to be closed, and to come again on another node."""
        self.take_over()
        self.left = True

    def take_over(self) -> None:
        """Another socket holds the leg from now on; this one is to be closed."""
        self.catch_up()
        self.attached = False
        self.taken_over = True
