"""A model's graphs composed ahead against the graphs as they ship: what making it takes, CPU, memory, words."""

import asyncio
import ctypes
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.settings import Language, Settings
from service.evaluation.drawn_phrases import bare
from service.evaluation.transcripts import edits
from service.recognition.composed_graph import ComposedGraphs
from service.recognition.model_profile import profiled
from service.recognition.models import find_model
from streaming.recognizer import FinalWords, Recognizer, SpeechModel
from tests.prove.borrowed import Said, calls, human
from tests.prove.report import table, write_block

_BLOCK_BYTES = 6_400
_COLD_S = 15  # of speech at the beginning, in which an unused model is dearest


@dataclass(frozen=True, slots=True)
class Result:
    """Of one graph over one kind of speech, by one recogniser that nobody has used."""

    load_s: float
    model_mb: float
    cold_cpu_s: float
    cold_audio_s: float
    cpu_s: float
    audio_s: float
    growth_mb: float
    texts: list[str]

    def wrong_percent(self, said: list[Said]) -> float:
        """Characters that are not what was said."""
        wrong = sum(edits(bare(each.text), text) for each, text in zip(said, self.texts, strict=True))
        return 100 * wrong / sum(len(bare(each.text)) for each in said)


def _listened(model_dir: Path, composed: Path | None, said: list[Said]) -> Result:
    """In a process of its own: a second model would end it."""
    settings, before_mb, began_s = Settings(language=Language.KO), _private_mb(), time.process_time()
    with profiled(model_dir, settings.recognition.profile, composed) as copy:
        model = SpeechModel.load(model_dir, copy)
    load_s, model_mb = time.process_time() - began_s, _private_mb()
    recognizer = model.recognizer()
    texts, audio_s, cold = [], 0.0, (0.0, 0.0)
    began_s = time.process_time()
    for each in said:
        texts.append(bare(_text(recognizer, each.pcm_s16le)))
        audio_s += len(each.pcm_s16le) / 32_000
        if audio_s <= _COLD_S or not cold[1]:
            cold = (time.process_time() - began_s, audio_s)
    cpu_s = time.process_time() - began_s
    ctypes.CDLL(None).malloc_trim(0)
    return Result(load_s, model_mb - before_mb, *cold, cpu_s, audio_s, _private_mb() - model_mb, texts)


def _text(recognizer: Recognizer, pcm_s16le: bytes) -> str:
    blocks = (pcm_s16le[at : at + _BLOCK_BYTES] for at in range(0, len(pcm_s16le), _BLOCK_BYTES))
    heard = [*map(recognizer.feed, blocks), recognizer.finish()]
    return " ".join(each.text for each in heard if isinstance(each, FinalWords))


def _private_mb() -> float:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def _made(graphs: ComposedGraphs, model_dir: Path) -> tuple[Path, str]:
    """The folder, and what making it took."""
    if (there := graphs.find(model_dir)) is not None:
        return there, "The composed graph was there already."
    began_s = time.monotonic()
    made = asyncio.run(graphs.compose(model_dir))
    took_s, used = time.monotonic() - began_s, resource.getrusage(resource.RUSAGE_CHILDREN)
    size_mb = (made / "HCLG.fst").stat().st_size / 1e6
    return made, (
        f"Composing took {took_s:.0f} s ({used.ru_utime + used.ru_stime:.0f} s of CPU, in the machine's idle moments),"
        f" at most {used.ru_maxrss / 1e6:.2f} GB of memory, and made {size_mb:,.0f} MB."
    )


def _report(
    name: str, said: list[Said], listened: Callable[[Path | None, list[Said]], Result], made: Path
) -> tuple[list[list[object]], str]:
    shipped, composed = listened(None, said), listened(made, said)
    rows: list[list[object]] = []
    for way, result in (("as shipped", shipped), ("composed", composed)):
        rows.append(
            [
                f"{name}, {result.audio_s:.0f} s",
                way,
                f"{result.load_s:.1f}",
                f"{result.cold_cpu_s / result.cold_audio_s:.3f}",
                f"{result.cpu_s / result.audio_s:.3f}",
                f"{result.wrong_percent(said):.1f}",
                f"{result.model_mb:,.0f}",
                f"{result.growth_mb:,.0f}",
            ]
        )
        print(rows[-1], flush=True)  # noqa: T201  # a report for people
    other = sum(one != two for one, two in zip(shipped.texts, composed.texts, strict=True))
    return rows, f"{other} of {len(said)} differ ({name})"


def main() -> None:
    """FOLDER: human read sentences with labels.csv, for evaluation only. GRAPHS: where composed graphs are kept."""
    folder = Path(sys.argv[1])
    model_dir = find_model(Language.KO, Settings(language=Language.KO))
    context = multiprocessing.get_context("spawn")

    def listened(composed: Path | None, said: list[Said]) -> Result:
        with context.Pool(1) as alone:
            return alone.apply(_listened, (model_dir, composed, said))

    with tempfile.TemporaryDirectory(prefix="earshot-graphs-") as own:
        made, took = _made(ComposedGraphs(Path(sys.argv[2] if sys.argv[2:] else own)), model_dir)
        rows, differing = [], []
        for name, said in (("human sentences, all different", human(folder)), ("the recordings' turns", calls())):
            more, other = _report(name, said, listened, made)
            rows += more
            differing.append(other)
    head = ["speech", "graph", "load, CPU s", f"CPU s per s of the first {_COLD_S} s", "CPU s per s of all"]
    head += ["characters wrong, %", "model, MB", "growth, MB"]
    lines = table(head, rows)
    lines += ["", f"{took} Texts: {', '.join(differing)}. One recogniser that nobody has used hears everything."]
    command = "python -m tests.prove.composed FOLDER"
    write_block("composed", "A model's graphs composed ahead against the graphs as they ship", command, lines)


if __name__ == "__main__":
    main()
