"""YAML and environment to Settings; every bad key is named at once."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.settings import Settings


class ConfigurationError(Exception):
    """The configuration cannot be used. The text names every bad key with its cure, and no secret."""


def load_settings(config_file: Path | None = None, **overrides: object) -> Settings:
    """Defaults, then the YAML file, then `EARSHOT_…` (nested with `__`), then `overrides` (the command line; None is unset).

    Raises ConfigurationError naming all bad keys at once.
    """
    return _settings_of(_read_yaml(config_file), {key: value for key, value in overrides.items() if value is not None})


def _read_yaml(config_file: Path | None) -> dict[str, Any]:
    if config_file is None:
        return {}
    try:
        content = yaml.safe_load(config_file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{config_file}: cannot be read ({error.strerror})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ConfigurationError(f"{config_file}{where}: is not YAML") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigurationError(f"{config_file}: must be a mapping of settings")
    return content


def _settings_of(from_file: dict[str, Any], overrides: dict[str, Any]) -> Settings:
    class Environment(BaseSettings, Settings):
        """Settings read from file, environment and command line, the later winning."""

        model_config = SettingsConfigDict(env_prefix="EARSHOT_", env_nested_delimiter="__", frozen=True, extra="forbid")

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            from pydantic_settings import InitSettingsSource

            return init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=from_file)

    try:
        return Environment(**overrides)
    except ValidationError as error:
        lines = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        raise ConfigurationError("Settings that cannot be used:\n  " + "\n  ".join(lines)) from None
