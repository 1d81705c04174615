"""YAML and environment to Settings; every bad key is named at once, and no secret is shown."""

import difflib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from config.settings import Settings

_PREFIX = "EARSHOT_"
_NESTED = "__"
_OF_COMMANDS = frozenset({"EARSHOT_KEY"})  # what commands show to a service, no setting of one


class ConfigurationError(Exception):
    """The configuration cannot be used. The text names every bad key with its cure, and no secret."""


def load_settings(config_file: Path | None = None, **overrides: object) -> Settings:
    """Defaults, then the YAML file, then `EARSHOT_…` (nested with `__`), then `overrides`, the later winning.

    Overrides are those of the command line; None is unset. Raises ConfigurationError naming all bad keys at once.
    """
    from_file = {} if config_file is None else _read_yaml(config_file)
    given = {key: value for key, value in overrides.items() if value is not None}
    faults = list(_bad_variables(os.environ))
    if not faults:
        try:
            return _merged(from_file, given)
        except ValidationError as error:
            # only place and message are said: the value could be a secret
            faults = [_fault_text(fault["loc"], fault["type"], fault["msg"]) for fault in error.errors()]
    raise ConfigurationError("Settings that cannot be used:\n  " + "\n  ".join(faults))


def setting_keys(section: type[BaseModel] = Settings, within: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key of the settings, sections too: `http_port`, `ingest`, `ingest.hello_s`."""
    for name, field in section.model_fields.items():
        yield within + name, field
        if (inner := _section_of(field)) is not None:
            yield from setting_keys(inner, f"{within}{name}.")


def _read_yaml(config_file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(config_file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{config_file}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{config_file}: is not UTF-8 text") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ConfigurationError(f"{config_file}{where}: is not YAML") from None
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise ConfigurationError(f"{config_file}: must be a mapping of settings")
    return content


def _bad_variables(environment: Mapping[str, str]) -> Iterator[str]:
    # pydantic-settings passes over what it does not know, so a misspelt variable would silently do nothing
    known = {_PREFIX + key.replace(".", _NESTED).upper(): field for key, field in setting_keys()}
    for variable, value in sorted(environment.items()):
        if not variable.upper().startswith(_PREFIX) or variable.upper() in _OF_COMMANDS:
            continue
        field = known.get(variable.upper())
        if field is None:
            yield f"{variable}: no such setting{_hint(variable.upper(), sorted(known))}"
        elif (_section_of(field) is not None or get_origin(field.annotation) is tuple) and not _is_json(value):
            yield f"{variable}: must be written as JSON"


def _section_of(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _is_json(value: str) -> bool:
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


def _fault_text(place: tuple[int | str, ...], fault: str, message: str) -> str:
    key = ".".join(str(part) for part in place)
    if fault == "extra_forbidden":
        return f"{key}: no such setting{_hint(key, [known for known, _ in setting_keys()])}"
    return f"{key}: {message}"


def _hint(word: str, known: list[str]) -> str:
    return f"; did you mean {difflib.get_close_matches(word, known, n=1, cutoff=0.0)[0]}?"


def _merged(from_file: dict[str, Any], given: dict[str, Any]) -> Settings:
    class Layers(BaseSettings, Settings):
        """The same settings, read in layers."""

        model_config = SettingsConfigDict(
            env_prefix=_PREFIX, env_nested_delimiter=_NESTED, env_parse_none_str="", frozen=True, extra="forbid"
        )

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            """First wins; no `.env` file and no secrets folder."""
            return init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=from_file)

    layers = Layers(**given)
    return Settings(**{name: getattr(layers, name) for name in Settings.model_fields})  # equal to any other like it
