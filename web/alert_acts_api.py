"""REST of what people do with alerts: claim, assign, snooze, judge, reopen, write a note."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self, TypeVar

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from alerts.alert import Action, Alert
from web.actors import PERSON_PATTERN, PersonHeader, actor_of
from web.alert_messages import AlertBody, alert_body
from web.desk_sources import AskedAct, DeskSource, NotPossibleError, UnknownPersonError
from web.guard import LARGEST_BODY_BYTES
from web.problems import BadField, Problem, ProblemError, ProblemResponse, problem
from web.sources import StaleAlertError, UnknownAlertError

AlertIdInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_Person = Annotated[str, StringConstraints(pattern=PERSON_PATTERN)]
_Text = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
_Reason = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_LONGEST_SNOOZE_S = 86_400  # what `alerts.life.acts` allows
_Value = TypeVar("_Value")


class ActionInPath(StrEnum):
    """The acts as they stand in the address."""

    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    RESOLVE = "resolve"
    FALSE_POSITIVE = "false-positive"
    REOPEN = "reopen"
    NOTE = "note"

    @property
    def action(self) -> Action:
        """The act itself."""
        return Action(self.value.replace("-", "_"))


class ActFields(BaseModel):
    """What an act needs: always the version that was seen; a snooze its end, an assignment somebody, a note a text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(ge=1, description="The version of the alert this is decided on.")
    actor: _Person | None = Field(None, description="Who acts; else the header X-Earshot-Person, else local.")
    assignee: _Person | None = Field(None, description="assign: who is to have it.")
    until: AwareDatetime | None = Field(None, description="snooze: until when, at most 24 h.")
    seconds: float | None = Field(
        None, gt=0, le=_LONGEST_SNOOZE_S, description="snooze: for how long, instead of until."
    )
    reason: _Reason | None = Field(
        None, description="resolve, false-positive: why, such as misheard, quoted, allowed_context, wrong_leg, other."
    )
    text: _Text | None = Field(None, description="note: what is to be kept; with the others a remark.")

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.until is not None and self.seconds is not None:
            raise ValueError("say until or seconds, not both")
        return self


class AlertProblem(Problem):
    """A problem that says how the alert stands now."""

    current: AlertBody


def alert_acts_router(desk: DeskSource) -> APIRouter:
    """The route that changes an alert."""
    router = APIRouter(prefix="/api/v1/alerts", tags=["alerts"], max_body_size=LARGEST_BODY_BYTES)

    @router.post(
        "/{alert_id}/{action}",
        response_model=AlertBody,
        responses={
            404: {"model": Problem, "description": "No such alert"},
            409: {"model": AlertProblem, "description": "Somebody was faster, or the state does not allow it"},
            422: {"model": Problem, "description": "Fields that cannot be used"},
            503: {"model": Problem, "description": "The database does not answer now"},
        },
    )
    async def act_on_alert(
        alert_id: AlertIdInPath, action: ActionInPath, body: ActFields, person: PersonHeader = None
    ) -> AlertBody | Response:
        """Change an alert. The answer comes after the commit; of two at once exactly one wins, the other gets 409."""
        if body.until is not None and not 0 < (body.until - datetime.now(UTC)).total_seconds() <= _LONGEST_SNOOZE_S:
            raise _bad("until", "must lie in the future, within 24 hours")
        asked = AskedAct(
            action=action.action,
            version=body.version,
            by=actor_of(desk, body.actor, person),
            assignee=_needed("assignee", body.assignee, action is ActionInPath.ASSIGN),
            until=_needed("until", _end_of(body), action is ActionInPath.SNOOZE),
            reason=body.reason,
            text=_needed("text", body.text, action is ActionInPath.NOTE),
        )
        try:
            return alert_body((await desk.act(alert_id, asked)).alert)
        except UnknownAlertError:
            raise ProblemError(404, "unknown-alert", "No such alert.") from None
        except UnknownPersonError:
            raise _bad("assignee", "is not on the roster") from None
        except StaleAlertError as error:
            detail = "The alert has changed since; current is how it stands now."
            return _conflict("stale-version", detail, error.current)
        except NotPossibleError as error:
            return _conflict("not-possible", error.why, error.current)

    return router


def _end_of(body: ActFields) -> datetime | None:
    return body.until if body.seconds is None else datetime.now(UTC) + timedelta(seconds=body.seconds)


def _needed(name: str, value: _Value | None, needed: bool) -> _Value | None:
    if needed and value is None:
        raise _bad(name, "is needed for this")
    return value


def _bad(name: str, detail: str) -> ProblemError:
    fault = BadField(field=f"body.{name}", detail=detail)
    return ProblemError(422, "validation", "Some fields cannot be used; each is named in errors.", [fault])


def _conflict(kind: str, detail: str, current: Alert) -> ProblemResponse:
    found = problem(409, kind, detail)
    body = AlertProblem.model_validate({**found.model_dump(), "current": alert_body(current)})
    return ProblemResponse(body.model_dump(mode="json"), status_code=409)
