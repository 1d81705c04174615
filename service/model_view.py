"""The speech models of this node and how their languages are heard, put together for their page."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from config.settings import Language, Settings
from service.call_board import CallBoard
from service.call_record import known_language
from service.clock import Clock
from service.recognition.groups import RecognitionGroups
from service.recognition.placed_models import PlacedModel, placed_model, size_bytes, verified_model
from web.model_sources import HearingView, ModelView, UnknownModelError, VerifiedView


class NodeModels:
    """Fills `web.model_sources.Models`."""

    def __init__(self, settings: Settings, board: CallBoard, groups: RecognitionGroups, clock: Clock) -> None:
        self._settings, self._board, self._groups, self._clock = settings, board, groups, clock
        self._verified: dict[Language, VerifiedView] = {}

    async def models(self) -> Sequence[ModelView]:
        """One for each language."""
        placed = await asyncio.to_thread(self._placed)
        return [
            ModelView(
                language=language,
                model=each.model,
                here=each.here,
                folder=each.folder,
                cure=each.cure,
                size_bytes=size,
                no_spotting=each.no_spotting,
                verified=self._verified.get(language) if each.here else None,
                hearing=self._hearing(language),
            )
            for language, each, size in placed
        ]

    async def verify(self, language: Language) -> VerifiedView:
        """Every file looked at, off the event loop."""
        placed = await asyncio.to_thread(placed_model, language, self._settings)
        if not placed.here:
            raise UnknownModelError
        found = await asyncio.to_thread(verified_model, placed)
        view = self._verified[language] = VerifiedView(self._clock.now_at(), found.manifest, tuple(found.faults))
        return view

    def _placed(self) -> list[tuple[Language, PlacedModel, int]]:
        placed = [(language, placed_model(language, self._settings)) for language in Language]
        return [(language, each, size_bytes(each)) for language, each in placed]

    def _hearing(self, language: Language) -> HearingView:
        group = self._groups.running().get(language)
        ready, why = self._groups.readiness(language)
        running = [call for call in self._board.live_calls() if not call.closed]
        tiers = Counter(call.tier.value for call in running if known_language(call.record.language) is language)
        graph, why_shipped = group.graph if group is not None else (None, None)
        return HearingView(
            ready=ready,
            why=why,
            workers=group.workers if group is not None else 0,
            busy_ratio=round(group.busy_ratio, 3) if group is not None else 0.0,
            lag_ms=group.lag_ms() if group is not None else 0,
            calls_by_tier=dict(tiers),
            graph=graph.value if graph is not None else None,
            why_shipped=why_shipped,
        )
