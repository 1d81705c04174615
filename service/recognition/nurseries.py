"""Where the workers of one language come from: one nursery after the other, and a better one when there can be one."""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

import structlog

from alerts.spotting_list import SpottingList
from config.recognition import RecognitionSettings
from service.recognition.composed_graph import ComposedGraphs, ComposeError
from service.recognition.nursery_process import NurseryProcess, WorkerSource

_log = structlog.get_logger(__name__)


class GraphState(StrEnum):
    """What a group's words come from."""

    COMPOSED = "composed"  # the model's graphs composed into one
    COMPOSING = "composing"  # as it ships, until that one is made
    SHIPPED = "shipped"


class Nurseries:
    """Makes nurseries, with the model's graphs composed into one where that has been done.

    `graphs`: where composed ones are kept; None: the model is used as it ships. `make`: takes a NurseryProcess's place.
    """

    def __init__(
        self,
        model_dir: Path,
        settings: RecognitionSettings,
        phrases: SpottingList | None,
        graphs: ComposedGraphs | None = None,
        make: Callable[[], WorkerSource] | None = None,
    ) -> None:
        self.phrases = phrases
        self.why_shipped: str | None = None
        self._model_dir, self._settings, self._graphs = model_dir, settings, graphs
        self._make = make
        self._composed: Path | None = None
        self._looked = self._composing = False
        self._better: WorkerSource | None = None

    def graph(self, *, composed: bool) -> GraphState:
        """`composed`: what the nursery in use says."""
        if composed:
            return GraphState.COMPOSED
        return GraphState.COMPOSING if self._composing else GraphState.SHIPPED

    async def next(self, *, prepared: bool = True) -> WorkerSource:
        """The one to hire from now, to be started. `prepared`: it may take its time before it is ready."""
        if self._better is not None:
            better, self._better = self._better, None
            return better
        if not self._looked and self._graphs is not None:
            self._looked = True
            self._composed = await asyncio.to_thread(self._graphs.find, self._model_dir)
        return self._new(prepared=prepared)

    async def better(self, ready: asyncio.Event) -> None:
        """Return when `next` gives a better one, loaded already: its graph was composed after `ready`, without haste.

        Never, where there is none to be had.
        """
        await ready.wait()
        if not (self._graphs is not None and self._composed is None and await self._compose(self._graphs)):
            await asyncio.Event().wait()
            return
        better = self._new(prepared=False)  # beside live calls
        phrases = self.phrases
        try:
            if await better.loaded():
                if phrases is not self.phrases and self.phrases is not None:
                    better.listen_for(self.phrases)
                self._better = better
                _log.info("words come from the composed graph from now on", model=self._model_dir.name)
                return
        finally:
            if self._better is not better:
                self._composed = None
                await better.stop()
        self.why_shipped = "The composed graph cannot be used."
        _log.error("the composed graph cannot be used; the model is used as it ships", model=self._model_dir.name)
        await asyncio.Event().wait()

    async def close(self) -> None:
        """End one that nobody has taken."""
        if self._better is not None:
            await self._better.stop()

    async def _compose(self, graphs: ComposedGraphs) -> bool:
        name = self._model_dir.name
        if (reason := await asyncio.to_thread(graphs.why_not, self._model_dir)) is not None:
            self.why_shipped = reason
            _log.info("the model is used as it ships", model=name, reason=reason)
            return False
        _log.info("composing the model's graphs: words will cost a quarter", model=name)
        self._composing = True
        try:
            self._composed = await graphs.compose(self._model_dir)
        except ComposeError as error:
            self.why_shipped = str(error)
            _log.warning("the model is used as it ships", model=name, reason=str(error))
        finally:
            self._composing = False
        return self._composed is not None

    def _new(self, *, prepared: bool) -> WorkerSource:
        if self._make is not None:
            return self._make()
        return NurseryProcess(self._model_dir, self._settings, self.phrases, prepared=prepared, composed=self._composed)
