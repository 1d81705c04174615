"""The recognition groups of a node, one per language; a further language's group starts with its first call."""

import asyncio
from pathlib import Path

import structlog

from config.settings import Language, Settings
from service.recognition.group import RecognitionGroup
from service.recognition.models import ModelMissingError, find_model

_log = structlog.get_logger(__name__)


class RecognitionGroups:
    """Hands out the group that hears a language. Groups run inside `run`'s task group and end with it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._groups: dict[Language, RecognitionGroup] = {}
        self._missing: dict[Language, str] = {}
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Start the default language's group now, others when asked for; until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            self.group(self._settings.language)
            await asyncio.Event().wait()

    def group(self, language: Language | None) -> RecognitionGroup | None:
        """The running group of a language; None without a model, or with recognition switched off."""
        if language is None or not self._settings.recognition.enabled:
            return None
        if language not in self._groups and language not in self._missing:
            self._start(language)
        return self._groups.get(language)

    def running(self) -> dict[Language, RecognitionGroup]:
        """Groups that have been started, for the metrics."""
        return dict(self._groups)

    def readiness(self, language: Language) -> tuple[bool, str]:
        """Whether the language is heard, and if not, the sentence that says why."""
        if not self._settings.recognition.enabled:
            return True, "recognition is switched off"
        group = self._groups.get(language)
        if group is None:
            return False, self._missing.get(language, "not started yet")
        return group.ready, "" if group.ready else "the model is loading"

    def _start(self, language: Language) -> None:
        if self._tasks is None:
            return
        try:
            folder: Path = find_model(language, self._settings)
        except ModelMissingError as error:
            self._missing[language] = str(error)
            _log.warning("no speech model; calls are served acoustically", language=str(language))
            return
        group = self._groups[language] = RecognitionGroup(language, folder, self._settings.recognition)
        self._tasks.create_task(group.run())
