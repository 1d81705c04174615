"""One pool of borrowed recognisers against one recogniser for every leg: CPU, memory, and characters wrong."""

import csv
import ctypes
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import soundfile

from config.settings import Language, Settings
from service.demo.recording import demo_recordings, load_recording
from service.evaluation.drawn_phrases import bare
from service.evaluation.transcripts import edits
from service.recognition.model_profile import profiled
from service.recognition.models import find_model
from streaming.recognizer import FinalWords, Recognizer, SpeechModel
from tests.prove.report import table, write_block

_BLOCK_BYTES = 6_400
_MARGIN_MS = (300, 500)  # as live segments have
_SENTENCES_A_LEG = 7  # of the human speech, as a caller says in a call
_POOLED = 3


@dataclass(frozen=True, slots=True)
class Said:
    """One segment of a leg."""

    leg: str
    text: str
    pcm_s16le: bytes


@dataclass(slots=True)
class Result:
    """Of one way over one kind of speech."""

    cpu_s: float
    audio_s: float
    wrong: int
    characters: int
    memory_mb: float


def human(folder: Path) -> list[Said]:
    """Read sentences, as legs of a few sentences of one speaker in one room, the legs taking turns."""
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (row["speaker"], row["room"], row["file"]))
    said = []
    for number, row in enumerate(rows):
        samples, _ = soundfile.read(folder / row["file"], dtype="int16")
        said.append(Said(f"{row['room']} {number // _SENTENCES_A_LEG}", row["text"], samples.tobytes()))
    return _in_turns(said)


def calls() -> list[Said]:
    """The turns of the recordings, cut by their truth, all calls at once."""
    said = []
    for path in demo_recordings():
        recording = load_recording(path)
        legs = {str(leg): samples for leg, samples in recording.legs}
        per_ms = recording.rate_hz // 1000
        for turn in json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["turns"]:
            start, end = max(0, turn["start_ms"] - _MARGIN_MS[0]), turn["end_ms"] + _MARGIN_MS[1]
            pcm = legs[turn["leg"]][start * per_ms : end * per_ms].tobytes()
            said.append(Said(f"{path.stem} {turn['leg']}", turn["text"], pcm))
    return _in_turns(said)


def _in_turns(said: list[Said]) -> list[Said]:
    places: dict[str, int] = {}
    keyed = []
    for each in said:
        places[each.leg] = places.get(each.leg, -1) + 1
        keyed.append((places[each.leg], each.leg, each))
    return [each for _, _, each in sorted(keyed, key=lambda key: key[:2])]


def _decoded(recognizer: Recognizer, pcm_s16le: bytes) -> Iterator[FinalWords]:
    for at in range(0, len(pcm_s16le), _BLOCK_BYTES):
        heard = recognizer.feed(pcm_s16le[at : at + _BLOCK_BYTES])
        if isinstance(heard, FinalWords):
            yield heard
    yield recognizer.finish()


def _run(model: SpeechModel, said: list[Said], pooled: bool) -> Result:
    own: dict[str, Recognizer] = {}
    before_mb = _private_mb()
    result = Result(0.0, 0.0, 0, 0, 0.0)
    began_s = time.process_time()
    for number, each in enumerate(said):
        key = str(number % _POOLED) if pooled else each.leg
        recognizer = own.get(key) or own.setdefault(key, model.recognizer())
        text = bare(" ".join(heard.text for heard in _decoded(recognizer, each.pcm_s16le)))
        result.wrong += edits(bare(each.text), text)
        result.characters += len(bare(each.text))
        result.audio_s += len(each.pcm_s16le) / 32_000
    result.cpu_s = time.process_time() - began_s
    ctypes.CDLL(None).malloc_trim(0)
    result.memory_mb = _private_mb() - before_mb
    return result


def _private_mb() -> float:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def main() -> None:
    """FOLDER: human read sentences with labels.csv, for evaluation only."""
    folder = Path(sys.argv[1])
    settings = Settings(language=Language.KO)
    model_dir = find_model(Language.KO, settings)
    with profiled(model_dir, settings.recognition.profile) as copy:
        model = SpeechModel.load(model_dir, copy)
    context = multiprocessing.get_context("fork")  # each way begins with a model nobody has used
    rows: list[list[object]] = []
    for name, said in (("human sentences, all different", human(folder)), ("the recordings' turns", calls())):
        for way, pooled in (("a recogniser for every leg", False), (f"{_POOLED} borrowed ones", True)):
            answers = context.SimpleQueue()
            child = context.Process(target=lambda s=said, p=pooled, a=answers: a.put(asdict(_run(model, s, p))))
            child.start()
            result = Result(**answers.get())
            child.join()
            legs = len({each.leg for each in said})
            rows.append(
                [
                    f"{name}, {legs} legs, {result.audio_s:.0f} s",
                    way,
                    f"{result.cpu_s / result.audio_s:.3f}",
                    f"{100 * result.wrong / result.characters:.1f}",
                    f"{result.memory_mb:.0f}",
                ]
            )
            print(rows[-1], flush=True)  # noqa: T201  # a report for people
    lines = table(["speech", "recognisers", "CPU s per s of speech", "characters wrong, %", "memory on top, MB"], rows)
    lines += ["", f"Profile {settings.recognition.profile}; each way in a process of its own, legs in turns."]
    command = "python -m tests.prove.borrowed FOLDER"
    write_block("borrowed", "Borrowed recognisers against one for every leg", command, lines)


if __name__ == "__main__":
    main()
