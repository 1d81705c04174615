"""What both legs' speech together shows of a call: silences and talking over, as stretches for its timeline."""

from collections.abc import Callable, Iterable, Mapping

from streaming.frames import Leg
from web.sources import LegLevels, Span

_SILENCE_MS = 3_000  # shorter pauses are ordinary; web/static/call/lanes.js says the same of live calls
_TALK_OVER_MS = 300  # shorter overlaps are listening noises
_NO_SILENCE = frozenset({"hold", "gap"})


def lanes_of(legs: Mapping[Leg, LegLevels], spans: Iterable[Span], step_ms: int) -> list[Span]:
    """`silence` and `talk_over`, in order; of a call with one leg alone neither can be said."""
    agent, customer = legs.get(Leg.AGENT), legs.get(Leg.CUSTOMER)
    if agent is None or customer is None:
        return []
    speech = list(zip(agent.speaking, customer.speaking, strict=False))
    excused = [span for span in spans if span.kind in _NO_SILENCE]
    silences = [
        Span("silence", None, *rest)
        for run in _runs(speech, lambda one, other: not (one or other), _SILENCE_MS, step_ms)
        for rest in _without(run, excused)
        if rest[1] - rest[0] >= _SILENCE_MS
    ]
    overlaps = [
        Span("talk_over", None, *run) for run in _runs(speech, lambda one, other: one and other, _TALK_OVER_MS, step_ms)
    ]
    return silences + overlaps


def _runs(
    speech: list[tuple[bool, bool]], holds: Callable[[bool, bool], bool], least_ms: int, step_ms: int
) -> list[tuple[int, int]]:
    """Stretches of at least `least_ms` in which `holds`."""
    found: list[tuple[int, int]] = []
    since: int | None = None
    for step, both in enumerate([*speech, None]):
        if both is not None and holds(*both):
            since = step if since is None else since
        elif since is not None:
            if (step - since) * step_ms >= least_ms:
                found.append((since * step_ms, step * step_ms))
            since = None
    return found


def _without(run: tuple[int, int], spans: Iterable[Span]) -> list[tuple[int, int]]:
    parts = [run]
    for span in spans:
        cut: list[tuple[int, int]] = []
        for begin, end in parts:
            if span.to_ms <= begin or span.from_ms >= end:
                cut.append((begin, end))
                continue
            cut += [(begin, span.from_ms)] if span.from_ms > begin else []
            cut += [(span.to_ms, end)] if span.to_ms < end else []
        parts = cut
    return parts
