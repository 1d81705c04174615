"""REST of the rules: what is in force, what was refused, read the files again."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from config.rule_packs import Places, Rule, RulePackError
from config.settings import Language
from web.problems import BadField, Problem, ProblemError
from web.rule_sources import Rules, RulesView


class RuleBody(BaseModel):
    """One rule as it is in force, and where it stands."""

    id: str
    topic: str
    leg: str
    enabled: bool
    severity: str | None = Field(description="Empty: no alert of its own, only there for other rules to name.")
    clause: str | None
    title: dict[str, str] | None
    advice: dict[str, str] | None
    phrases: list[str]
    patterns: list[str]
    exceptions: list[str]
    when: dict[str, Any] | None = Field(description="The conditions, as written in the pack.")
    cool_down_s: float | None
    file: str
    line: int


class PackBody(BaseModel):
    """One language's rules."""

    language: str
    version: str
    rules: list[RuleBody]


class RefusedBody(BaseModel):
    """An edit that was refused: the rules before it are in force."""

    at: datetime
    faults: list[str] = Field(description="Each with file, line and cure.")


class RulesBody(BaseModel):
    """All rules in force."""

    version: str = Field(description="Changes with the content of any pack.")
    folder: str
    loaded_at: datetime
    refused: RefusedBody | None
    packs: list[PackBody]


def rules_router(rules: Rules) -> APIRouter:
    """The routes under /api/v1/rules."""
    router = APIRouter(prefix="/api/v1/rules", tags=["rules"])

    @router.get("")
    async def list_rules(language: Language | None = None) -> RulesBody:
        """The rules in force, of one language or of all, and the last edit where it was refused."""
        return _body(rules.view(), language)

    @router.post("/reload", responses={422: {"model": Problem, "description": "Refused; the rules before stay"}})
    async def reload_rules() -> RulesBody:
        """Read the files again. Running calls go on with the new rules."""
        try:
            view = await rules.reload()
        except RulePackError as error:
            faults = [BadField(field="rules", detail=fault) for fault in error.faults]
            raise ProblemError(
                422, "rules-refused", "The rules cannot be used; those before stay in force.", faults
            ) from None
        return _body(view, None)

    return router


def _body(view: RulesView, language: Language | None) -> RulesBody:
    refused = None if view.refused is None else RefusedBody(at=view.refused.at, faults=list(view.refused.faults))
    return RulesBody(
        version=view.version,
        folder=str(view.folder),
        loaded_at=view.loaded_at,
        refused=refused,
        packs=[
            PackBody(
                language=pack.language,
                version=pack.version,
                rules=[_rule_body(rule, view.places[pack.language]) for rule in pack.rules],
            )
            for pack in view.packs
            if language in (None, pack.language)
        ],
    )


def _rule_body(rule: Rule, places: Places) -> RuleBody:
    file, line = places.of(rule.id)
    return RuleBody(
        id=rule.id,
        topic=rule.topic,
        leg=rule.leg,
        enabled=rule.enabled,
        severity=rule.severity,
        clause=rule.clause,
        title=rule.title.model_dump() if rule.title is not None else None,
        advice=rule.advice.model_dump(exclude_none=True) if rule.advice is not None else None,
        phrases=list(rule.phrases),
        patterns=list(rule.patterns),
        exceptions=list(rule.exceptions),
        when=rule.when.model_dump(by_alias=True, exclude_none=True) if rule.when is not None else None,
        cool_down_s=rule.cool_down_s,
        file=file.name,
        line=line,
    )
