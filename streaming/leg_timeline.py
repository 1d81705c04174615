"""Where one leg's audio stands in the call: samples are counted, arrival times only tell lost audio from late audio."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from config.hearing import HearingSettings
from streaming.frames import ANALYSIS_RATE_HZ, FRAME_MS, FRAME_SAMPLES, SAMPLES_PER_MS
from streaming.resample import samples_at_analysis_rate

# Less than three packets is jitter, not loss.
_SMALLEST_GAP_MS = 3 * FRAME_MS
# After a stall audio that comes half as fast again as its own length, or faster, is a backlog still under way.
_BACKLOG_PACE = 1.5
# A live source is ahead of its arrival by no more than a small preload, and by clock drift (crystals: 100 ppm; 1,000 is
# already broken). Further ahead it is a file sent faster than real time, and what has not come yet is not lost.
_PRELOAD_MS = 200
_DRIFT_PPM = 1_000
# With silence suppression every pause is a stop, and shorter ones would pull the speech around them together.
_SUPPRESSED_STOP_MS = 100


@dataclass(frozen=True, slots=True)
class PlacedAudio:
    """Audio that follows what was placed before."""

    pcm_s16le: bytes
    rate_hz: int


@dataclass(frozen=True, slots=True)
class PlacedGap:
    """`length_ms`, a multiple of 20, without audio. The audio before it is to be filled up to a whole frame.

    `silent`: the source stops sending in silence, so it is heard as silence; otherwise nobody knows what was said.
    """

    length_ms: int
    silent: bool


Placed = PlacedAudio | PlacedGap


@dataclass(frozen=True, slots=True)
class LegPlace:
    """Where a leg's audio stands: enough to go on with it elsewhere, as on a new socket."""

    offset_ms: int
    end_ms: int
    last_arrival_ms: int
    late_start_ms: int  # how late its last block came, by its first and by its last sample
    late_end_ms: int


class _Flow(Enum):
    WAITING = auto()  # nothing has come yet
    FLOWING = auto()
    HOLDING = auto()  # packets are back after a stall; late or lost is not known yet
    CATCHING_UP = auto()  # a backlog comes in and has not ended yet
    RETURNING = auto()  # a new socket was opened; its first block tells the gap


@dataclass(frozen=True, slots=True)
class _Lateness:
    """How long after its own place in the call a block arrived, by its first and by its last sample.

    Some senders give a block away when it is full, some when it begins (a file played by the clock). With blocks of
    changing length only one of the two stays steady, and nobody knows which: so late is only what is late by both.
    """

    of_start_ms: int
    of_end_ms: int

    def beyond(self, other: "_Lateness") -> int:
        """By how many milliseconds this is later than `other`."""
        return min(self.of_start_ms - other.of_start_ms, self.of_end_ms - other.of_end_ms)

    def at_least(self, other: "_Lateness", less_ms: int) -> "_Lateness":
        """This, but no more than `less_ms` earlier than `other`."""
        return _Lateness(
            max(self.of_start_ms, other.of_start_ms - less_ms), max(self.of_end_ms, other.of_end_ms - less_ms)
        )


@dataclass(slots=True)
class _Return:
    """What is seen of a leg since its packets came back after a stall."""

    since_ms: int
    baseline: _Lateness  # before the stall
    behind_ms: int  # by how much later than that; jitter only ever adds, so the least seen is the truest
    first_block_ms: int
    arrived_samples: int = 0  # in the window that began at since_ms


class LegTimeline:
    """Arrivals in, audio and gaps in order out. Times in call milliseconds by the monotonic clock, passed in.

    The first block's arrival is the leg's offset and stays. After that only counts move the leg forward, with two
    exceptions that make a gap, rounded to 20 ms:

    * packets had stopped for more than `unknown_after_ms` and, when they come again, the leg stays behind its lateness
      of before: held for up to `late_hold_ms`, a backlog that catches up means late and no gap; if none comes the audio
      was lost. A backlog still coming at half as fast again as real time is let through and judged when it ends.
    * `reconnect`: a new socket of the same leg. The gap is the difference of the arrivals, less the audio they carried.
    """

    def __init__(self, settings: HearingSettings) -> None:
        self._settings = settings
        self._suppressed = settings.silence_suppression
        self._stop_ms = (
            min(settings.unknown_after_ms, _SUPPRESSED_STOP_MS) if self._suppressed else settings.unknown_after_ms
        )
        self._flow = _Flow.WAITING
        self._offset_ms = 0
        self._placed_samples = 0  # at 16 kHz, from the offset up to the stretch that is running
        self._stretch_samples = 0  # at the wire rate, without a gap or change of rate since
        self._rate_hz = 0
        self._received_samples = 0  # at 16 kHz, before the last change of rate
        self._arrived_samples = 0  # at the wire rate, since then
        self._arrived_rate_hz = ANALYSIS_RATE_HZ
        self._last_arrival_ms = 0
        self._lateness = self._first_lateness = _Lateness(0, 0)  # of the last block placed, and of the very first
        self._held: list[PlacedAudio] = []
        self._back: _Return | None = None

    @property
    def offset_ms(self) -> int | None:
        """Where the leg's first sample stands in the call; None before it has come."""
        return None if self._flow is _Flow.WAITING else self._offset_ms

    @property
    def end_ms(self) -> int:
        """How far audio and gaps reach in the call, without what is held."""
        return self._offset_ms + self._end_samples // SAMPLES_PER_MS

    @property
    def received_ms(self) -> int:
        """Audio that has come, held audio included, gaps not."""
        since_samples = samples_at_analysis_rate(self._arrived_samples, self._arrived_rate_hz)
        return (self._received_samples + since_samples) // SAMPLES_PER_MS

    def stalled(self, now_ms: int) -> bool:
        """Nothing has come for more than `unknown_after_ms`, and the call has passed what was heard by as much.

        The second part spares sources that send long blocks: their audio is known to the end of the block.
        """
        if self._flow is _Flow.WAITING or self._suppressed or self._held:
            return False
        return now_ms - max(self._last_arrival_ms, self.end_ms) > self._settings.unknown_after_ms

    def arrive(self, pcm_s16le: bytes, rate_hz: int, arrived_ms: int) -> list[Placed]:
        """One block of whole samples; `arrived_ms` never goes back."""
        if not pcm_s16le:
            return []
        placed = self.pulse(arrived_ms)
        block = PlacedAudio(pcm_s16le, rate_hz)
        block_samples = samples_at_analysis_rate(len(pcm_s16le) // 2, rate_hz)
        self._count(block)
        match self._flow:
            case _Flow.WAITING:
                self._flow, self._offset_ms = _Flow.FLOWING, arrived_ms
                placed += self._pass([block], arrived_ms)
                self._first_lateness = self._lateness
                return placed
            case _Flow.RETURNING:
                self._flow = _Flow.FLOWING
                late = self._late(arrived_ms, 0, block_samples)
                placed += self._gap(late.beyond(self._baseline()), silent=False)
            case _Flow.FLOWING if arrived_ms - self._last_arrival_ms > self._stop_ms:
                self._flow = _Flow.HOLDING
                late, baseline = self._late(arrived_ms, 0, block_samples), self._baseline()
                self._back = _Return(arrived_ms, baseline, late.beyond(baseline), block_samples // SAMPLES_PER_MS)
        if self._back is None:
            return placed + self._pass([block], arrived_ms)
        return placed + self._watch(self._back, block, block_samples, arrived_ms)

    def pulse(self, now_ms: int) -> list[Placed]:
        """Time has gone on without a block: lets held audio go when its time is over, fills suppressed silence."""
        back = self._back
        if back is not None:
            return self._judge(back) if now_ms - back.since_ms >= self._settings.late_hold_ms else []
        if self._flow is not _Flow.FLOWING or not self._suppressed:
            return []
        unheard_ms = now_ms - self._settings.unknown_after_ms - max(self._last_arrival_ms, self.end_ms)
        return [*self._gap(unheard_ms // FRAME_MS * FRAME_MS, silent=True)]

    def lost(self, length_ms: int) -> list[Placed]:
        """The sender itself says what did not come: a gap of that length, rounded to 20 ms, before the next block."""
        if self._flow is _Flow.WAITING:
            return []
        return [*self.finish(), *self._gap(length_ms, silent=False)]

    def reconnect(self, *, slipped: bool = False) -> list[Placed]:
        """A new socket of this leg; what is held is placed, the next block's arrival makes the gap.

        `slipped`: what came last was no measure of how late the leg is, its beginning is.
        """
        placed = self.finish()
        if slipped:
            self._lateness = self._first_lateness
        if self._flow is not _Flow.WAITING:
            self._flow = _Flow.RETURNING
        return placed

    def place_at(self, end_ms: int) -> LegPlace:
        """Where it stands when everything up to `end_ms` has been given out."""
        late = self._lateness
        return LegPlace(self._offset_ms, end_ms, self._last_arrival_ms, late.of_start_ms, late.of_end_ms)

    def resume(self, place: LegPlace) -> None:
        """Go on from there, on a new socket: the next block's arrival makes the gap. Before the first block."""
        self._flow, self._offset_ms, self._last_arrival_ms = _Flow.RETURNING, place.offset_ms, place.last_arrival_ms
        self._placed_samples = (place.end_ms - place.offset_ms) * SAMPLES_PER_MS
        self._lateness = self._first_lateness = _Lateness(place.late_start_ms, place.late_end_ms)

    def finish(self) -> list[Placed]:
        """No more blocks will come: what is held is judged by what is known."""
        if self._back is None:
            return []
        placed = self._judge(self._back)
        self._back, self._flow = None, _Flow.FLOWING
        return placed

    @property
    def _end_samples(self) -> int:
        running = samples_at_analysis_rate(self._stretch_samples, self._rate_hz) if self._stretch_samples else 0
        return self._placed_samples + running

    def _late(self, arrived_ms: int, held_samples: int, block_samples: int) -> _Lateness:
        """Of a block that follows what is placed and `held_samples`."""
        start_ms = self.end_ms + held_samples // SAMPLES_PER_MS
        end_ms = self.end_ms + (held_samples + block_samples) // SAMPLES_PER_MS
        return _Lateness(arrived_ms - start_ms, arrived_ms - end_ms)

    def _baseline(self) -> _Lateness:
        """The lateness that is normal for this leg: that of its last block, but never far ahead of the call."""
        drift_ms = (self._last_arrival_ms - self._offset_ms) * _DRIFT_PPM // 1_000_000
        # Filled-in silence whose audio came after all leaves the leg ahead: the next silence makes up for it.
        preload_ms = 0 if self._suppressed else _PRELOAD_MS
        return self._lateness.at_least(self._first_lateness, less_ms=preload_ms + drift_ms)

    def _count(self, block: PlacedAudio) -> None:
        if block.rate_hz != self._arrived_rate_hz:
            self._received_samples += samples_at_analysis_rate(self._arrived_samples, self._arrived_rate_hz)
            self._arrived_samples, self._arrived_rate_hz = 0, block.rate_hz
        self._arrived_samples += len(block.pcm_s16le) // 2

    def _watch(self, back: _Return, block: PlacedAudio, block_samples: int, arrived_ms: int) -> list[Placed]:
        placed: list[Placed] = []
        held_samples = back.arrived_samples if self._flow is _Flow.HOLDING else 0
        late = self._late(arrived_ms, held_samples, block_samples)
        back.behind_ms = min(back.behind_ms, late.beyond(back.baseline))
        back.arrived_samples += block_samples
        if self._flow is _Flow.HOLDING:
            self._held.append(block)
            self._last_arrival_ms = arrived_ms
        else:
            placed += self._pass([block], arrived_ms)
        if back.behind_ms < _SMALLEST_GAP_MS:
            placed += self._settle(back, gap=False)
        return placed

    def _judge(self, back: _Return) -> list[Placed]:
        """The window is over, and the leg is still behind."""
        backlog_ms = back.arrived_samples // SAMPLES_PER_MS
        if self._flow is _Flow.HOLDING:
            backlog_ms -= back.first_block_ms
        if backlog_ms < _BACKLOG_PACE * self._settings.late_hold_ms or not backlog_ms:
            return self._settle(back, gap=True)
        self._flow = _Flow.CATCHING_UP
        back.since_ms += self._settings.late_hold_ms
        back.arrived_samples = 0
        return self._pass(self._taken(), self._last_arrival_ms)

    def _settle(self, back: _Return, gap: bool) -> list[Placed]:
        self._back, self._flow = None, _Flow.FLOWING
        placed: list[Placed] = [*self._gap(back.behind_ms, silent=self._suppressed)] if gap else []
        if placed:
            self._lateness = back.baseline
        return placed + self._pass(self._taken(), self._last_arrival_ms)

    def _taken(self) -> list[PlacedAudio]:
        held, self._held = self._held, []
        return held

    def _pass(self, blocks: Sequence[PlacedAudio], arrived_ms: int) -> list[Placed]:
        for block in blocks:
            start_ms = self.end_ms
            if block.rate_hz != self._rate_hz:
                self._end_stretch()
                self._rate_hz = block.rate_hz
            self._stretch_samples += len(block.pcm_s16le) // 2
            self._lateness = _Lateness(arrived_ms - start_ms, arrived_ms - self.end_ms)
        self._last_arrival_ms = arrived_ms
        return list(blocks)

    def _gap(self, lost_ms: int, silent: bool) -> list[PlacedGap]:
        """At most `lost_ms` rounded to 20 ms, counted from the whole frame that the audio before is filled up to."""
        open_samples = -self._end_samples % FRAME_SAMPLES
        frames = round((lost_ms - open_samples / SAMPLES_PER_MS) / FRAME_MS)
        if frames <= 0:
            return []
        self._end_stretch()
        self._placed_samples += open_samples + frames * FRAME_SAMPLES
        return [PlacedGap(frames * FRAME_MS, silent)]

    def _end_stretch(self) -> None:
        self._placed_samples = self._end_samples
        self._stretch_samples = 0
