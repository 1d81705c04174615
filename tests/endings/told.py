"""Reads the endings and tells each one as a conversation: turns, words, what the exchange reports."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from config.settings import Language
from streaming.frames import Leg, Party
from streaming.observations import BandHeard, LegStalled, LineHeard
from tests.fakes.conversation import Conversation

_FILE = Path(__file__).with_name("endings.yaml")
_SPAN = re.compile(r"^(\d+\.?\d*)-(\d+\.?\d*)$")
_CALM_DBFS, _CALM_HZ, _CALM_TILT_DB = -30.0, 120.0, -12.0
_RAISED_DBFS, _RAISED_HZ, _RAISED_TILT_DB = -15.0, 170.0, -5.0
_LAST_WORDS_MS = 1_500  # the service waits for words this long before it says that the call is over


@dataclass(frozen=True)
class ToldEnding:
    """One ending: what is said of it line by line, and what is true."""

    id: str
    set: str
    language: Language
    truth: str
    call: tuple[str, ...]

    def conversation(self) -> Conversation:
        """The call up to its end and a little behind it."""
        legs = (Leg.AGENT, Leg.CUSTOMER)
        named = next((line.split()[1] for line in self.call if line.startswith("legs ")), None)
        told = Conversation(legs=(Leg(named),) if named is not None else legs)
        for line in self.call:
            _tell(told, line)
        return told


def endings(which: str | None = None) -> list[ToldEnding]:
    """All endings, or those of one set (`tune`, `judge`)."""
    document = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    told = [
        ToldEnding(each["id"], each["set"], Language(each["language"]), each["truth"], tuple(each["call"]))
        for each in document["endings"]
    ]
    return [each for each in told if which is None or each.set == which]


def _tell(told: Conversation, line: str) -> None:
    verb, *rest = line.split()
    match verb:
        case "agent" | "customer" | "mixed":
            _speak(told, Leg(verb), rest[0], " ".join(rest[1:]))
        case "raised":
            _speak(told, Leg(rest[0]), rest[1], " ".join(rest[2:]), raised=True)
        case "spot":
            start_ms, end_ms = _span(rest[1])
            told.spotted(Leg(rest[0]), start_ms, end_ms, " ".join(rest[2:]))
        case "hangup":
            at_ms = _ms(rest[1])
            cause = rest[rest.index("cause") + 1] if "cause" in rest else None
            late_ms = _ms(rest[rest.index("late") + 1]) if "late" in rest else 0
            told.hang_up(Party(rest[0]), at_ms, late_ms, cause)
        case "close":
            told.leg_ends(Leg(rest[0]), _ms(rest[1]), explicit="bare" not in rest)
        case "over":
            told.over(_ms(rest[0]), final="bare" not in rest, late_ms=_LAST_WORDS_MS)
        case "transfer":
            told.transfer(_ms(rest[0]), _ms(rest[2]) if "late" in rest else 0)
        case "hold":
            told.hold(_ms(rest[0]))
        case "answered":
            told.answered(_ms(rest[0]))
        case "deaf":
            told.deaf(Leg(rest[0]), _ms(rest[1]))
        case "stall":
            told.knows(_ms(rest[1]) + 300, LegStalled(Leg(rest[0]), _ms(rest[1])))
        case "narrow":
            for leg in (Leg.AGENT, Leg.CUSTOMER):
                told.knows(20, BandHeard(leg, 8_000))
        case "legs" | "silent":
            pass
        case _:
            raise ValueError(f"{line}: nobody knows how to tell this")


def _speak(told: Conversation, leg: Leg, span: str, text: str, *, raised: bool = False) -> None:
    start_ms, end_ms = _span(span)
    told.speech(leg, start_ms, end_ms)
    if text != "~":
        told.final(leg, start_ms, end_ms, text)
    if raised:
        told.voice(leg, start_ms, end_ms, _RAISED_DBFS, _RAISED_HZ, _RAISED_TILT_DB)
    else:
        told.voice(leg, start_ms, end_ms, _CALM_DBFS, _CALM_HZ, _CALM_TILT_DB)
    pause = LineHeard(leg, start_ms, end_ms, -62.0, -62.0, _CALM_DBFS, 0.0, 0.0, 400)
    told.knows(end_ms, pause)


def _span(text: str) -> tuple[int, int]:
    found = _SPAN.match(text)
    if found is None:
        raise ValueError(f"{text}: is no stretch of time")
    return _ms(found[1]), _ms(found[2])


def _ms(seconds: str) -> int:
    return round(float(seconds) * 1_000)
