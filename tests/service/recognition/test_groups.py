"""A node's languages: one model that must work, others that may be missing or broken."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from alerts.spotting_list import SpottingList
from config.recognition import GraphUse, ModelSettings, RecognitionSettings
from config.rule_packs import load_rule_pack, packaged_rules
from config.settings import Language, Settings
from service.recognition.composed_graph import ComposedGraphs
from service.recognition.group import RecognitionGroup, RecognitionStartError
from service.recognition.groups import RecognitionGroups
from service.recognition.nursery_process import ModelReady, ModelRefused
from tests.fakes.workers import FakeNursery


class _Makers:
    """Groups with fake nurseries; the languages in `broken` have models that cannot be used."""

    def __init__(self, *broken: Language) -> None:
        self.broken = broken
        self.phrases: dict[Language, SpottingList | None] = {}
        self.graphs: dict[Language, Path | None] = {}

    def make(
        self,
        language: Language,
        folder: Path,
        settings: RecognitionSettings,
        *,
        phrases: SpottingList | None,
        graphs: ComposedGraphs | None,
    ) -> RecognitionGroup:
        self.phrases[language] = phrases
        self.graphs[language] = graphs.folder if graphs is not None else None
        first = ModelRefused(f"{folder}: damaged") if language in self.broken else ModelReady("no reason")
        return RecognitionGroup(language, folder, settings, source=lambda: FakeNursery(first))


def _settings(tmp_path: Path) -> Settings:
    return Settings(language=Language.KO, models=ModelSettings(ko=tmp_path, en=tmp_path))


@asynccontextmanager
async def _running(groups: RecognitionGroups) -> AsyncIterator["asyncio.Task[None]"]:
    running = asyncio.create_task(groups.run())
    await asyncio.sleep(0)
    try:
        yield running
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_a_further_language_starts_with_its_first_call(tmp_path: Path) -> None:
    makers = _Makers()
    groups = RecognitionGroups(
        _settings(tmp_path), lambda language: load_rule_pack(packaged_rules() / language), makers.make
    )
    async with _running(groups):
        assert set(groups.running()) == {Language.KO}
        english = groups.group(Language.EN)
        assert english is not None
        await english.wait_ready()
        assert groups.readiness(Language.EN) == (True, "phrases are not spotted: no reason")
        assert english.no_spotting == "no reason"
    korean = makers.phrases[Language.KO]
    assert korean is not None
    assert "책임자 바꿔 주세요" in korean.customer.phrases


async def test_a_broken_model_of_a_further_language_costs_only_its_words(tmp_path: Path) -> None:
    groups = RecognitionGroups(_settings(tmp_path), make=_Makers(Language.EN).make)
    async with _running(groups) as running:
        english = groups.group(Language.EN)
        assert english is not None
        with pytest.raises(RecognitionStartError, match="damaged"):
            await english.wait_ready()
        async with asyncio.timeout(10):
            while groups.group(Language.EN) is not None:  # noqa: ASYNC110 - no event for it, and none is needed
                await asyncio.sleep(0)
        assert not running.done()
        assert groups.readiness(Language.EN) == (False, f"{tmp_path}: damaged")
        assert groups.refused_models == 1
        assert english.open_segment("leg", 0, lambda _event: None) is None
        korean = groups.group(Language.KO)
        assert korean is not None
        await korean.wait_ready()


async def test_a_broken_model_of_the_default_language_stops_the_start(tmp_path: Path) -> None:
    groups = RecognitionGroups(_settings(tmp_path), make=_Makers(Language.KO).make)
    with pytest.RaisesGroup(RecognitionStartError):
        await groups.run()


async def test_a_language_without_a_model_says_so(tmp_path: Path) -> None:
    groups = RecognitionGroups(_settings(tmp_path), make=_Makers().make)
    async with _running(groups):
        assert groups.group(Language.ZH) is None
        ready, why = groups.readiness(Language.ZH)
        assert not ready
        assert "earshot models pull zh" in why


async def test_nothing_is_started_where_calls_are_judged_by_sound_only(tmp_path: Path) -> None:
    settings = _settings(tmp_path).model_copy(update={"recognition": RecognitionSettings(highest_tier="acoustic")})
    makers = _Makers()
    groups = RecognitionGroups(settings, make=makers.make)
    async with _running(groups):
        assert groups.group(Language.KO) is None
        assert groups.readiness(Language.KO) == (True, "recognition is switched off")
    assert makers.phrases == {}


async def test_changed_rules_go_to_the_group_of_their_language(tmp_path: Path) -> None:
    makers = _Makers()
    groups = RecognitionGroups(_settings(tmp_path), make=makers.make)
    korean_rules = load_rule_pack(packaged_rules() / "ko")
    async with _running(groups):
        korean = groups.group(Language.KO)
        assert korean is not None
        await korean.wait_ready()
        groups.rules_changed(load_rule_pack(packaged_rules() / "en"))  # nobody hears English yet: nothing to do
        groups.rules_changed(korean_rules)
        async with asyncio.timeout(10):
            while korean.no_spotting is not None:  # noqa: ASYNC110 - no event for it, and none is needed
                await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("recognition", "folder"),
    [
        (RecognitionSettings(), Path("here/graphs")),
        (RecognitionSettings(graphs_dir=Path("elsewhere")), Path("elsewhere")),
        (RecognitionSettings(graph=GraphUse.SHIPPED), None),
    ],
)
async def test_composed_graphs_are_kept_where_the_settings_say(
    tmp_path: Path, recognition: RecognitionSettings, folder: Path | None
) -> None:
    makers = _Makers()
    settings = Settings(
        language=Language.KO, models=ModelSettings(ko=tmp_path), data_dir=Path("here"), recognition=recognition
    )
    async with _running(RecognitionGroups(settings, make=makers.make)):
        assert makers.graphs == {Language.KO: folder}
