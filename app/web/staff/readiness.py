"""Units at work: who holds what is mandatory and who does not, and the skills of each unit, as of any day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing.learners import Learner
from app.issuing.pathways import worlds
from app.issuing.stacks import readiness
from app.issuing.stacks.readiness import UnitReadiness
from app.projections.tables import Cell, Column, Kind, Table
from app.stacking.compliance import Compliance
from app.stacking.gaps import Cell as SkillCell
from app.stacking.gaps import GroupGap
from app.stacking.world import World
from app.web.days import bounded
from app.web.deps import TheService
from app.web.inside import at_work
from app.web.languages import gettext as _
from app.web.signed_in import Reader, Staff
from app.web.staff.listing import as_file, asked, with_query

router = APIRouter(prefix="/staff/{slug}/readiness", tags=["staff"], include_in_schema=False)

_SEE_NAMES = ("award", "people", "review")  # who may do one of these sees who people are
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Lacking:
    """Somebody of a unit without a mandatory credential. `name` None = the reader may not see who it is."""

    learner_id: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Mandatory:
    """One mandatory credential in a unit."""

    label: str
    found: Compliance
    percent: int
    lacking: tuple[Lacking, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it is shown."""

    slug: str
    name: str
    people: int
    headcount_target: int | None
    mandatory: tuple[Mandatory, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """One cell of the heat map. `tone`: all of them are at the level that they need, at least half, or fewer."""

    at_level: int
    needed_by: int
    tone: str
    is_single: bool


@router.get("")
def show(request: Request, staff: Reader, service: TheService) -> Response:
    """Compliance of every unit, who lacks what, and the heat map of skills."""
    day, is_unreadable = day_asked(request, staff)
    with service.database.read() as session:
        issuer = staff.issuer(session)
        world = worlds.of(session, issuer.id).world
        found = readiness.of_all(session, issuer, day)
        units = [_unit(session, staff, world, each) for each in found]
        skills = readiness.gap_of_units(session, issuer, day)
    return at_work(
        request,
        "staff/readiness.html",
        staff,
        day=day,
        is_unreadable=is_unreadable,
        units=units,
        sees_names=_sees_names(staff),
        heat=_heat(skills, [each.slug for each in units]),
        skill_names={name: known.name for name, known in world.skills.items()},
        whole={each.skill: each for each in skills.whole},
        exports=[(form, with_query(request, f"{request.url.path}/export.{form}")) for form in ("csv", "xlsx")],
    )


@router.get("/export.{form}")
def export(request: Request, staff: Reader, service: TheService, form: str) -> Response:
    """Everybody of every unit with each mandatory credential, as CSV or as a workbook; numbers alone without names."""
    day, _unreadable = day_asked(request, staff)
    with service.database.read() as session:
        issuer = staff.issuer(session)
        world = worlds.of(session, issuer.id).world
        found = readiness.of_all(session, issuer, day)
        names = _names(session, [one for each in found for one in each.people])
    rows = [row for each in found for row in _rows(world, each, names, day)]
    table = Table("readiness", _("Readiness of units"), _columns(), rows)
    return as_file(table if _sees_names(staff) else table.without_personal(), form)


def day_asked(request: Request, staff: Staff) -> tuple[date, bool]:
    """The day that is asked for, and whether it could not be read; then it is today. Raises InvalidInput."""
    stated = asked(request, ("as_of",))["as_of"]
    try:
        day = date.fromisoformat(stated) if stated else staff.today
    except ValueError:
        return staff.today, True
    return bounded(day), False


def _sees_names(staff: Staff) -> bool:
    return any(staff.may(each) for each in _SEE_NAMES)


def _names(session: Session, learner_ids: Sequence[str]) -> Mapping[str, str | None]:
    query = select(Learner.id, Learner.display_name).where(Learner.id.in_(learner_ids))
    return dict(session.execute(query).all())


def _unit(session: Session, staff: Staff, world: World, found: UnitReadiness) -> Unit:
    names = _names(session, found.people) if _sees_names(staff) else {}
    return Unit(
        found.slug,
        found.name,
        len(found.people),
        found.headcount_target,
        tuple(
            Mandatory(
                world.label(each.credential),
                each,
                int(each.percent),
                tuple(Lacking(one, names.get(one)) for one in each.missing),
            )
            for each in found.mandatory
        ),
    )


def _heat(found: GroupGap, units: Sequence[str]) -> list[tuple[str, list[Heat | None]]]:
    """Skill by skill, worst first: a cell for each unit in their order; None = no role there needs the skill."""
    cells = {(each.unit, each.skill): each for each in found.units}
    order = sorted(found.whole, key=lambda each: (-each.weighted, each.skill))
    return [(each.skill, [_cell(cells.get((unit, each.skill))) for unit in units]) for each in order]


def _cell(found: SkillCell | None) -> Heat | None:
    if found is None:
        return None
    tone = "all" if found.share == 1 else "some" if found.share >= HALF else "few"
    return Heat(len(found.at_level), len(found.needed_by), tone, found.rests_on is not None)


def _columns() -> tuple[Column, ...]:
    return (
        Column("unit", _("Unit")),
        Column("as_of", _("As of"), Kind.DATE),
        Column("learner", _("Person"), is_personal=True),
        Column("credential", _("Credential")),
        Column("is_held", _("Holds it")),
        Column("target_percent", _("Target, in percent"), Kind.NUMBER),
    )


def _rows(world: World, unit: UnitReadiness, names: Mapping[str, str | None], day: date) -> list[tuple[Cell, ...]]:
    return [
        (
            unit.name,
            day,
            names.get(one),
            world.label(each.credential),
            "yes" if one in each.current else "no",
            each.target_percent,
        )
        for each in unit.mandatory
        for one in unit.people
    ]
