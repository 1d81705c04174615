"""What people run Earshot with: image, compose, unit, dashboard, alert rules, licences, wheel."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import httpx
import promql_parser
import pytest
import yaml
from compose_spec import PyCompose, PyOptions

from config.settings import Settings
from service.bench.own_node import running_node

_ROOT = Path(__file__).parents[1]
_TOOLS = Path(sys.executable).parent
_DEPLOY = _ROOT / "deploy"
_LICENCES = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software|Zlib|CC0|MPL|Mozilla|LGPL|Lesser|Unlicense")
_FORBIDDEN = re.compile(r"(?<!L)GPL|(?<!Lesser )General Public License|Proprietary|UNKNOWN|Commercial|SSPL|BUSL")


def _run(*command: str) -> str:
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_dockerfile_passes_hadolint() -> None:
    _run(str(_TOOLS / "hadolint"), "Dockerfile")


@pytest.mark.parametrize("path", [_ROOT / "compose.yaml", _DEPLOY / "compose.yaml"], ids=["one", "many"])
def test_compose_files_are_what_docker_reads(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    PyOptions(apply_merge=True).from_yaml(text).validate()
    known = {f"EARSHOT_{key.upper()}" for key in Settings.model_fields}
    for service in yaml.safe_load(text)["services"].values():
        said = [name for name in service.get("environment", {}) if name.startswith("EARSHOT_")]
        assert {name.split("__")[0] for name in said} <= known


@pytest.mark.parametrize("fault", ["services: {a: {imagee: b}}", "services: {a: {image: b, ports: {x: 1}}}"])
def test_a_compose_file_with_a_fault_is_refused(fault: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the reader's own words
        PyCompose.from_yaml(fault).validate()


def test_the_many_node_site_is_two_nodes_a_proxy_redis_and_postgres() -> None:
    services = yaml.safe_load((_DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert set(services) == {"node-one", "node-two", "proxy", "redis", "postgres"}
    for name in ("node-one", "node-two"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert int(services[name]["stop_grace_period"].rstrip("s")) > Settings().drain.longest_s
    proxy = (_DEPLOY / "haproxy.cfg").read_text(encoding="utf-8")
    assert "GET /readyz" in proxy
    assert all(f"{name}:8000" in proxy for name in ("node-one", "node-two"))


def test_the_unit_is_valid_and_confined() -> None:
    unit = (_DEPLOY / "earshot.service").read_text(encoding="utf-8")
    for word in ("DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=\n"):
        assert word in unit
    filters = re.findall(r"^SystemCallFilter=(.+)$", unit, re.MULTILINE)
    assert "setpriority sched_setscheduler" in filters[-1], "later lines count: a worker that may not step back dies"
    stop_s = re.search(r"TimeoutStopSec=(\d+)", unit)
    assert stop_s is not None
    assert int(stop_s.group(1)) > Settings().drain.longest_s
    if (verify := shutil.which("systemd-analyze")) is not None:
        command = [verify, "verify", "--man=no", str(_DEPLOY / "earshot.service")]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stderr.splitlines()
        assert [line for line in said if "earshot.service" in line and "is not executable" not in line] == []


def _expressions() -> list[str]:
    rules = yaml.safe_load((_DEPLOY / "earshot.rules.yaml").read_text(encoding="utf-8"))
    board: dict[str, Any] = json.loads((_DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
    found = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    return found + [target["expr"] for panel in board["panels"] for target in panel["targets"]]


async def _metrics(address: str) -> str:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(f"{address}/metrics")).text


async def test_rules_and_dashboard_name_only_metrics_that_exist(tmp_path: Path) -> None:
    async with running_node(tmp_path, EARSHOT_RECOGNITION__ENABLED="false") as node:
        text = await _metrics(node.http)
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)", text, re.MULTILINE))
    known = set(types) | {"up"}
    for name in [name for name, kind in types.items() if kind == "histogram"]:
        known |= {f"{name}_{part}" for part in ("bucket", "sum", "count")}
    for expression in _expressions():
        promql_parser.parse(expression)
        named = set(re.findall(r"\bearshot_[a-z0-9_]+|\bup(?={)", expression))
        assert named, expression
        assert named <= known, expression


def test_rules_and_panels_are_whole() -> None:
    rules = yaml.safe_load((_DEPLOY / "earshot.rules.yaml").read_text(encoding="utf-8"))
    for rule in rules["groups"][0]["rules"]:
        assert set(rule) - {"for"} == {"alert", "expr", "labels", "annotations"}
        assert set(rule["annotations"]) == {"summary", "action"}
    board = json.loads((_DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert all(panel["title"] and panel["fieldConfig"]["defaults"]["unit"] for panel in board["panels"])


def test_every_licence_may_be_shipped() -> None:
    pinned = (_ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    names = re.findall(r"^([A-Za-z0-9._-]+)==", pinned, re.MULTILINE)
    listed = json.loads(_run(str(_TOOLS / "pip-licenses"), "--format=json", "--from=mixed", "--packages", *names))
    assert len(listed) > 30
    licences = {each["Name"]: each["License"] for each in listed}
    wrong = {name: said for name, said in licences.items() if not _LICENCES.search(said) or _FORBIDDEN.search(said)}
    assert wrong == {}


def test_our_code_has_no_dangerous_calls() -> None:
    rooms = ("config", "streaming", "alerts", "web", "service")  # B608 is ruff's S608, excused place by place
    _run(str(_TOOLS / "bandit"), "--quiet", "--recursive", "--severity-level", "medium", "--skip", "B608", *rooms)


def test_no_secret_is_tracked() -> None:
    _run("scripts/secrets")


def test_the_wheel_holds_pages_rules_migrations_and_recordings(tmp_path: Path) -> None:
    source = tmp_path / "source"
    left_out = shutil.ignore_patterns(".git", ".venv", "tests", "build", "*.egg-info", "__pycache__", ".*_cache")
    shutil.copytree(_ROOT, source, ignore=left_out)
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(source))
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    rooms = ("web/static", "config", "service/store/migrations", "service/demo/recordings")
    found = [path for room in rooms for path in (_ROOT / room).rglob("*") if path.is_file()]
    wanted = {str(path.relative_to(_ROOT)) for path in found if "__pycache__" not in path.parts}
    assert wanted - held == set()
    assert not any(name.startswith("tests/") for name in held)


@pytest.mark.parametrize(
    ("told", "code", "said"),
    [
        ("No known vulnerabilities found", 0, "nothing known"),
        ("Found 1 known vulnerability in 1 package\nh11 0.1 PYSEC-1\nx could not be audited", 1, "PYSEC-1"),
        ("No known vulnerabilities found\nh11 not found and could not be audited", 0, "NOT run"),
        ("ERROR:pip_audit._cli:the service cannot be reached", 0, "NOT run"),
    ],
)
def test_advisories_are_told_and_silence_is_not_taken_for_them(told: str, code: int, said: str, tmp_path: Path) -> None:
    (tmp_path / "pip_audit.py").write_text(f"print({told!r})")
    command, environment = [str(_ROOT / "scripts" / "advisories")], {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert said in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["release", "audit", "advisories", "secrets"])
def test_scripts_are_sound(name: str) -> None:
    path = _ROOT / "scripts" / name
    assert path.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(path)], check=True)
