"""A copy of a model's folder with other options, as we want it decoded; the user's files stay as they are."""

import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import assert_never

from config.recognition import DecodingProfile
from streaming.recognizer import DITHER, NO_DITHER

_CONF, _OPTIONS, _FRONT_END = "conf", "model.conf", "mfcc.conf"
_GRAPH = "graph"
_SHIPPED_GRAPHS = {"HCLr.fst", "Gr.fst", "words.txt"}


@contextmanager
def profiled(model_dir: Path, profile: DecodingProfile, composed: Path | None = None) -> Iterator[Path]:
    """The folder to load the model from. It need not outlive the loading: Vosk reads everything into memory.

    The profile bounds the search, and the dither is ours (`streaming.recognizer`), unless the model has one of its own.
    Old flat models have no options where we look: then it is the folder itself. `composed`: a folder with the model's
    two graphs composed into one (`service.recognition.composed_graph`), which takes their place.
    """
    shipped = model_dir.resolve() / _CONF
    changed = {
        name: text
        for name, text in (
            (_OPTIONS, _limited(_text_of(shipped / _OPTIONS), _limits(profile))),
            (_FRONT_END, _undithered(_text_of(shipped / _FRONT_END))),
        )
        if text is not None
    }
    if not changed and composed is None:
        yield model_dir
        return
    with tempfile.TemporaryDirectory(prefix="earshot-model-") as folder:
        copy = Path(folder)
        _link_all(model_dir.resolve(), copy, besides={_CONF, *((_GRAPH,) if composed is not None else ())})
        if shipped.is_dir():
            (copy / _CONF).mkdir()
            _link_all(shipped, copy / _CONF, besides=changed.keys())
        for name, text in changed.items():
            (copy / _CONF / name).write_text(text, encoding="utf-8")
        if composed is not None:
            (copy / _GRAPH).mkdir()
            _link_all(model_dir.resolve() / _GRAPH, copy / _GRAPH, besides=_SHIPPED_GRAPHS)
            _link_all(composed.resolve(), copy / _GRAPH, besides=())
        yield copy


def _text_of(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _undithered(front_end: str | None) -> str | None:
    """The front end's options with its random noise switched off; None where there is nothing to change."""
    if front_end is None or DITHER in front_end:
        return None
    return front_end.rstrip("\n") + f"\n{NO_DITHER}\n"


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


def _limited(shipped: str | None, limits: Mapping[str, float]) -> str | None:
    """The options with each limit in place; one that the model sets lower already stays."""
    if shipped is None or not limits:
        return None
    kept: list[str] = []
    wanted = dict(limits)
    for line in shipped.splitlines():
        name, _, value = line.strip().removeprefix("--").partition("=")
        if name in limits and value:
            wanted[name] = min(limits[name], float(value))
        else:
            kept.append(line)
    return "\n".join([*kept, *(f"--{name}={value:g}" for name, value in wanted.items())]) + "\n"


def _link_all(folder: Path, copy: Path, besides: Collection[str]) -> None:
    for each in folder.iterdir():
        if each.name not in besides:
            (copy / each.name).symlink_to(each)
