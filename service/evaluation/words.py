"""Real recognition for recordings that are played faster than live: one group of workers per language, on demand."""

import asyncio
from types import TracebackType
from typing import Self

from alerts.spotting_list import spotting_list
from config.settings import Language, Settings
from service.recognition.group import RecognitionGroup
from service.recognition.models import find_model
from service.rule_shelf import RuleShelf
from streaming.recognizer import check_model


class WordEars:
    """Use it as an async context: every group it started is stopped at the end."""

    def __init__(self, settings: Settings, shelf: RuleShelf) -> None:
        self._settings = settings
        self._shelf = shelf
        self._groups: dict[Language, RecognitionGroup] = {}
        self._running: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def group(self, language: Language) -> RecognitionGroup:
        """The language's workers, ready. Raises ModelMissingError, ModelError or RecognitionStartError."""
        known = self._groups.get(language)
        if known is not None:
            return known
        folder = find_model(language, self._settings)
        check_model(folder)
        pack = self._shelf.pack(language)
        phrases = spotting_list(pack) if pack is not None else None
        group = RecognitionGroup(language, folder, self._settings.recognition, phrases=phrases)
        self._running.append(asyncio.create_task(group.run()))
        await group.wait_ready()
        self._groups[language] = group
        return group
