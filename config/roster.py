"""Who works where: people, teams, sites, queues and routes, from YAML, with every fault at its line."""

from datetime import datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from config.numbered_yaml import NumberedYaml, read_numbered_yaml
from config.zone import Zone

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:@-]{1,128}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _days(said: object) -> object:
    """`mon-fri`, `sat`, `mon,wed` or a list of days."""
    if not isinstance(said, str):
        return said
    days: list[str] = []
    for part in said.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise ValueError(f"days are written {', '.join(DAYS)}, or from-to such as mon-fri")
        at, end = DAYS.index(first), DAYS.index(last or first)
        days += [DAYS[(at + step) % 7] for step in range((end - at) % 7 + 1)]
    return days


Days = Annotated[tuple[Day, ...], BeforeValidator(_days)]


class Role(StrEnum):
    """What somebody is in the centre (the manuals' 客服代表, 班长, 现场经理, 质检员, 质检班长, 项目经理)."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    FLOOR_MANAGER = "floor_manager"
    INSPECTOR = "inspector"
    QA_LEAD = "qa_lead"
    PROJECT_OWNER = "project_owner"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class DutyHours(_Entry):
    """When somebody works, in their own time zone. `to` before `from` ends on the next day."""

    days: Days = DAYS
    from_: time = Field(time(0), alias="from")
    to: time = time(0)

    def covers(self, local: datetime) -> bool:
        """Whether the moment, in the person's zone, lies within."""
        at, today = local.time(), DAYS[local.weekday()]
        if self.from_ < self.to:
            return today in self.days and self.from_ <= at < self.to
        yesterday = DAYS[local.weekday() - 1]
        return (today in self.days and at >= self.from_) or (yesterday in self.days and at < self.to)


class Person(_Entry):
    """Somebody alerts can name. Who has no duty hours is always on duty."""

    id: Id
    name: Label | None = None
    roles: tuple[Role, ...] = (Role.SUPERVISOR,)
    teams: tuple[Id, ...] = ()
    queues: tuple[Id, ...] = ()
    sites: tuple[Id, ...] = ()
    extension: Label | None = None
    timezone: Zone | None = None
    duty: tuple[DutyHours, ...] = ()


class Site(_Entry):
    """A place where people work."""

    id: Id
    name: Label | None = None
    timezone: Zone = "UTC"


class Team(_Entry):
    """People who work together."""

    id: Id
    name: Label | None = None
    site: Id | None = None


class Queue(_Entry):
    """A line of callers."""

    id: Id
    name: Label | None = None
    team: Id | None = None
    site: Id | None = None


class Route(_Entry):
    """Who is told of alerts that match everything said here: first, then second and third when nobody claims."""

    id: Id
    team: Id | None = None
    queue: Id | None = None
    site: Id | None = None
    min_severity: Literal["info", "minor", "major", "critical"] = "info"
    first: tuple[Id, ...] = Field(min_length=1)
    second: tuple[Id, ...] = ()
    third: tuple[Id, ...] = ()


KINDS: dict[str, type[Person] | type[Site] | type[Team] | type[Queue] | type[Route]] = {
    "people": Person,
    "sites": Site,
    "teams": Team,
    "queues": Queue,
    "routes": Route,
}
Entry = Person | Site | Team | Queue | Route


class RosterError(Exception):
    """A roster that cannot be used; the text names every fault with its place."""


class Roster(_Entry):
    """Everybody and every place. What entries name must be in it."""

    people: tuple[Person, ...] = ()
    sites: tuple[Site, ...] = ()
    teams: tuple[Team, ...] = ()
    queues: tuple[Queue, ...] = ()
    routes: tuple[Route, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if faults := [fault for _, fault in dangling(self)]:
            raise ValueError("; ".join(faults))
        return self

    def person(self, person_id: str) -> Person | None:
        """Somebody by id."""
        return next((person for person in self.people if person.id == person_id), None)


def dangling(roster: Roster) -> list[tuple[tuple[str, int], str]]:
    """Ids said twice, and ids that name nothing: each with its kind and place in the list."""
    known = {kind: [entry.id for entry in getattr(roster, kind)] for kind in KINDS}
    faults: list[tuple[tuple[str, int], str]] = []
    extensions: set[str] = set()
    for kind in KINDS:
        for place, entry in enumerate(getattr(roster, kind)):
            if known[kind].index(entry.id) != place:
                faults.append(((kind, place), f"{kind} {entry.id}: stands here twice; take one out"))
            faults += [
                ((kind, place), f"{kind} {entry.id}: {name} {wanted} is not among the {of}")
                for name, of, wanted in _named(entry)
                if wanted not in known[of]
            ]
            if isinstance(entry, Person) and entry.extension is not None:
                if entry.extension in extensions:
                    faults.append(((kind, place), f"people {entry.id}: extension {entry.extension} is somebody else's"))
                extensions.add(entry.extension)
    return faults


def read_roster(file: Path) -> Roster:
    """The roster of a YAML file. Raises RosterError naming every fault with file and line."""
    faults: list[str] = []
    document = read_numbered_yaml(file, faults)
    if document is None:
        raise RosterError("\n".join(faults))
    content = document.content if document.content is not None else {}
    if not isinstance(content, dict):
        raise RosterError(f"{file}, line 1: must hold {', '.join(KINDS)}")
    roster = _roster_of(content, document, faults)
    if faults or roster is None:
        raise RosterError("\n".join(faults))
    return roster


def _roster_of(content: dict[str, Any], document: NumberedYaml, faults: list[str]) -> Roster | None:
    entries: dict[str, list[Entry]] = {kind: [] for kind in KINDS}
    lines: dict[tuple[str, int], int] = {}
    for kind, listed in content.items():
        where = f"{document.file}, line {document.line_of((kind,))}"
        if kind not in KINDS:
            faults.append(f"{where}: {kind} is not known here; known are {', '.join(KINDS)}")
        elif not isinstance(listed, list):
            faults.append(f"{where}: {kind} must be a list")
        else:
            for number, said in enumerate(listed):
                try:
                    entry = KINDS[kind].model_validate(said)
                except ValidationError as error:
                    faults += [_fault(document, kind, number, each["loc"], each["msg"]) for each in error.errors()]
                else:
                    lines[kind, len(entries[kind])] = document.line_of((kind, number))
                    entries[kind].append(entry)
    if faults:
        return None
    whole: dict[str, Any] = {kind: tuple(entries[kind]) for kind in KINDS}
    roster = Roster.model_construct(None, **whole)  # its whole is checked here, by line
    faults += [f"{document.file}, line {lines[place]}: {fault}" for place, fault in dangling(roster)]
    return roster


def _fault(document: NumberedYaml, kind: str, number: int, place: tuple[str | int, ...], message: str) -> str:
    line = document.line_of((kind, number, *place))
    return f"{document.file}, line {line}: {'.'.join(str(part) for part in (kind, number, *place))}: {message}"


def _named(entry: Entry) -> list[tuple[str, str, str]]:
    """The ids an entry names: in which field, of which kind, and which."""
    one = {"team": "teams", "site": "sites", "queue": "queues"}
    many = {"teams": "teams", "sites": "sites", "queues": "queues"}
    many |= {"first": "people", "second": "people", "third": "people"}
    named = [(field, of, getattr(entry, field, None)) for field, of in one.items()]
    named += [(field, of, each) for field, of in many.items() for each in getattr(entry, field, ())]
    return [(field, of, wanted) for field, of, wanted in named if wanted is not None]
