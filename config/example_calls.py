"""The short calls that stand as examples in a rule: `12 agent: 您好`, `30 hold`, one line per thing that happens."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator

from config.conditions import EVENTS, KINDS

_LINE = re.compile(
    r"(?:(?P<second>\d{1,5}(?:\.\d)?)\s+)?"
    r"(?:(?P<party>agent|customer):\s*(?P<said>\S.*)|(?P<event>[a-z_]+)(?:\s+(?P<of>agent|customer))?)"
)
_USUAL_S = 5.0  # a line without a second comes so long after the one before


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """One line: words of a party, an event of the PBX, or an alert of a kind (`of` a party, where that matters)."""

    at_s: float
    party: Literal["agent", "customer"] | None = None
    said: str = ""
    event: str | None = None
    kind: str | None = None


def example_lines(lines: tuple[str, ...]) -> tuple[ExampleLine, ...]:
    """The lines of a checked example, each with its second."""
    read: list[ExampleLine] = []
    at_s = 0.0
    for line in lines:
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise ValueError(f"`{line}` is no line of a call")
        at_s = float(match["second"]) if match["second"] else (at_s + _USUAL_S if read else 1.0)
        if match["party"]:
            read.append(ExampleLine(at_s, _party(match["party"]), match["said"]))
        else:
            what = match["event"]
            kind = what if what in KINDS else None
            read.append(ExampleLine(at_s, _party(match["of"]), event=what if kind is None else None, kind=kind))
    return tuple(read)


def _party(word: str | None) -> Literal["agent", "customer"] | None:
    match word:
        case "agent":
            return "agent"
        case "customer":
            return "customer"
        case _:
            return None


def _checked_line(line: str) -> str:
    match = _LINE.fullmatch(line.strip())
    if match is None:
        raise ValueError("is no line of a call; write `12 agent: words`, `12 customer: words` or `12 hold`")
    event = match["event"]
    if event and event not in EVENTS and event not in KINDS and event != "quiet":
        raise ValueError(f"no such event or kind; there are: {', '.join((*EVENTS, 'quiet', *KINDS))}")
    return line


def _checked_call(lines: tuple[str, ...]) -> tuple[str, ...]:
    if not lines:
        raise ValueError("is empty; write the lines of a short call")
    seconds = [each.at_s for each in example_lines(lines)]
    if any(later < earlier for earlier, later in pairwise(seconds)):
        raise ValueError("goes back in time; put the lines in the order of their seconds")
    return lines


ExampleCall = Annotated[tuple[Annotated[str, AfterValidator(_checked_line)], ...], AfterValidator(_checked_call)]
