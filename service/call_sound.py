"""The sound of one call: kept for a while, cut for clips and replay, handed to those who listen now."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from alerts.masking.call_masker import MaskedWords
from config.settings import Settings
from service.call_outlet import CallOutlet
from service.hidden_sound import HiddenSound
from service.sound_taps import SoundTaps
from streaming.audio_ring import AudioRing
from streaming.frames import SAMPLES_PER_MS, AudioFrame, Leg
from web.bleeped import bleeped_name


class CallSound:
    """The rings of a call's legs and what must not be heard in them.

    `known_ms` says up to where it is known what a leg said, if only as a partial text.
    """

    def __init__(self, call_id: str, settings: Settings, outlet: CallOutlet, known_ms: Callable[[Leg], int]) -> None:
        self.rings: dict[Leg, AudioRing] = {}
        self._ring_s = settings.hearing.ring_s
        self._delay_ms = round(settings.privacy.listen_delay_s * 1000)
        self._hidden = HiddenSound(settings.privacy.bleep_margin_ms)
        self._known_ms = known_ms
        self._call_id, self._bleeped_id, self._outlet = call_id, bleeped_name(call_id), outlet
        self._taps, self._late_taps = SoundTaps(), SoundTaps()

    @property
    def listened(self) -> bool:
        """Whether somebody hears the call as it is now."""
        return self._outlet.listened(self._call_id)

    def open(self, leg: Leg) -> None:
        """A leg begins."""
        self.rings[leg] = AudioRing(self._ring_s)

    def hear(self, masked: MaskedWords) -> None:
        """What was said, to know what must not be heard."""
        self._hidden.hear(masked)

    def forget_from(self, at_ms: int) -> None:
        """What came at `at_ms` and later was not to be heard at all."""
        for ring in self.rings.values():
            ring.silence_from(at_ms)

    def pass_on(self, now_ms: int) -> None:
        """To those who listen: as it is, and later, with the numbers covered, to those who may not hear them."""
        if self.listened:
            for agent, customer in self._taps.cut(self.rings, now_ms):
                self._outlet.sound(self._call_id, agent, customer)
        else:
            self._taps.skip(now_ms)
        late_ms = self.old_enough(now_ms)
        if self._outlet.listened(self._bleeped_id):
            for agent, customer in self._late_taps.cut(self.rings, late_ms):
                self._outlet.sound(self._bleeped_id, self._covered(agent), self._covered(customer))
        else:
            self._late_taps.skip(late_ms)

    def settled(self, to_ms: int) -> bool:
        """Whether it is known what was said before `to_ms`, and when every number in it was."""
        known = all(self._known_ms(leg) >= min(to_ms, ring.end_ms) for leg, ring in self.rings.items())
        return known and not self._hidden.grows_before(to_ms)

    def cut(
        self, from_ms: int, to_ms: int, legs: Sequence[Leg], *, covered: bool = True, over: bool = False
    ) -> tuple[int, list[bytes]]:
        """16 kHz PCM of each leg, equally long, gaps as zeros, as far as the rings hold it: (true from_ms, legs).

        `covered`: with a tone over numbers, and over what nobody knows yet unless the call is `over`.
        """
        kept = [(ring.start_ms, leg) for leg, ring in self.rings.items() if leg in legs]
        from_ms = max(from_ms, min(kept)[0]) if kept else to_ms
        length = max(0, to_ms - from_ms) * SAMPLES_PER_MS * 2
        cuts: list[bytes] = []
        for leg in legs:
            ring = self.rings.get(leg)
            if ring is None or not length:
                cuts.append(bytes(length))
                continue
            start_ms, pcm = ring.cut(from_ms, to_ms)
            if covered:
                known_ms = start_ms + len(pcm) if over or not pcm else self._known_ms(leg)
                pcm = self._hidden.cover(leg, start_ms, pcm, known_ms)
            before_ms = max(0, start_ms - from_ms)  # a leg whose sound ends before has none of it
            cuts.append((bytes(before_ms * SAMPLES_PER_MS * 2) + pcm).ljust(length, b"\0")[:length])
        return from_ms, cuts

    def old_enough(self, now_ms: int) -> int:
        """Up to where somebody who may not hear numbers may hear a call that goes on."""
        return max(0, now_ms - self._delay_ms)

    def release(self) -> None:
        """Let go of everything."""
        self.rings.clear()

    def _covered(self, frame: AudioFrame | None) -> AudioFrame | None:
        if frame is None:
            return None
        known_ms = self._known_ms(frame.leg)
        return replace(frame, pcm_s16le=self._hidden.cover(frame.leg, frame.start_ms, frame.pcm_s16le, known_ms))
