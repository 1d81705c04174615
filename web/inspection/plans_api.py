"""REST of sampling plans and of checking a score sheet: lead inspectors change what is drawn without the settings."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Path, Query
from pydantic import Field

from config.sampling import SamplingPlan
from config.score_sheets import checked_sheet
from web.actors import PersonHeader
from web.guard import LARGEST_BODY_BYTES
from web.inspection.bodies import Body, Incoming, SheetBody
from web.inspection.people import actor
from web.inspection.sources import InspectionSource
from web.inspection.views import KeptPlan
from web.problems import BadField, Problem, ProblemError

_Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class PlanBody(SamplingPlan):
    """A plan in force. Version 0: as the settings say; its next version stands in their place."""

    version: int
    origin: Literal["settings", "page"]

    @classmethod
    def of(cls, kept: KeptPlan) -> Self:
        """From our own words."""
        origin = "settings" if kept.version == 0 else "page"
        return cls.model_validate(kept.plan.model_dump() | {"version": kept.version, "origin": origin})


class PlanList(Body):
    """The plans in force, by name."""

    plans: list[PlanBody]


class PlanFields(Incoming):
    """A plan as it shall be; `version` is the one that was seen, 0 for a new one."""

    version: int = Field(ge=0)
    plan: SamplingPlan


class SheetText(Incoming):
    """A score sheet as it is written."""

    text: str = Field(max_length=200_000)


class SheetFault(Body):
    """What is wrong, where it stands, and what would be right."""

    line: int | None
    detail: str


class CheckedSheetBody(Body):
    """Whether the sheet could be used: what it says, or every fault."""

    faults: list[SheetFault]
    sheet: SheetBody | None


def plans_router(desk: InspectionSource) -> APIRouter:
    """Plans, and the check of a sheet."""
    router = APIRouter(
        prefix="/api/v1/inspection",
        tags=["inspection"],
        responses={422: {"model": Problem, "description": "Fields that cannot be used"}},
        max_body_size=LARGEST_BODY_BYTES,
    )

    @router.get("/plans")
    async def list_plans() -> PlanList:
        """The sampling plans in force: those of the settings, and those that were made here."""
        return PlanList(plans=[PlanBody.of(each) for each in (await desk.plans.all()).values()])

    @router.put("/plans/{plan}")
    async def put_plan(plan: _Name, body: PlanFields, person: PersonHeader = None) -> PlanBody:
        """Put a plan in force, from the next draw on; calls that were drawn stay on their lists."""
        if body.plan.plan != plan:
            fault = BadField(field="body.plan.plan", detail=f"must be {plan}, as in the address")
            raise ProblemError(422, "validation", "Some fields cannot be used.", [fault])
        return PlanBody.of(await desk.plans.put(body.plan, body.version, actor(person)))

    @router.delete("/plans/{plan}", status_code=204)
    async def remove_plan(plan: _Name, version: Annotated[int, Query(ge=0)], person: PersonHeader = None) -> None:
        """Draw nothing more by it."""
        await desk.plans.remove(plan, version, actor(person))

    @router.post("/sheets/check")
    async def check_sheet(body: SheetText) -> CheckedSheetBody:
        """Read a sheet as `earshot sheets check` does: nothing is kept, every fault is named with its line."""
        sheet, faults = checked_sheet(body.text)
        return CheckedSheetBody(
            faults=[SheetFault(line=line, detail=detail) for line, detail in faults],
            sheet=SheetBody.of(sheet) if sheet is not None else None,
        )

    return router
