"""The segments of one language that are being fed or decoded: who waits how long, and for which worker."""

import time
from collections.abc import Iterator

from service.recognition.segment import Segment
from service.recognition.worker_link import WorkerLink

_SHARE_MS = 400  # an open segment weighs as much as this much queued audio when work is shared out


class OpenSegments:
    """By number. A worker silent for `silent_s` may be dead: what waits for it says nothing of the rest."""

    def __init__(self, silent_s: float) -> None:
        self._silent_s = silent_s
        self._segments: dict[int, Segment] = {}

    def __len__(self) -> int:
        return len(self._segments)

    def __iter__(self) -> Iterator[Segment]:
        """A copy, because segments end while one looks at them."""
        return iter(list(self._segments.values()))

    def add(self, segment: Segment) -> None:
        """It is open."""
        self._segments[segment.number] = segment

    def remove(self, segment: Segment) -> None:
        """It is over."""
        del self._segments[segment.number]

    def of(self, number: int, link: WorkerLink) -> Segment | None:
        """The segment of this number, if it (still) runs on this worker."""
        segment = self._segments.get(number)
        return segment if segment is not None and segment.link is link else None

    def on(self, link: WorkerLink) -> list[Segment]:
        """The segments this worker has."""
        return [segment for segment in self._segments.values() if segment.link is link]

    def with_words(self, words: bool) -> int:
        """How many are written down, or not."""
        return sum(1 for segment in self._segments.values() if segment.words is words)

    def queued_ms(self) -> int:
        """Audio that waits for a decoder."""
        return sum(segment.queued_ms for segment in self._segments.values())

    def oldest_wait_ms(self) -> int:
        """How long the oldest audio has been waiting, for whatever reason."""
        now_s = time.monotonic()
        return max((int(segment.waiting_s(now_s) * 1000) for segment in self._segments.values()), default=0)

    def lag_ms(self) -> int:
        """The longest wait, but for what a dead or silent worker has left to catch up with."""
        now_s = time.monotonic()
        waits_s = (segment.waiting_s(now_s) for segment in self._segments.values() if self._is_in_time(segment, now_s))
        return max((int(wait_s * 1000) for wait_s in waits_s), default=0)

    def busy(self) -> set[WorkerLink]:
        """Workers of whom an answer is due."""
        return {each.link for each in self._segments.values() if each.link is not None and each.has_work}

    def working(self, now_s: float) -> int:
        """How many workers have live audio waiting."""
        return len({each.link for each in self._segments.values() if each.has_work and self._is_in_time(each, now_s)})

    def is_silent(self, link: WorkerLink | None, now_s: float) -> bool:
        """Whether a worker (or none) has not answered for so long that it may be dead."""
        return link is None or now_s - link.heard_s > self._silent_s

    def best_of(self, links: list[WorkerLink], last: WorkerLink | None) -> WorkerLink | None:
        """Who should take the next segment: the leg's last worker if it is about as free as the freest, else that."""
        now_s = time.monotonic()
        freest = min(
            links, key=lambda link: (self.is_silent(link, now_s), self._weight_ms(link), link.number), default=None
        )
        if freest is None or last is None or self.is_silent(last, now_s):
            return freest
        return last if self._weight_ms(last) - self._weight_ms(freest) <= _SHARE_MS else freest

    def _weight_ms(self, link: WorkerLink) -> int:
        return sum(_SHARE_MS + segment.queued_ms for segment in self.on(link))

    def _is_in_time(self, segment: Segment, now_s: float) -> bool:
        return not (segment.patient or segment.catch_up_s or self.is_silent(segment.link, now_s))
