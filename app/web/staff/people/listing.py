"""The list of people: look for somebody by a part of a name or an address, or by an id that a system gave."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.issuing import groups, people_search
from app.issuing.awards import Award
from app.issuing.holding import names
from app.issuing.learners import Learner, LearnerState
from app.issuing.people_search import PeopleWanted, PersonLine
from app.issuing.stacks import recognitions
from app.projections.tables import Cell, Column, Kind, Table
from app.web.api.pages_of_rows import PageQuery, page_of
from app.web.deps import TheService
from app.web.inside import at_work
from app.web.languages import gettext as _
from app.web.signed_in import Reader, Staff
from app.web.staff.listing import MOST_COUNTED, MOST_EXPORTED, as_file, asked, with_query
from app.web.staff.local import Local
from app.web.staff.people import words

router = APIRouter(prefix="/staff/{slug}/people", tags=["staff"], include_in_schema=False)

PAGE_ROWS = 50
NAMES = ("q", "state", "group")


@router.get("")
def list_people(request: Request, staff: Reader, service: TheService, cursor: str = "") -> Response:
    """The people who are wanted, the newest first."""
    values = asked(request, NAMES)
    query = people_search.query(staff.issuer_id, _wanted(values))
    page = PageQuery(limit=PAGE_ROWS, cursor=cursor[:500] or None)
    with service.database.read() as session:
        found = page_of(session, query, (Learner.created_at, Learner.id), page)
        total = people_search.count(session, query, most=MOST_COUNTED + 1)
        lines = people_search.lines(session, found.rows)
        awards = _awards_of(session, lines)
        choices = _choices(session, staff)
        wishes = len(names.waiting(session, staff.issuer(session)))
        asked_for = len(recognitions.waiting(session, staff.issuer_id))
    kept = urlencode([(name, value) for name, value in values.items() if value])
    return at_work(
        request,
        "staff/people/list.html",
        staff,
        filter=values,
        is_narrow=any(values.values()),
        rows=[(line, words.name_of(line), words.pill(line.learner), awards.get(line.learner.id, 0)) for line in lines],
        total=total,
        most_counted=MOST_COUNTED,
        choices=choices,
        wishes=wishes,
        asked_for=asked_for,
        local=Local(staff.timezone),
        next_page=with_query(request, cursor=found.cursor) if found.cursor else None,
        first_page=with_query(request, cursor=None) if cursor else None,
        exports=[(form, f"{staff.root}/people/export.{form}{'?' if kept else ''}{kept}") for form in ("csv", "xlsx")],
    )


@router.get("/export.{form}")
def export_people(request: Request, staff: Reader, service: TheService, form: str) -> Response:
    """The same people with the same columns, as CSV or as a workbook."""
    query = people_search.query(staff.issuer_id, _wanted(asked(request, NAMES)))
    rows: list[tuple[Cell, ...]] = []
    with service.database.read() as session:
        for lines in people_search.every(session, query, most=MOST_EXPORTED):
            awards = _awards_of(session, lines)
            rows += [_cells(line, awards.get(line.learner.id, 0)) for line in lines]
    columns = (
        Column("id", _("Id"), definition=_("By which this service calls the person")),
        Column("name", _("Name"), is_personal=True),
        Column("emails", _("Addresses"), is_personal=True),
        Column("identities", _("Ids"), is_personal=True),
        Column("groups", _("Groups")),
        Column("state", _("State")),
        Column("awards", _("Awards"), Kind.COUNT),
        Column("since", _("Since"), Kind.MOMENT),
    )
    return as_file(Table("people", _("People"), columns, rows, zone=staff.timezone), form)


def _wanted(values: Any) -> PeopleWanted:
    state = LearnerState(values["state"]) if values["state"] in set(LearnerState) else None
    return PeopleWanted(text=values["q"], state=state, group=values["group"] or None)


def _awards_of(session: Session, lines: list[PersonLine]) -> dict[str, int]:
    ids = [line.learner.id for line in lines]
    query = select(Award.learner_id, func.count()).where(Award.learner_id.in_(ids)).group_by(Award.learner_id)
    return {row[0]: row[1] for row in session.execute(query)}


def _choices(session: Session, staff: Staff) -> dict[str, list[tuple[str, str]]]:
    names = [name for name, _count in groups.counts(session, staff.issuer_id)]
    return {
        "states": [
            ("", _("Everybody here")),
            *((key.value, _(word)) for key, (_tone, word) in words.STATES.items()),
        ],
        "groups": [("", _("Every group")), *((name, name) for name in names)],
    }


def _cells(line: PersonLine, awards: int) -> tuple[Cell, ...]:
    learner = line.learner
    ids = "; ".join(f"{source_id} ({namespace})" for namespace, source_id in line.identities)
    about = (learner.id, learner.display_name, "; ".join(line.emails), ids, "; ".join(line.groups))
    return (*about, words.pill(learner).word, awards, learner.created_at)
