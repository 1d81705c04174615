"""Whole calls as FLAC files, both legs, written piece by piece behind the call, where that is wished."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import structlog

from alerts.masking.call_masker import NUMBER_PAUSE_MS
from config.keeping import RecordingSettings
from config.privacy import Keeping
from service.call_board import CallBoard
from service.clips.flac import cut_of_file
from service.clips.places import recording_path, recordings_of
from service.clips.unfinished import Unfinished, finish_left_behind
from service.live_call import LiveCall
from streaming.frames import ANALYSIS_RATE_HZ, Leg

_log = structlog.get_logger(__name__)
_PIECE_S = 5.0  # far below what the ring holds, so nothing is lost when a disk is slow for a while
_LEGS = (Leg.AGENT, Leg.CUSTOMER)


@dataclass(slots=True)
class _Running:
    unfinished: Unfinished
    written_ms: int = 0


class Recorder:
    """Records what the board's calls heard since it last looked; a recording gets its name when the call is over."""

    def __init__(self, settings: RecordingSettings, folder: Path, board: CallBoard, ring_s: int) -> None:
        self._settings, self._folder, self._board = settings, folder, board
        self._longest_wait_ms = round((ring_s - 2 * _PIECE_S) * 1000)
        self._running: dict[str, _Running] = {}
        self.failed = 0

    @property
    def folder(self) -> Path:
        """Where the recordings are."""
        return self._folder

    async def run(self) -> None:
        """Until cancelled; then what is running is finished as far as it was heard. First, what a killed node left."""
        try:
            await asyncio.to_thread(finish_left_behind, self._folder)
            if not self._settings.keep_calls:
                await asyncio.Event().wait()
            while True:
                await asyncio.sleep(_PIECE_S)
                await self.look()
        finally:
            self._write_rest()
            for call_id in list(self._running):
                self._finish(call_id)

    async def look(self) -> None:
        """Write what every call has heard since the last look."""
        for call in self._board.live_calls():
            await self._record(call)

    async def cut(
        self, call_id: str, from_ms: int, to_ms: int, wanted: Sequence[Leg]
    ) -> tuple[int, list[bytes]] | None:
        """A stretch of a recorded call, one bytes object per leg asked for; None where it was not recorded."""
        channels = await asyncio.to_thread(cut_of_file, self._path(call_id), from_ms, to_ms)
        if channels is None or len(channels) != len(_LEGS):
            return None
        return from_ms, [channels[_LEGS.index(leg) if leg in _LEGS else 0] for leg in wanted]

    def _write_rest(self) -> None:
        """The last seconds of the running calls; nobody will know any more what was said in them."""
        for call in self._board.live_calls():
            running = self._running.get(call.record.call_id)
            if running is not None:
                from_ms = running.written_ms
                begin_ms, channels = self._board.sound_to_keep(
                    call.record.call_id, from_ms, call.now_ms, _legs_of(call)
                )
                _append(running.unfinished.file, begin_ms - from_ms, channels)

    async def _record(self, call: LiveCall) -> None:
        call_id = call.record.call_id
        running = self._running.get(call_id)
        if self._board.keeping(call_id) is not Keeping.ALL:
            await asyncio.to_thread(self._forget, call_id)
            return
        if running is None and (call.closed or not call.sound.rings):
            return
        try:
            if running is None:
                running = self._running[call_id] = await asyncio.to_thread(self._begin, call_id)
            to_ms = max(running.written_ms, _writable_ms(call, self._longest_wait_ms))
            begin_ms, channels = self._board.sound_to_keep(call_id, running.written_ms, to_ms, _legs_of(call))
            if channels[0]:
                await asyncio.to_thread(_append, running.unfinished.file, begin_ms - running.written_ms, channels)
                running.written_ms = to_ms
            if call.closed:
                await asyncio.to_thread(self._finish, call_id)
        except (OSError, soundfile.SoundFileError) as error:
            self.failed += 1
            _log.warning("a recording could not be written", call_id=call_id, failure=type(error).__name__)
            if (broken := self._running.pop(call_id, None)) is not None:
                broken.unfinished.abandon()

    def _begin(self, call_id: str) -> _Running:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _Running(Unfinished(self._path(call_id), len(_LEGS)))

    def _finish(self, call_id: str) -> None:
        running = self._running.pop(call_id, None)
        if running is not None:
            running.unfinished.finish()

    def _forget(self, call_id: str) -> None:
        """Nobody agreed to a recording, or not any more."""
        running = self._running.pop(call_id, None)
        if running is not None:
            running.unfinished.abandon()
        for path in recordings_of(self._folder, call_id):
            path.unlink(missing_ok=True)

    def _path(self, call_id: str) -> Path:
        return recording_path(self._folder, call_id)


def _legs_of(call: LiveCall) -> tuple[Leg, Leg]:
    return (Leg.MIXED, Leg.MIXED) if Leg.MIXED in call.sound.rings else _LEGS


def _writable_ms(call: LiveCall, longest_wait_ms: int) -> int:
    """Up to where it is known for certain what must not be heard; words that never come are waited for so long."""
    if call.closed:
        return call.now_ms
    certain_ms = min(call.settled_ms(), call.now_ms - NUMBER_PAUSE_MS)
    return max(certain_ms, call.now_ms - longest_wait_ms)


def _append(file: soundfile.SoundFile, missing_ms: int, channels: Sequence[bytes]) -> None:
    silence = bytes(missing_ms * ANALYSIS_RATE_HZ // 1000 * 2)
    file.write(np.stack([np.frombuffer(silence + channel, dtype="<i2") for channel in channels], axis=1))
