"""Who is on a pathway: found by name, by how far they are and by what they lack, and the same columns as a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.issuing.people_search import PersonLine
from app.issuing.stacks import Enrolment, lists, standing
from app.issuing.stacks.lists import EnrolmentsWanted, Standing
from app.issuing.stacks.standing import OnPathway
from app.projections.tables import Cell, Column, Kind, Table
from app.web.api.pages_of_rows import PageQuery, page_of
from app.web.deps import TheService
from app.web.languages import gettext as _
from app.web.signed_in import Reader
from app.web.staff.awards.words import Pill
from app.web.staff.listing import MOST_COUNTED, MOST_EXPORTED, as_file, asked, with_query
from app.web.staff.pathways import view, words
from app.web.staff.pathways.page import Subject, at_pathway, subject
from app.web.staff.people import words as people_words

router = APIRouter()

PAGE_ROWS = 50
NAMES = ("q", "without", "standing")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: somebody on the pathway, how far they are, and what stands between them and its end."""

    enrolment: Enrolment
    person: PersonLine
    name: str
    pill: Pill | None
    percent: int
    steps: tuple[str, ...]
    missing: str


@router.get("/{pathway_id}/people")
def list_people(staff: Reader, request: Request, pathway_id: str, service: TheService, cursor: str = "") -> Response:
    """The people who are wanted, who came last first."""
    values = asked(request, NAMES)
    page = PageQuery(limit=PAGE_ROWS, cursor=cursor[:500] or None)
    with service.database.read() as session:
        about = subject(session, staff, pathway_id)
        query = lists.query(staff.issuer_id, about.row.id, _wanted(values))
        found = page_of(session, query, (Enrolment.enrolled_at, Enrolment.id), page)
        total = lists.count(session, query, most=MOST_COUNTED + 1)
        rows = _rows(session, about, found.rows)
    kept = urlencode([(name, value) for name, value in values.items() if value])
    export = f"{staff.root}/pathways/{about.row.id}/people/export"
    return at_pathway(
        request,
        "people.html",
        staff,
        about,
        tab="people",
        filter=values,
        is_narrow=any(values.values()),
        rows=rows,
        total=total,
        most_counted=MOST_COUNTED,
        choices=_choices(about),
        next_page=with_query(request, cursor=found.cursor) if found.cursor else None,
        first_page=with_query(request, cursor=None) if cursor else None,
        exports=[(form, f"{export}.{form}{'?' if kept else ''}{kept}") for form in ("csv", "xlsx")],
    )


@router.get("/{pathway_id}/people/export.{form}")
def export_people(staff: Reader, request: Request, pathway_id: str, service: TheService, form: str) -> Response:
    """The same people with the same columns, as CSV or as a workbook."""
    cells: list[tuple[Cell, ...]] = []
    with service.database.read() as session:
        about = subject(session, staff, pathway_id)
        query = lists.query(staff.issuer_id, about.row.id, _wanted(asked(request, NAMES)))
        for rows in lists.every(session, query, most=MOST_EXPORTED):
            cells += [_cells(row) for row in _rows(session, about, rows)]
    columns = (
        Column("id", _("Id"), definition=_("By which this service calls the person")),
        Column("name", _("Name"), is_personal=True),
        Column("emails", _("Addresses"), is_personal=True),
        Column("version", _("Version"), Kind.COUNT, _("The one that counts for them.")),
        Column("since", _("Since"), Kind.MOMENT),
        Column("sponsor", _("Sponsor")),
        Column("progress", _("Progress"), Kind.SHARE),
        Column("steps", _("Complete steps")),
        Column("missing", _("What is missing")),
        Column("completed", _("Completed"), Kind.MOMENT),
    )
    return as_file(Table(f"{about.row.slug}-people", about.facts.name, columns, cells, zone=staff.timezone), form)


def _wanted(values: Any) -> EnrolmentsWanted:
    chosen = Standing(values["standing"]) if values["standing"] in set(Standing) else None
    return EnrolmentsWanted(text=values["q"], without=values["without"], standing=chosen)


def _rows(session: Session, about: Subject, enrolments: Any) -> list[Row]:
    people = lists.people(session, [each.learner_id for each in enrolments])
    found = standing.of_enrolments(session, about.row, enrolments, about.known.day_of(clock.now()))
    return [_row(about, each, people[each.enrolment.learner_id]) for each in found]


def _row(about: Subject, found: OnPathway, person: PersonLine) -> Row:
    evaluation = found.evaluation
    pathway = evaluation.pathway
    return Row(
        enrolment=found.enrolment,
        person=person,
        name=people_words.name_of(person),
        pill=words.progress(found.enrolment, is_complete=evaluation.is_complete),
        percent=int(evaluation.progress * 100),
        steps=tuple(pathway.by_id[each].name for each in evaluation.complete),
        missing=view.missing(about.known.world, evaluation),
    )


def _choices(about: Subject) -> dict[str, list[tuple[str, str]]]:
    return {
        "without": [("", _("Whatever is complete")), *((node.id, node.name) for node in about.facts.nodes)],
        "standing": [
            ("", _("Everybody on it")),
            (Standing.UNDER_WAY.value, _("Under way")),
            (Standing.COMPLETED.value, _("Completed")),
        ],
    }


def _cells(row: Row) -> tuple[Cell, ...]:
    enrolment = row.enrolment
    return (
        enrolment.learner_id,
        row.person.learner.display_name,
        "; ".join(row.person.emails),
        enrolment.version,
        enrolment.enrolled_at,
        enrolment.sponsor,
        row.percent / 100,
        "; ".join(row.steps),
        row.missing,
        enrolment.completed_at,
    )
