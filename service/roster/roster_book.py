"""The roster as it is stored, known in memory, changed one entry or one file at a time, always whole."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.roster import KINDS, Entry, Roster, RosterError, read_roster
from service.clock import Clock
from service.store import desk_writes
from service.store.desk_writes import RosterRow
from service.store.store import Store


class RosterBook:
    """Fills `web.roster_api.RosterSource`. Every change is checked against the whole before it is stored."""

    def __init__(self, store: Store, clock: Clock, file: Path | None) -> None:
        self._store, self._clock, self._file = store, clock, file
        self.roster = read_roster(file) if file is not None else Roster()

    async def start(self) -> None:
        """Lay the file, if there is one, on what is stored. Raises RosterError, StoreUnavailableError."""
        from_file = self.roster
        await self.refresh()
        if self._file is not None:
            await self.put_all(from_file, "file")

    async def refresh(self) -> None:
        """Read what is stored, by whichever node."""
        self.roster = _roster_of(await self._store.read(desk_writes.find_roster))

    async def put(self, kind: str, entry: Entry) -> None:
        """Put one entry in place. Raises RosterError when it names what is not there."""
        await self._put([entry], "api", {kind: [entry]})

    async def put_all(self, roster: Roster, origin: str) -> int:
        """Put all entries of a roster in place, all or none; answers how many."""
        entries = {kind: list(getattr(roster, kind)) for kind in KINDS}
        await self._put([each for kind in KINDS for each in entries[kind]], origin, entries)
        return sum(len(each) for each in entries.values())

    async def drop(self, kind: str, entry_id: str) -> bool:
        """Take an entry away; false when there is none. Raises RosterError while others name it."""
        rest = {each: list(getattr(self.roster, each)) for each in KINDS}
        rest[kind] = [entry for entry in rest[kind] if entry.id != entry_id]
        checked = _checked(rest)
        if not await self._store.write(lambda engine: desk_writes.drop_roster(engine, kind, entry_id)):
            return False
        self.roster = checked
        return True

    def agents_of(self, teams: frozenset[str]) -> frozenset[str]:
        """Everybody of these teams."""
        return frozenset(person.id for person in self.roster.people if teams.intersection(person.teams))

    async def _put(self, entries: Sequence[Entry], origin: str, by_kind: dict[str, list[Entry]]) -> None:
        after: dict[str, list[Entry]] = {}
        rows: list[RosterRow] = []
        for kind in KINDS:
            fresh = {entry.id: entry for entry in by_kind.get(kind, [])}
            after[kind] = [entry for entry in getattr(self.roster, kind) if entry.id not in fresh]
            after[kind] += fresh.values()
            rows += [(kind, entry.id, entry.model_dump(mode="json", by_alias=True)) for entry in fresh.values()]
        checked = _checked(after)
        if rows:
            now_at = self._clock.now_at()
            await self._store.write(lambda engine: desk_writes.keep_roster(engine, rows, origin, now_at))
        self.roster = checked


def _roster_of(rows: Sequence[RosterRow]) -> Roster:
    entries: dict[str, Any] = {kind: [] for kind in KINDS}
    for kind, _, content in rows:
        entries[kind].append(content)
    return Roster.model_validate(entries)


def _checked(entries: dict[str, list[Entry]]) -> Roster:
    try:
        return Roster.model_validate({kind: tuple(entries[kind]) for kind in KINDS})
    except ValidationError as error:
        faults = [str(each["msg"]).removeprefix("Value error, ") for each in error.errors()]
        raise RosterError("; ".join(faults)) from None
