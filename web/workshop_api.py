"""REST of changing rules: their files, check, forecast over kept calls, publish, editions and the way back."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from config.rule_packs import Topic
from config.settings import Language
from web.actors import PersonHeader
from web.guard import LARGEST_BODY_BYTES
from web.problems import BadField, Problem, ProblemError
from web.stamps import Stamp
from web.trust.who import who_asks
from web.workshop_sources import (
    Forecast,
    ForecastBusyError,
    ForecastState,
    RuleFault,
    RulesLockedError,
    RulesMovedError,
    RulesRefusedError,
    UnknownEditionError,
    Workshop,
)

_LONGEST = 200_000  # signs of one file
_MOST_DAYS = 31
_PLACE = "^(" + "|".join(Language) + ")/(" + "|".join(Topic) + r")\.yaml$"
_Place = Annotated[str, StringConstraints(pattern=_PLACE)]
_Text = Annotated[str, StringConstraints(max_length=_LONGEST)]
_Note = Annotated[str, StringConstraints(max_length=500)]
_Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,64}$")]
_Answers = dict[int | str, dict[str, Any]]
_UNKNOWN: _Answers = {404: {"model": Problem, "description": "No such entry"}}
_REFUSALS: _Answers = {
    409: {"model": Problem, "description": "The rules have changed since, or cannot be published from here"},
    422: {"model": Problem, "description": "Rules that cannot be used; errors name file and line"},
}


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class RuleFileBody(_Body):
    """One file in force."""

    path: str
    language: Language
    topic: str
    text: str


class RuleFilesBody(_Body):
    """All files in force; `locked` says why they cannot be published from here."""

    folder: str
    version: str
    locked: str | None
    files: list[RuleFileBody]


class ChangedFields(BaseModel):
    """Changed files, by their place; a text of nothing takes the file away."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: dict[_Place, _Text] = Field(min_length=1, max_length=100)


class ForecastFields(ChangedFields):
    """Changed files, and the days whose calls are played."""

    first: date
    last: date

    @model_validator(mode="after")
    def _is_a_time(self) -> Self:
        if not timedelta(0) <= self.last - self.first < timedelta(days=_MOST_DAYS):
            raise ValueError(f"first must lie up to {_MOST_DAYS - 1} days before last")
        return self


class PublishFields(ChangedFields):
    """Changed files, the version they were made from, and what is said about the change."""

    version: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    note: _Note = ""


class RestoreFields(BaseModel):
    """The version in force that the edition is to take the place of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class RuleFaultBody(_Body):
    """Something wrong: where, and what to do; with `rule` an example that comes out wrong."""

    file: str
    line: int
    text: str
    rule: str | None
    example: str | None


class CheckedBody(_Body):
    """What trying the changed languages found."""

    rules: int
    examples: int
    faults: list[RuleFaultBody]


class ForecastBody(_Body):
    """Kept calls through changed rules; `result` as `earshot rules replay --json` prints it, once it is done."""

    forecast_id: str
    state: ForecastState
    first: date
    last: date
    calls: int
    done: int
    asked_at: Stamp
    failure: str | None
    result: dict[str, Any] | None


class PublishedBody(_Body):
    """The version in force now."""

    version: str


class EditionBody(_Body):
    """The rules as they were published once."""

    edition_id: str
    at: Stamp
    by: str
    note: str
    version: str
    changed: list[str]
    current: bool


class EditionList(_Body):
    """What was published, the newest first."""

    editions: list[EditionBody]


class EditionFiles(_Body):
    """The files of one edition."""

    edition_id: str
    files: dict[str, str]


def workshop_router(workshop: Workshop) -> APIRouter:
    """The routes under /api/v1/rules that change them."""
    router = APIRouter(prefix="/api/v1/rules", tags=["rules"], max_body_size=LARGEST_BODY_BYTES)

    @router.get("/files")
    async def get_files() -> RuleFilesBody:
        """The files in force, whole."""
        return RuleFilesBody.model_validate(workshop.files())

    @router.post("/check")
    async def check_rules(body: ChangedFields) -> CheckedBody:
        """Read the changed languages and try every example; faults name file and line. Nothing is put in force."""
        return CheckedBody.model_validate(await workshop.check(body.files))

    @router.post(
        "/forecasts", status_code=202, responses={409: {"model": Problem, "description": "Another one is running"}}
    )
    async def ask_forecast(body: ForecastFields) -> ForecastBody:
        """Play the kept calls of these days through the changed rules, in a process beside the calls."""
        checked = await workshop.check(body.files)
        if any(fault.rule is None for fault in checked.faults):
            raise _refused(checked.faults)
        try:
            return _forecast(workshop.ask_forecast(body.files, body.first, body.last))
        except ForecastBusyError:
            raise ProblemError(409, "forecast-busy", "Another forecast is running; wait for it.") from None

    @router.get("/forecasts/{forecast_id}", responses=_UNKNOWN)
    async def get_forecast(forecast_id: _Id) -> ForecastBody:
        """How far it is, and what it found."""
        try:
            return _forecast(workshop.forecast(forecast_id))
        except UnknownEditionError:
            raise ProblemError(404, "unknown-forecast", "No such forecast, or it is forgotten.") from None

    @router.post("/publish", responses=_REFUSALS)
    async def publish_rules(body: PublishFields, person: PersonHeader = None) -> PublishedBody:
        """Put changed files in force, for running calls too. What was in force before is kept as an edition."""
        try:
            return PublishedBody(version=await workshop.publish(body.files, body.version, _by(person), body.note))
        except (RulesRefusedError, RulesMovedError, RulesLockedError) as error:
            raise _problem(error) from None

    @router.get("/editions")
    async def list_editions() -> EditionList:
        """What was published, the newest first."""
        return EditionList(editions=[EditionBody.model_validate(each) for each in workshop.editions()])

    @router.get("/editions/{edition_id}", responses=_UNKNOWN)
    async def get_edition(edition_id: _Id) -> EditionFiles:
        """The files of one edition."""
        try:
            return EditionFiles(edition_id=edition_id, files=dict(workshop.edition(edition_id)))
        except UnknownEditionError:
            raise ProblemError(404, "unknown-edition", "No such edition.") from None

    @router.post("/editions/{edition_id}/restore", responses={**_UNKNOWN, **_REFUSALS})
    async def restore_edition(edition_id: _Id, body: RestoreFields, person: PersonHeader = None) -> PublishedBody:
        """Go back: put an edition in force again, whole."""
        try:
            return PublishedBody(version=await workshop.restore(edition_id, body.version, _by(person)))
        except UnknownEditionError:
            raise ProblemError(404, "unknown-edition", "No such edition.") from None
        except (RulesRefusedError, RulesMovedError, RulesLockedError) as error:
            raise _problem(error) from None

    return router


def _by(person: str | None) -> str:
    who = who_asks()
    return person if who.is_open and person is not None else who.acts_as


def _forecast(forecast: Forecast) -> ForecastBody:
    return ForecastBody.model_validate(forecast)


def _problem(error: RulesRefusedError | RulesMovedError | RulesLockedError) -> ProblemError:
    match error:
        case RulesRefusedError(faults=faults):
            return _refused(faults)
        case RulesMovedError(version=version):
            fault = BadField(field="body.version", detail=f"in force is {version}")
            return ProblemError(409, "rules-moved", "The rules have changed since; read them again.", [fault])
        case _:
            return ProblemError(409, "rules-locked", str(error))


def _refused(faults: Sequence[RuleFault]) -> ProblemError:
    named = [BadField(field=f"{fault.file}:{fault.line}", detail=_sentence(fault)) for fault in faults]
    return ProblemError(422, "rules-refused", "The rules cannot be used; those before stay in force.", named)


def _sentence(fault: RuleFault) -> str:
    return fault.text if fault.rule is None else f"{fault.rule} {fault.text}: {fault.example}"
