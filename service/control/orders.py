"""What a node asks another one to do in a call, and how it is answered, as bytes."""

import json
from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter

from web.sources import CallOverError, UnknownCallError
from web.supervision import ControlFailedError, SupervisionView, UnableError, UnknownSupervisionError, Wish

ELSEWHERE = b"-elsewhere"
"""Not to be done here; nothing was touched."""
NEVER_HEARD_OF = b"-unknown"
"""The same, of a node of before such questions."""
LATE = b"-late"
"""Somebody else has taken the order, or nobody may any more; nothing was touched."""
_REFUSALS: dict[str, type[Exception]] = {
    "unable": UnableError,
    "failed": ControlFailedError,
    "over": CallOverError,
    "unknown": UnknownCallError,
    "stranger": UnknownSupervisionError,
}
REFUSED = tuple(_REFUSALS.values())


@dataclass(frozen=True, slots=True)
class Order:
    """One act. `order_id` is what is taken on the bus before it is done; it is done within `act_s` or undone."""

    order_id: str
    act: Literal["supervise", "release"]
    call_id: str
    act_s: float
    by: str
    wish: Wish | None = None
    supervision_id: str | None = None


_ORDER = TypeAdapter(Order)
_VIEW = TypeAdapter(SupervisionView)
_VIEWS = TypeAdapter(list[SupervisionView])


def question_of(what: str, **said: object) -> bytes:
    """A question; `what` tells who answers it. A node of before this was asked reads it too, and says it knows none."""
    return json.dumps({"what": what, "call_id": "", "said": "", **said}).encode()


def order_question(order: Order) -> bytes:
    """An order as a question."""
    return question_of("order", order=_ORDER.dump_python(order, mode="json"))


def order_of(asked: object) -> Order:
    """The same taken apart. Raises ValueError."""
    return _ORDER.validate_python(asked)


def granted(view: SupervisionView | None) -> bytes:
    """It is done."""
    return b"+" + (_VIEW.dump_json(view) if view is not None else b"")


def refused(error: Exception) -> bytes:
    """It is not done, for this reason, which is one of `REFUSED`."""
    word = next(word for word, kind in _REFUSALS.items() if isinstance(error, kind))
    return f"-{word}:{error}".encode()


def done(answer: bytes) -> SupervisionView | None:
    """What was done; raises what the other node refused it with."""
    if answer[:1] == b"+":
        return _VIEW.validate_json(answer[1:]) if answer[1:] else None
    word, _, text = answer[1:].decode(errors="replace").partition(":")
    raise _REFUSALS.get(word, ControlFailedError)(text)


def views_said(views: list[SupervisionView]) -> bytes:
    """Who is in a call, as one node knows it."""
    return _VIEWS.dump_json(views)


def views_of(answer: bytes) -> list[SupervisionView]:
    """The same taken apart. Raises ValueError."""
    return _VIEWS.validate_json(answer)
