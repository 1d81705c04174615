"""Whether the sound of running calls comes in, and the PBXes are linked."""

from collections.abc import Callable, Iterable

from service.clock import Clock

LinkLooks = Callable[[], Iterable[tuple[str, bool, int]]]
"""Of each PBX that is followed: its name, whether it is linked, how many calls run there."""


class LostAudio:
    """Wrong when calls run and none of this node's doors has heard anything for `no_audio_s`, or a link is broken."""

    def __init__(
        self,
        clock: Clock,
        no_audio_s: float,
        audio_ms: Callable[[], int],
        calls_to_hear: Callable[[], int],
        links: LinkLooks,
        *,
        alone: bool,
    ) -> None:
        """`alone`: all calls of the PBXes are heard by this node; with others, their sound may go there."""
        self._clock, self._no_audio_ms = clock, round(no_audio_s * 1000)
        self._audio_ms, self._calls_to_hear, self._links, self._alone = audio_ms, calls_to_hear, links, alone
        self._heard_ms, self._heard_at_ms = 0, clock.monotonic_ms()
        self._linked_at_ms: dict[str, int] = {}

    def look(self) -> str | None:
        """Why it is not well."""
        now_ms = self._clock.monotonic_ms()
        heard_ms = self._audio_ms()
        links = list(self._links())
        waiting = self._calls_to_hear() + (sum(calls for _, _, calls in links) if self._alone else 0)
        if heard_ms != self._heard_ms or not waiting:
            self._heard_ms, self._heard_at_ms = heard_ms, now_ms
        elif now_ms - self._heard_at_ms >= self._no_audio_ms:
            return f"{waiting} calls run and nothing is heard"
        for name, linked, _ in links:
            since_ms = self._linked_at_ms.setdefault(name, now_ms)
            if linked:
                self._linked_at_ms[name] = now_ms
            elif now_ms - since_ms >= self._no_audio_ms:
                return f"{name} is not linked"
        return None
