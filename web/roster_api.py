"""REST of the roster: people, teams, sites, queues and routes, one by one or as a table."""

from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from config.roster import KINDS, Entry, Person, Queue, Roster, RosterError, Route, Site, Team
from config.roster_csv import people_of
from web.problems import BadField, Problem, ProblemError

EntryIdInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:@-]{1,128}$")]
KindInPath = Annotated[str, Path(pattern="^(" + "|".join(KINDS) + ")$", description="One of: " + ", ".join(KINDS))]
_LARGEST_BYTES = 4_194_304  # twenty thousand people
_Answers = dict[int | str, dict[str, Any]]
_UNKNOWN: _Answers = {404: {"model": Problem, "description": "No such entry"}}
_ENTRIES: dict[str, TypeAdapter[Entry]] = {kind: TypeAdapter(model) for kind, model in KINDS.items()}


class RosterSource(Protocol):
    """Who keeps the roster. Changes are answered after their commit; all raise StoreUnavailableError."""

    @property
    def roster(self) -> Roster:
        """Everybody and every place, as known now."""
        ...

    async def put(self, kind: str, entry: Entry) -> None:
        """Put an entry in place. Raises RosterError when it names what is not there."""
        ...

    async def put_all(self, roster: Roster, origin: str) -> int:
        """Put all entries in place, all or none; answers how many. Raises RosterError."""
        ...

    async def drop(self, kind: str, entry_id: str) -> bool:
        """Take an entry away; false when there is none. Raises RosterError while others name it."""
        ...


class ImportedBody(BaseModel):
    """How many people a table held."""

    model_config = ConfigDict(frozen=True)

    people: int


class EntriesBody(BaseModel):
    """How many entries were put in place."""

    model_config = ConfigDict(frozen=True)

    entries: int


class RosterFields(BaseModel):
    """Entries to put in place; together with those there already they must be whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    people: tuple[Person, ...] = ()
    sites: tuple[Site, ...] = ()
    teams: tuple[Team, ...] = ()
    queues: tuple[Queue, ...] = ()
    routes: tuple[Route, ...] = ()


class RosterBody(BaseModel):
    """The whole roster."""

    model_config = ConfigDict(frozen=True)

    people: list[dict[str, Any]]
    sites: list[dict[str, Any]]
    teams: list[dict[str, Any]]
    queues: list[dict[str, Any]]
    routes: list[dict[str, Any]]


def roster_router(roster: RosterSource) -> APIRouter:
    """The routes under /api/v1/roster."""
    router = APIRouter(
        prefix="/api/v1/roster",
        tags=["roster"],
        responses={422: {"model": Problem, "description": "Entries that cannot be used, each named"}},
        max_body_size=_LARGEST_BYTES,
    )

    @router.get("")
    async def get_roster() -> RosterBody:
        """Everybody and every place."""
        return RosterBody(**{kind: [_shown(entry) for entry in getattr(roster.roster, kind)] for kind in KINDS})

    @router.post("")
    async def put_roster(body: RosterFields) -> EntriesBody:
        """Put many entries of all kinds in place, all or none; what is not named stays."""
        parts = {kind: tuple(getattr(body, kind)) for kind in KINDS}
        try:
            return EntriesBody(entries=await roster.put_all(Roster.model_construct(None, **parts), "api"))
        except RosterError as error:
            raise _problem(error) from None

    @router.post("/import")
    async def import_people(
        table: Annotated[str, Body(media_type="text/csv", description="CSV with a heading; id is needed.")],
    ) -> ImportedBody:
        """Put the people of a table in place, all or none; every bad line is named."""
        try:
            people = people_of(table)
            await roster.put_all(Roster.model_construct(None, people=people), "csv")
        except RosterError as error:
            raise _problem(error) from None
        return ImportedBody(people=len(people))

    @router.get("/{kind}")
    async def list_entries(kind: KindInPath) -> list[dict[str, Any]]:
        """All entries of one kind."""
        return [_shown(entry) for entry in getattr(roster.roster, kind)]

    @router.get("/{kind}/{entry_id}", responses=_UNKNOWN)
    async def get_entry(kind: KindInPath, entry_id: EntryIdInPath) -> dict[str, Any]:
        """One entry."""
        found = next((entry for entry in getattr(roster.roster, kind) if entry.id == entry_id), None)
        if found is None:
            raise ProblemError(404, "unknown-entry", "No such entry.")
        return _shown(found)

    @router.put("/{kind}/{entry_id}")
    async def put_entry(kind: KindInPath, entry_id: EntryIdInPath, body: dict[str, Any]) -> dict[str, Any]:
        """Put an entry in place, new or changed."""
        try:
            entry = _ENTRIES[kind].validate_python({**body, "id": entry_id})
        except ValidationError as error:
            faults = [
                BadField(field=".".join(("body", *(str(part) for part in each["loc"]))), detail=each["msg"])
                for each in error.errors()
            ]
            raise ProblemError(
                422, "validation", "Some fields cannot be used; each is named in errors.", faults
            ) from None
        try:
            await roster.put(kind, entry)
        except RosterError as error:
            raise _problem(error) from None
        return _shown(entry)

    @router.delete("/{kind}/{entry_id}", status_code=204, responses=_UNKNOWN)
    async def drop_entry(kind: KindInPath, entry_id: EntryIdInPath) -> None:
        """Take an entry away; not while others name it."""
        try:
            if not await roster.drop(kind, entry_id):
                raise ProblemError(404, "unknown-entry", "No such entry.")
        except RosterError as error:
            raise _problem(error) from None

    return router


def _shown(entry: Entry) -> dict[str, Any]:
    return entry.model_dump(mode="json", by_alias=True)


def _problem(error: RosterError) -> ProblemError:
    faults = [BadField(field="body", detail=line) for line in str(error).replace("; ", "\n").split("\n")]
    return ProblemError(422, "roster", "The roster would not be whole; every fault is named in errors.", faults)
