"""What another telephone system posts in its own words, read by the mapping of the settings: calls and events."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import JsonValue

from config.posted_events import PostedEvents
from streaming.frames import Leg, Party
from web.requests import CALL_ID_PATTERN
from web.sources import AgentView, Announcement, CallEvent, CallEventType

_LONGEST = 200


class UnreadableEventError(Exception):
    """The mapping finds no call in it; the text says where it looked."""


def read_event(
    body: JsonValue, mapping: PostedEvents, call_id_prefix: str
) -> tuple[str, Announcement | CallEvent] | None:
    """The call and what is said of it; None for a kind that means nothing here. Raises UnreadableEventError."""
    kind = mapping.kinds.get(_text(body, mapping.kind) or "")
    if kind is None:
        return None
    named = _text(body, mapping.call_id)
    call_id = f"{call_id_prefix}{named}"
    if named is None or re.match(CALL_ID_PATTERN, call_id) is None:
        raise UnreadableEventError(f"no id of a call stands at {mapping.call_id}")
    if kind == "connected":
        extension = _text(body, mapping.agent_extension)
        return call_id, Announcement(
            call_id=call_id,
            queue=_text(body, mapping.queue),
            agent=AgentView(extension=extension) if extension is not None else None,
            customer_number=_text(body, mapping.customer_number),
        )
    leg = mapping.legs.get(_text(body, mapping.leg) or "")
    party = mapping.parties.get(_text(body, mapping.party) or "", "unknown") if kind == "hangup" else None
    return call_id, CallEvent(
        CallEventType(kind),
        leg=Leg(leg) if leg is not None else None,
        at=_moment(_text(body, mapping.at)),
        party=Party(party) if party is not None else None,
        cause=_text(body, mapping.cause),
    )


def _text(body: JsonValue, pointer: str | None) -> str | None:
    """What stands there, as text; nothing, or something that is no text, number or yes, is None."""
    if pointer is None:
        return None
    found = body
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    if isinstance(found, bool):
        return str(found).lower()
    return str(found)[:_LONGEST] if isinstance(found, str | int | float) and found != "" else None


def _moment(said: str | None) -> datetime | None:
    """None, too, for what is no time: the event then counts when it comes."""
    if said is None:
        return None
    try:
        at = datetime.fromtimestamp(float(said), UTC) if said.replace(".", "", 1).isdigit() else _rfc3339(said)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo is not None else None


def _rfc3339(said: str) -> datetime:
    return datetime.fromisoformat(said)
