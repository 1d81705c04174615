"""Calls on their way from node to node: those that leave here, and those that are expected."""

from collections.abc import Callable

from service.clock import Clock
from service.live_call import LiveCall
from service.moving_call import HandedCall, MovingCall

_MOST_EXPECTED = 1_000
_EXPECTED_MS = 15_000  # a PBX that has not come again by then begins a call anew
_LAST_WORDS_MS = 3_000  # so long what was said here may still become words


class Moves:
    """Belongs to the board; bounded, and forgetful of calls that do not come."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._expected: dict[str, tuple[int, HandedCall]] = {}
        self._leaving: list[tuple[int, MovingCall]] = []

    @property
    def leaving(self) -> int:
        """Calls of which something is still to be told here."""
        return len(self._leaving)

    def expect(self, handed: HandedCall) -> None:
        """Another node lets this call go; the oldest of too many are forgotten."""
        self._expected.pop(handed.call_id, None)
        self._expected[handed.call_id] = (self._clock.monotonic_ms() + _EXPECTED_MS, handed)
        while len(self._expected) > _MOST_EXPECTED:
            del self._expected[next(iter(self._expected))]

    def take_up(self, call: LiveCall) -> None:
        """The call comes in here: if another node has left it, it goes on where it stood."""
        until_ms, handed = self._expected.pop(call.record.call_id, (0, None))
        if handed is not None and until_ms > self._clock.monotonic_ms() and isinstance(call, MovingCall):
            call.take_up(handed)

    def let_go(self, call: LiveCall | None, failed: Callable[[LiveCall, Exception], None]) -> HandedCall | None:
        """Hear it no longer; its last words are waited for. None for a call that has nothing to move."""
        if not isinstance(call, MovingCall) or call.closed:
            return None
        try:
            handed = call.leave()
        except Exception as error:  # noqa: BLE001  # the boundary between calls; counted and logged by the board
            failed(call, error)
            return None
        if handed is not None:
            self._leaving.append((self._clock.monotonic_ms() + _LAST_WORDS_MS, call))
        return handed

    def pulse(self) -> None:
        """Let go of those whose last words are in, and of those that nobody took up."""
        now_ms = self._clock.monotonic_ms()
        for until_ms, call in list(self._leaving):
            if call.last_words_in or now_ms >= until_ms:
                self._leaving.remove((until_ms, call))
                call.closed = True
                call.release()
        for call_id, (until_ms, _) in list(self._expected.items()):
            if until_ms <= now_ms:
                del self._expected[call_id]
