"""Cohorts at work: several people on the way to one role or pathway, each with a plan, and how far they all are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInput, ServiceError
from app.issuing import learners, people_search
from app.issuing.learners import Learner
from app.issuing.pathways import worlds
from app.issuing.plans import Aim, Aims, Cohort, Intent, Pace, cohorts
from app.issuing.plans.cohorts import Described, Member, Overview
from app.projections.tables import Cell, Column, Kind, Table
from app.service import Service
from app.stacking.plans import Wishes
from app.web import ce_form
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.languages import marked, ngettext
from app.web.renewal_words import Pill
from app.web.signed_in import Awarder, Reader, Staff
from app.web.staff.listing import as_file
from app.web.staff.local import Local
from app.web.staff.people import choosing
from app.web.staff.people import words as people_words
from app.web.states import Tone

router = APIRouter(prefix="/staff/{slug}/cohorts", tags=["staff"], include_in_schema=False)

MOST_LISTED = 500
FIELDS = ("name", "target", "intent", "sponsor", "funding", "target_date", "hours")
INTENTS = {
    Intent.UPSKILL: marked("More in the work that they do (upskilling)"),
    Intent.RE_SKILL: marked("Other work (re-skilling)"),
    Intent.STACK: marked("Badges that add up"),
}
PACES = {
    Pace.DONE: (Tone.GOOD, marked("Done")),
    Pace.ON_TIME: (Tone.GOOD, marked("On time")),
    Pace.LATE: (Tone.SOON, marked("Late")),
    Pace.NO_DATES: (Tone.UNKNOWN, marked("No dates")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a cohort, and how far they are."""

    member: Member
    name: str
    pill: Pill
    ends: date | None

    @property
    def steps(self) -> int:
        """How many steps their plan has."""
        return len(self.member.progress.steps)


@router.get("")
def list_cohorts(staff: Reader, request: Request, service: TheService) -> Response:
    """All cohorts, the newest first, with how far each is."""
    query = select(Cohort).where(Cohort.issuer_id == staff.issuer_id)
    with service.database.read() as session:
        found = session.scalars(query.order_by(Cohort.created_at.desc(), Cohort.id).limit(MOST_LISTED)).all()
        names = _targets(session, staff.issuer_id)
        rows = [(each, cohorts.overview(session, each, staff.today)) for each in found]
    shown = [(each, names.get((each.aims, each.target), each.target), overview) for each, overview in rows]
    return at_work(request, "staff/cohorts/list.html", staff, rows=shown, local=Local(staff.timezone))


@router.get("/new")
def ask(staff: Awarder, request: Request, service: TheService) -> Response:
    """The form of a new one."""
    return _form(request, staff, service)


@router.post("/new")
def make(staff: Awarder, request: Request, form: Sent, service: TheService) -> Response:
    """Make a cohort without people; they are added on its page."""
    try:
        with service.database.write() as session:
            made = cohorts.make(session, staff.issuer(session), _described(form), actor=staff.actor)
    except ServiceError as error:
        return _form(request, staff, service, form=form, refused=refusal(error))
    return go(f"{staff.root}/cohorts/{made.id}", _("The cohort is there. Now add people: each gets a plan."))


@router.get("/{cohort_id}")
def show(staff: Reader, request: Request, cohort_id: str, service: TheService, q: str = "") -> Response:
    """One cohort: what it is for, who is in it, how far each is, and whom to add."""
    return _page(request, staff, service, cohort_id, text=q.replace("\x00", "")[:320].strip())


@router.get("/{cohort_id}/export.{form}")
def export(staff: Reader, cohort_id: str, form: str, service: TheService) -> Response:
    """The people of a cohort as CSV or as a workbook."""
    with service.database.read() as session:
        found = cohorts.by_id(session, cohort_id, issuer_id=staff.issuer_id)
        cells = [_cells(line) for line in _lines(session, cohorts.overview(session, found, staff.today))]
    columns = (
        Column("id", _("Id"), definition=_("By which this service calls the person")),
        Column("name", _("Name"), is_personal=True),
        Column("done", _("Steps done"), Kind.COUNT),
        Column("steps", _("Steps"), Kind.COUNT),
        Column("pace", _("Pace")),
        Column("ends", _("Plan ends"), Kind.DATE),
    )
    return as_file(Table("cohort", found.name, columns, cells, zone=staff.timezone), form)


@router.post("/{cohort_id}/people")
def add(staff: Awarder, request: Request, cohort_id: str, form: Sent, service: TheService) -> Response:
    """Add those who were chosen. Who is in it already keeps their plan."""
    try:
        with service.database.write() as session:
            issuer = staff.issuer(session)
            found = cohorts.by_id(session, cohort_id, issuer_id=issuer.id)
            queries = choosing.queries(session, issuer, form)
            if not queries:
                raise InvalidInput(_("Choose somebody, a group or a unit"), pointer="/person")
            ids = dict.fromkeys(each for query in queries for each in session.scalars(query))
            people = [learners.by_id(session, issuer, each) for each in ids]
            made = cohorts.add(session, found, people, actor=staff.actor)
    except ServiceError as error:
        return _page(request, staff, service, cohort_id, text=form.text("q", most=320), refused=refusal(error))
    sentence = ngettext("%(num)s person was added.", "%(num)s people were added.", len(made))
    return go(f"{staff.root}/cohorts/{cohort_id}", sentence)


@router.post("/{cohort_id}/end")
def end(staff: Awarder, cohort_id: str, form: Sent, service: TheService) -> Response:
    """End a cohort and the plans in it. They can still be read."""
    del form
    with service.database.write() as session:
        cohorts.end(session, cohorts.by_id(session, cohort_id, issuer_id=staff.issuer_id), actor=staff.actor)
    return go(f"{staff.root}/cohorts/{cohort_id}", _("The cohort has ended. What was reached stays."))


def _described(form: Form) -> Described:
    kind, _colon, target = form.needed("target", _("Choose a role or a pathway"), most=100).partition(":")
    intent = form.text("intent", most=20)
    if kind not in set(Aims) or intent not in set(Intent):
        raise InvalidInput(_("Choose a role or a pathway"), pointer="/target")
    return Described(
        form.needed("name", _("Give it a name"), most=120),
        Aim(Aims(kind), target),
        Intent(intent),
        form.optional("sponsor", most=200),
        form.optional("funding", most=20_000),
        ce_form.day(form, "target_date") if form.text("target_date") else None,
        Wishes(hours_per_week=_hours(form)),
    )


def _hours(form: Form) -> Decimal | None:
    text = form.text("hours", most=10).replace(",", ".")
    if not text:
        return None
    try:
        hours = Decimal(text)
    except InvalidOperation:
        hours = Decimal(0)
    if not 0 < hours <= 168:  # noqa: PLR2004 - a week
        raise InvalidInput(_("Hours a week are a number from 1 to 168"), pointer="/hours")
    return hours


def _targets(session: Session, issuer_id: str) -> dict[tuple[str, str], str]:
    world = worlds.of(session, issuer_id).world
    found: dict[tuple[str, str], str] = {(Aims.ROLE, each.id): each.name for each in world.roles.values()}
    return found | {(Aims.PATHWAY, each.id): each.name for each in world.pathways.values()}


def _form(
    request: Request, staff: Staff, service: Service, *, form: Form | None = None, refused: Refusal | None = None
) -> Response:
    with service.database.read() as session:
        names = _targets(session, staff.issuer_id)
    labels = {Aims.ROLE: _("Role: %(name)s"), Aims.PATHWAY: _("Pathway: %(name)s")}
    targets = [(f"{kind}:{slug}", labels[Aims(kind)] % {"name": name}) for (kind, slug), name in names.items()]
    return at_work(
        request,
        "staff/cohorts/new.html",
        staff,
        refused=refused,
        targets=[("", _("Choose one")), *sorted(targets, key=lambda pair: pair[1].casefold())],
        intents=[(key.value, _(word)) for key, word in INTENTS.items()],
        given={name: form.fields.get(name, [""])[-1] if form is not None else "" for name in FIELDS},
    )


def _page(
    request: Request, staff: Staff, service: Service, cohort_id: str, *, text: str, refused: Refusal | None = None
) -> Response:
    with service.database.read() as session:
        found = cohorts.by_id(session, cohort_id, issuer_id=staff.issuer_id)
        overview = cohorts.overview(session, found, staff.today)
        lines = _lines(session, overview)
        target = _targets(session, staff.issuer_id).get((found.aims, found.target), found.target)
        choices = choosing.offered(session, staff.issuer_id, text)
    path = f"{staff.root}/cohorts/{found.id}"
    return at_work(
        request,
        "staff/cohorts/one.html",
        staff,
        refused=refused,
        path=path,
        found=found,
        target=target,
        intent=_(INTENTS[Intent(found.intent)]),
        overview=overview,
        counts=[(_(word), overview.count(pace)) for pace, (_tone, word) in PACES.items()],
        lines=lines,
        choices=choices,
        there={line.member.learner_id for line in lines},
        text=text,
        local=Local(staff.timezone),
        exports=[(form, f"{path}/export.{form}") for form in ("csv", "xlsx")],
    )


def _lines(session: Session, overview: Overview) -> list[Line]:
    ids = [each.learner_id for each in overview.members]
    rows = session.scalars(select(Learner).where(Learner.id.in_(ids))).all()
    names = {each.learner.id: people_words.name_of(each) for each in people_search.lines(session, rows)}
    return [_line(each, names[each.learner_id]) for each in overview.members]


def _line(member: Member, name: str) -> Line:
    tone, word = PACES[member.progress.pace]
    days = [each.step.ends for each in member.progress.steps if each.step.ends is not None]
    return Line(member, name, Pill(tone, _(word)), max(days, default=None))


def _cells(line: Line) -> tuple[Cell, ...]:
    return line.member.learner_id, line.name, line.member.progress.done, line.steps, line.pill.word, line.ends
