"""Audits of continuing education: a sample is drawn, looked at entry by entry, and can be found and drawn again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import achievement_search, actors, award_search
from app.issuing.audit import AuditEntry
from app.issuing.award_search import AwardLine
from app.issuing.awards import Award
from app.issuing.renewals import CEEntry, CEVerdict, sampling, verdicts
from app.issuing.renewals.verdicts import Result
from app.projections.tables import Cell, Column, Kind, Table
from app.service import Service
from app.stacking.world import OnLoss
from app.web import ce_form
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.signed_in import Awarder, Reader, Staff
from app.web.staff import who
from app.web.staff.listing import as_file
from app.web.staff.local import Local
from app.web.words import amount

router = APIRouter(prefix="/staff/{slug}/renewals/samples", tags=["staff"], include_in_schema=False)

LONGEST_NOTE = 2_000
RESULTS = {Result.PASSED: marked("It was shown"), Result.FAILED: marked("It could not be shown")}
BECAME = {
    OnLoss.KEEP: marked("the badge stays"),
    OnLoss.SUSPEND: marked("the badge was paused"),
    OnLoss.REVOKE: marked("the badge was withdrawn"),
}
MOST_LISTED = 100
FIELDS = ("count", "achievement", "since", "until", "seed")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One badge of a sample, what was counted for its renewal, each with its amount in words, and the verdict.

    `verdict` None = nobody judged it yet; `by` is who did.
    """

    line: AwardLine
    entries: list[tuple[CEEntry, str]]
    verdict: CEVerdict | None
    by: str


@router.get("")
def list_samples(staff: Reader, request: Request, service: TheService) -> Response:
    """What was drawn before, the newest first, and the form for drawing one."""
    return _page(request, staff, service)


@router.post("")
def draw(staff: Awarder, request: Request, form: Sent, service: TheService) -> Response:
    """Draw a sample. Seed, size and what was drawn go to the audit log, from where it is shown."""
    try:
        since, until = _day(form, staff, "since"), _day(form, staff, "until")
        with service.database.write() as session:
            sample = sampling.draw(
                session,
                staff.issuer(session),
                count=form.number("count", _("How many is a whole number")),
                actor=staff.actor,
                seed=form.optional("seed", most=200),
                achievement_id=form.optional("achievement", most=22),
                since=since,
                until=None if until is None else until + timedelta(days=1),  # whose day counts
            )
    except ServiceError as error:
        return _page(request, staff, service, form=form, refused=refusal(error))
    return go(
        f"{staff.root}/renewals/samples/{sample.number}", _("This is the sample. Ask these people for their documents.")
    )


@router.get("/{sample_number}")
def show_sample(staff: Reader, request: Request, sample_number: int, service: TheService) -> Response:
    """One sample: each badge with the entries that renewed it, the way to strike one out, and the verdict."""
    return _one_page(request, staff, service, sample_number)


@router.post("/{sample_number}/verdicts")
def judge(staff: Awarder, request: Request, sample_number: int, form: Sent, service: TheService) -> Response:
    """Say whether the holder could show it. What the policy says follows at once; there is no second verdict."""
    award_id = form.text("award", most=22)
    try:
        note = form.optional("note", most=LONGEST_NOTE)
        result = form.text("result")
        if result not in set(Result):
            raise InvalidInput(_("Say whether it could be shown"), pointer="/result")
        with service.database.write() as session:
            issuer = staff.issuer(session)
            said = verdicts.Stated(sample_number, award_id, Result(result), note)
            verdicts.judge(session, service.office, issuer, said, actor=staff.actor)
    except NotFound:
        raise
    except ServiceError as error:
        return _one_page(request, staff, service, sample_number, about=award_id, refused=refusal(error))
    return go(f"{staff.root}/renewals/samples/{sample_number}", _("The verdict is written down."))


def _one_page(
    request: Request,
    staff: Staff,
    service: Service,
    sample_number: int,
    *,
    about: str = "",
    refused: Refusal | None = None,
) -> Response:
    with service.database.read() as session:
        found = sampling.by_number(session, staff.issuer_id, sample_number)
        drawn = _badges(session, found)
    path = f"{staff.root}/renewals/samples/{sample_number}"
    return at_work(
        request,
        "staff/samples/one.html",
        staff,
        about=about,
        refused=refused,
        results=[(each.value, _(said)) for each, said in RESULTS.items()],
        told={each.value: _(said) for each, said in RESULTS.items()},
        became={each.value: _(said) for each, said in BECAME.items()},
        found=found,
        drawn=drawn,
        local=Local(staff.timezone),
        exports=[(form, f"{path}/export.{form}") for form in ("csv", "xlsx")],
    )


@router.get("/{sample_number}/export.{form}")
def export_sample(staff: Reader, sample_number: int, form: str, service: TheService) -> Response:
    """The entries of a sample as CSV or as a workbook, a line each."""
    cells: list[tuple[Cell, ...]] = []
    with service.database.read() as session:
        for each in _badges(session, sampling.by_number(session, staff.issuer_id, sample_number)):
            cells += [_cells(each, entry) for entry, _amount in each.entries]
    columns = (
        Column("badge", _("Badge"), definition=_("By which this service calls it")),
        Column("holder", _("Holder"), is_personal=True),
        Column("email", _("Address"), is_personal=True),
        Column("achievement", _("Achievement")),
        Column("title", _("What")),
        Column("activity_date", _("Day"), Kind.DATE),
        Column("amount", _("Amount"), Kind.NUMBER),
        Column("unit", _("Unit")),
        Column("evidence", _("Evidence")),
        Column("void_reason", _("Struck out")),
        Column("result", _("Verdict")),
        Column("note", _("Note"), is_personal=True),
        Column("judged_by", _("Judged by"), is_personal=True),
        Column("judged", _("Judged on"), Kind.MOMENT),
        Column("consequence", _("What followed")),
    )
    return as_file(Table(f"sample-{sample_number}", _("Audit sample"), columns, cells, zone=staff.timezone), form)


def _drawn(staff: Staff) -> Select[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.issuer_id == staff.issuer_id, AuditEntry.action == sampling.ACTION)
    return query.order_by(AuditEntry.id.desc())


def _badges(session: Session, sample: AuditEntry) -> list[Drawn]:
    """The badges in the order in which they were drawn."""
    ids = list(sample.facts["awards"])
    rows = {each.id: each for each in session.scalars(select(Award).where(Award.id.in_(ids)))}
    lines = award_search.lines(session, [rows[each] for each in ids if each in rows])
    judged = verdicts.of_sample(session, sample.id)
    known = actors.named(session, {each.judged_by for each in judged.values()})
    return [
        Drawn(
            line,
            [(entry, amount(entry.amount)) for entry in sampling.entries_of(session, line.award)],
            verdict := judged.get(line.award.id),
            "" if verdict is None else who.words(known.get(verdict.judged_by)),
        )
        for line in lines
    ]


def _day(form: Form, staff: Staff, name: str) -> datetime | None:
    """The beginning of a day where the issuer is; None = nothing was said."""
    if not form.text(name):
        return None
    return datetime.combine(ce_form.day(form, name), time.min, ZoneInfo(staff.timezone))


def _page(
    request: Request, staff: Staff, service: Service, *, form: Form | None = None, refused: Refusal | None = None
) -> Response:
    with service.database.read() as session:
        rows = session.scalars(_drawn(staff).limit(MOST_LISTED)).all()
        known = achievement_search.choices(session, staff.issuer_id)
    names = {each.id: each.words for each in known}
    return at_work(
        request,
        "staff/samples/list.html",
        staff,
        refused=refused,
        rows=[(each, names.get(each.object_id, "")) for each in rows],
        achievements=[("", _("Every achievement")), *((each.id, each.words) for each in known)],
        given={name: form.fields.get(name, [""])[-1] if form is not None else "" for name in FIELDS},
        local=Local(staff.timezone),
    )


def _cells(drawn: Drawn, entry: CEEntry) -> tuple[Cell, ...]:
    line, verdict = drawn.line, drawn.verdict
    about = (line.award.id, line.holder.display_name, line.email, line.achievement_name, entry.title)
    evidence = entry.evidence_url or entry.evidence_text
    judged: tuple[Cell, ...] = (None,) * 5
    if verdict is not None:
        said, became = _(RESULTS[Result(verdict.result)]), _(BECAME[OnLoss(verdict.consequence)])
        judged = (said, verdict.note, drawn.by, verdict.judged_at, became)
    return (*about, entry.activity_date, entry.amount, entry.unit, evidence, entry.void_reason, *judged)
