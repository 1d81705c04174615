"""What can go wrong on a line, declared: each fault by its kind, how much of it, from when to when, on which leg."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from config.numbered_yaml import read_numbered_yaml
from service.demo.switchboard import Via
from streaming.frames import Leg

_POINT_MS = 5_000  # where a fault that happens once happens when nothing is said
_LONGEST_MS = 86_400_000


class LineFaultError(Exception):
    """A fault that cannot be; the text says which, what is wrong and what is possible."""


class FaultKind(StrEnum):
    """What goes wrong."""

    JITTER = "jitter"
    LOSS = "loss"
    REORDER = "reorder"
    GAP = "gap"
    DTX = "dtx"
    HALF_OPEN = "half_open"
    LATE_METADATA = "late_metadata"
    WRONG_RATE = "wrong_rate"
    SWAPPED_LEGS = "swapped_legs"
    CLOCK_DRIFT = "clock_drift"
    BURST = "burst"
    STALL = "stall"
    HANGUP_ORDER = "hangup_order"


class HangUpOrder(StrEnum):
    """In which order sockets close and the hang-up is reported."""

    OTHER_FIRST = "other_first"
    TOGETHER = "together"
    EVENT_LATE = "event_late"
    EVENT_NEVER = "event_never"


@dataclass(frozen=True, slots=True)
class FaultForm:
    """How a kind is written. `choices` instead of bounds where few values can be; `unit` empty: it has no value."""

    meaning: str
    unit: str = ""
    usual: float = 0
    least: float = 0
    most: float = 0
    choices: tuple[str, ...] = ()
    at: str = "span"  # `span`: FROM-TO; `point`: FROM only; `call`: the whole call
    of_leg: bool = True
    not_via: tuple[Via, ...] = ()
    why_not: str = ""


_NARROW = (Via.TWILIO, Via.AUDIOHOOK, Via.RTP)
FORMS: dict[FaultKind, FaultForm] = {
    FaultKind.JITTER: FaultForm("packets come up to so much late, in order", "ms", 60, 1, 5_000),
    FaultKind.LOSS: FaultForm("so many of a hundred packets never come", "%", 5, 0.1, 100),
    FaultKind.REORDER: FaultForm(
        "so many of a hundred packets change places with the next",
        "%",
        10,
        0.1,
        100,
        not_via=tuple(via for via in Via if via is not Via.RTP),
        why_not="it runs over TCP, which keeps order; take --via rtp",
    ),
    FaultKind.GAP: FaultForm("so much audio never comes", "ms", 1_500, 20, 600_000, at="point"),
    FaultKind.DTX: FaultForm("nothing is sent below this level", "dBFS", -45, -90, -20),
    FaultKind.HALF_OPEN: FaultForm(
        "the sender is gone, its socket stays for so long after the call", "ms", 10_000, 100, 600_000, at="point"
    ),
    FaultKind.LATE_METADATA: FaultForm(
        "agent, queue and team are told so late, the start message of asterisk and freeswitch too",
        "ms",
        3_000,
        20,
        600_000,
        at="call",
        of_leg=False,
    ),
    FaultKind.WRONG_RATE: FaultForm(
        "audio is labelled with this rate",
        "Hz",
        choices=("8000", "16000", "24000", "32000", "48000"),
        at="call",
        of_leg=False,
        not_via=_NARROW,
        why_not="it carries G.711 at 8 kHz only, and says no rate",
    ),
    FaultKind.SWAPPED_LEGS: FaultForm("the agent is sent as the customer", at="call", of_leg=False),
    FaultKind.CLOCK_DRIFT: FaultForm(
        "the sender's clock is so much slow (minus: fast)", "ppm", 300, -20_000, 20_000, at="call"
    ),
    FaultKind.BURST: FaultForm("so much audio is held back, then comes at once", "ms", 800, 20, 60_000, at="point"),
    FaultKind.STALL: FaultForm(
        "nothing comes for so long, then the rest at twice its pace", "ms", 1_500, 20, 60_000, at="point"
    ),
    FaultKind.HANGUP_ORDER: FaultForm(
        "how sockets close and the hang-up is reported",
        "word",
        choices=tuple(HangUpOrder),
        at="call",
        of_leg=False,
    ),
}


@dataclass(frozen=True, slots=True)
class LineFault:
    """One fault. `leg` None is both."""

    kind: FaultKind
    value: float = 0
    word: str = ""
    from_ms: int = 0
    until_ms: int = _LONGEST_MS
    leg: Leg | None = None

    def on(self, leg: Leg) -> bool:
        """Whether the leg has it."""
        return self.leg in (None, leg)


@dataclass(frozen=True, slots=True)
class LineFaults:
    """All faults of a call."""

    faults: tuple[LineFault, ...] = ()

    def of(self, kind: FaultKind) -> tuple[LineFault, ...]:
        """Those of a kind."""
        return tuple(fault for fault in self.faults if fault.kind is kind)

    def one(self, kind: FaultKind) -> LineFault | None:
        """The one of a kind that a call has at most once."""
        return next(iter(self.of(kind)), None)

    def on(self, leg: Leg) -> tuple[LineFault, ...]:
        """Those of a leg."""
        return tuple(fault for fault in self.faults if fault.on(leg))


NONE = LineFaults()
_SAID = re.compile(r"(?P<kind>[a-z_]+)(=(?P<value>[^@:]+))?(@(?P<from>\d+)(-(?P<to>\d+))?)?(:(?P<leg>\w+))?")


def read_fault(text: str) -> LineFault:
    """One `KIND=VALUE@FROM-TO:LEG`, of which only KIND must be. Raises LineFaultError."""
    said = _SAID.fullmatch(text.strip())
    if said is None:
        raise LineFaultError(f"{text!r} is no fault: write KIND=VALUE@FROM-TO:LEG, as in loss=5@2000-8000:customer")
    return _fault(said["kind"], said["value"], said["from"], said["to"], said["leg"])


def read_faults(file: Path) -> list[LineFault]:
    """A YAML file `faults: [{kind: …, value: …, from_ms: …, to_ms: …, leg: …}]`; LineFaultError names its line."""
    wrong: list[str] = []
    read = read_numbered_yaml(file, wrong)
    entries = read.content.get("faults") if read is not None and isinstance(read.content, dict) else None
    if read is None or not isinstance(entries, list):
        raise LineFaultError(wrong[0] if wrong else f"{file}: must hold `faults:` with a list of faults below")
    found: list[LineFault] = []
    for number, entry in enumerate(entries):
        where = f"{file}, line {read.line_of(('faults', number))}"
        if (
            not isinstance(entry, dict)
            or not set(entry) <= {"kind", "value", "from_ms", "to_ms", "leg"}
            or "kind" not in entry
        ):
            raise LineFaultError(f"{where}: a fault has kind, and may have value, from_ms, to_ms and leg")
        parts = [None if entry.get(key) is None else str(entry[key]) for key in ("value", "from_ms", "to_ms", "leg")]
        try:
            found.append(_fault(str(entry["kind"]), *parts))
        except LineFaultError as error:
            raise LineFaultError(f"{where}: {error}") from None
    return found


def check_faults(faults: Sequence[LineFault], via: Via) -> LineFaults:
    """The faults of one call that goes this way. Raises LineFaultError where the way cannot have one."""
    seen: set[FaultKind] = set()
    for fault in faults:
        form = FORMS[fault.kind]
        if via in form.not_via:
            raise LineFaultError(f"{fault.kind} is not possible on {via}: {form.why_not}")
        if form.at == "call" and not form.of_leg and fault.kind in seen:
            raise LineFaultError(f"{fault.kind} is given twice; a call has one")
        seen.add(fault.kind)
    return LineFaults(tuple(faults))


def forms_table() -> list[tuple[str, str]]:
    """How each kind is written with its usual value, and what it does."""
    rows = []
    for kind, form in FORMS.items():
        usual = "|".join(form.choices) if form.choices else f"{form.usual:g}"
        value = f"={usual}" if form.unit else ""
        unit = f" ({form.unit})" if form.unit not in ("", "word") else ""
        rows.append((f"{kind}{value}", f"{form.meaning}{unit}"))
    return rows


def _fault(kind: str, value: str | None, from_ms: str | None, to_ms: str | None, leg: str | None) -> LineFault:
    if kind not in set(FaultKind):
        raise LineFaultError(f"there is no fault {kind!r}; there are {', '.join(FaultKind)}")
    named, form = FaultKind(kind), FORMS[FaultKind(kind)]
    number, word = _value(kind, form, value)
    since_ms = _moment(kind, "from", from_ms)
    until_ms = _moment(kind, "to", to_ms)
    if form.at == "call" and (since_ms is not None or until_ms is not None):
        raise LineFaultError(f"{kind} holds for the whole call; leave @ out")
    if form.at == "point" and until_ms is not None:
        raise LineFaultError(f"{kind} happens at one moment; its length is its value: {kind}={form.usual:g}@{from_ms}")
    if since_ms is not None and until_ms is not None and until_ms <= since_ms:
        raise LineFaultError(f"{kind}: {until_ms} ms is not after {since_ms} ms")
    if leg is not None and (not form.of_leg or leg not in (Leg.AGENT, Leg.CUSTOMER)):
        raise LineFaultError(f"{kind}: " + ("leg must be agent or customer" if form.of_leg else "it has no leg"))
    begins_ms = since_ms if since_ms is not None else _POINT_MS if form.at == "point" else 0
    ends_ms = until_ms if until_ms is not None else _LONGEST_MS
    return LineFault(named, number, word, begins_ms, ends_ms, Leg(leg) if leg is not None else None)


def _value(kind: str, form: FaultForm, value: str | None) -> tuple[float, str]:
    if form.choices:
        if value is None or value not in form.choices:
            raise LineFaultError(f"{kind} needs one of {', '.join(form.choices)}")
        return (float(value), "") if value.isdecimal() else (0, value)
    if not form.unit:
        if value is not None:
            raise LineFaultError(f"{kind} has no value")
        return 0, ""
    if value is None:
        return form.usual, ""
    try:
        number = float(value)
    except ValueError:
        raise LineFaultError(f"{kind}: {value!r} is no number of {form.unit}") from None
    if not form.least <= number <= form.most:
        raise LineFaultError(f"{kind}: {value} is not within {form.least:g} and {form.most:g} {form.unit}")
    return number, ""


def _moment(kind: str, name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise LineFaultError(f"{kind}: {name} must be milliseconds of the call")
    return int(text)
