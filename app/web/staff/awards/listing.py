"""The list of awards: look for some, tick some, take the columns along as a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput
from app.issuing import achievement_search, actors, approvals, award_search, bulk_acts, groups
from app.issuing.actors import Actor
from app.issuing.award_search import AwardLine, AwardsWanted
from app.issuing.awards import Award
from app.issuing.learners import LearnerState
from app.projections.tables import Cell, Column, Kind, Table
from app.service import Service
from app.web.api.pages_of_rows import PageQuery, Rows, page_of
from app.web.deps import TheService
from app.web.inside import Refusal, at_work, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Reader, Staff
from app.web.staff import who
from app.web.staff.awards import filtering, words
from app.web.staff.awards.words import Pill
from app.web.staff.listing import MOST_COUNTED, MOST_EXPORTED, as_file
from app.web.staff.local import Local

router = APIRouter(prefix="/staff/{slug}/awards", tags=["staff"], include_in_schema=False)

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    line: AwardLine
    pill: Pill
    by: str
    visibility: str
    is_erased: bool

    @property
    def holder(self) -> str:
        """What people call the holder."""
        return self.line.holder.display_name or self.line.email or (_("Erased") if self.is_erased else _("No name"))


@router.get("")
def list_awards(request: Request, staff: Reader, service: TheService, cursor: str = "", tick: str = "") -> Response:
    """The awards that are wanted, newest first; what is awarded meanwhile moves no later page."""
    return show(request, staff, service, filtering.of_request(request), cursor=cursor[:500], is_ticked=tick == "page")


@router.get("/export.{form}")
def export_awards(request: Request, staff: Reader, service: TheService, form: str) -> Response:
    """The same awards with the same columns, as CSV or as a workbook."""
    local = Local(staff.timezone)
    wanted = filtering.of_request(request).wanted(local)
    with service.database.read() as session:
        query = award_search.query(staff.issuer_id, wanted, now=clock.now())
        badge = service.office.addresses.badge
        pages = award_search.every(session, query, most=MOST_EXPORTED)
        lines = [_cells(row, badge(row.line.award.id)) for page in pages for row in rows_of(session, page)]
    return as_file(_table(lines, staff.timezone), form)


def show(
    request: Request,
    staff: Staff,
    service: Service,
    asked_for: filtering.Filter,
    *,
    cursor: str = "",
    is_ticked: bool = False,
    refused: Refusal | None = None,
) -> Response:
    """One page of the list, with every row ticked or none; `refused` is what a form of it was refused for."""
    local, path, now = Local(staff.timezone), f"{staff.root}/awards", clock.now()
    wanted, unclear = _wanted(asked_for, local)
    with service.database.read() as session:
        query = award_search.query(staff.issuer_id, wanted, now=now)
        found, lost = _page(session, query, cursor)
        total = award_search.count(session, query, most=MOST_COUNTED + 1)
        rows = rows_of(session, award_search.lines(session, found.rows))
        shown = _choices(session, staff)
    return at_work(
        request,
        "staff/awards/list.html",
        staff,
        refused=refused or unclear or lost,
        local=local,
        filter=asked_for,
        rows=rows,
        total=total,
        most_counted=MOST_COUNTED,
        cursor=cursor,
        next_page=asked_for.address(path, cursor=found.cursor) if found.cursor else None,
        first_page=asked_for.address(path) if cursor else None,
        tick_all=asked_for.address(path, cursor=cursor, tick="page"),
        is_ticked=is_ticked,
        exports=[(form, asked_for.address(f"{path}/export.{form}")) for form in ("csv", "xlsx")],
        **shown,
    )


def rows_of(session: Session, lines: list[AwardLine]) -> list[Row]:
    """These awards as the list shows them."""
    known = actors.named(session, {line.issued_by for line in lines})
    now = clock.now()
    return [_row(line, known.get(line.issued_by or ""), now=now) for line in lines]


def _row(line: AwardLine, actor: Actor | None, *, now: Any) -> Row:
    return Row(
        line=line,
        pill=words.pill(line.award, now=now),
        by=who.words(actor) if actor else "",
        visibility=words.visibility(line.award),
        is_erased=line.holder.state == LearnerState.ERASED,
    )


def _wanted(asked_for: filtering.Filter, local: Local) -> tuple[AwardsWanted, Refusal | None]:
    try:
        return asked_for.wanted(local), None
    except InvalidInput as error:
        return AwardsWanted(), refusal(error)


def _page(session: Session, query: Select[Award], cursor: str) -> tuple[Rows[Any], Refusal | None]:
    by = (Award.created_at, Award.id)
    try:
        return page_of(session, query, by, PageQuery(limit=PAGE_ROWS, cursor=cursor or None)), None
    except InvalidInput as error:
        return page_of(session, query, by, PageQuery(limit=PAGE_ROWS)), replace(refusal(error), field="")


def _choices(session: Session, staff: Staff) -> dict[str, Any]:
    found = achievement_search.choices(session, staff.issuer_id)
    names = [name for name, _count in groups.counts(session, staff.issuer_id)]
    choices = {
        "states": [("", _("Every state")), *((key.value, _(word)) for key, word in words.STANDINGS.items())],
        "achievements": [("", _("Every achievement")), *((each.id, each.words) for each in found)],
        "groups": [("", _("Every group")), *((name, name) for name in names)],
        "ends": [("", _("Any time")), *((str(days), _("%(days)s days", days=days)) for days in filtering.ENDS_WITHIN)],
    }
    return {
        "choices": choices,
        "acts": bulk_acts.open_of(session, staff.issuer_id),
        "waiting": approvals.count_pending(session, staff.issuer_id),
    }


def _table(lines: list[tuple[Cell, ...]], zone: str) -> Table:
    columns = (
        Column("badge", _("Badge"), definition=_("The address of the badge's page")),
        Column("holder", _("Holder"), is_personal=True),
        Column("email", _("Address"), is_personal=True),
        Column("achievement", _("Achievement")),
        Column("abbreviation", _("Abbreviation")),
        Column("state", _("State")),
        Column("awarded", _("Awarded"), Kind.MOMENT),
        Column("until", _("Good until"), Kind.MOMENT),
        Column("by", _("By")),
        Column("visibility", _("Who sees it")),
        Column("sponsor", _("Sponsor"), definition=_("Who paid for it"), is_personal=True),
        Column("funding", _("Funding"), is_personal=True),
    )
    return Table("awards", _("Awards"), columns, lines, zone=zone)


def _cells(row: Row, url: str) -> tuple[Cell, ...]:
    award, line = row.line.award, row.line
    about = (url, line.holder.display_name, line.email, line.achievement_name, line.abbreviation)
    stands = (row.pill.word, award.awarded_at, award.valid_until, row.by, row.visibility)
    return (*about, *stands, award.sponsor, award.funding)
