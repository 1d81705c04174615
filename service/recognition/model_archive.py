"""Fetching a speech model: resumed, verified, unpacked with suspicion, and there all at once or not at all."""

import fcntl
import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential

from service.recognition.known_models import OFFICIAL_URL, KnownModel
from service.recognition.model_manifest import write_manifest
from service.recognition.model_unpacking import unpack_model
from streaming.recognizer import check_model

_ATTEMPTS = 5  # without a byte of progress; each goes on where the last one broke off
_TIMEOUT_S = 30.0  # without a single byte
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")

Progress = Callable[[int, int], None]
"""Called with bytes here and bytes in all."""


class PullError(Exception):
    """The model could not be fetched; the text is one sentence that says why."""


class _BrokenOffError(Exception):
    """The connection ended early, or the server was busy: worth another attempt."""


class _StopWithoutProgress:
    """Tenacity's stop: so many attempts in a row that brought nothing."""

    def __init__(self, part: Path) -> None:
        self._part = part
        self._best_bytes = _size(part)
        self._attempts = 0

    def __call__(self, retry_state: RetryCallState) -> bool:
        here = _size(self._part)
        self._attempts = 1 if here > self._best_bytes else self._attempts + 1
        self._best_bytes = max(self._best_bytes, here)
        return self._attempts >= _ATTEMPTS


def pull_model(
    model: KnownModel,
    folder: Path,
    *,
    base_url: str = OFFICIAL_URL,
    progress: Progress = lambda _here, _in_all: None,
    longest_pause_s: float = 4.0,
) -> Path:
    """Fetch NAME.zip from `base_url`, check it, unpack it to `folder`/NAME, and return that. Waits on the network.

    What has come stays in `folder` as .NAME.zip.part when it breaks off, and the next pull resumes it.
    Raises PullError, UnpackError (the archive is not what it should be) and ModelError (it holds no model).
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder, model.name):
        part = folder / f".{model.name}.zip.part"
        _download(f"{base_url.rstrip('/')}/{model.name}.zip", part, model, progress, longest_pause_s)
        if _sha256(part) != model.archive_sha256:
            part.unlink()
            raise PullError(f"{model.name}: the archive's SHA-256 is not the pinned one; it was thrown away.")
        with tempfile.TemporaryDirectory(prefix=f".{model.name}.", dir=folder) as fresh:
            unpack_model(part, model.name, Path(fresh))
            check_model(Path(fresh) / model.name)
            write_manifest(Path(fresh) / model.name, model.archive_sha256)
            _replace(Path(fresh) / model.name, folder / model.name, Path(fresh) / "old")
        part.unlink()
    return folder / model.name


def _download(url: str, part: Path, model: KnownModel, progress: Progress, longest_pause_s: float) -> None:
    attempts = Retrying(
        retry=retry_if_exception_type((_BrokenOffError, httpx.TransportError)),
        stop=_StopWithoutProgress(part),
        wait=wait_exponential(multiplier=min(0.5, longest_pause_s), max=longest_pause_s),
        reraise=True,
    )
    try:
        with httpx.Client(timeout=_TIMEOUT_S, follow_redirects=True) as client:
            attempts(_go_on, client, url, part, model, progress)
    except (_BrokenOffError, httpx.TransportError) as error:
        raise PullError(
            f"{model.name}: {url} cannot be reached, or breaks off; run the same command again to go on where it was."
        ) from error
    except httpx.HTTPError as error:
        raise PullError(f"{model.name}: {url} cannot be fetched.") from error


def _go_on(client: httpx.Client, url: str, part: Path, model: KnownModel, progress: Progress) -> None:
    """One attempt: whatever is still missing behind what is there."""
    here = _size(part)
    if here > model.archive_bytes:
        part.unlink()
        here = 0
    if here == model.archive_bytes:
        progress(here, model.archive_bytes)
        return
    asked = {"Range": f"bytes={here}-", "Accept-Encoding": "identity"} if here else {"Accept-Encoding": "identity"}
    with client.stream("GET", url, headers=asked) as response:
        here = _resumed_at(response, here, part, model)
        with part.open("r+b" if here else "wb") as file:
            file.seek(here)
            for chunk in response.iter_raw():  # as it comes: a chunk size would hold back, and lose, what a break cuts
                here += len(chunk)
                if here > model.archive_bytes:
                    break
                file.write(chunk)
                progress(here, model.archive_bytes)
    if here > model.archive_bytes:
        part.unlink()
        raise PullError(f"{model.name}: the server sends more than the {model.archive_bytes} bytes it should.")
    if here < model.archive_bytes:
        raise _BrokenOffError


def _resumed_at(response: httpx.Response, here: int, part: Path, model: KnownModel) -> int:
    """From which byte the answer goes on: 0 when the server ignores ranges and begins anew."""
    if response.status_code in (429, 500, 502, 503, 504):
        raise _BrokenOffError
    if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        part.unlink(missing_ok=True)
        raise _BrokenOffError
    if response.status_code == httpx.codes.PARTIAL_CONTENT:
        said = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if said is None or int(said[1]) != here:
            part.unlink(missing_ok=True)
            raise _BrokenOffError
        return here
    if response.status_code != httpx.codes.OK:
        raise PullError(f"{model.name}: {response.url} answers {response.status_code}.")
    return 0


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _replace(fresh: Path, target: Path, old: Path) -> None:
    """Put the new folder where the model belongs; one that was there goes with the temporary folder."""
    if target.exists():
        shutil.move(target, old)
    fresh.rename(target)


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    with (folder / ".pull.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PullError(f"{name}: another pull is running.") from None
        yield
