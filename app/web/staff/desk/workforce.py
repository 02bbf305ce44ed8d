"""One's own people by what they can do now: found by skill and level, and supply against demand; with files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.issuing import definitions
from app.issuing.definitions import Kind as Defined
from app.issuing.issuers import Issuer
from app.issuing.stacks import workforce
from app.issuing.stacks.workforce import SkilledPerson, Supply
from app.projections.tables import About, Cell, Column, Kind, Table
from app.web.deps import TheService
from app.web.inside import at_work
from app.web.languages import gettext as _
from app.web.signed_in import Reader, Reviewer
from app.web.staff.listing import as_file, asked, with_query
from app.web.staff.local import Local
from app.web.staff.readiness import day_asked
from app.web.words import LEVELS

router = APIRouter(prefix="/staff/{slug}/desk", tags=["staff"], include_in_schema=False)

NAMES = ("skill", "level", "unit", "as_of")
MOST_SHOWN = 200


@router.get("/people")
def find(request: Request, staff: Reviewer, service: TheService) -> Response:
    """Who has a skill at a level now, or on a day. What is not there is said, and nobody is shown."""
    wanted, (day, _unreadable) = asked(request, NAMES), day_asked(request, staff)
    with service.database.read() as session:
        issuer = staff.issuer(session)
        skills = workforce.skills(session, issuer)
        units = [
            (each.slug, str(each.facts.get("name"))) for each in definitions.all_of(session, issuer.id, Defined.UNIT)
        ]
        found = _found(request, session, issuer, day) if wanted["skill"] else []
    return at_work(
        request,
        "staff/desk/people.html",
        staff,
        wanted=wanted,
        day=day,
        skills=[("", _("Choose one")), *skills],
        levels=[(str(level), f"{level}: {_(word)}") for level, word in LEVELS.items()],
        units=[("", _("Every unit")), *units],
        people=found[:MOST_SHOWN],
        more=max(0, len(found) - MOST_SHOWN),
        local=Local(staff.timezone),
        exports=[(form, with_query(request, f"{request.url.path}/export.{form}")) for form in ("csv", "xlsx")],
    )


@router.get("/people/export.{form}")
def export_people(request: Request, staff: Reviewer, service: TheService, form: str) -> Response:
    """The same people as a file."""
    day, _unreadable = day_asked(request, staff)
    with service.database.read() as session:
        found = _found(request, session, staff.issuer(session), day)
    columns = (
        Column("learner", _("Person"), is_personal=True),
        Column("unit", _("Unit")),
        Column("role", _("Role")),
        Column("level", _("Level"), Kind.COUNT),
        Column("proven_on", _("Proven on"), Kind.DATE),
        Column("until", _("Current until"), Kind.DATE, _("The last day before the skill has to be shown again.")),
    )
    rows: Sequence[Sequence[Cell]] = [
        (each.name, each.unit, each.role, each.level, each.proven_on, each.until) for each in found
    ]
    about = (About("skill", _("Skill"), asked(request, NAMES)["skill"]), About("as_of", _("As of"), day))
    return as_file(Table("people-by-skill", _("People by skill"), columns, rows, about), form)


@router.get("/supply")
def show_supply(request: Request, staff: Reader, service: TheService) -> Response:
    """How many have what each role needs, against how many are needed."""
    day, _unreadable = day_asked(request, staff)
    with service.database.read() as session:
        found = workforce.supply(session, staff.issuer(session), day)
    exports = [(form, with_query(request, f"{request.url.path}/export.{form}")) for form in ("csv", "xlsx")]
    return at_work(request, "staff/desk/supply.html", staff, day=day, rows=found, exports=exports)


@router.get("/supply/export.{form}")
def export_supply(request: Request, staff: Reader, service: TheService, form: str) -> Response:
    """The same figures as a file."""
    day, _unreadable = day_asked(request, staff)
    with service.database.read() as session:
        found = workforce.supply(session, staff.issuer(session), day)
    columns = (
        Column("role", _("Role")),
        Column("skill", _("Skill")),
        Column("level", _("Level"), Kind.COUNT),
        Column("needed", _("Needed"), Kind.COUNT, _("The role’s planned number, or as many as work in it.")),
        Column("working", _("Work in it"), Kind.COUNT),
        Column("at_level", _("At level"), Kind.COUNT, _("Of those who work in the role.")),
        Column("anywhere", _("At level, anywhere here"), Kind.COUNT),
        Column("short", _("Missing"), Kind.COUNT),
    )
    rows = [_supply(each) for each in found]
    about = (About("as_of", _("As of"), day),)
    return as_file(Table("supply", _("Supply and demand"), columns, rows, about), form)


def _found(request: Request, session: Session, issuer: Issuer, day: date) -> list[SkilledPerson]:
    wanted = asked(request, NAMES)
    level = int(wanted["level"]) if wanted["level"] in {str(each) for each in LEVELS} else 1
    unit = wanted["unit"] or None
    try:
        return workforce.find(session, issuer, wanted["skill"], level=level, as_of=day, unit=unit)
    except NotFound:
        return []


def _supply(each: Supply) -> Sequence[Cell]:
    needed = (each.needed, each.working, each.at_level, each.anywhere, each.short)
    return (each.role_name, each.skill_name, each.level, *needed)
