"""The roster on a real store: whole after every change, there after a restart."""

from pathlib import Path

import pytest

from config.roster import Person, Roster, RosterError, Team
from service.roster.roster_book import RosterBook
from service.store.store import Store
from tests.service.store.examples import StoppedClock, running, settings_for


async def book_on(store: Store, file: Path | None = None) -> RosterBook:
    book = RosterBook(store, StoppedClock(), file)
    await book.start()
    return book


async def test_changes_are_checked_against_the_whole_and_kept(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as store:
        book = await book_on(store)
        await book.put("teams", Team(id="east"))
        await book.put("people", Person(id="li", teams=("east",)))
        await book.put("people", Person(id="li", name="Li", teams=("east",)))
        with pytest.raises(RosterError, match="team"):
            await book.put("people", Person(id="wang", teams=("west",)))
        with pytest.raises(RosterError, match="east is not among"):
            await book.drop("teams", "east")
    async with running(settings_for(tmp_path)) as store:
        book = await book_on(store)
        assert [(person.id, person.name) for person in book.roster.people] == [("li", "Li")]
        assert await book.drop("people", "li")
        assert not await book.drop("people", "li")
        assert await book.drop("teams", "east")
        other = await book_on(store)
        assert other.roster == Roster()


async def test_many_are_put_in_place_all_or_none(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as store:
        book = await book_on(store)
        bad = Roster.model_construct(None, people=(Person(id="li"), Person(id="wang", teams=("west",))))
        with pytest.raises(RosterError):
            await book.put_all(bad, "csv")
        assert (await book_on(store)).roster.people == ()
        assert await book.put_all(Roster(people=(Person(id="li"), Person(id="wang"))), "csv") == 2


async def test_a_file_is_laid_on_what_is_stored(tmp_path: Path) -> None:
    file = tmp_path / "roster.yaml"
    file.write_text("people:\n  - {id: li, name: Li}\n", encoding="utf-8")
    async with running(settings_for(tmp_path / "data")) as store:
        book = await book_on(store)
        await book.put("people", Person(id="li", name="Old"))
        await book.put("people", Person(id="wang"))
        book = await book_on(store, file)
        assert {person.id: person.name for person in book.roster.people} == {"li": "Li", "wang": None}
        await book.refresh()
        assert {person.id: person.name for person in book.roster.people} == {"li": "Li", "wang": None}
