"""The sound a node keeps as files, clips and recordings, and what deletes it: its age, or somebody's wish."""

from collections.abc import Awaitable, Callable, Sequence

from config.settings import Settings
from service.call_board import CallBoard
from service.clips.clip_maker import ClipMaker
from service.clips.flac import delete_older
from service.clips.places import clips_folder, recordings_folder
from service.clips.recorder import Recorder
from service.clock import Clock
from service.store.eraser import Eraser
from service.store.retention import Retention
from service.store.store import Store


class KeptSound:
    """`clips`, `recorder` and `retention` are to be run. `retention` and `eraser` delete the rows of calls as well."""

    def __init__(
        self,
        settings: Settings,
        board: CallBoard,
        store: Store,
        clock: Clock,
        forget: Callable[[Sequence[str]], Awaitable[None]],
    ) -> None:
        """`forget` takes what memory and Redis still hold of erased calls."""
        clips, recordings = self.folders = clips_folder(settings), recordings_folder(settings)
        self.clips = ClipMaker(settings.clips, clips, board, store.amend_alert, clock, settings.privacy.words_wait_s)
        self.recorder = Recorder(settings.recording, recordings, board, settings.hearing.ring_s)
        self.eraser = Eraser(store, clips, recordings, forget)
        kept_days = ((clips, settings.retention.clips_days), (recordings, settings.retention.recordings_days))
        self.retention = Retention(settings.retention, store, clock, kept_days, delete_older)
