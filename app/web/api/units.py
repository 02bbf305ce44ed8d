"""Units on a day: compliance with what is mandatory, what ends soon, and the gaps of whole teams."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from app.issuing.stacks import readiness
from app.stacking.gaps import Cell
from app.web.api.authentication import Reader
from app.web.api.fields import Out, Slug
from app.web.api.findings import AsOf, day_of
from app.web.api.idempotency import Answer
from app.web.api.pages_of_rows import PageOf
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/units", route_class=StrictRoute)
MOST_DAYS = 3650


class MandatoryOut(Out):
    """How many of a unit's people hold a mandatory credential, or an equivalent that holds everywhere."""

    credential: str
    current: int
    percent: float
    target_percent: int
    target_met: bool
    missing: Annotated[tuple[str, ...], Field(description="ids of the learners who do not hold it")]


class UnitOut(Out):
    """A unit on a day."""

    unit: str
    name: str
    as_of: date
    learners: int
    headcount_target: int | None
    mandatory: tuple[MandatoryOut, ...]


class ExpiringOut(Out):
    """Something that somebody in a unit holds and that ends soon."""

    learner: str
    credential: str
    valid_until: date


class CellOut(Out):
    """A skill in a unit, over the people whose role needs it."""

    unit: str | None
    skill: str
    needed_by: int
    at_level: int
    share: float
    weighted_gap: int
    single_point_of_failure: Annotated[str | None, Field(description="the one learner on whom it rests")]


@router.get("/compliance", response_model=PageOf[UnitOut])
def read_compliance(caller: Reader, service: TheService, as_of: AsOf = None) -> Response:
    """Read for every unit who holds what is mandatory there, as of a day."""
    day = day_of(as_of, caller)
    with service.database.read() as session:
        found = readiness.of_all(session, caller.issuer(session), day)
    told = [
        UnitOut(
            unit=each.slug,
            name=each.name,
            as_of=day,
            learners=len(each.people),
            headcount_target=each.headcount_target,
            mandatory=tuple(
                MandatoryOut(
                    credential=one.credential,
                    current=len(one.current),
                    percent=round(float(one.percent), 1),
                    target_percent=one.target_percent,
                    target_met=one.is_target_met,
                    missing=one.missing,
                )
                for one in each.mandatory
            ),
        )
        for each in found
    ]
    return _answer(PageOf[UnitOut](items=told))


@router.get("/expiring", response_model=PageOf[ExpiringOut])
def read_expiring(
    caller: Reader,
    service: TheService,
    as_of: AsOf = None,
    within: Annotated[int, Query(ge=1, le=MOST_DAYS, description="in so many days")] = 90,
    unit: Slug | None = None,
) -> Response:
    """Read what people in units hold that is good on a day and ends soon after, soonest first."""
    with service.database.read() as session:
        issuer = caller.issuer(session)
        found = readiness.expiring(session, issuer, day_of(as_of, caller), within_days=within, unit=unit)
    told = [
        ExpiringOut(learner=each.person, credential=each.credential, valid_until=each.valid_until) for each in found
    ]
    return _answer(PageOf[ExpiringOut](items=told))


@router.get("/skills", response_model=PageOf[CellOut])
def read_unit_skills(caller: Reader, service: TheService, as_of: AsOf = None) -> Response:
    """Read the heat map: each skill of each unit, over the people whose role needs it; `unit` null = all of them."""
    with service.database.read() as session:
        found = readiness.gap_of_units(session, caller.issuer(session), day_of(as_of, caller))
    return _answer(PageOf[CellOut](items=[_cell(each) for each in (*found.units, *found.whole)]))


def _cell(cell: Cell) -> CellOut:
    return CellOut(
        unit=cell.unit,
        skill=cell.skill,
        needed_by=len(cell.needed_by),
        at_level=len(cell.at_level),
        share=round(float(cell.share), 4),
        weighted_gap=cell.weighted,
        single_point_of_failure=cell.rests_on,
    )


def _answer(told: PageOf[UnitOut] | PageOf[ExpiringOut] | PageOf[CellOut]) -> Response:
    return Response(Answer(200, told).body(), media_type="application/json")
