"""People of the roster from a table: one row a person, every fault at its line."""

import csv
import io

from pydantic import ValidationError

from config.roster import DutyHours, Person, RosterError

COLUMNS = (
    *("id", "name", "roles", "teams", "queues", "sites", "extension", "timezone"),
    *("duty_days", "duty_from", "duty_to"),
)
_LISTS = ("roles", "teams", "queues", "sites")  # several in one cell are parted by semicolons or blanks
_MOST_ROWS = 20_000


def people_of(text: str) -> tuple[Person, ...]:
    """The people of a CSV text with a heading (`id` and any of COLUMNS). Raises RosterError naming every bad line."""
    text = text.removeprefix("\ufeff")
    heading = text.split("\n", 1)[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if heading.count(";") > heading.count(",") else ",")
    names = [name.strip().lower() for name in rows.fieldnames or ()]
    unknown = [name for name in names if name not in COLUMNS]
    if "id" not in names or unknown:
        what = f"{', '.join(unknown)} not known; " if unknown else ""
        raise RosterError(f"line 1: {what}the heading names id and any of {', '.join(COLUMNS[1:])}")
    rows.fieldnames = names
    people: list[Person] = []
    faults: list[str] = []
    try:
        for row in rows:
            line = rows.line_num
            if None in row:
                faults.append(f"line {line}: has more cells than the heading")
                continue
            cells = {name: (value or "").strip() for name, value in row.items()}
            if not any(cells.values()):
                continue
            if len(people) >= _MOST_ROWS:
                raise RosterError(f"line {line}: more than {_MOST_ROWS} people")
            try:
                people.append(_person(cells))
            except ValidationError as error:
                faults += [f"line {line}: {_column(each['loc'])}: {each['msg']}" for each in error.errors()]
    except csv.Error:
        raise RosterError(f"line {rows.line_num}: is not CSV; check the quotes") from None
    if faults:
        raise RosterError("\n".join(faults))
    return tuple(people)


def _person(cells: dict[str, str]) -> Person:
    said: dict[str, object] = {name: cells[name] for name in ("id", "name", "extension", "timezone") if cells.get(name)}
    said |= {name: cells[name].replace(";", " ").split() for name in _LISTS if cells.get(name)}
    hours = {key: cells[f"duty_{key}"] for key in ("days", "from", "to") if cells.get(f"duty_{key}")}
    if hours:
        said["duty"] = [DutyHours.model_validate(hours)]
    return Person.model_validate(said)


def _column(place: tuple[int | str, ...]) -> str:
    first = str(place[0]) if place else "row"
    return f"duty_{first}" if first in ("days", "from", "to") else first
