"""Starting a node from a command: settings with a clear refusal, uvloop-free asyncio, honest exit codes."""

import asyncio
import gc
import json
from collections.abc import Callable
from pathlib import Path

import typer

from config.load import ConfigurationError, load_settings
from config.roster import RosterError
from config.rule_packs import RulePackError
from config.score_sheets import ScoreSheetError
from config.settings import Settings
from service.commands.console import EXIT_FAILED, EXIT_USAGE, people
from service.listening_sockets import Ports
from service.main import serve
from service.recognition.models import ModelMissingError, find_model
from service.store.database import StoreError
from service.store.people_beside import anybody
from service.tracing import TracingError
from streaming.recognizer import ModelError, check_model


def settings_or_exit(config_file: Path | None, **overrides: object) -> Settings:
    """The settings, or exit 2 naming every bad key."""
    try:
        return load_settings(config_file, **overrides)
    except ConfigurationError as error:
        people.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_USAGE) from None


def run_node(settings: Settings, ready: Callable[[Ports], None]) -> None:
    """Run a node until it is stopped; exit 1 with one clear sentence when it cannot start."""
    _check_model(settings)
    doors = {
        "http_host": settings.http_host,
        "audiosocket_host": settings.audiosocket_host,
        "dialects.vosk_host": settings.dialects.vosk_host,
        "dialects.rtp_host": settings.dialects.rtp_host,
    }
    open_doors = [name for name, host in doors.items() if not _is_loopback(host)]
    if open_doors and not _somebody_is_registered(settings):
        people.print(
            "No users are configured, so Earshot serves this machine only: "
            f"{' and '.join(open_doors)} must be loopback addresses (127.0.0.1 or ::1). "
            "Register the first admin with: earshot users add NAME --role admin",
            style="red",
        )
        raise typer.Exit(EXIT_USAGE)

    def opened(ports: Ports) -> None:
        # What is there now stays: without this every full collection walks all of it, 70 ms in which nothing goes on.
        gc.collect()
        gc.freeze()
        ready(ports)

    try:
        asyncio.run(serve(settings, opened))
    except (OSError, StoreError, RulePackError, RosterError, ScoreSheetError, TracingError) as error:
        people.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None
    except KeyboardInterrupt:
        return


def print_ready(ports: Ports) -> None:
    """The one machine-readable line of a started node."""
    line = {"ready": True, "http": ports.http_url, "audiosocket_port": ports.audiosocket_port}
    if ports.vosk_port is not None:
        line["vosk_port"] = ports.vosk_port
    print(json.dumps(line), flush=True)  # noqa: T201  # stdout is the interface


def _somebody_is_registered(settings: Settings) -> bool:
    try:
        return anybody(settings)
    except StoreError as error:
        people.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None


def _check_model(settings: Settings) -> None:
    """A missing model is said and served acoustically; a wrong one stops the start."""
    if not settings.recognition.enabled:
        return
    try:
        check_model(find_model(settings.language, settings))
    except ModelMissingError as error:
        if settings.model is not None or getattr(settings.models, settings.language) is not None:
            people.print(str(error), style="red", markup=False)  # a folder was named: that is a wrong one
            raise typer.Exit(EXIT_FAILED) from None
        people.print(f"{error} Until then calls are judged by sound only.", style="yellow", markup=False)
    except ModelError as error:
        people.print(str(error), style="red", markup=False)
        raise typer.Exit(EXIT_FAILED) from None


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
