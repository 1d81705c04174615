"""Where in a call's sound something was said that must not be heard."""

from collections import OrderedDict

from alerts.masking.call_masker import MaskedWords
from streaming.bleep import bleeped
from streaming.frames import SAMPLES_PER_MS, Leg

_MOST = 20_000  # utterances with a number in them; beyond it the oldest are forgotten, the ring's are far younger
_EVERYTHING_MS = 1 << 62


class HiddenSound:
    """Learns from what is said, as it is said.

    A final tells the word times, and exactly those are covered. While an utterance grows nobody knows them: as long as
    its text holds a number all of it is covered, from where it began.
    """

    def __init__(self, margin_ms: int) -> None:
        self._margin_ms = margin_ms
        self._said: OrderedDict[tuple[Leg, int], tuple[tuple[int, int], ...]] = OrderedDict()
        self._growing: dict[Leg, int] = {}

    def hear(self, masked: MaskedWords) -> None:
        """The newest revision of an utterance."""
        heard = masked.spoken
        if not heard.final:
            if masked.text.hidden:
                self._growing.setdefault(heard.leg, heard.start_ms)
            else:
                self._growing.pop(heard.leg, None)
            return
        self._growing.pop(heard.leg, None)
        stretches = masked.hidden_ms()
        if stretches:
            self._said[heard.leg, heard.utterance] = stretches
            while len(self._said) > _MOST:
                self._said.popitem(last=False)

    def grows_before(self, at_ms: int) -> bool:
        """Whether an utterance with a number in it, begun before `at_ms`, goes on: its word times are to come."""
        return any(start_ms < at_ms for start_ms in self._growing.values())

    def stretches(self, leg: Leg, from_ms: int, to_ms: int) -> list[tuple[int, int]]:
        """What must not be heard of the leg within [from_ms, to_ms), in no order."""
        margin_ms = self._margin_ms
        found = [
            (start_ms - margin_ms, end_ms + margin_ms)
            for (whose, _), stretches in self._said.items()
            if whose is leg
            for start_ms, end_ms in stretches
            if start_ms - margin_ms < to_ms and end_ms + margin_ms > from_ms
        ]
        growing_ms = self._growing.get(leg)
        if growing_ms is not None and growing_ms < to_ms:
            found.append((growing_ms - margin_ms, _EVERYTHING_MS))
        return found

    def cover(self, leg: Leg, from_ms: int, pcm_s16le: bytes, known_ms: int = _EVERYTHING_MS) -> bytes:
        """16 kHz samples of the leg from `from_ms` on, with a tone where something must not be heard.

        From `known_ms` on nobody knows what was said, so all of it is covered.
        """
        to_ms = from_ms + -(-len(pcm_s16le) // (SAMPLES_PER_MS * 2))
        found = self.stretches(leg, from_ms, to_ms) if self._said or self._growing else []
        if known_ms < to_ms:
            found.append((known_ms, to_ms))
        return bleeped(pcm_s16le, from_ms, found) if found else pcm_s16le
