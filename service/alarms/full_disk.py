"""How much room the disks have on which the node keeps its things."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

_LOOK_EVERY_S = 10.0


class FullDisk:
    """`run` measures, off the event loop: a network folder may take its time. `look` tells the last result."""

    def __init__(self, folders: Sequence[Path], least_free_gb: float) -> None:
        self._folders, self._least_free_gb = folders, least_free_gb
        self._free_gb: float | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.to_thread(self.measure)
            await asyncio.sleep(_LOOK_EVERY_S)

    def measure(self) -> None:
        """The room of the fullest."""
        found = [_free_gb(folder) for folder in self._folders]
        self._free_gb = min((each for each in found if each is not None), default=None)

    def look(self) -> str | None:
        """Why it is not well."""
        if self._free_gb is None or self._free_gb >= self._least_free_gb:
            return None
        return f"{self._free_gb:.1f} GB free"


def _free_gb(folder: Path) -> float | None:
    """None for a folder that cannot be asked: the store and the clips say that themselves."""
    for near in (folder.absolute(), *folder.absolute().parents):
        try:
            return shutil.disk_usage(near).free / 1e9
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return None
