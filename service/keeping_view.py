"""What this node keeps, and forgetting one call: rows, clips, recording, and what memory still holds."""

import asyncio
from collections.abc import Mapping

from config.settings import Settings
from service.call_board import CallBoard
from service.kept_sound import KeptSound
from service.observation_log import ObservationLog
from service.store.kept_counts import kept_files, kept_rows
from service.store.store import Store
from web.keeping_sources import CallRunsError, KeepingView
from web.sources import CallState


class NodeKeeping:
    """Fills `web.keeping_sources.Keeping`."""

    def __init__(
        self, settings: Settings, store: Store, board: CallBoard, observed: ObservationLog, sound: KeptSound
    ) -> None:
        self._settings, self._store, self._board, self._observed, self._sound = settings, store, board, observed, sound

    async def kept(self) -> KeepingView:
        """What is kept now; files are counted off the event loop."""
        settings = self._settings
        days = settings.retention
        rows, size = await self._store.read(lambda engine: kept_rows(engine, days, settings.observations))
        clips, recordings = self._sound.folders
        files = (
            ("clips", "retention.clips_days", days.clips_days, clips, settings.clips.enabled),
            (
                *("recordings", "retention.recordings_days", days.recordings_days),
                *(recordings, settings.recording.keep_calls),
            ),
        )
        counted = [
            await asyncio.to_thread(kept_files, kind, setting, kept_days, folder, enabled=enabled)
            for kind, setting, kept_days, folder, enabled in files
        ]
        retention = self._sound.retention
        return KeepingView([*rows, *counted], size, days.sweep_s, retention.rows, retention.files)

    async def forget(self, call_id: str) -> Mapping[str, int]:
        """Everything of a call that is over. What is still on its way to the store is waited for first."""
        view = await self._board.get(call_id)
        if view.state is not CallState.ENDED or self._board.heard_ms(call_id) is not None:
            raise CallRunsError
        await self._observed.write_waiting()
        await self._store.written()
        erased = await self._sound.eraser.erase_calls([call_id])
        return {"calls": erased.calls, "rows": erased.rows, "files": erased.files}
