"""The house rules that a machine can check: arrows, names, sizes, settings, and that every room is furnished."""

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from config.load import load_settings, setting_keys
from config.settings import Settings

_ROOT = Path(__file__).parents[1]
_ROOMS = ("config", "streaming", "alerts", "web", "service")
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_PACKAGES: list[str] = _PROJECT["tool"]["setuptools"]["packages"]

# an arrow reads "may import"; None: everything of that room
_ARROWS: dict[str, dict[str, tuple[str, ...] | None]] = {
    "config": {},
    "streaming": {"config": None},
    "alerts": {"config": None, "streaming": ("streaming.frames", "streaming.observations")},
    "web": {
        "config": None,
        "streaming": ("streaming.frames", "streaming.observations"),
        "alerts": ("alerts.alert", "alerts.findings", "alerts.inspection.records"),
    },
    "service": {"config": None, "streaming": None, "alerts": None, "web": None},
}
_PURE = ("streaming", "alerts")
_NOT_IN_PURE = {
    "asyncio",
    "socket",
    "threading",
    "time",
    "redis",
    "fastapi",
    "websockets",
    "subprocess",
    "os",
    "random",
}
_ONE_HOME = {  # a library that only these files may know
    "vosk": ("streaming/recognizer.py",),
    "redis": ("service/bus/",),
    "sqlalchemy": ("service/store/",),
    "alembic": ("service/store/",),
    "fastapi": ("web/", "service/"),
    "typer": ("service/commands/",),
    "matplotlib": ("service/evaluation/report_plots.py",),
}
_MAY_READ_FILES = ("streaming/recognizer.py", "streaming/silero.py")  # they load the model file they are given
_ENVIRONMENT = ("config/load.py",)
_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core", "manager", "handler", "processor"} | {
    "data",
    "info",
}
_LONGEST_LINES = 400


def _files(*rooms: str) -> list[Path]:
    return sorted(path.relative_to(_ROOT) for room in rooms for path in (_ROOT / room).rglob("*.py") if path.is_file())


_OURS = _files(*_ROOMS)
_ALL = [*_OURS, *_files("tests")]


def _tree(path: Path) -> ast.Module:
    return ast.parse((_ROOT / path).read_text(encoding="utf-8"), str(path))


def _imports(tree: ast.AST) -> Iterator[str]:
    """Full names of what is imported; `from a import b` gives `a.b`, which may be a module or a thing inside one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_within(name: str, allowed: tuple[str, ...] | None) -> bool:
    return allowed is None or any(name == module or name.startswith(module + ".") for module in allowed)


def _wrong_arrows(path: Path, tree: ast.AST) -> list[str]:
    room = path.parts[0]
    wrong = []
    for name in _imports(tree):
        other = name.split(".")[0]
        if other == "tests" or (other in _ROOMS and other != room):
            arrows = _ARROWS[room]
            if other not in arrows or not _is_within(name, arrows[other]):
                wrong.append(name)
    return wrong


def _words(name: str) -> set[str]:
    """The words of a name in any spelling: `CallDataHandler`, `call_data_handler`."""
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


def _dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("path", _OURS, ids=str)
def test_imports_follow_the_arrows(path: Path) -> None:
    assert _wrong_arrows(path, _tree(path)) == []


@pytest.mark.parametrize(
    ("where", "what", "allowed"),
    [
        ("streaming/a.py", "from alerts.alert import Alert", False),
        ("streaming/a.py", "from config.settings import Settings", True),
        ("alerts/a.py", "from streaming.frames import Leg", True),
        ("alerts/a.py", "from streaming.framer import Framer", False),
        ("alerts/a.py", "import streaming.observations", True),
        ("web/a.py", "from alerts.findings import Finding", True),
        ("web/a.py", "from alerts.detectors import dead_air", False),
        ("web/a.py", "from alerts import alert", True),
        ("web/a.py", "from service.clock import Clock", False),
        ("service/a.py", "from alerts.detectors.dead_air import X", True),
        ("config/a.py", "from streaming.frames import Leg", False),
        ("service/a.py", "from tests.fakes import pbx", False),
    ],
)
def test_the_arrows_are_the_drawn_ones(where: str, what: str, allowed: bool) -> None:
    assert (_wrong_arrows(Path(where), ast.parse(what)) == []) is allowed


def test_detectors_do_not_know_each_other() -> None:
    for path in _files("alerts/detectors"):
        known = [name for name in _imports(_tree(path)) if name.startswith("alerts.detectors.")]
        assert known == [], path


@pytest.mark.parametrize("path", _files(*_PURE), ids=str)
def test_what_was_heard_and_what_it_means_is_pure(path: Path) -> None:
    tree = _tree(path)
    roots = {name.split(".")[0] for name in _imports(tree)}
    assert roots & _NOT_IN_PURE == set()
    if str(path) not in _MAY_READ_FILES:
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        names = {_dotted(call) for call in calls} | {call.attr for call in calls if isinstance(call, ast.Attribute)}
        assert names & {"open", "read_text", "read_bytes", "write_text", "write_bytes", "datetime.now"} == set()


@pytest.mark.parametrize("path", _OURS, ids=str)
def test_a_library_stays_in_its_room(path: Path) -> None:
    for name in _imports(_tree(path)):
        homes = _ONE_HOME.get(name.split(".")[0])
        assert homes is None or str(path).startswith(homes), name


@pytest.mark.parametrize("path", _OURS, ids=str)
def test_only_the_settings_read_the_environment(path: Path) -> None:
    if str(path) in _ENVIRONMENT:
        return
    tree = _tree(path)
    names = {_dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | set(_imports(tree))
    assert names & {"os.environ", "os.getenv", "os.environb", "os.putenv"} == set()


@pytest.mark.parametrize("path", _ALL, ids=str)
def test_names_say_what_it_is(path: Path) -> None:
    names = [*path.with_suffix("").parts]
    names += [node.name for node in ast.walk(_tree(path)) if isinstance(node, ast.ClassDef)]
    assert {word for name in names for word in _words(name)} & _NAMES == set()


def test_forbidden_words_are_seen_in_every_spelling() -> None:
    for name in ("CallHandler", "call_data", "AudioUtils", "info"):
        assert _words(name) & _NAMES
    for name in ("database", "baseline", "corelation", "Informed"):
        assert not _words(name) & _NAMES


@pytest.mark.parametrize("path", _ALL, ids=str)
def test_a_module_opens_with_one_sentence_and_is_one_idea(path: Path) -> None:
    tree = _tree(path)
    said = (ast.get_docstring(tree) or "").split("\n\n")[0]
    assert said.endswith((".", "?", "!")), "a module opens with a sentence"
    assert len((_ROOT / path).read_text(encoding="utf-8").splitlines()) <= _LONGEST_LINES
    if path.name == "__init__.py":
        assert len(tree.body) == 1, "a room's __init__.py holds its sentence and no code"


@pytest.mark.parametrize("path", _ALL, ids=str)
def test_no_error_is_swallowed_whole(path: Path) -> None:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ExceptHandler) and (node.type is None or _dotted(node.type).endswith("Exception")):
            silent = all(isinstance(step, ast.Pass | ast.Continue | ast.Constant) for step in node.body)
            assert not silent, f"line {node.lineno}"


def test_dataclasses_of_the_pure_rooms_have_slots() -> None:
    for path in _files(*_PURE):
        for node in [node for node in ast.walk(_tree(path)) if isinstance(node, ast.ClassDef)]:
            for decorator in node.decorator_list:
                if _dotted(decorator.func if isinstance(decorator, ast.Call) else decorator) == "dataclass":
                    said = {word.arg for word in decorator.keywords} if isinstance(decorator, ast.Call) else set()
                    assert "slots" in said, f"{path}: {node.name}"


@pytest.mark.parametrize("path", [path for path in _files(*_PURE) if path.name != "__init__.py"], ids=str)
def test_every_pure_module_has_its_tests(path: Path) -> None:
    if not any(isinstance(node, ast.FunctionDef) for node in ast.walk(_tree(path))):
        return  # nothing but declarations: there is nothing that could fail
    mirrored = _ROOT / "tests" / path.parent / f"test_{path.stem}.py"
    assert mirrored.is_file()


def test_test_folders_are_packages() -> None:
    for path in _files("tests"):
        assert (_ROOT / path.parent / "__init__.py").is_file(), path.parent


def test_the_packages_of_the_project_are_those_on_disk() -> None:
    on_disk = {".".join(path.parent.parts) for path in _OURS if path.name == "__init__.py"}
    of_data = {package for package in _PACKAGES if package not in on_disk}
    assert set(_PACKAGES) >= on_disk
    for package in of_data:  # named so that setuptools knows them; they hold files, and migrations that alembic loads
        folder = _ROOT / package.replace(".", "/")
        assert any(path.is_file() for path in folder.iterdir()), package
        assert package.startswith("service.store.migrations") or not any(folder.glob("*.py")), package
    for package in on_disk:
        assert importlib.util.find_spec(package) is not None


def _tracked() -> list[Path]:
    """Files that belong to the project: what git tracks, or in an unpacked archive everything but build leftovers."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=_ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
        return [_ROOT / name for name in names if (_ROOT / name).is_file()]
    tops = (*_ROOMS, "tests", "docs", "scripts", "requirements", ".ci", "Makefile", "Dockerfile", "pyproject.toml")
    return [path for top in tops for path in ((_ROOT / top).rglob("*") if (_ROOT / top).is_dir() else (_ROOT / top,))]


# written apart, so that this file does not find itself
_PLACES = re.compile(rb"pypi" rb"\.org|python" rb"hosted\.org|index" rb"-url|/wo" rb"rk/|/ro" rb"ot/|/home/[a-z]")


def test_no_registry_and_no_path_of_a_machine_is_written_down() -> None:
    found = [
        f"{path.relative_to(_ROOT)}: {match.group().decode()}"
        for path in _tracked()
        if path.is_file() and path.suffix not in {".flac", ".png", ".woff2", ".pyc"}
        for match in _PLACES.finditer(path.read_bytes())
        if (path.name, match.group()) != ("lock", b"index" + b"-url")  # the option that leaves it out
    ]
    assert found == []


_EXAMPLE = _ROOT / "config" / "example.yaml"


def test_the_example_is_every_setting_at_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EARSHOT_RECOGNITION__GRAPH")
    assert load_settings(_EXAMPLE) == Settings()
    written = set(_keys(yaml.safe_load(_EXAMPLE.read_text(encoding="utf-8"))))
    assert written == {key for key, _ in setting_keys()}


def test_every_line_of_the_example_is_explained() -> None:
    lines = _EXAMPLE.read_text(encoding="utf-8").splitlines()
    for above, line in zip(["", *lines], lines, strict=False):
        if line.strip() and not line.strip().startswith("#"):
            assert "#" in line or above.strip().startswith("#"), line


def test_every_setting_says_what_it_means() -> None:
    for key, field in setting_keys():
        assert field.description or key in _sections(), key


def _sections() -> set[str]:
    keys = [key for key, _ in setting_keys()]
    return {key for key in keys if any(other.startswith(key + ".") for other in keys)}


def _keys(content: dict[str, object], within: str = "") -> Iterator[str]:
    for name, value in content.items():
        yield within + name
        if isinstance(value, dict):
            yield from _keys(value, f"{within}{name}.")


def test_what_is_imported_is_declared() -> None:
    declared = {
        re.split(r"[<>=\[ ]", line)[0].lower().replace("-", "_") for line in _PROJECT["project"]["dependencies"]
    }
    declared |= {
        re.split(r"[<>=\[ ]", line)[0].replace("-", "_")
        for extra in _PROJECT["project"]["optional-dependencies"].values()
        for line in extra
    }
    told_apart = {"yaml": "pyyaml", "ulid": "python_ulid", "re2": "google_re2", "argon2": "argon2_cffi"}
    told_apart["opentelemetry"] = "opentelemetry_sdk"
    known = set(sys.stdlib_module_names) | set(_ROOMS)
    used = {name.split(".")[0] for path in _OURS for name in _imports(_tree(path))} - known
    missing = {name for name in used if told_apart.get(name, name) not in declared}
    # named in the one file that needs it: Starlette is what FastAPI is made of, click what Typer is
    assert missing - {"starlette", "click"} == set()
