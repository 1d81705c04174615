"""How a call comes to its end: which legs have lost their sockets or have ended, and when the end is to be told."""

from collections.abc import Iterable

from config.settings import Settings
from service.clock import Clock
from streaming.frames import Leg
from streaming.observations import CallOver


class CallEnding:
    """A leg whose socket just closed may return; one that has ended does not. Times are the clock's, not the call's."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._clock = clock
        self._bare_close_ms = settings.detection.hang_up.bare_close_ms
        self._return_ms = int(settings.ingest.return_s * 1000)
        self._dropped_ms: dict[Leg, int] = {}
        self._ended: set[Leg] = set()
        self._due_ms: int | None = None
        self._told: CallOver | None = None

    # --- the legs ----------------------------------------------------------------------------------------------

    def drop(self, leg: Leg) -> None:
        """The leg's socket closed without a word."""
        self._dropped_ms.setdefault(leg, self._clock.monotonic_ms())

    def back(self, leg: Leg) -> bool:
        """Audio of the leg has come; whether it had been away."""
        return self._dropped_ms.pop(leg, None) is not None

    def end(self, leg: Leg) -> bool:
        """The leg is over for good; false when it was before."""
        if leg in self._ended:
            return False
        self._ended.add(leg)
        self._dropped_ms.pop(leg, None)
        return True

    def has_dropped(self, leg: Leg) -> bool:
        """Whether the leg may still return."""
        return leg in self._dropped_ms

    def has_ended(self, leg: Leg) -> bool:
        """Whether the leg is over."""
        return leg in self._ended

    def dropped(self) -> list[Leg]:
        """Those that may still return, the first that went first."""
        return sorted(self._dropped_ms, key=lambda leg: self._dropped_ms[leg])

    def none_left(self, legs: Iterable[Leg]) -> bool:
        """Whether not one of them has a socket."""
        return all(leg in self._dropped_ms or leg in self._ended for leg in legs)

    def all_ended(self, legs: Iterable[Leg]) -> bool:
        """Whether every one of them is over."""
        return all(leg in self._ended for leg in legs)

    def give_up(self, now_ms: int) -> list[Leg]:
        """Legs that were away too long to return; one that is away as after a hang-up makes the end due."""
        away = [(leg, now_ms - self._dropped_ms[leg]) for leg in self.dropped()]
        if self._told is None and any(self._bare_close_ms <= gone_ms < self._return_ms for _, gone_ms in away):
            self.due_in(0)
        return [leg for leg, gone_ms in away if gone_ms >= self._return_ms]

    # --- the end -----------------------------------------------------------------------------------------------

    def due_in(self, in_ms: int) -> None:
        """The end is to be told then, or earlier if that was said before."""
        due_ms = self._clock.monotonic_ms() + in_ms
        self._due_ms = due_ms if self._due_ms is None else min(due_ms, self._due_ms)

    def is_due(self, now_ms: int, *, last_words_in: bool) -> bool:
        """Whether it is time; once nothing is on its way any more it is so at once."""
        return self._due_ms is not None and (now_ms >= self._due_ms or last_words_in)

    def tell(self, over: CallOver) -> bool:
        """The end as it is known now; false when that is no news."""
        if self._told is not None and (self._told.final or not over.final):
            return False
        self._told = over
        return True

    def taken(self) -> None:
        """What was due is being told."""
        self._due_ms = None

    @property
    def is_final(self) -> bool:
        """Whether the end has been told for good."""
        return self._told is not None and self._told.final

    @property
    def is_near(self) -> bool:
        """Whether it is told within moments; what was suspected once and has come back is none."""
        return self._due_ms is not None or self.is_final
