"""Where rules are changed from the pages: checked and forecast in a process of its own, published, gone back to."""

import asyncio
import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import structlog
from ulid import ULID

from config.rule_packs import RulePackError
from config.settings import Language, Settings
from service.clips.flac import write_whole
from service.clock import Clock
from service.rule_editions import RuleEditions
from service.rule_shelf import RuleShelf, own_rules
from service.rules_trial import CheckJob, ForecastJob, Job
from service.store.database import database_url
from service.store.figure_days import days_of
from web.workshop_sources import (
    CheckedRules,
    Edition,
    Files,
    Forecast,
    ForecastBusyError,
    ForecastState,
    RuleFault,
    RuleFile,
    RuleFiles,
    RulesLockedError,
    RulesMovedError,
    RulesRefusedError,
    UnknownEditionError,
)

_log = structlog.get_logger(__name__)
_CHECK_S, _FORECAST_S = 120, 3_600
_REMEMBERED = 20  # forecasts
_LONGEST_LINE_BYTES = 16_777_216  # a result that names a thousand calls
_RUNNING = (ForecastState.WAITING, ForecastState.RUNNING)
_SHARED = "Several machines share the database: name a folder that all of them see with rules_dir, and publish there."
_NO_RIGHT = "The service may not write in the folder of the rules; give its user that right, or name another rules_dir."


class TrialError(Exception):
    """The process that tries rules has failed, or took too long. Its text says which."""


class RulesWorkshop:
    """Fills `web.workshop_sources.Workshop`; `run` plays forecasts one after the other until cancelled."""

    def __init__(self, settings: Settings, shelf: RuleShelf, clock: Clock, *, shared: bool) -> None:
        self._settings, self._shelf, self._clock, self._shared = settings, shelf, clock, shared
        self._editions = RuleEditions(settings.data_dir / "rule-editions")
        self._forecasts: dict[str, Forecast] = {}
        self._asked: asyncio.Queue[tuple[str, dict[str, str]]] = asyncio.Queue(1)
        self._one_check, self._one_publisher = asyncio.Lock(), asyncio.Lock()

    def files(self) -> RuleFiles:
        """The files in force."""
        view = self._shelf.view()
        files = [
            RuleFile(path, Language(path.split("/")[0]), Path(path).stem, text)
            for path, text in _texts(view.folder).items()
        ]
        version = _version_of({file.path: file.text for file in files})
        return RuleFiles(str(view.folder), version, self._locked(), files)

    async def check(self, files: Files) -> CheckedRules:
        """Read the changed languages and try all their examples; one check at a time."""
        async with self._one_check:
            with tempfile.TemporaryDirectory(prefix="earshot-rules-") as folder:
                changed = Path(folder)
                await asyncio.to_thread(self._lay_out, changed, files)
                languages = sorted({path.split("/")[0] for path in files})
                job = CheckJob(
                    folders=tuple(changed / language for language in languages), detection=self._settings.detection
                )
                found = await self._try(Job(check=job), _CHECK_S)
        faults = tuple(RuleFault(**fault) for fault in found["faults"])
        return CheckedRules(found["rules"], found["examples"], faults)

    def ask_forecast(self, files: Files, first: date, last: date) -> Forecast:
        """The forecast waits for its turn. Raises ForecastBusyError."""
        if any(each.state in _RUNNING for each in self._forecasts.values()):
            raise ForecastBusyError
        asked = Forecast(str(ULID()), ForecastState.WAITING, first, last, 0, 0, self._clock.now_at())
        self._forecasts[asked.forecast_id] = asked
        while len(self._forecasts) > _REMEMBERED:
            del self._forecasts[next(iter(self._forecasts))]
        self._asked.put_nowait((asked.forecast_id, dict(files)))
        return asked

    def forecast(self, forecast_id: str) -> Forecast:
        """How far it is."""
        if forecast_id not in self._forecasts:
            raise UnknownEditionError
        return self._forecasts[forecast_id]

    def days(self, first: date, last: date) -> tuple[datetime, datetime]:
        """From when to when these days are."""
        days = days_of(self._settings.figures, first, last)
        return days[0].begins_at, days[-1].ends_at

    async def run(self) -> None:
        """Play what is asked for."""
        while True:
            forecast_id, files = await self._asked.get()
            try:
                result = await self._play(forecast_id, files)
                self._note(forecast_id, state=ForecastState.DONE, result=result, done=result["calls"])
            except (TrialError, OSError) as error:
                self._note(forecast_id, state=ForecastState.FAILED, failure=str(error))

    async def publish(self, files: Files, version: str, by: str, note: str) -> str:
        """Check, keep what was, write, read again."""
        checked = await self.check(files)
        if checked.faults:
            raise RulesRefusedError(checked.faults)
        return await self._put_in_force(files, version, by, note)

    def editions(self) -> Sequence[Edition]:
        """What was published, the newest first."""
        return self._editions.listed(_version_of(_texts(self._shelf.view().folder)))

    def edition(self, edition_id: str) -> Files:
        """The files of one."""
        return self._editions.get(edition_id).files

    async def restore(self, edition_id: str, version: str, by: str) -> str:
        """Publish an edition again: its files, and no others."""
        kept = self._editions.get(edition_id)
        there = _texts(self._shelf.view().folder)
        files = {**dict.fromkeys(there, ""), **kept.files}
        changed = {path: text for path, text in files.items() if there.get(path, "") != text}
        return await self._put_in_force(changed, version, by, f"↩ {kept.note}".strip())

    # --- inside ------------------------------------------------------------------------------------------------

    async def _put_in_force(self, files: Files, version: str, by: str, note: str) -> str:
        if (locked := self._locked()) is not None:
            raise RulesLockedError(locked)
        async with self._one_publisher:
            view = self._shelf.view()
            before = _texts(view.folder)
            if (in_force := _version_of(before)) != version:
                raise RulesMovedError(in_force)
            now_at = self._clock.now_at()
            await asyncio.to_thread(self._editions.keep, before, version, "", "", now_at)
            folder = self._settings.rules_dir or own_rules(self._settings)
            await asyncio.to_thread(_write, folder, {**before, **files} if folder != view.folder else files)
            try:
                await self._shelf.reload(folder)
            except RulePackError as error:  # somebody else changed the folder meanwhile
                await asyncio.to_thread(_write, folder, {path: before.get(path, "") for path in files})
                raise RulesRefusedError([RuleFault("", 1, fault) for fault in error.faults]) from None
            texts = _texts(folder)
            after = _version_of(texts)
            await asyncio.to_thread(self._editions.keep, texts, after, by, note, self._clock.now_at())
            _log.info("rules were published", version=after, files=sorted(files))
            return after

    def _locked(self) -> str | None:
        if self._settings.rules_dir is None:
            return _SHARED if self._shared else None
        return None if os.access(self._settings.rules_dir, os.W_OK) else _NO_RIGHT

    def _lay_out(self, folder: Path, files: Files) -> None:
        _write(folder, {**_texts(self._shelf.view().folder), **files})

    async def _play(self, forecast_id: str, files: dict[str, str]) -> dict[str, Any]:
        asked = self._forecasts[forecast_id]
        self._note(forecast_id, state=ForecastState.RUNNING)
        since, until = self.days(asked.first, asked.last)
        with tempfile.TemporaryDirectory(prefix="earshot-rules-") as folder:
            now, changed = Path(folder) / "now", Path(folder) / "changed"
            await asyncio.to_thread(_write, now, _texts(self._shelf.view().folder))
            await asyncio.to_thread(self._lay_out, changed, files)
            job = ForecastJob(
                now=now,
                changed=changed,
                database=database_url(self._settings).render_as_string(hide_password=False),
                busy_ms=self._settings.store.busy_ms,
                since=since,
                until=until,
                detection=self._settings.detection,
            )
            return await self._try(Job(forecast=job), _FORECAST_S, forecast_id)

    async def _try(self, job: Job, longest_s: float, forecast_id: str | None = None) -> dict[str, Any]:
        """Run the job in a process of its own. Raises TrialError."""
        try:
            async with asyncio.timeout(longest_s), _trial() as process:
                assert process.stdin is not None  # noqa: S101 - it was made with both pipes
                assert process.stdout is not None  # noqa: S101
                process.stdin.write(job.model_dump_json().encode())
                process.stdin.close()
                async for line in process.stdout:
                    said = json.loads(line)
                    if "result" in said:
                        found: dict[str, Any] = said["result"]
                        return found
                    if forecast_id is not None:
                        self._note(forecast_id, calls=said["calls"], done=said["done"])
        except TimeoutError:
            raise TrialError(f"It took longer than {longest_s:g} s.") from None
        except (ValueError, ConnectionError):
            raise TrialError("The process that tries rules spoke out of turn.") from None
        raise TrialError("The process that tries rules has failed; the service's log says more.")

    def _note(self, forecast_id: str, **changed: Any) -> None:
        if forecast_id in self._forecasts:
            self._forecasts[forecast_id] = replace(self._forecasts[forecast_id], **changed)


@asynccontextmanager
async def _trial() -> AsyncIterator[asyncio.subprocess.Process]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "service.rules_trial", stdin=pipe, stdout=pipe, limit=_LONGEST_LINE_BYTES
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _texts(folder: Path) -> dict[str, str]:
    """Every file of the rules by its place in the folder."""
    files = sorted(file for language in Language for file in (folder / language).glob("*.yaml"))
    return {f"{file.parent.name}/{file.name}": file.read_text(encoding="utf-8") for file in files}


def _version_of(texts: Mapping[str, str]) -> str:
    """Twelve letters that change with any letter of the files, remarks too."""
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:12]


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Put the texts in their places, each whole; one of nothing takes its file away."""
    for path, text in files.items():
        place = folder / path
        if not text:
            place.unlink(missing_ok=True)
            continue
        mode = place.stat().st_mode if place.exists() else None
        write_whole(place, text.encode())
        if mode is not None:
            place.chmod(mode)
