"""The image without Docker: the steps of the Dockerfile, run in a clean folder that holds what the build would hold."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_INSTRUCTION = re.compile(r"^([A-Z]+) (.*)$")


def _stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage."""
    text = (_ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    stages: list[list[tuple[str, str]]] = []
    for line in text.splitlines():
        if (found := _INSTRUCTION.match(line)) is None:
            continue
        if found[1] == "FROM":
            stages.append([])
        stages[-1].append((found[1], " ".join(found[2].split())))
    return stages


def _let_in(path: Path) -> bool:
    """Whether .dockerignore lets a file of the project into the build."""
    kept = False
    for line in (_ROOT / ".dockerignore").read_text(encoding="utf-8").split():
        pattern = line.removeprefix("!")
        if fnmatch(str(path), pattern) or fnmatch(str(path), f"{pattern}/*") or path.is_relative_to(pattern):
            kept = line.startswith("!")
    return kept


def _copy_context(to: Path) -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=_ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, tracked.split("\0")):
        if _let_in(Path(name)) and (_ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(_ROOT / name, to / name)


@pytest.mark.timeout(400)
def test_the_steps_of_the_image_give_a_program_that_runs(tmp_path: Path) -> None:
    built, final = _stages()
    place = tmp_path / "opt" / "earshot"
    place.mkdir(parents=True)
    _copy_context(place)
    beside = str(Path(sys.executable).parent)  # the tests' own programs are not in the image
    path = os.pathsep.join(each for each in os.environ["PATH"].split(os.pathsep) if each != beside)
    unwanted = ("PYTHON", "EARSHOT_", "VIRTUAL_ENV")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(unwanted)} | {
        "PATH": path,
        "PIP_NO_COMPILE": "1",
    }
    steps = [words for instruction, words in built if instruction == "RUN"]
    assert steps
    for step in steps:
        subprocess.run(["/bin/sh", "-ec", step], cwd=place, env=clean, check=True, timeout=380)

    said = dict(final)
    program = place / ".venv" / "bin" / "earshot"
    assert shlex.split(said["ENV"].split()[0])[0] == "PATH=/opt/earshot/.venv/bin:$PATH"
    entry = re.findall(r'"([^"]+)"', said["ENTRYPOINT"])
    assert entry == [program.name]
    helped = subprocess.run([program, "serve", "--help"], cwd=tmp_path, env=clean, capture_output=True, check=True)
    assert b"--data-dir" in helped.stdout
    listed = subprocess.run(
        [place / ".venv" / "bin" / "python", "-c", "import service.main, vosk; print(service.main.__file__)"],
        cwd=tmp_path,
        env=clean,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert listed.strip() == str(place / "service" / "main.py"), "the image runs its own code"
