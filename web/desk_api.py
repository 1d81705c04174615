"""REST of the alert desk beside its alerts: why nobody was told, mutes, figures, how right each rule is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from ulid import ULID

from config.life import EscalationSettings
from web.actors import PERSON_PATTERN, PersonHeader, actor_of
from web.agent_messages import AgentMessageBody, agent_message_body
from web.desk_sources import AlertFigures, DeskSource, Mute, RulePrecision, SuppressionView, UnknownMuteError
from web.guard import LARGEST_BODY_BYTES
from web.problems import BadField, Problem, ProblemError
from web.requests import CALL_ID_PATTERN
from web.stamps import Stamp

_Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]
_Answers = dict[int | str, dict[str, Any]]
_BAD: _Answers = {422: {"model": Problem, "description": "Fields that cannot be used"}}
_MOST = 500


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class SuppressionBody(_Body):
    """One thing that was found and not told, and why."""

    call_id: str
    alert_id: str | None
    rule: str
    kind: str
    cause: str = Field(description="inhibited, muted, silent_rule, counted, too_many, unconfirmed")
    reason: str
    by: str | None
    at_ms: int
    at: Stamp


class SuppressionList(_Body):
    """Why nobody was told, oldest first."""

    suppressed: list[SuppressionBody]


class MuteFields(BaseModel):
    """A mute covers alerts of which everything named here is so; at least one of the four is named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: _Name | None = None
    queue: _Name | None = None
    team: _Name | None = None
    agent_id: _Name | None = None
    reason: _Reason
    until: AwareDatetime | None = Field(None, description="Until when, at most 30 days.")
    seconds: float | None = Field(None, gt=0, le=2_592_000, description="For how long, instead of until.")
    actor: Annotated[str, StringConstraints(pattern=PERSON_PATTERN)] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not (self.rule or self.queue or self.team or self.agent_id):
            raise ValueError("name a rule, queue, team or agent_id")
        if (self.until is None) == (self.seconds is None):
            raise ValueError("say either until or seconds")
        return self


class MuteBody(_Body):
    """A mute that holds."""

    mute_id: str
    rule: str | None
    queue: str | None
    team: str | None
    agent_id: str | None
    reason: str
    by: str
    created_at: Stamp
    until: Stamp


class MuteList(_Body):
    """The mutes that hold, the next to end first."""

    mutes: list[MuteBody]


class AgentMessageList(_Body):
    """Advice of the last ten minutes, the oldest first."""

    messages: list[AgentMessageBody]


class LoadBody(_Body):
    """What one person has done."""

    person: str
    claimed: int
    in_hand: int
    finished: int


class FiguresBody(_Body):
    """How the desk has worked since `since`."""

    since: Stamp
    reached_in_time: int
    missed: int
    reached_in_time_ratio: float | None = Field(description="Share of alerts taken in hand before their call ended.")
    claimed: int
    claim_p50_s: float | None = Field(description="Median time until somebody took an alert in hand.")
    claim_p90_s: float | None
    escalated: int
    load: list[LoadBody]


class RulePrecisionBody(_Body):
    """How often a rule is right, as people marked it, with its 95 % Wilson interval."""

    rule: str
    right: int
    wrong: int
    precision: float | None
    lower: float
    upper: float
    alerts: int
    per_agent_hour: float | None
    silent: bool
    silent_since: Stamp | None


class PrecisionBody(_Body):
    """Every rule with alerts or marks, the worst first."""

    rules: list[RulePrecisionBody]


class PersonBody(_Body):
    """Somebody who may take alerts in hand."""

    id: str
    name: str | None


class DeskBody(_Body):
    """What a console must know of the desk."""

    escalation: EscalationSettings
    people: list[PersonBody]


def desk_router(desk: DeskSource, now_at: Callable[[], datetime]) -> APIRouter:
    """The desk's own routes. `/alerts/suppressed` must be asked before `/alerts/{alert_id}`."""
    router = APIRouter(prefix="/api/v1", tags=["desk"], responses=_BAD, max_body_size=LARGEST_BODY_BYTES)

    @router.get("/alerts/suppressed")
    async def list_suppressed(
        call_id: Annotated[str | None, Query(pattern=CALL_ID_PATTERN)] = None,
        limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
    ) -> SuppressionList:
        """Why was I not told? Everything that was found and kept from people, with its reason."""
        return SuppressionList(suppressed=[_suppression(each) for each in await desk.suppressed(call_id, limit)])

    @router.get("/desk")
    async def get_desk() -> DeskBody:
        """When alerts nobody claims go to others, and who may claim them."""
        people = [PersonBody(id=person_id, name=name) for person_id, name in desk.people]
        return DeskBody(escalation=desk.escalation, people=people)

    @router.post("/mutes", status_code=201)
    async def begin_mute(body: MuteFields, person: PersonHeader = None) -> MuteBody:
        """Tell nobody of what this covers; alerts that are open fall silent too."""
        begins_at = now_at()
        until = body.until if body.until is not None else begins_at + timedelta(seconds=body.seconds or 0)
        if not begins_at < until <= begins_at + timedelta(days=30):
            fault = BadField(field="body.until", detail="must lie in the future, within 30 days")
            raise ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault])
        mute = Mute(
            mute_id=str(ULID.from_datetime(begins_at)),
            rule=body.rule,
            queue=body.queue,
            team=body.team,
            agent_id=body.agent_id,
            reason=body.reason,
            by=actor_of(desk, body.actor, person),
            created_at=begins_at,
            until=until,
        )
        return MuteBody.model_validate(await desk.mute(mute))

    @router.get("/mutes")
    async def list_mutes() -> MuteList:
        """The mutes that hold now."""
        return MuteList(mutes=[MuteBody.model_validate(mute) for mute in await desk.mutes()])

    @router.delete(
        "/mutes/{mute_id}", status_code=204, responses={404: {"model": Problem, "description": "No such mute"}}
    )
    async def end_mute(
        mute_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")], person: PersonHeader = None
    ) -> None:
        """End a mute now; alerts that are still open are told again."""
        try:
            await desk.unmute(mute_id, actor_of(desk, None, person))
        except UnknownMuteError:
            raise ProblemError(404, "unknown-mute", "No such mute, or it is over.") from None

    @router.get("/agents/{agent_id}/messages", tags=["agents"])
    async def get_agent_messages(
        agent_id: Annotated[str, Path(max_length=200)],
        since: Annotated[AwareDatetime | None, Query(description="Only what came after this moment.")] = None,
    ) -> AgentMessageList:
        """What the agent's own desk shows: advice from minor alerts of running calls."""
        return AgentMessageList(messages=[agent_message_body(tip) for tip in desk.tips(agent_id, since)])

    @router.get("/figures/alerts")
    async def get_alert_figures(
        since: Annotated[
            AwareDatetime | None, Query(description="From when on; the last 24 hours where empty.")
        ] = None,
    ) -> FiguresBody:
        """Share reached in time, time to claim, load per person."""
        return _figures(await desk.figures(since if since is not None else now_at() - timedelta(days=1)))

    @router.get("/rules/precision", tags=["rules"])
    async def get_precision() -> PrecisionBody:
        """How often each rule is right, as people marked its alerts."""
        return PrecisionBody(rules=[_precision(rule) for rule in await desk.precision()])

    @router.post("/rules/{rule}/speak", status_code=204, tags=["rules"])
    async def let_rule_speak(rule: Annotated[str, Path(max_length=200)], person: PersonHeader = None) -> None:
        """Let a rule that went silent speak again; marks until now no longer silence it."""
        await desk.let_speak(rule, actor_of(desk, None, person))

    return router


def _suppression(view: SuppressionView) -> SuppressionBody:
    return SuppressionBody.model_validate(view)


def _precision(rule: RulePrecision) -> RulePrecisionBody:
    return RulePrecisionBody.model_validate(rule)


def _figures(figures: AlertFigures) -> FiguresBody:
    return FiguresBody(
        since=figures.since,
        reached_in_time=figures.reached,
        missed=figures.missed,
        reached_in_time_ratio=figures.reached_ratio,
        claimed=figures.claimed,
        claim_p50_s=figures.claim_p50_s,
        claim_p90_s=figures.claim_p90_s,
        escalated=figures.escalated,
        load=[LoadBody.model_validate(load) for load in figures.loads],
    )
