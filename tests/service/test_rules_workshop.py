"""Rules are changed in place: checked beside the calls, published with a way back, forecast over kept calls."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from alerts.rules.call_so_far import Whose
from config.rule_packs import packaged_rules
from config.settings import Language, Settings
from service.clock import SystemClock
from service.rule_shelf import RuleShelf, rules_folder
from service.rules_workshop import RulesWorkshop
from service.store.observations import CallToKeep, keep_call
from service.store.store import Store
from tests.service.store.examples import BEGAN_AT, QUICK, running
from web.workshop_sources import (
    ForecastBusyError,
    ForecastState,
    RulesLockedError,
    RulesMovedError,
    RulesRefusedError,
    UnknownEditionError,
)

_FILE = "en/forbidden.yaml"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", language=Language.EN, store=QUICK)


def _workshop(settings: Settings, *, shared: bool = False) -> tuple[RulesWorkshop, RuleShelf]:
    shelf = RuleShelf(settings)
    return RulesWorkshop(settings, shelf, SystemClock(), shared=shared), shelf


def _text() -> str:
    return (packaged_rules() / _FILE).read_text(encoding="utf-8")


async def test_a_fault_is_named_with_its_line_and_nothing_changes(settings: Settings) -> None:
    workshop, _ = _workshop(settings)
    before = workshop.files().version
    found = await workshop.check({_FILE: _text().replace("severity:", "severty:", 1)})
    line = next(number for number, each in enumerate(_text().splitlines(), 1) if "severity:" in each)
    assert [(fault.file, fault.line) for fault in found.faults if "severty" in fault.text] == [(_FILE, line)]
    with pytest.raises(RulesRefusedError):
        await workshop.publish({_FILE: "rules: ["}, before, "li", "")
    assert workshop.files().version == before
    assert workshop.editions() == []


async def test_published_rules_are_in_force_and_can_be_taken_back(settings: Settings) -> None:
    workshop, shelf = _workshop(settings)
    first = workshop.files().version
    changed = _text().replace("severity: minor", "severity: major", 1)
    second = await workshop.publish({_FILE: changed}, first, "li", "graver")
    assert workshop.files().version == second != first
    assert shelf.view().folder == settings.data_dir / "rules"
    assert rules_folder(settings) == settings.data_dir / "rules"
    with pytest.raises(RulesMovedError):
        await workshop.publish({_FILE: _text()}, first, "li", "")
    newest, oldest = workshop.editions()
    assert (newest.by, newest.note, newest.changed, newest.current) == ("li", "graver", (_FILE,), True)
    assert await workshop.restore(oldest.edition_id, second, "wang") == first
    assert workshop.files().version == first
    assert [each.by for each in workshop.editions()] == ["wang", "li", ""]
    with pytest.raises(UnknownEditionError):
        await workshop.restore("none", first, "wang")


async def test_where_rules_cannot_be_published_the_page_says_why(settings: Settings) -> None:
    workshop, _ = _workshop(settings, shared=True)
    assert "rules_dir" in (workshop.files().locked or "")
    with pytest.raises(RulesLockedError):
        await workshop.publish({_FILE: _text() + "\n# more"}, workshop.files().version, "li", "")


async def test_a_file_may_go_where_none_needs_it(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(packaged_rules(), folder)
    workshop, _ = _workshop(settings.model_copy(update={"rules_dir": folder}))
    await workshop.publish({"en/colloquial.yaml": ""}, workshop.files().version, "li", "")
    assert not (folder / "en/colloquial.yaml").exists()
    assert "en/colloquial.yaml" not in [file.path for file in workshop.files().files]


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[Store]:
    async with running(settings) as opened:
        yield opened


async def test_a_forecast_plays_the_kept_calls_of_the_days(settings: Settings, store: Store) -> None:
    pack = RuleShelf(settings).pack(Language.EN)
    for number in range(3):
        call = CallToKeep(
            *(f"c{number}", BEGAN_AT + timedelta(minutes=number), "en", pack, 60_000, Whose(None, None)),
            *(True, True, []),
        )
        await store.write(partial(keep_call, call=call))
    workshop, _ = _workshop(settings)
    asked = workshop.ask_forecast({_FILE: _text()}, date(2026, 3, 1), date(2026, 3, 1))
    with pytest.raises(ForecastBusyError):
        workshop.ask_forecast({_FILE: _text()}, date(2026, 3, 1), date(2026, 3, 1))
    playing = asyncio.create_task(workshop.run())
    async with asyncio.timeout(60):
        while workshop.forecast(asked.forecast_id).state in (ForecastState.WAITING, ForecastState.RUNNING):  # noqa: ASYNC110  # another process answers
            await asyncio.sleep(0.05)
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)
    done = workshop.forecast(asked.forecast_id)
    assert (done.state, done.failure, done.calls) == (ForecastState.DONE, None, 3)
    assert done.result is not None
    assert done.result["calls"] == 3
    with pytest.raises(UnknownEditionError):
        workshop.forecast("none")
