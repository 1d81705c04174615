"""REST of the agent's own page: what the house shows, tips, when one was heard, and what proves an own score."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime

from streaming.frames import Leg
from web.agent_messages import AgentMessageBody, agent_message_body
from web.alert_messages import EvidenceBody, alert_body
from web.inspection.bodies import Body, RecordId
from web.inspection.own_sources import OwnSource
from web.inspection.people import seen
from web.inspection.sources import ScoringSource
from web.inspection.views import Score, UnknownRecordError
from web.problems import Problem, ProblemError
from web.stamps import Stamp
from web.trust.sources import Act, Deed, Ledger
from web.trust.who import who_asks

_Agent = Annotated[
    str | None, Query(max_length=200, description="Whose, while nobody is registered; else always one's own.")
]
_AlertId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class OwnBody(Body):
    """Whose page it is and what the house shows there."""

    agent_id: str
    hearing_shown: bool
    appeal_within_days: float


class OwnMessages(Body):
    """Tips, the oldest first. Whoever was away asks with `since` of the last one and misses none of ten minutes."""

    messages: list[AgentMessageBody]


class HearingBody(Body):
    """A call of one's own that somebody heard: how (an act of the ledger), when, which part. Not who."""

    act: str
    call_id: str
    at: Stamp
    from_ms: int
    to_ms: int


class HearingList(Body):
    """Newest first."""

    hearings: list[HearingBody]


class FoundBody(Body):
    """A finding that proves an item of a score."""

    alert_id: str
    kind: str
    severity: str
    leg: str | None
    title: str
    clause: str | None
    evidence: EvidenceBody


class FoundList(Body):
    """What was found, in the order of the call; what is no longer kept is missing."""

    findings: list[FoundBody]


def own_router(scoring: ScoringSource, own: OwnSource, ledger: Ledger) -> APIRouter:
    """The routes under /api/v1/own, and the evidence of scores."""
    router = APIRouter(
        prefix="/api/v1",
        tags=["inspection"],
        responses={422: {"model": Problem, "description": "Fields that cannot be used"}},
    )
    _own_routes(router, own)
    _evidence_routes(router, scoring, own, ledger)
    return router


def _own_routes(router: APIRouter, own: OwnSource) -> None:
    @router.get("/own")
    async def get_own(agent_id: _Agent = None) -> OwnBody:
        """Who asks, and the house rules of the own page."""
        return OwnBody(
            agent_id=_whose(agent_id), hearing_shown=own.hearing_shown, appeal_within_days=own.appeal_within_days
        )

    @router.get("/own/messages")
    async def list_own_messages(
        agent_id: _Agent = None,
        since: Annotated[AwareDatetime | None, Query(description="Only what came after this moment.")] = None,
    ) -> OwnMessages:
        """Tips for one's own calls, from minor alerts; kept for ten minutes."""
        return OwnMessages(messages=[agent_message_body(tip) for tip in own.tips(_whose(agent_id), since)])

    @router.get("/own/hearings", responses={404: {"model": Problem, "description": "The house does not show it"}})
    async def list_own_hearings(
        agent_id: _Agent = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> HearingList:
        """When somebody heard own calls, where the house shows it (`inspection.agents_see_hearing`)."""
        if not own.hearing_shown:
            raise ProblemError(404, "not-shown", "This house does not show agents when they were heard.")
        found = await own.hearings(_whose(agent_id), limit)
        return HearingList(hearings=[HearingBody.model_validate(each) for each in found])


def _evidence_routes(router: APIRouter, scoring: ScoringSource, own: OwnSource, ledger: Ledger) -> None:
    @router.get("/inspection/scores/{score_id}/evidence")
    async def list_evidence(score_id: RecordId) -> FoundList:
        """What proves the items of a score, as far as it is still kept."""
        score = seen(await scoring.score(score_id))
        findings = []
        for alert_id in _evidence(score):
            alert = await own.finding(alert_id)
            if alert is not None:
                body = alert_body(alert)
                address = f"/api/v1/inspection/scores/{score_id}/evidence/{alert_id}/clip.wav"
                clip = address if body.evidence.clip is not None else None
                evidence = body.evidence.model_copy(update={"clip": clip})
                findings.append(FoundBody(**(body.model_dump(include=_SAME) | {"evidence": evidence})))
        return FoundList(findings=sorted(findings, key=lambda each: (each.evidence.from_ms, each.alert_id)))

    @router.get(
        "/inspection/scores/{score_id}/evidence/{alert_id}/clip.wav",
        response_class=Response,
        responses={
            200: {"content": {"audio/wav": {}}, "description": "Channel 0 agent, 1 customer; 16 kHz"},
            404: {"model": Problem, "description": "No such score, not its evidence, or no clip is kept"},
        },
    )
    async def get_evidence_clip(score_id: RecordId, alert_id: _AlertId) -> Response:
        """The sound of a finding that proves an item of a score."""
        score = seen(await scoring.score(score_id))
        if alert_id not in _evidence(score):
            raise UnknownRecordError
        alert, content = await own.finding(alert_id), await own.clip(alert_id)
        if alert is None or content is None:
            raise ProblemError(404, "no-clip", "No clip of this finding is kept: not yet, no longer, or never.")
        await ledger.write(who_asks(), _deed(score, alert.evidence.from_ms, alert.evidence.to_ms))
        return Response(content, media_type="audio/wav")


_SAME = set(FoundBody.model_fields) - {"evidence"}


def _whose(asked: str | None) -> str:
    who = who_asks()
    return asked if who.is_open and asked else who.acts_as


def _evidence(score: Score) -> list[str]:
    return list(dict.fromkeys(alert_id for mark in score.marks for alert_id in mark.evidence))


def _deed(score: Score, from_ms: int, to_ms: int) -> Deed:
    call = score.call
    return Deed(
        Act.CLIP,
        call_id=call.call_id,
        legs=(Leg.AGENT, Leg.CUSTOMER),
        from_ms=from_ms,
        to_ms=to_ms,
        agent_id=call.agent_id,
        site=call.site,
        team=call.team,
        queue=call.queue,
        about=f"score {score.score_id}",
    )
