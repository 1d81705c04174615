"""Everything the settings name, looked at without a running node: model, store, disk, Redis, ports, PBXes, safety."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

from config.settings import Settings
from service.bus.redis_address import RedisAddress, RedisAddressError
from service.doctor.finding import Finding, good, note, wrong
from service.doctor.pbx_check import pbx_finding
from service.recognition.models import ModelMissingError, find_model
from service.store.database import StoreError, database_url, opened_once
from streaming.recognizer import ModelError, check_model

_LEAST_FREE_GB = 2.0


async def configured_findings(settings: Settings) -> AsyncIterator[Finding]:
    """One after the other."""
    yield await asyncio.to_thread(_model, settings)
    yield await asyncio.to_thread(_store, settings)
    yield _disk(settings.data_dir)
    if settings.redis_url is not None:
        yield await _redis(settings.redis_url.get_secret_value())
    for finding in _ports(settings):
        yield finding
    for feed in settings.pbx.feeds:
        yield await pbx_finding(feed, settings.pbx)


def _model(settings: Settings) -> Finding:
    if not settings.recognition.enabled:
        return note("model", "recognition is off: calls are judged by sound alone", "recognition.enabled: true")
    try:
        folder = find_model(settings.language, settings)
        check_model(folder)
    except (ModelMissingError, ModelError) as error:
        return wrong("model", str(error), f"run: earshot models pull {settings.language}")
    return good("model", f"{settings.language}: {folder.name}")


def _store(settings: Settings) -> Finding:
    try:
        url = database_url(settings)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            folder = Path(url.database or "").parent
            near = next(each for each in (folder, *folder.parents) if each.exists())
            if not _writable(near):
                return wrong(
                    "store", f"{near} cannot be written", "give the service's user the folder, or set data_dir"
                )
            return note("store", f"{url.database} does not exist yet", "the first start makes it")
        return good("store", opened_once(settings))
    except StoreError as error:
        return wrong("store", str(error), "is the server there, user and database right? See database_url")


def _writable(folder: Path) -> bool:
    probe = folder / ".earshot-doctor"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


def _disk(folder: Path) -> Finding:
    near = next(each for each in (folder.resolve(), *folder.resolve().parents) if each.exists())
    free_gb = shutil.disk_usage(near).free / 1e9
    if free_gb < _LEAST_FREE_GB:
        return wrong("disk", f"{free_gb:.1f} GB free at {near}", "free some, or shorten retention in the settings")
    return good("disk", f"{free_gb:.0f} GB free at {near}")


async def _redis(url: str) -> Finding:
    address = RedisAddress(url)
    try:
        address.check()
    except RedisAddressError as error:
        return wrong("redis", str(error), "write it as redis://host:6379/0")
    if (failure := await address.failure()) is not None:
        return wrong("redis", failure, "is it running, and reachable from here?")
    return good("redis", "answers")


def _ports(settings: Settings) -> list[Finding]:
    doors = [
        ("http port", settings.http_host, settings.http_port),
        ("audiosocket port", settings.audiosocket_host, settings.audiosocket_port),
    ]
    if settings.dialects.vosk_port is not None:
        doors.append(("vosk port", settings.dialects.vosk_host, settings.dialects.vosk_port))
    return [_port(*door) for door in doors if door[2]]


def _port(what: str, host: str, port: int) -> Finding:
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return good(what, f"{host}:{port} is free")
    except OSError as error:
        cure = "if Earshot runs there, look at it with --url; otherwise end the other program or choose another port"
        return note(what, f"{host}:{port} cannot be opened: {error.strerror}", cure)
