"""The ledger of one person: what they did, what it counts towards each badge, adding an entry, striking one out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound, ServiceError
from app.issuing import award_search, learners, people_search, renewals
from app.issuing.award_search import AwardLine
from app.issuing.awards import Award
from app.issuing.learners import Learner
from app.issuing.renewals import CEEntry, ledger, units
from app.projections.tables import Cell, Column, Kind, Table
from app.service import Service
from app.stacking import continuing_education as counting
from app.stacking.continuing_education import Progress
from app.stacking.cycles import RenewalState
from app.web import ce_form, renewal_words
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.renewal_words import Pill
from app.web.signed_in import Awarder, Reader, Staff
from app.web.staff.listing import as_file
from app.web.staff.local import Local
from app.web.staff.people import words
from app.web.words import amount

router = APIRouter(prefix="/staff/{slug}/people/{learner_id}/education", tags=["staff"], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Balance:
    """What is in the ledger for one badge, against what its renewal asks for; amounts in words."""

    line: AwardLine
    pill: Pill
    unit: str
    counted: str
    required: str
    missing: str
    in_domain: str  # still missing in the badge's own domain; "" = none
    percent: int
    is_met: bool


@router.get("")
def show_ledger(request: Request, staff: Reader, service: TheService, learner_id: str) -> Response:
    """Everything in the ledger, the newest first, and how it stands with each badge."""
    return _page(request, staff, service, learner_id)


@router.get("/export.{form}")
def export_ledger(staff: Reader, service: TheService, learner_id: str, form: str) -> Response:
    """The same entries as CSV or as a workbook."""
    with service.database.read() as session:
        learner = learners.by_id(session, staff.issuer(session), learner_id)
        cells = [_cells(each) for each in ledger.of_learners(session, [learner.id])]
    columns = (
        Column("id", _("Id")),
        Column("title", _("What")),
        Column("activity_date", _("Day"), Kind.DATE),
        Column("amount", _("Amount"), Kind.NUMBER),
        Column("unit", _("Unit")),
        Column("domain", _("Domain")),
        Column("evidence", _("Evidence")),
        Column("counted_for", _("Counted for"), definition=_("The id of the badge whose renewal it closed")),
        Column("voided_at", _("Struck out"), Kind.MOMENT),
        Column("void_reason", _("Why")),
    )
    return as_file(Table("education", _("Continuing education"), columns, cells, zone=staff.timezone), form)


@router.post("")
def add_entry(request: Request, form: Sent, staff: Awarder, service: TheService, learner_id: str) -> Response:
    """Write an entry for somebody."""

    def act(session: Session, learner: Learner) -> str:
        ledger.add(session, learner, ce_form.stated(form), actor=staff.actor)
        return _("The entry is in the ledger.")

    return _do(request, staff, service, learner_id, act, form=form)


@router.post("/{entry_id}/void")
def strike_out(
    *, request: Request, form: Sent, staff: Awarder, service: TheService, learner_id: str, entry_id: str
) -> Response:
    """Strike an entry out, with a reason. A badge that it was counted for stays."""

    def act(session: Session, learner: Learner) -> str:
        reason = form.needed("reason", _("Say why it is struck out"), most=500)
        ledger.void(session, ledger.by_id(session, learner, entry_id), reason=reason, actor=staff.actor)
        return _("The entry was struck out.")

    return _do(request, staff, service, learner_id, act, form=form)


def balances(session: Session, learner: Learner) -> list[Balance]:
    """Of every badge of somebody that is renewed by continuing education and is not renewed yet."""
    query = select(Award).where(Award.learner_id == learner.id, Award.valid_until.is_not(None))
    found = session.scalars(query.order_by(Award.valid_until, Award.id)).all()
    asked: dict[str, tuple[RenewalState, Progress]] = {}
    for each in found:
        stands = renewals.standing.of_award(session, each)
        if stands.state is not None and stands.progress is not None:
            asked[each.id] = stands.state, stands.progress
    lines = award_search.lines(session, [each for each in found if each.id in asked])
    return [_balance(each, *asked[each.award.id]) for each in lines]


def _balance(line: AwardLine, state: RenewalState, progress: Progress) -> Balance:
    in_domain = counting.rounded_up(progress.missing_in_domain)
    return Balance(
        line=line,
        pill=renewal_words.pill(state),
        unit=progress.unit,
        counted=amount(counting.rounded_down(progress.counted)),
        required=amount(counting.rounded_up(progress.required)),
        missing=amount(counting.rounded_up(progress.missing)),
        in_domain=amount(in_domain) if in_domain else "",
        percent=int(progress.share * 100),
        is_met=progress.is_met,
    )


def _do(
    request: Request,
    staff: Staff,
    service: Service,
    learner_id: str,
    act: Callable[[Session, Learner], str],
    *,
    form: Form,
) -> Response:
    try:
        with service.database.write() as session:
            sentence = act(session, learners.by_id(session, staff.issuer(session), learner_id))
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, staff, service, learner_id, refused=refusal(error), form=form)
    return go(f"{staff.root}/people/{learner_id}/education", sentence)


def _page(
    request: Request,
    staff: Staff,
    service: Service,
    learner_id: str,
    *,
    refused: Refusal | None = None,
    form: Form | None = None,
) -> Response:
    with service.database.read() as session:
        learner = learners.by_id(session, staff.issuer(session), learner_id)
        (line,) = people_search.lines(session, [learner])
        entries = ledger.of_learners(session, [learner.id])
        known_units = sorted(units.contact_hours_of(session, staff.issuer_id))
        shown = balances(session, learner)
    path = f"{staff.root}/people/{learner_id}/education"
    return at_work(
        request,
        "staff/people/education.html",
        staff,
        refused=refused,
        learner=learner,
        name=words.name_of(line),
        path=path,
        entries=[(each, amount(each.amount)) for each in entries],
        balances=shown,
        units=known_units,
        given=ce_form.given(form),
        local=Local(staff.timezone),
        exports=[(each, f"{path}/export.{each}") for each in ("csv", "xlsx")],
    )


def _cells(entry: CEEntry) -> tuple[Cell, ...]:
    return (
        entry.id,
        entry.title,
        entry.activity_date,
        entry.amount,
        entry.unit,
        entry.domain,
        entry.evidence_url or entry.evidence_text,
        entry.counted_for_id,
        entry.voided_at,
        entry.void_reason,
    )
