"""The driver's process: plays what it is ordered on standard input, reports on standard output, one JSON line each.

Run by the bench as `python -m service.bench.driver [folder of own sentences]`, so that what plays the calls and what is
measured share no interpreter.
"""

import asyncio
import gc
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from websockets.exceptions import WebSocketException

from service.bench.earshot_calls import EarshotCalls
from service.bench.heard_back import HeardBack
from service.bench.line import Line, LineCall, Target
from service.bench.material import Material, MaterialError, load_material
from service.bench.orders import DriverFailure, EarshotTarget, PeerTarget, PlayOrder, WindowMark
from service.bench.peer_calls import PeerCalls
from service.bench.scripted_call import quiet_line

_SLOT_S = 0.005  # lines take turns in four slots of a frame's 20 ms: a PBX's packets do not come all at once
_SLOTS = 4
_SLOTS_PER_NOTE = 20
_LAST_WORDS_S = 0.5
_LOOKED_AT_S = 0.4  # so long the calls stay behind the window, for memory to be read with them
_CONNECT_S = 30


class Driver:
    """Plays one order at a time."""

    def __init__(self, material: Material, say: Callable[[str], None]) -> None:
        self._material, self._quiet, self._say = material, quiet_line(), say

    async def play(self, order: PlayOrder) -> None:
        """One order: says when the window opens, then the report. Raises OSError, HTTPError, WebSocketException."""
        os.sched_setaffinity(0, order.driver_cores)
        heard = HeardBack()
        match order.target:
            case EarshotTarget():
                earshot = EarshotCalls(order.target, order.block_ms, heard)
                await earshot.open()
                try:
                    await self._run(order, earshot, heard, lambda: None)
                finally:
                    await earshot.close()
            case PeerTarget():
                peer = PeerCalls(order.target.url, order.block_ms, heard)
                await self._run(order, peer, heard, peer.count_unanswered)

    async def _run(self, order: PlayOrder, target: Target, heard: HeardBack, at_the_end: Callable[[], None]) -> None:
        lines = [
            Line(number, order.seed, self._material, self._quiet, order.call_s, time.monotonic)
            for number in range(order.calls)
        ]
        ticking = asyncio.create_task(_tick(lines, heard))
        keeping: list[asyncio.Task[None]] = []
        ended = _Played()
        try:
            async with asyncio.timeout(order.spread_s + _CONNECT_S), asyncio.TaskGroup() as beginning:
                for line in lines:
                    after_s = order.spread_s * (line.number + 0.5) / len(lines)
                    beginning.create_task(_after(after_s, lambda line=line: _begin(line, target)))  # type: ignore[misc]
            keeping = [asyncio.create_task(_keep_going(line, target, heard, ended)) for line in lines]
            await asyncio.sleep(order.settle_s)
            heard.open_window()
            self._say(WindowMark(opens=True).model_dump_json())
            await asyncio.sleep(order.window_s)
            at_the_end()
            heard.close_window()
            self._say(WindowMark(opens=False).model_dump_json())
            await asyncio.sleep(_LOOKED_AT_S)
        finally:
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)
            running = [line.call for line in lines if line.call is not None]
            for line in lines:
                line.call = None
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
            await asyncio.gather(*(target.hang_up(call) for call in running), return_exceptions=True)
        for call in running:
            ended.add(call)
        self._say(heard.report(sum(line.begun for line in lines), ended.spoken_ratio).model_dump_json())


@dataclass(slots=True)
class _Played:
    """Sound of all calls that are over: of each leg's time, how much was speech."""

    frames: int = 0
    spoken_frames: int = 0

    def add(self, call: LineCall) -> None:
        self.frames += 2 * call.played_frames
        self.spoken_frames += call.spoken_frames

    @property
    def spoken_ratio(self) -> float:
        return self.spoken_frames / self.frames if self.frames else 0.0


async def _after(after_s: float, then: Callable[[], Awaitable[None]]) -> None:
    await asyncio.sleep(after_s)
    await then()


async def _begin(line: Line, target: Target) -> None:
    call = line.next_call()
    await target.connect(call)
    line.connected(call)


async def _keep_going(line: Line, target: Target, heard: HeardBack, ended: _Played) -> None:
    """End the line's call when it has lasted its length, and begin the next."""
    while True:
        await asyncio.sleep(0.1)
        call = line.call
        if call is None or not line.over:
            continue
        line.call = None
        ended.add(call)
        await target.hang_up(call)
        await asyncio.sleep(_LAST_WORDS_S)
        try:
            await _begin(line, target)
        except (OSError, httpx.HTTPError, WebSocketException) as error:
            heard.fault(f"a call was not taken: {type(error).__name__}")
            return


async def _tick(lines: Sequence[Line], heard: HeardBack) -> None:
    """Send what is due, slot by slot, until cancelled."""
    slot, due_s, worst_s = 0, time.monotonic(), 0.0
    while True:
        due_s += _SLOT_S
        await asyncio.sleep(due_s - time.monotonic())
        worst_s = max(worst_s, *(line.tick() for line in lines[slot % _SLOTS :: _SLOTS]), 0.0)
        slot += 1
        if slot % _SLOTS_PER_NOTE == 0:
            heard.late(worst_s)
            worst_s = 0.0


def _reason(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__} {error}".strip()


async def _obey(material: Material) -> None:
    driver = Driver(material, lambda text: print(text, flush=True))  # noqa: T201  # stdout is the interface
    while text := await asyncio.to_thread(sys.stdin.readline):
        try:
            await driver.play(PlayOrder.model_validate_json(text))
        except* (OSError, TimeoutError, httpx.HTTPError, WebSocketException) as error:
            print(DriverFailure(reason=_reason(error)).model_dump_json(), flush=True)  # noqa: T201
        gc.collect()


def main(arguments: Sequence[str]) -> int:
    """Entry of the process. Exit status 0: no more orders; 2: no such material."""
    try:
        material = load_material(Path(arguments[0]) if arguments else None)
    except MaterialError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    gc.collect()
    gc.freeze()  # a late collection would be taken for a late service
    asyncio.run(_obey(material))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
