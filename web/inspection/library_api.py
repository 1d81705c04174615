"""REST of the case library, of call-backs and of figures from other systems."""

from datetime import date
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints, model_validator

from web.actors import PersonHeader
from web.guard import LARGEST_BODY_BYTES
from web.inspection.bodies import Body, CallFactsBody, Incoming, Name, RecordId, Text, Versioned
from web.inspection.people import actor
from web.inspection.sources import InspectionSource
from web.inspection.views import CallBack, CallFacts, Example, OutsideFigure, UnknownRecordError
from web.problems import Problem
from web.requests import CallId
from web.stamps import Stamp
from web.trust.who import who_asks

_Limit = Annotated[int, Query(ge=1, le=500)]
_Figure = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_MOST_FIGURES = 5_000


class ExampleFields(Incoming):
    """A stretch of a call that shows something."""

    call_id: CallId
    fault: Name = Field(description="The fault or skill it is about: an item of a sheet, a kind of alert, a rule.")
    good: bool
    title: Name
    note: Text | None = None
    from_ms: int = Field(ge=0)
    to_ms: int = Field(gt=0)
    consent: bool = Field(False, description="Whether the people in it agreed that it is heard; without: words only.")
    alert_id: RecordId | None = Field(None, description="An alert whose clip is the sound of a call not recorded.")

    @model_validator(mode="after")
    def _is_a_stretch(self) -> Self:
        if self.from_ms >= self.to_ms:
            raise ValueError("from_ms must be smaller than to_ms")
        return self


class RemoveFields(Versioned):
    """Why it is taken out."""

    reason: Text


class ExampleBody(Body):
    """An example. `audio` is there with consent only; numbers in it are masked."""

    example_id: str
    version: int
    call: CallFactsBody
    fault: str
    good: bool
    title: str
    note: str | None
    from_ms: int
    to_ms: int
    consent: bool
    by: str
    added_at: Stamp
    alert_id: str | None
    audio: str | None

    @classmethod
    def of(cls, example: Example) -> Self:
        """From our own words."""
        address = f"/api/v1/inspection/examples/{example.example_id}/audio.wav"
        names = [name for name in cls.model_fields if name != "audio"]
        return cls.model_validate(
            {name: getattr(example, name) for name in names} | {"audio": address if example.consent else None}
        )


class ExampleList(Body):
    """The library, newest first."""

    examples: list[ExampleBody]


class AttemptFields(Versioned):
    """Somebody called the customer."""

    reached: bool
    note: Text | None = None


class CloseFields(Versioned):
    """Why nobody needs to be called."""

    reason: Text


class AttemptBody(Body):
    """One try."""

    by: str
    at: Stamp
    reached: bool
    note: str | None


class CallBackBody(Body):
    """A customer to be called back; the number stands in the call."""

    call_back_id: str
    version: int
    state: str
    call: CallFactsBody
    abandoned_at: Stamp
    due_at: Stamp
    assignee: str | None
    attempts: list[AttemptBody]
    closed_at: Stamp | None
    reason: str | None = Field(description="Why it was dropped.")

    @classmethod
    def of(cls, each: CallBack) -> Self:
        """From our own words."""
        return cls.model_validate(each)


class CallBackList(Body):
    """The next due first."""

    call_backs: list[CallBackBody]


class OutsideFields(Incoming):
    """A figure of a day: the mean of `number` values, or a count."""

    figure: _Figure = Field(examples=["csat", "fcr", "complaints"])
    day: date
    scope: Literal["agent", "team", "site", "queue"]
    name: Name
    value: float = Field(ge=-1e9, le=1e9, allow_inf_nan=False)
    number: int = Field(1, ge=0, le=100_000_000)


class OutsideList(Incoming):
    """Figures; all are kept or none."""

    figures: list[OutsideFields] = Field(min_length=1, max_length=_MOST_FIGURES)


class OutsideCount(Body):
    """How many were kept."""

    kept: int


class OutsideBody(Body):
    """A figure as it is kept."""

    figure: str
    day: date
    scope: str
    name: str
    value: float
    number: int


class OutsideFigures(Body):
    """Figures, oldest first."""

    figures: list[OutsideBody]


class Days(Incoming):
    """From a day until before another."""

    since: date
    until: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.since < self.until:
            raise ValueError("since must come before until")
        return self


def library_router(desk: InspectionSource) -> APIRouter:
    """Examples, call-backs, outside figures."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["inspection"],
        responses={422: {"model": Problem, "description": "Fields that cannot be used"}},
        max_body_size=LARGEST_BODY_BYTES,
    )
    _example_routes(router, desk)
    _call_back_routes(router, desk)
    _outside_routes(router, desk)
    return router


def _within(call: CallFacts) -> bool:
    return who_asks().scope.covers(call.site, call.team, call.queue)


def _example_routes(router: APIRouter, desk: InspectionSource) -> None:
    @router.get("/inspection/examples")
    async def list_examples(
        fault: Annotated[str | None, Query(max_length=200)] = None,
        good: bool | None = None,
        consent: bool | None = None,
        words: Annotated[str | None, Query(max_length=200, description="In fault, title or note.")] = None,
        limit: _Limit = 100,
    ) -> ExampleList:
        """Good and bad examples, of one fault or of all."""
        found = await desk.library.examples(fault=fault, limit=limit, good=good, consent=consent, words=words)
        return ExampleList(examples=[ExampleBody.of(each) for each in found if each.consent or _within(each.call)])

    @router.post("/inspection/examples", status_code=201)
    async def add_example(body: ExampleFields, person: PersonHeader = None) -> ExampleBody:
        """Put a stretch of a call into the library."""
        added = await desk.library.add(**body.model_dump(), by=actor(person))
        return ExampleBody.of(added)

    @router.post("/inspection/examples/{example_id}/remove", status_code=204)
    async def remove_example(example_id: RecordId, body: RemoveFields, person: PersonHeader = None) -> None:
        """Take it out of the library."""
        await desk.library.get(example_id)
        await desk.library.remove(example_id, body.version, actor(person), body.reason)


def _call_back_routes(router: APIRouter, desk: InspectionSource) -> None:
    async def seen(call_back_id: str) -> None:
        if not _within((await desk.call_backs.get(call_back_id)).call):
            raise UnknownRecordError

    @router.get("/call-backs")
    async def list_call_backs(
        state: Annotated[str | None, Query(pattern="^(open|reached|given_up|dropped)$")] = None, limit: _Limit = 100
    ) -> CallBackList:
        """Customers who gave up waiting, the next due first."""
        found = await desk.call_backs.call_backs(state=state, limit=limit)
        return CallBackList(call_backs=[CallBackBody.of(each) for each in found if _within(each.call)])

    @router.post("/call-backs/{call_back_id}/attempts")
    async def add_attempt(call_back_id: RecordId, body: AttemptFields, person: PersonHeader = None) -> CallBackBody:
        """Say that somebody called, and whether the customer was reached."""
        await seen(call_back_id)
        tried = await desk.call_backs.tried(
            call_back_id, body.version, reached=body.reached, note=body.note, by=actor(person)
        )
        return CallBackBody.of(tried)

    @router.post("/call-backs/{call_back_id}/claim")
    async def claim_call_back(call_back_id: RecordId, body: Versioned, person: PersonHeader = None) -> CallBackBody:
        """Take it in hand, from whoever had it, so that nobody calls twice."""
        await seen(call_back_id)
        return CallBackBody.of(await desk.call_backs.claim(call_back_id, body.version, actor(person)))

    @router.post("/call-backs/{call_back_id}/drop")
    async def drop_call_back(call_back_id: RecordId, body: CloseFields, person: PersonHeader = None) -> CallBackBody:
        """Nobody needs to be called any more, as when the customer called again."""
        await seen(call_back_id)
        return CallBackBody.of(await desk.call_backs.drop(call_back_id, body.version, body.reason, actor(person)))


def _outside_routes(router: APIRouter, desk: InspectionSource) -> None:
    @router.put("/figures/outside")
    async def put_outside(body: OutsideList, person: PersonHeader = None) -> OutsideCount:
        """What CRM, surveys and the telephone system know of a day; the same day and name is replaced."""
        figures = [OutsideFigure(**each.model_dump()) for each in body.figures]
        return OutsideCount(kept=await desk.outside.put(figures, actor(person)))

    @router.get("/figures/outside")
    async def get_outside(days: Annotated[Days, Query()], figure: str | None = None) -> OutsideFigures:
        """The figures of these days."""
        found = await desk.outside.outside(figure, days.since, days.until)
        return OutsideFigures(figures=[OutsideBody.model_validate(each) for each in found])
