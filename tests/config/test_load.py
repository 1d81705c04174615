"""Settings from file, environment and command line; every bad key named, no secret shown."""

import os
from pathlib import Path

import pytest

from config.load import ConfigurationError, load_settings, setting_keys
from config.settings import Language, Settings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.upper().startswith("EARSHOT_")]:
        monkeypatch.delenv(variable)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "earshot.yaml"


def test_nothing_given_is_the_defaults() -> None:
    assert load_settings() == Settings()


def test_an_empty_file_is_the_defaults(written: Path) -> None:
    written.write_text("# all as it comes\n")
    assert load_settings(written) == Settings()


def test_the_command_line_wins_over_the_environment_over_the_file(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written.write_text("http_port: 1\naudiosocket_port: 1\nlanguage: en\ningest: {hello_s: 11, return_s: 11}\n")
    monkeypatch.setenv("EARSHOT_HTTP_PORT", "2")
    monkeypatch.setenv("EARSHOT_AUDIOSOCKET_PORT", "2")
    monkeypatch.setenv("EARSHOT_INGEST__HELLO_S", "12")
    settings = load_settings(written, http_port=3, data_dir=None)
    assert (settings.http_port, settings.audiosocket_port, settings.language) == (3, 2, Language.EN)
    assert (settings.ingest.hello_s, settings.ingest.return_s) == (12, 11)
    assert settings.data_dir == Settings().data_dir


@pytest.mark.parametrize(
    ("variable", "value", "key"),
    [
        ("EARSHOT_DATA_DIR", "/srv/x", "data_dir"),
        ("EARSHOT_LANGUAGE", "ko", "language"),
        ("EARSHOT_MODEL", "/srv/x", "model"),
        ("EARSHOT_REDIS_URL", "redis://h", "redis_url"),
        ("EARSHOT_DATABASE_URL", "sqlite:///x", "database_url"),
        ("earshot_http_port", "7", "http_port"),
        ("EARSHOT_LISTENING__ALLOWED_ORIGINS", '["https://desk.example"]', "listening"),
        ("EARSHOT_INGEST", '{"hello_s": 4}', "ingest"),
    ],
)
def test_a_variable_sets_its_key(variable: str, value: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    settings = load_settings()
    changed = [name for name in Settings.model_fields if getattr(settings, name) != getattr(Settings(), name)]
    assert changed == [key]


def test_an_empty_variable_unsets_what_may_be_unset(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written.write_text("model: /srv/model\n")
    monkeypatch.setenv("EARSHOT_MODEL", "")
    assert load_settings(written).model is None


def test_all_bad_keys_are_named_at_once(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written.write_text("ingest: {most_calls: 0, helo_s: 3}\nhtp_port: 1\nlanguage: fr\n")
    monkeypatch.setenv("EARSHOT_HTTP_PORT", "many")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(written)
    for said in (
        "http_port: Input should be a valid integer",
        "ingest.most_calls: Input should be greater than or equal to 1",
        "ingest.helo_s: no such setting; did you mean ingest.hello_s?",
        "htp_port: no such setting; did you mean http_port?",
        "language: Input should be 'zh', 'en' or 'ko'",
    ):
        assert said in str(caught.value)


def test_unknown_variables_are_named_with_the_nearest_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARSHOT_HTPP_PORT", "1")
    monkeypatch.setenv("EARSHOT_DETECTION__DEAD_AIR__LIMIT", "1")
    monkeypatch.setenv("EARSHOT_HTTP_PORT__X", "1")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert str(caught.value).splitlines()[1:] == [
        "  EARSHOT_DETECTION__DEAD_AIR__LIMIT: no such setting; did you mean EARSHOT_DETECTION__DEAD_AIR__LIMIT_MS?",
        "  EARSHOT_HTPP_PORT: no such setting; did you mean EARSHOT_HTTP_PORT?",
        "  EARSHOT_HTTP_PORT__X: no such setting; did you mean EARSHOT_HTTP_PORT?",
    ]


@pytest.mark.parametrize("variable", ["EARSHOT_INGEST", "EARSHOT_LISTENING__ALLOWED_ORIGINS"])
def test_lists_and_sections_must_be_json(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "hunter2")
    with pytest.raises(ConfigurationError, match=f"{variable}: must be written as JSON") as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "redis_url: {hunter2: x}",
        "database_url: [hunter2]",
        "http_port: hunter2",
        "http_port: &a [hunter2, *a]",
        "language: hunter2",
        "ingest: hunter2",
    ],
)
def test_no_value_is_ever_shown(text: str, written: Path) -> None:
    written.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(written)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_secrets_are_hidden_in_what_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARSHOT_DATABASE_URL", "postgresql://u:hunter2@h/x")
    assert "hunter2" not in repr(load_settings())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: [", "line 1: is not YAML"),
        (b"- a\n", "must be a mapping of settings"),
        (b"1: 2\n", "must be a mapping of settings"),
        (b"\xff\xfe\xff", "is not UTF-8 text"),
    ],
)
def test_a_file_that_is_no_settings_is_named(content: bytes, said: str, written: Path) -> None:
    written.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"earshot\.yaml.*" + said):
        load_settings(written)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.yaml: cannot be read \(No such file"):
        load_settings(tmp_path / "nowhere.yaml")


def test_keys_are_listed_with_their_sections() -> None:
    keys = [key for key, _ in setting_keys()]
    assert {"http_port", "ingest", "ingest.hello_s", "detection.dead_air.limit_ms"} <= set(keys)
    assert len(keys) == len(set(keys))
