"""The recognition groups of a node, one per language; a further language's group starts with its first call."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import structlog

from alerts.spotting_list import spotting_list
from config.rule_packs import RulePack
from config.settings import Language, Settings
from service.recognition.group import RecognitionGroup, RecognitionStartError
from service.recognition.models import ModelMissingError, composed_graphs, find_model

_log = structlog.get_logger(__name__)


class RecognitionGroups:
    """Hands out the group that hears a language. Groups run inside `run`'s task group and end with it.

    The default language's model must work: otherwise `run` ends with RecognitionStartError. Another language whose
    model does not work is served acoustically. `pack` gives the rules whose phrases are spotted.
    """

    def __init__(
        self,
        settings: Settings,
        pack: Callable[[Language], RulePack | None] = lambda _language: None,
        make: Callable[..., RecognitionGroup] = RecognitionGroup,
    ) -> None:
        self.refused_models = 0
        self._sound_only = not settings.recognition.enabled or settings.recognition.highest_tier == "acoustic"
        self._settings, self._pack, self._make = settings, pack, make
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
        if language is None or self._sound_only:
            return None
        if language not in self._groups and language not in self._missing:
            self._start(language)
        return self._groups.get(language)

    async def room(self, language: str) -> None:
        """Wait until the decoders of a language can take more audio; at once where there are none."""
        group = self.group(Language(language)) if language in set(Language) else None
        if group is not None:
            await group.room()

    def rules_changed(self, pack: RulePack) -> None:
        """A language's rules were replaced: its workers listen for the new phrases a moment later, without a stall."""
        if (group := self._groups.get(pack.language)) is not None:
            group.listen_for(spotting_list(pack))

    def running(self) -> dict[Language, RecognitionGroup]:
        """Groups that have been started, for the metrics."""
        return dict(self._groups)

    def readiness(self, language: Language) -> tuple[bool, str]:
        """Whether the language is heard, and if not, the sentence that says why."""
        if self._sound_only:
            return True, "recognition is switched off"
        group = self._groups.get(language)
        if group is None:
            return False, self._missing.get(language, "not started yet")
        if not group.ready:
            return False, "the model is loading"
        return True, f"phrases are not spotted: {group.no_spotting}" if group.no_spotting is not None else ""

    def _start(self, language: Language) -> None:
        if self._tasks is None:
            return
        try:
            folder: Path = find_model(language, self._settings)
        except ModelMissingError as error:
            self._missing[language] = str(error)
            _log.warning("no speech model; calls are served acoustically", language=str(language))
            return
        pack = self._pack(language)
        phrases = spotting_list(pack) if pack is not None else None
        group = self._make(
            language, folder, self._settings.recognition, phrases=phrases, graphs=composed_graphs(self._settings)
        )
        self._groups[language] = group
        self._tasks.create_task(self._run(language, group))

    async def _run(self, language: Language, group: RecognitionGroup) -> None:
        try:
            await group.run()
        except RecognitionStartError as error:
            if language is self._settings.language:
                raise
            self.refused_models += 1
            del self._groups[language]
            self._missing[language] = str(error)
            _log.error("the speech model cannot be used; calls are served acoustically", language=str(language))
