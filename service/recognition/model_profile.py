"""Decoding profiles: a copy of a model's folder with other decoding options; the user's files stay as they are."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import assert_never

from config.recognition import DecodingProfile

_OPTIONS = Path("conf/model.conf")


@contextmanager
def profiled(model_dir: Path, profile: DecodingProfile) -> Iterator[Path]:
    """The folder to load the model from. It need not outlive the loading: Vosk reads everything into memory.

    Old flat models have no options file, and with `accurate` there is nothing to change: then it is the folder itself.
    """
    limits = _limits(profile)
    if not limits or not (model_dir / _OPTIONS).is_file():
        yield model_dir
        return
    with tempfile.TemporaryDirectory(prefix="earshot-model-") as folder:
        copy = Path(folder)
        _link_all(model_dir.resolve(), copy, besides=_OPTIONS.parts[0])
        (copy / _OPTIONS.parent).mkdir()
        _link_all(model_dir.resolve() / _OPTIONS.parent, copy / _OPTIONS.parent, besides=_OPTIONS.name)
        shipped = (model_dir / _OPTIONS).read_text(encoding="utf-8")
        (copy / _OPTIONS).write_text(_limited(shipped, limits), encoding="utf-8")
        yield copy


def _limits(profile: DecodingProfile) -> Mapping[str, float]:
    """Options by name; measured with the small Korean model (recognition.md §1.7, §6.1)."""
    match profile:
        case DecodingProfile.ACCURATE:
            return {}
        case DecodingProfile.BALANCED:
            return {"max-active": 1_500, "min-active": 50}
        case DecodingProfile.ECONOMY:
            return {"max-active": 1_500, "min-active": 50, "beam": 8}
    assert_never(profile)


def _limited(shipped: str, limits: Mapping[str, float]) -> str:
    """The options with each limit in place; one that the model sets lower already stays."""
    kept: list[str] = []
    wanted = dict(limits)
    for line in shipped.splitlines():
        name, _, value = line.strip().removeprefix("--").partition("=")
        if name in limits and value:
            wanted[name] = min(limits[name], float(value))
        else:
            kept.append(line)
    return "\n".join([*kept, *(f"--{name}={value:g}" for name, value in wanted.items())]) + "\n"


def _link_all(folder: Path, copy: Path, besides: str) -> None:
    for each in folder.iterdir():
        if each.name != besides:
            (copy / each.name).symlink_to(each)
