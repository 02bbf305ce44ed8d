"""One's own people by what they can do now: found by skill and level, and supply against demand."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from app.issuing.stacks import workforce
from app.issuing.stacks.workforce import SkilledPerson
from app.web.api.authentication import Reader
from app.web.api.fields import Out, Slug
from app.web.api.findings import AsOf, Day, day_of
from app.web.api.idempotency import Answer
from app.web.api.pages_of_rows import PageOf, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService
from app.web.words import LEVELS

router = APIRouter(prefix="/workforce", route_class=StrictRoute)


class SkilledOut(Out):
    """Somebody who works here and has the skill. `until`: the last day on which its proof is current; null = no end."""

    learner: str
    name: str | None
    unit: str | None
    role: str | None
    level: int
    proven_on: date
    until: date | None
    award: Annotated[str | None, Field(description="the award, or what was recognised, that shows it")]


class SupplyOut(Out):
    """A skill that a role needs: how many have it at that level, and how many are needed."""

    role: str
    role_name: str
    skill: str
    skill_name: str
    level: int
    needed: Annotated[int, Field(description="the role's planned number, or as many as work in it")]
    working: int
    at_level: Annotated[int, Field(description="of those who work in the role")]
    anywhere: Annotated[int, Field(description="of everybody who works here")]
    short: int


class SkillQuery(BaseModel):
    """Which skill, where, and which page. A cursor names no person by name: addresses end up in logs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, Field(ge=1, le=200, description="at most so many items")] = 50
    cursor: Annotated[str, Field(pattern=r"^[1-9]\.[A-Za-z0-9_-]{1,80}$")] | None = Field(
        None, description="from `next`"
    )
    skill: Slug
    level: Annotated[int, Field(ge=1, le=max(LEVELS), description="at this level or above")] = 1
    unit: Slug | None = None
    as_of: Annotated[Day | None, Field(description="the day to judge by, as 2026-07-01; today in UTC")] = None


@router.get("/people", response_model=PageOf[SkilledOut])
def find_people(
    caller: Reader, request: Request, asked: Annotated[SkillQuery, Query()], service: TheService
) -> Response:
    """Find who works here and has a skill at a level, now or on a day; the highest level first.

    It is proven by a badge that is good on that day, and not faded. 404 for a skill or a unit that is not there.
    """
    with service.database.read() as session:
        issuer, day = caller.issuer(session), day_of(asked.as_of, caller)
        found = workforce.find(session, issuer, asked.skill, level=asked.level, as_of=day, unit=asked.unit)
    left = [each for each in sorted(found, key=_place) if asked.cursor is None or _place(each) > _after(asked.cursor)]
    shown = [_told(each) for each in left[: asked.limit]]
    return respond(request, shown, f"{shown[-1].level}.{shown[-1].learner}" if len(left) > asked.limit else None)


@router.get("/supply", response_model=PageOf[SupplyOut])
def read_supply(caller: Reader, service: TheService, as_of: AsOf = None) -> Response:
    """Read for every role and skill how many have it against how many are needed, the largest lack first."""
    with service.database.read() as session:
        found = workforce.supply(session, caller.issuer(session), day_of(as_of, caller))
    told = [
        SupplyOut(
            role=each.role,
            role_name=each.role_name,
            skill=each.skill,
            skill_name=each.skill_name,
            level=each.level,
            needed=each.needed,
            working=each.working,
            at_level=each.at_level,
            anywhere=each.anywhere,
            short=each.short,
        )
        for each in found
    ]
    return Response(Answer(200, PageOf[SupplyOut](items=told)).body(), media_type="application/json")


def _told(each: SkilledPerson) -> SkilledOut:
    return SkilledOut(
        learner=each.learner_id,
        name=each.name,
        unit=each.unit,
        role=each.role,
        level=each.level,
        proven_on=each.proven_on,
        until=each.until,
        award=each.holding_id,
    )


def _after(cursor: str) -> tuple[int, str]:
    level, _dot, learner_id = cursor.partition(".")
    return -int(level), learner_id


def _place(each: SkilledPerson) -> tuple[int, str]:
    return -each.level, each.learner_id
