"""A model's two graphs composed ahead into one, made once on this machine and kept beside the models.

Small models of Vosk come as graph/HCLr.fst and graph/Gr.fst, which every recogniser would compose while it decodes;
where graph/HCLG.fst lies, Vosk decodes with that (vosk-api, src/model.cc, Model::ReadDataFiles).
docs/decisions/017-composed-graph.md has what it saves and costs.
"""

import asyncio
import fcntl
import hashlib
import os
import shutil
import struct
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from service.recognition.free_memory import free_memory_bytes
from service.recognition.openfst import DEBIAN_PACKAGE, ProgramFailedError, programs_missing, run_program

_RECIPE = b"earshot 1"  # raised when other steps make another graph of the same files
_WORDS, _GRAMMAR, _DISAMBIGUATION = "HCLr.fst", "Gr.fst", "disambig_tid.int"
_COMPOSED, _SPELLINGS = "HCLG.fst", "words.txt"
_HALF, _LOCK = ".half", ".lock"
_LOOK_AGAIN_S = 0.5  # while another process composes, which takes minutes
_GB = 1e9


class ComposeError(Exception):
    """The graphs of a model cannot be composed here; the text is one sentence."""


class ComposedGraphs:
    """Composed graphs, each in a folder named by what it was made from; several processes may share them."""

    def __init__(
        self,
        folder: Path,
        *,
        free_memory: Callable[[], int] = free_memory_bytes,
        free_disk: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self.folder, self._free_memory, self._free_disk = folder, free_memory, free_disk

    def find(self, model_dir: Path) -> Path | None:
        """The folder with HCLG.fst and words.txt made from exactly this model's graphs; None: there is none (yet).

        Reads the model's graphs (0.3 s for 230 MB), so not on the event loop.
        """
        try:
            place = self._place(model_dir)
        except OSError:
            return None
        return place if _whole(place) else None

    def why_not(self, model_dir: Path) -> str | None:
        """Why the model's graphs cannot be composed here and now, one sentence; None: they can.

        While another process composes, its memory and disk are not held against us: who waits takes what it made.
        """
        reason = _never(model_dir)
        return reason if reason is not None or _taken(self.folder / _LOCK) else self._not_now(model_dir)

    async def compose(self, model_dir: Path) -> Path:
        """Compose the model's graphs in the machine's idle moments, or return what is there already; see `find`.

        One graph at a time: who comes second waits for the first, and takes what it made. Cancelled, failed or killed
        it leaves nothing that counts. Raises ComposeError.
        """
        if (made := await asyncio.to_thread(self.find, model_dir)) is not None:
            return made
        _refuse(await asyncio.to_thread(_never, model_dir))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            async with _alone(self.folder):
                if (made := await asyncio.to_thread(self.find, model_dir)) is not None:
                    return made
                _refuse(await asyncio.to_thread(self._not_now, model_dir))
                return await self._compose(model_dir)
        except OSError as error:
            raise ComposeError(f"The composed graph cannot be read or written: {error.strerror}.") from error
        except ProgramFailedError as error:
            raise ComposeError(f"OpenFst's {error}") from error

    def remove_others(self, models: Collection[Path]) -> int:
        """Remove the graphs made from none of these models; how many."""
        kept = {found.name for model_dir in models if (found := self.find(model_dir)) is not None}
        others = [each for each in self.folder.glob("[!.]*") if _whole(each) and each.name not in kept]
        for each in others:
            shutil.rmtree(each)
        return len(others)

    def _not_now(self, model_dir: Path) -> str | None:
        words, grammar = ((model_dir / "graph" / name).stat().st_size for name in (_WORDS, _GRAMMAR))
        memory_bytes, disk_bytes = needed_bytes(words, grammar)
        if (free := self._free_memory()) < memory_bytes:
            return f"Composing takes up to {memory_bytes / _GB:.1f} GB of memory, and {free / _GB:.1f} GB are free."
        free = self._free_disk(_nearest(self.folder)) + _size(self.folder / _HALF)  # it will be removed
        if free < disk_bytes:
            return f"Composing takes up to {disk_bytes / _GB:.1f} GB of disk, and {free / _GB:.1f} GB are free."
        return None

    async def _compose(self, model_dir: Path) -> Path:
        """With the lock, so what is half made is of a process that was killed."""
        place, half = await asyncio.to_thread(self._place, model_dir), self.folder / _HALF
        try:
            await asyncio.to_thread(shutil.rmtree, half, ignore_errors=True)
            half.mkdir()
            await _make(model_dir / "graph", half)
            await asyncio.to_thread(_settle, half, place)
            half.rename(place)
            await asyncio.to_thread(_sync, self.folder)
        finally:
            await asyncio.to_thread(shutil.rmtree, half, ignore_errors=True)
        return place

    def _place(self, model_dir: Path) -> Path:
        """Raises OSError where the model has not all parts."""
        made_from = hashlib.blake2b(_RECIPE, digest_size=16)
        for name in (_WORDS, _GRAMMAR, _DISAMBIGUATION):
            with (model_dir / "graph" / name).open("rb") as file:
                made_from.update(hashlib.file_digest(file, "blake2b").digest())
        return self.folder / made_from.hexdigest()


def is_static(model_dir: Path) -> bool:
    """Whether the model came with one static graph."""
    return any((folder / _COMPOSED).is_file() for folder in (model_dir / "graph", model_dir))


def _never(model_dir: Path) -> str | None:
    """Why a model of this kind, or this machine, composes nothing at any time."""
    graph = model_dir / "graph"
    if is_static(model_dir):
        return "The model's graph is static already."
    if not graph.is_dir():
        return "The model has the old layout without a folder graph, and cannot be composed."
    missing = [name for name in (_WORDS, _GRAMMAR, _DISAMBIGUATION) if not (graph / name).is_file()]
    if missing:
        return f"The model lacks graph/{missing[0]}, and cannot be composed."
    if programs_missing():
        return f"OpenFst's programs are not installed; on Debian: apt-get install {DEBIAN_PACKAGE}."
    return None


def _refuse(reason: str | None) -> None:
    if reason is not None:
        raise ComposeError(reason)


def needed_bytes(words_bytes: int, grammar_bytes: int) -> tuple[int, int]:
    """Memory and disk that composing takes at most, from the sizes of HCLr.fst and Gr.fst."""
    # Measured: 181.5 and 48.5 MB gave a graph of 998 MB, with at most 3.19 GB of memory and 1.94 GB on disk meanwhile.
    # A graph holds HCLr.fst once, and for each follower of a word in Gr.fst that word's sounds; a quarter is spare,
    # because Gr.fst may hold more followers and fewer spellings than that one.
    composed_bytes = words_bytes + 22 * grammar_bytes
    return round(3.3 * composed_bytes), 2 * composed_bytes


async def _make(graph: Path, half: Path) -> None:
    """HCLG.fst and words.txt into `half`.

    The symbols of Gr.fst are taken out first: OpenFst 1.7.9 cannot read back what it writes of so many, and neither can
    the OpenFst inside Vosk. Labels that only kept words apart while the model was built (disambig_tid.int) are heard as
    nothing.
    """
    labels = (graph / _DISAMBIGUATION).read_text(encoding="ascii").split()
    (half / "silent").write_text("".join(f"{label} 0\n" for label in labels), encoding="ascii")
    without = ("--clear_isymbols", "--clear_osymbols")
    await run_program(
        "fstsymbols", f"--save_osymbols={_SPELLINGS}", *without, str(graph / _GRAMMAR), "grammar", folder=half
    )
    if not (half / _SPELLINGS).is_file():
        shutil.copyfile(graph / _SPELLINGS, half / _SPELLINGS)
    await run_program("fstarcsort", "--sort_type=ilabel", "grammar", "grammar", folder=half)
    await run_program("fstcompose", str(graph / _WORDS), "grammar", "raw", folder=half)
    (half / "grammar").unlink()
    await run_program("fstrelabel", "--relabel_ipairs=silent", "raw", "raw", folder=half)
    (half / "silent").unlink()
    await run_program("fstconvert", "--fst_type=const", "raw", _COMPOSED, folder=half)
    (half / "raw").unlink()
    if await asyncio.to_thread(_leads_nowhere, half / _COMPOSED):
        raise ProgramFailedError("fstcompose found no words that both graphs of the model allow.")


def _leads_nowhere(fst: Path) -> bool:
    """Whether a graph has no start: header of an FST file, see OpenFst, fst.h, FstHeader."""
    with fst.open("rb") as file:
        file.read(4)
        for _ in ("kind of FST", "kind of arc"):
            file.read(*struct.unpack("<i", file.read(4)))
        _version, _flags, _properties, start = struct.unpack("<iiQq", file.read(24))
    return bool(start < 0)


def _settle(half: Path, place: Path) -> None:
    """Onto the disk, so that after a power cut all of it is there, or nothing."""
    for file in (half / _COMPOSED, half / _SPELLINGS, half):
        _sync(file)
    shutil.rmtree(place, ignore_errors=True)  # somebody took half of it away by hand


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _whole(place: Path) -> bool:
    return (place / _COMPOSED).is_file() and (place / _SPELLINGS).is_file()


def _size(folder: Path) -> int:
    size_bytes = 0
    for file in folder.glob("*"):
        with suppress(FileNotFoundError):  # the process that composes just now has removed it
            size_bytes += file.stat().st_size
    return size_bytes


def _nearest(folder: Path) -> Path:
    return next(each for each in (folder, *folder.absolute().parents) if each.exists())


def _taken(lock: Path) -> bool:
    try:
        with lock.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # nobody has composed here yet
        return False
    return False


@asynccontextmanager
async def _alone(folder: Path) -> AsyncIterator[None]:
    with (folder / _LOCK).open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await asyncio.sleep(_LOOK_AGAIN_S)
            else:
                break
        yield
