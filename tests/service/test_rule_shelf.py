"""Rules that change while the service runs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from config.rule_packs import RulePack, RulePackError
from config.settings import Language, Settings
from service.rule_shelf import RuleShelf, read_packs

RUDE = """rules:
  - id: en.forbidden.rude
    clause: "002"
    severity: major
    leg: agent
    title: {zh: 不, en: no}
    advice: {zh: 不, en: no}
    phrases: ["shut up"]
    positive: ["shut up"]
"""


def rules_in(folder: Path, text: str = RUDE) -> Path:
    (folder / "en").mkdir(exist_ok=True, parents=True)
    (folder / "en" / "forbidden.yaml").write_text(text, encoding="utf-8")
    return folder


def phrases(shelf: RuleShelf) -> tuple[str, ...]:
    pack = shelf.pack(Language.EN)
    assert pack is not None
    return pack.rules[0].phrases


def shelf_of(folder: Path, changed: Callable[[RulePack], None] = lambda _: None) -> RuleShelf:
    return RuleShelf(Settings(rules_dir=folder), changed)


async def test_a_good_edit_is_in_force(tmp_path: Path) -> None:
    told: list[RulePack] = []
    shelf = shelf_of(rules_in(tmp_path), told.append)
    before = shelf.view().version
    rules_in(tmp_path, RUDE.replace('phrases: ["shut up"]', 'phrases: ["shut up", "be quiet"]'))
    view = await shelf.reload()
    assert phrases(shelf) == ("shut up", "be quiet")
    assert told == [shelf.pack(Language.EN)]
    assert view.version != before
    assert (shelf.reloads, shelf.refusals, shelf.refusal) == (1, 0, "")


async def test_the_same_rules_again_are_no_change(tmp_path: Path) -> None:
    told: list[RulePack] = []
    shelf = shelf_of(rules_in(tmp_path), told.append)
    await shelf.reload()
    assert (told, shelf.reloads) == ([], 0)


async def test_a_bad_edit_changes_nothing_and_is_shown_until_it_is_mended(tmp_path: Path) -> None:
    told: list[RulePack] = []
    shelf = shelf_of(rules_in(tmp_path), told.append)
    rules_in(tmp_path, RUDE.replace("leg: agent", "leg: boss"))
    for _ in range(2):
        with pytest.raises(RulePackError, match="line 5: leg"):
            await shelf.reload()
    assert phrases(shelf) == ("shut up",)
    refused = shelf.view().refused
    assert refused is not None
    assert "forbidden.yaml, line 5: leg" in refused.faults[0]
    assert "forbidden.yaml, line 5: leg" in shelf.refusal
    assert (told, shelf.refusals) == ([], 1)  # the same fault is counted once
    rules_in(tmp_path)
    await shelf.reload()
    assert (shelf.refusal, shelf.view().refused) == ("", None)


async def test_a_language_may_come_while_it_runs(tmp_path: Path) -> None:
    shelf = shelf_of(rules_in(tmp_path))
    assert (shelf.pack(Language.KO), shelf.pack(None)) == (None, None)
    (tmp_path / "ko").mkdir()
    (tmp_path / "ko" / "forbidden.yaml").write_text(RUDE.replace("en.f", "ko.f"), encoding="utf-8")
    await shelf.reload()
    assert shelf.pack(Language.KO) is not None
    assert shelf.reloads == 1


def test_a_bad_start_names_the_faults_of_all_languages(tmp_path: Path) -> None:
    with pytest.raises(RulePackError, match="holds no rules; make folders zh, en, ko there"):
        read_packs(tmp_path)
    rules_in(tmp_path, "rules: []\nmore: 1\n")
    (tmp_path / "ko").mkdir()
    with pytest.raises(RulePackError) as error:
        shelf_of(tmp_path)
    assert len(error.value.faults) == 2


@asynccontextmanager
async def watching(shelf: RuleShelf) -> AsyncIterator[None]:
    task = asyncio.create_task(shelf.run())
    await asyncio.sleep(0.5)  # the watch is set by a thread of its own, which says nothing
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not true():  # noqa: ASYNC110  # the shelf is watched from outside, as an operator does
            await asyncio.sleep(0.05)


async def test_a_saved_file_is_seen(tmp_path: Path) -> None:
    shelf = shelf_of(rules_in(tmp_path))
    async with watching(shelf):
        rules_in(tmp_path, RUDE.replace('phrases: ["shut up"]', 'phrases: ["be quiet"]'))
        await until(lambda: phrases(shelf) == ("be quiet",))
        rules_in(tmp_path, "rules: [")
        await until(lambda: shelf.refusal != "")
        assert phrases(shelf) == ("be quiet",)
        # editors that write beside the file and move it into place
        beside = tmp_path / "en" / ".forbidden.yaml.swp"
        beside.write_text(RUDE, encoding="utf-8")
        beside.rename(tmp_path / "en" / "forbidden.yaml")
        await until(lambda: shelf.refusal == "")
        assert phrases(shelf) == ("shut up",)


async def test_packaged_rules_are_not_watched() -> None:
    shelf = RuleShelf(Settings())
    task = asyncio.create_task(shelf.run())
    await asyncio.sleep(0.05)
    assert not task.done()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
