"""When each frame of a leg leaves the sender, and in what order, under the faults of its line. Pure: no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from service.demo.line_faults import FaultKind, LineFault
from streaming.frames import FRAME_MS

_CATCHING_UP = 2  # after a stall the backlog leaves at so many times its pace


@dataclass(frozen=True, slots=True)
class Sending:
    """One frame that is sent. `packet` counts what the sender numbered: frames lost on the way too, unsent ones not."""

    at_ms: float
    frame: int
    packet: int


def sendings(frames: int, levels_dbfs: Sequence[float], faults: Sequence[LineFault], chance: Random) -> list[Sending]:
    """The frames 0 to `frames`, less those that are lost or not sent, in the order and at the times they leave.

    A frame is complete 20 ms after it began; `levels_dbfs` has one level a frame. Without faults all leave in order.
    """
    planned: list[Sending] = []
    packet = 0
    for frame in range(frames):
        due_ms = (frame + 1) * FRAME_MS
        if any(_unsent(fault, due_ms, levels_dbfs[frame]) for fault in faults):
            continue
        packet += 1
        if not any(_lost(fault, due_ms, chance) for fault in faults):
            planned.append(Sending(due_ms, frame, packet - 1))
    return _reordered(_delayed(planned, faults, chance), faults, chance)


def _within(fault: LineFault, at_ms: float) -> bool:
    return fault.from_ms <= at_ms < fault.until_ms


def _unsent(fault: LineFault, due_ms: int, level_dbfs: float) -> bool:
    match fault.kind:
        case FaultKind.DTX:
            return _within(fault, due_ms) and level_dbfs < fault.value
        case FaultKind.HALF_OPEN:
            return due_ms > fault.from_ms
        case _:
            return False


def _lost(fault: LineFault, due_ms: int, chance: Random) -> bool:
    match fault.kind:
        case FaultKind.GAP:
            return fault.from_ms <= due_ms - FRAME_MS < fault.from_ms + fault.value
        case FaultKind.LOSS:
            return _within(fault, due_ms) and chance.random() * 100 < fault.value
        case _:
            return False


def _delayed(planned: list[Sending], faults: Sequence[LineFault], chance: Random) -> list[Sending]:
    latest_ms = 0.0
    delayed: list[Sending] = []
    for sending in planned:
        at_ms = sending.at_ms
        for fault in faults:
            at_ms = _late(fault, at_ms, chance)
        latest_ms = max(latest_ms, at_ms)
        delayed.append(Sending(latest_ms, sending.frame, sending.packet))
    return delayed


def _late(fault: LineFault, at_ms: float, chance: Random) -> float:
    match fault.kind:
        case FaultKind.CLOCK_DRIFT:
            return at_ms * (1 + fault.value / 1e6)
        case FaultKind.JITTER if _within(fault, at_ms):
            return at_ms + chance.uniform(0, fault.value)
        case FaultKind.BURST if fault.from_ms <= at_ms < fault.from_ms + fault.value:
            return fault.from_ms + fault.value
        case FaultKind.STALL if at_ms >= fault.from_ms:
            return max(at_ms, fault.from_ms + fault.value + (at_ms - fault.from_ms) / _CATCHING_UP)
        case _:
            return at_ms


def _reordered(planned: list[Sending], faults: Sequence[LineFault], chance: Random) -> list[Sending]:
    for fault in faults:
        if fault.kind is not FaultKind.REORDER:
            continue
        place = 0
        while place + 1 < len(planned):
            one, other = planned[place], planned[place + 1]
            if _within(fault, one.at_ms) and chance.random() * 100 < fault.value:
                planned[place] = Sending(one.at_ms, other.frame, other.packet)
                planned[place + 1] = Sending(other.at_ms, one.frame, one.packet)
                place += 1
            place += 1
    return planned
