"""Renewals at work: what ends soon or has lapsed, renewed one by one, as a file, and as a calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.days import day_in
from app.errors import NotFound, ServiceError
from app.issuing import accreditations, achievement_search, award_search, awards, groups, renewals
from app.issuing.award_search import AwardLine
from app.issuing.awards import Award
from app.issuing.renewals import DueWanted, Policy, calendars, listing, policies
from app.projections.tables import Cell, Column, Kind, Table
from app.service import Service
from app.stacking.cycles import RenewalState, deadlines
from app.web import renewal_words
from app.web.accreditation_view import view_of
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.renewal_words import STATES, Pill
from app.web.signed_in import Awarder, Reader, Staff
from app.web.staff.listing import MOST_EXPORTED, as_file, asked, with_query
from app.web.staff.local import Local

router = APIRouter(prefix="/staff/{slug}/renewals", tags=["staff"], include_in_schema=False)

MOST_SHOWN = 200  # the file has all
NAMES = ("state", "achievement", "group")


@dataclass(frozen=True, slots=True)
class Row:
    """One badge of the work list."""

    line: AwardLine
    state: RenewalState
    pill: Pill
    policy: Policy
    days_left: int

    @property
    def holder(self) -> str:
        """What people call the holder."""
        return self.line.holder.display_name or self.line.email or _("No name")

    @property
    def grace_until(self) -> Any:
        """The end of its grace; None = it has none."""
        ends_at, rule = self.line.award.valid_until, self.policy.renewal
        return (
            deadlines(rule, ends_at, self.policy.zone).grace_until if ends_at is not None and rule.grace_days else None
        )


@router.get("")
def list_renewals(request: Request, staff: Reader, service: TheService) -> Response:
    """The work list, the one that ends first at the top."""
    return _page(request, staff, service)


@router.get("/export.{form}")
def export_renewals(request: Request, staff: Reader, service: TheService, form: str) -> Response:
    """The same badges with the same columns, as CSV or as a workbook."""
    with service.database.read() as session:
        rows = _rows(session, staff, asked(request, NAMES), most=MOST_EXPORTED)
    badge = service.office.addresses.badge
    return as_file(_table([_cells(row, badge(row.line.award.id)) for row in rows], staff.timezone), form)


@router.post("/calendar")
def change_calendar(request: Request, form: Sent, staff: Reader, service: TheService) -> Response:
    """Make a new address for one's calendar of this issuer, which is told once, or end the one that is there."""
    with service.database.write() as session:
        if form.text("act") == "end":
            calendars.end(session, staff.visitor.account_id, issuer=staff.issuer(session))
            return go(f"{staff.root}/renewals", _("The address works no more."))
        made = calendars.create(session, service.office, staff.visitor.account_id, issuer=staff.issuer(session))
    return _page(request, staff, service, new_address=made.url)


@router.post("/{award_id}")
def renew(request: Request, form: Sent, staff: Awarder, service: TheService, award_id: str) -> Response:
    """Renew a badge: a new one follows it. What is missing is said above the list."""
    del form
    try:
        with service.database.write() as session:
            award = awards.by_id(session, award_id, issuer=staff.issuer(session))
            made = renewals.renew(session, service.office, award, actor=staff.actor)
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, staff, service, refused=refusal(error))
    return go(f"{staff.root}/awards/{made.id}", _("Renewed. This is the new badge; the old one stays as it was."))


def _page(
    request: Request, staff: Staff, service: Service, *, refused: Refusal | None = None, new_address: str = ""
) -> Response:
    wanted, path = asked(request, NAMES), f"{staff.root}/renewals"
    with service.database.read() as session:
        rows = _rows(session, staff, wanted, most=MOST_SHOWN + 1)
        choices = _choices(session, staff)
        worrying = accreditations.worrying(session, staff.issuer(session), now=clock.now())
        has_calendar = calendars.of(session, staff.visitor.account_id, issuer=staff.issuer(session)) is not None
    return at_work(
        request,
        "staff/renewals.html",
        staff,
        refused=refused,
        rows=rows[:MOST_SHOWN],
        is_cut=len(rows) > MOST_SHOWN,
        most=MOST_SHOWN,
        wanted=wanted,
        is_narrow=any(wanted.values()),
        accreditations=[view_of(each) for each in worrying],
        choices=choices,
        local=Local(staff.timezone),
        words=renewal_words,
        exports=[(form, with_query(request, f"{path}/export.{form}")) for form in ("csv", "xlsx")],
        has_calendar=has_calendar,
        new_address=new_address,
    )


def _rows(session: Session, staff: Staff, wanted: Mapping[str, str], *, most: int) -> list[Row]:
    now, known = clock.now(), policies.of_issuer(session, staff.issuer_id)
    chosen = wanted["state"]
    due = DueWanted(
        states=[RenewalState(chosen)] if chosen in set(RenewalState) else listing.TO_DO,
        achievement_id=wanted["achievement"] or None,
        group=wanted["group"] or None,
    )
    query = listing.query(staff.issuer_id, known, due, now=now).order_by(Award.valid_until, Award.id)
    found = session.scalars(query.limit(most)).all()
    states = listing.states_of(session, found, known, now=now)
    return [_row(line, states, known, now) for line in award_search.lines(session, found)]


def _row(line: AwardLine, states: Mapping[str, RenewalState], known: Mapping[str, Policy], now: Any) -> Row:
    award, state, policy = line.award, states[line.award.id], known[line.award.achievement_id]
    ends = award.valid_until
    days = 0 if ends is None else (day_in(ends, policy.zone) - day_in(now, policy.zone)).days
    return Row(line, state, renewal_words.pill(state), policy, days)


def _choices(session: Session, staff: Staff) -> dict[str, Sequence[tuple[str, str]]]:
    found = achievement_search.choices(session, staff.issuer_id)
    names = [name for name, _count in groups.counts(session, staff.issuer_id)]
    return {
        "states": [("", _("What can be acted on")), *((key.value, _(word)) for key, (_tone, word) in STATES.items())],
        "achievements": [("", _("Every achievement")), *((each.id, each.words) for each in found)],
        "groups": [("", _("Every group")), *((name, name) for name in names)],
    }


def _table(lines: list[tuple[Cell, ...]], zone: str) -> Table:
    columns = (
        Column("badge", _("Badge"), definition=_("The address of the badge's page")),
        Column("holder", _("Holder"), is_personal=True),
        Column("email", _("Address"), is_personal=True),
        Column("achievement", _("Achievement")),
        Column("abbreviation", _("Abbreviation")),
        Column("state", _("State")),
        Column("until", _("Good until"), Kind.MOMENT),
        Column("days_left", _("Days left"), Kind.COUNT),
        Column("grace_until", _("In grace until"), Kind.MOMENT),
        Column("method", _("How it is renewed")),
    )
    return Table("renewals", _("Renewals"), columns, lines, zone=zone)


def _cells(row: Row, url: str) -> tuple[Cell, ...]:
    line = row.line
    about = (url, line.holder.display_name, line.email, line.achievement_name, line.abbreviation, row.state.value)
    method = row.policy.renewal.method.value
    return (*about, line.award.valid_until, row.days_left, row.grace_until, method)
