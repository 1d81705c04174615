"""REST of the floor: a PBX says what its agents do and how its queues stand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from web.floor import AgentNews, AgentState, Floor, QueueNews
from web.guard import LARGEST_BODY_BYTES
from web.problems import BadField, Problem, ProblemError
from web.stamps import Stamp

_Count = Annotated[int, Field(ge=0, le=10_000_000)]
_Wait = Annotated[float, Field(ge=0, le=604_800)]
_Seconds = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,5}$")]
_Name = Annotated[str, Path(min_length=1, max_length=200)]
_BAD: dict[int | str, dict[str, Any]] = {422: {"model": Problem, "description": "Fields that cannot be used"}}
_AHEAD_S = 60  # so far a PBX's clock may go ahead of ours


class AgentStateFields(BaseModel):
    """What an agent does, since `at` (now, where it is missing)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: AgentState
    at: AwareDatetime | None = None


class QueueStatsFields(BaseModel):
    """How a queue stands as of `at` (now, where it is missing); what is not said is not shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    waiting: _Count | None = Field(None, description="Customers waiting now.")
    longest_wait_s: _Wait | None = Field(None, description="How long the first of them has been waiting.")
    answered: _Count | None = Field(None, description="Calls answered in the period the PBX counts in.")
    abandoned: _Count | None = Field(None, description="Calls given up before an answer, in that period.")
    answered_within_s: dict[_Seconds, _Count] = Field(
        default={}, max_length=20, description="Answered calls by seconds of waiting; 20 makes the service level."
    )
    handle_time_s_mean: _Wait | None = Field(None, description="Mean handling time of answered calls.")
    at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.model_fields_set <= {"at"}:
            raise ValueError("say at least one figure")
        if self.answered is not None and any(count > self.answered for count in self.answered_within_s.values()):
            raise ValueError("answered_within_s counts more calls than answered")
        return self


class AgentStateBody(BaseModel):
    """The state that counts: of two, the one with the later `at`."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    agent_id: str
    state: AgentState
    at: Stamp


class QueueStatsBody(BaseModel):
    """The figures that count, and what the wallboard makes of them."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    queue: str
    at: Stamp
    waiting: int | None
    longest_wait_s: float | None
    service_level_ratio: float | None = Field(description="Answered within 20 s, of all that came.")
    abandoned_ratio: float | None = Field(description="Given up, of all that came.")
    handle_time_s_mean: float | None


def floor_router(
    floor: Floor,
    now_at: Callable[[], datetime],
    told: Callable[[AgentNews | QueueNews], None] = lambda _news: None,
) -> APIRouter:
    """Agents' states and queues' figures, kept in memory; `told` hears of each that was taken."""
    router = APIRouter(prefix="/api/v1", tags=["floor"], responses=_BAD, max_body_size=LARGEST_BODY_BYTES)

    @router.post("/agents/{agent_id}/state")
    async def set_agent_state(agent_id: _Name, body: AgentStateFields) -> AgentStateBody:
        """What an agent does now; feeds the wallboard."""
        news = AgentNews(agent_id, body.state, _moment(body.at, now_at()))
        counts = floor.agent(news)
        if counts is news:
            told(news)
        return AgentStateBody.model_validate(counts)

    @router.post("/queues/{queue}/stats")
    async def set_queue_stats(queue: _Name, body: QueueStatsFields) -> QueueStatsBody:
        """How a queue stands now; feeds the wallboard. Each report takes the place of the one before."""
        news = QueueNews(
            queue=queue,
            at=_moment(body.at, now_at()),
            waiting=body.waiting,
            longest_wait_s=body.longest_wait_s,
            answered=body.answered,
            abandoned=body.abandoned,
            answered_within_s=tuple((int(limit_s), count) for limit_s, count in body.answered_within_s.items()),
            handle_time_s_mean=body.handle_time_s_mean,
        )
        counts = floor.queue(news)
        if counts is news:
            told(news)
        return QueueStatsBody.model_validate(counts)

    return router


def _moment(at: datetime | None, now_at: datetime) -> datetime:
    """When it was so. A time to come would shut out every later report, so it is refused."""
    if at is not None and at > now_at + timedelta(seconds=_AHEAD_S):
        fault = BadField(field="body.at", detail=f"more than {_AHEAD_S} s ahead of this service's clock")
        raise ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault])
    return now_at if at is None else at
