"""The route for web hooks of telephone systems that we cannot follow: `POST /api/v1/pbx/{feed}/events`."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, ConfigDict, JsonValue

from config.pbx import PbxSettings
from service.control.news_desk import ToldCalls
from service.control.posted_events import UnreadableEventError, read_event
from web.guard import LARGEST_BODY_BYTES
from web.problems import BadField, Problem, ProblemError
from web.sources import Announcement, CallEvent, CallEventType

_Answers = dict[int | str, dict[str, Any]]
_ANSWERS: _Answers = {
    404: {"model": Problem, "description": "No such feed in the settings, or no such call"},
    409: {"model": Problem, "description": "The call is over, or was announced with different content"},
    422: {"model": Problem, "description": "The mapping finds no call in it"},
    429: {"model": Problem, "description": "No further call is taken"},
}


class TakenBody(BaseModel):
    """What became of an event: `call_id` is null where its kind means nothing here."""

    model_config = ConfigDict(frozen=True)

    call_id: str | None
    taken: bool


def posted_door(settings: PbxSettings, calls: ToldCalls) -> APIRouter:
    """The route; each feed of kind http with `events` in the settings is one."""
    router = APIRouter(tags=["calls"], responses=_ANSWERS, max_body_size=LARGEST_BODY_BYTES)
    feeds = {feed.name: feed for feed in settings.feeds if feed.events is not None}

    @router.post("/api/v1/pbx/{feed}/events", status_code=202)
    async def take_event(
        feed: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")], body: Annotated[JsonValue, Body()]
    ) -> TakenBody:
        """A web hook of a telephone system, in its own words, read by the mapping of the settings."""
        found = feeds.get(feed)
        if found is None or found.events is None:
            raise ProblemError(404, "unknown-feed", "No feed of this name in pbx.feeds has `events`.")
        try:
            read = read_event(body, found.events, found.call_id_prefix)
        except UnreadableEventError as error:
            fault = BadField(field="body", detail=str(error))
            detail = "Some fields cannot be used; each is named in errors."
            raise ProblemError(422, "validation", detail, [fault]) from None
        if read is None:
            return TakenBody(call_id=None, taken=False)
        call_id, said = read
        if isinstance(said, Announcement):
            announced = await calls.announce(said)
            if announced.created and "answered" not in found.events.kinds.values():  # nothing else will tell
                await calls.report(call_id, CallEvent(CallEventType.ANSWERED))
        else:
            await calls.report(call_id, said)
        return TakenBody(call_id=call_id, taken=True)

    return router
