"""The list of achievements: search, filter, order, page by page, and the same columns as a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from app.issuing import achievement_lists
from app.issuing.achievement_lists import Line, Order, Standing, Wanted
from app.projections import tables
from app.projections.tables import Column, Kind, Table
from app.web.deps import TheService
from app.web.inside import at_work
from app.web.languages import gettext as _
from app.web.signed_in import Reader
from app.web.staff.achievements import cursors, wording
from app.web.staff.achievements.preview import picture_path
from app.web.staff.achievements.wording import Pill

router = APIRouter()

ROWS_A_PAGE = 50
MOST_EXPORTED = 10_000
MOST_LETTERS = 200  # of a search
_SKILLS_SHOWN = 3


class Asked(BaseModel):
    """What the address of the list says; what it cannot mean is as if it were not there."""

    q: str = ""
    state: str = ""
    sort: str = ""
    after: str = ""

    def wanted(self) -> Wanted:
        """As the office takes it. Raises InvalidInput for a place that is not ours."""
        order = Order(self.sort) if self.sort in set(Order) else Order.NAME
        return Wanted(
            search=self.q.replace("\x00", "")[:MOST_LETTERS],
            standing=Standing(self.state) if self.state in set(Standing) else None,
            order=order,
            after=cursors.read(self.after, order),
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    id: str
    name: str
    abbreviation: str
    language: str
    picture: str
    pill: Pill
    living: int
    skills: tuple[str, ...]
    more_skills: int
    changed_at: datetime


@router.get("")
def listed(staff: Reader, request: Request, asked: Annotated[Asked, Query()], service: TheService) -> Response:
    """The issuer's achievements."""
    wanted = asked.wanted()
    with service.database.read() as session:
        found = achievement_lists.page(session, staff.issuer_id, wanted, limit=ROWS_A_PAGE + 1)
        is_empty = not found and not achievement_lists.count(session, staff.issuer_id)
    lines = found[:ROWS_A_PAGE]
    following = None
    if len(found) > ROWS_A_PAGE:
        following = _address(staff.root, wanted, cursors.written(achievement_lists.place_of(lines[-1], wanted.order)))
    return at_work(
        request,
        "staff/achievements.html",
        staff,
        rows=[_row(staff.root, line) for line in lines],
        wanted=wanted,
        standings=wording.standings(),
        following=following,
        exports=_address(staff.root, wanted, "").partition("?")[2],
        first=_address(staff.root, wanted, "") if asked.after else None,
        is_empty=is_empty,
    )


@router.get("/export.{form}")
def exported(
    staff: Reader, form: Literal["csv", "xlsx"], asked: Annotated[Asked, Query()], service: TheService
) -> Response:
    """The columns of the list, of all that matches it, as a file."""
    wanted = replace(asked.wanted(), after=None)
    with service.database.read() as session:
        lines = achievement_lists.page(session, staff.issuer_id, wanted, limit=MOST_EXPORTED)
    table = _table(lines, zone=staff.timezone)
    body = tables.csv_bytes(table) if form == "csv" else tables.xlsx_bytes(table)
    headers = {
        "Content-Disposition": f'attachment; filename="{staff.slug}-achievements.{form}"',
        "Cache-Control": "no-store",
    }
    return Response(body, headers=headers, media_type=tables.CSV_TYPE if form == "csv" else tables.XLSX_TYPE)


def _table(lines: list[Line], *, zone: str) -> Table:
    columns = (
        Column("name", _("Name")),
        Column("abbreviation", _("Abbreviation")),
        Column("short_name", _("Short name")),
        Column("state", _("State")),
        Column("living", _("Living badges"), Kind.COUNT, _("Badges that are good or paused at this moment.")),
        Column("skills", _("Skills"), Kind.TEXT, _("Each with its level, 1 to 5.")),
        Column("changed", _("Last change"), Kind.MOMENT),
    )
    rows = [
        (
            line.facts.name,
            line.facts.abbreviation,
            line.achievement.slug,
            wording.pill(line.standing, line.achievement.current_version).word,
            line.living,
            "; ".join(f"{skill.name} ({skill.level})" for skill in line.facts.skills),
            line.changed_at,
        )
        for line in lines
    ]
    return Table("achievements", _("Achievements"), columns, rows, zone=zone)


def _address(root: str, wanted: Wanted, after: str) -> str:
    parts = {
        "q": wanted.search,
        "state": wanted.standing or "",
        "sort": wanted.order if wanted.order is not Order.NAME else "",
        "after": after,
    }
    query = urlencode({name: value for name, value in parts.items() if value})
    return f"{root}/achievements" + (f"?{query}" if query else "")


def _row(root: str, line: Line) -> Row:
    achievement, facts = line.achievement, line.facts
    image = line.version.image_sha256 if line.version else None
    names = tuple(skill.name for skill in facts.skills)
    return Row(
        id=achievement.id,
        name=facts.name,
        abbreviation=facts.abbreviation,
        language=facts.language,
        picture=picture_path(root, achievement, facts, image),
        pill=wording.pill(line.standing, achievement.current_version),
        living=line.living,
        skills=names[:_SKILLS_SHOWN],
        more_skills=max(0, len(names) - _SKILLS_SHOWN),
        changed_at=line.changed_at,
    )
