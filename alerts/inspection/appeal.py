"""Appeal and arbitration: who may do what to a score, and what comes of it. Every step is kept."""

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.inspection.records import Appeal, AppealAct, AppealState, AppealStep
from config.closed_loop import ClosedLoopSettings


class AppealError(Exception):
    """The step is not possible. The text says why."""


def appealed(
    *,
    appeal_id: str,
    score_id: str,
    agent_id: str,
    inspector: str,
    scored_at: datetime,
    by: str,
    at: datetime,
    reason: str,
    settings: ClosedLoopSettings,
) -> Appeal:
    """The agent objects, in time. Raises AppealError."""
    if by != agent_id:
        raise AppealError("only the agent whose call it was may appeal")
    if at > scored_at + timedelta(days=settings.appeal_within_days):
        raise AppealError(f"an appeal is possible for {settings.appeal_within_days:g} days after the score")
    return Appeal(
        *(appeal_id, score_id, agent_id, inspector, AppealState.OPEN),
        (AppealStep(AppealAct.APPEAL, by, at, reason),),
    )


def decided(appeal: Appeal, *, changed: bool, by: str, at: datetime, reason: str) -> Appeal:
    """The QA lead upholds the score or has it changed; nobody decides about an own score. Raises AppealError."""
    _in_state(appeal, AppealState.OPEN)
    _not_one_of(by, appeal.inspector, appeal.agent_id)
    act, state = (AppealAct.CHANGE, AppealState.CHANGED) if changed else (AppealAct.UPHOLD, AppealState.UPHELD)
    return _next(appeal, state, act, by, at, reason)


def to_arbitration(appeal: Appeal, *, by: str, at: datetime, reason: str) -> Appeal:
    """Agent or inspector does not accept the decision. Raises AppealError."""
    _in_state(appeal, AppealState.UPHELD, AppealState.CHANGED)
    if by not in (appeal.agent_id, appeal.inspector):
        raise AppealError("only the agent or the inspector may ask for arbitration")
    return _next(appeal, AppealState.ARBITRATION, AppealAct.ARBITRATE, by, at, reason)


def arbitrated(appeal: Appeal, *, by: str, at: datetime, reason: str) -> Appeal:
    """A second person decides for good. Raises AppealError."""
    _in_state(appeal, AppealState.ARBITRATION)
    deciders = (step.by for step in appeal.trail if step.act in (AppealAct.UPHOLD, AppealAct.CHANGE))
    _not_one_of(by, appeal.inspector, appeal.agent_id, *deciders)
    return _next(appeal, AppealState.FINAL, AppealAct.DECIDE, by, at, reason)


def _next(appeal: Appeal, state: AppealState, act: AppealAct, by: str, at: datetime, reason: str) -> Appeal:
    return replace(appeal, state=state, trail=(*appeal.trail, AppealStep(act, by, at, reason)))


def _in_state(appeal: Appeal, *states: AppealState) -> None:
    if appeal.state not in states:
        raise AppealError(f"the appeal is {appeal.state}; this needs {' or '.join(states)}")


def _not_one_of(by: str, *people: str) -> None:
    if by in people:
        raise AppealError("somebody else must decide: not the agent, the inspector or who decided before")
