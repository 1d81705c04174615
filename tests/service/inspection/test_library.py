"""The case library: stretches of calls that show something, heard only with consent."""

from pathlib import Path

import pytest

from service.inspection.library import Library
from tests.service.inspection.desk import desk, ended
from web.inspection.views import Example, NotNowError, UnknownRecordError


async def added(library: Library, from_ms: int = 1_000, to_ms: int = 5_000, **changed: object) -> Example:
    values: dict[str, object] = {"fault": "dead_air", "good": False, "title": "Silence", "note": None, "consent": False}
    return await library.add("c1", from_ms=from_ms, to_ms=to_ms, by="qa1", **{**values, **changed})  # type: ignore[arg-type]  # a test names the fields it changes


async def test_examples_are_found_by_fault_until_they_are_removed(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1")])
        library = house.inspection.library
        first = await added(library, note="the number is 13800138000")
        assert "13800138000" not in (first.note or "")
        await added(library, fault="greeting", good=True, consent=True)
        assert [each.fault for each in await library.examples(fault=None, limit=10)].count("greeting") == 1
        assert [each.example_id for each in await library.examples(fault="dead_air", limit=10)] == [first.example_id]
        await library.remove(first.example_id, first.version, "lead", "too old")
        assert await library.examples(fault="dead_air", limit=10) == []
        with pytest.raises(UnknownRecordError):
            await library.get(first.example_id)


@pytest.mark.parametrize(("from_ms", "to_ms"), [(5_000, 1_000), (0, 90_001), (-1, 10)])
async def test_the_stretch_lies_in_the_call(tmp_path: Path, from_ms: int, to_ms: int) -> None:
    async with desk(tmp_path) as house:
        await house.keep([ended("c1")])
        with pytest.raises(NotNowError, match="must lie in the call"):
            await added(house.inspection.library, from_ms, to_ms)


async def test_the_call_must_be_known(tmp_path: Path) -> None:
    async with desk(tmp_path) as house:
        with pytest.raises(UnknownRecordError):
            await added(house.inspection.library)
