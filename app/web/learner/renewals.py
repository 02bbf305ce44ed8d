"""My renewals: how each badge stands, the ledger of continuing education, and the address of a calendar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import issuers, renewals
from app.issuing.accounts import people
from app.issuing.awards import Award
from app.issuing.holding import shelf
from app.issuing.holding.shelf import Held
from app.issuing.learners import Learner
from app.issuing.renewals import CEEntry, Standing, calendars, ledger
from app.service import Service
from app.stacking import continuing_education as counting
from app.stacking.continuing_education import Progress
from app.stacking.cycles import RenewalState
from app.web import ce_form, renewal_words, words
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import go, inside, refusal
from app.web.languages import gettext as _
from app.web.renewal_words import Pill
from app.web.signed_in import Person, Visitor

router = APIRouter(prefix="/me/renewals", tags=["learner"], include_in_schema=False)

HOME = "/me/renewals"
MOST_ENTRIES = 200  # on the page; the download has all
STRUCK_OUT = "The holder struck it out"


@dataclass(frozen=True, slots=True)
class Education:
    """How far somebody is towards a renewal, in words; `percent` is 0 to 100."""

    unit: str
    required: str
    counted: str
    missing: str
    missing_in_domain: str  # "" = none
    percent: int
    is_met: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A badge with an end that no later one has renewed."""

    held: Held
    pill: Pill
    way: str
    ends_at: datetime
    opens_at: datetime
    grace_until: datetime | None  # None = it has none
    state: RenewalState
    education: Education | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger. `can_be_struck_out`: it is the holder's own, and no renewal has counted it."""

    entry: CEEntry
    issuer_name: str
    amount: str
    can_be_struck_out: bool


@router.get("")
def my_renewals(request: Request, person: Person, service: TheService) -> Response:
    """The page."""
    return _page(request, person, service)


@router.post("/entries")
def add_entry(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Write down what was done."""

    def act(session: Session) -> str:
        learner = shelf.my_learner(session, person.account_id, form.text("learner", most=22))
        ledger.add(session, learner, ce_form.stated(form), actor=person.actor)
        return _("The entry is in your ledger.")

    return _do(request, person, service, act, form=form)


@router.post("/entries/void")
def strike_out(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Strike out an entry of one's own that counted for nothing yet."""

    def act(session: Session) -> str:
        learner = shelf.my_learner(session, person.account_id, form.text("learner", most=22))
        entry = ledger.by_id(session, learner, form.text("entry", most=22))
        if not _is_free(entry):
            raise InvalidInput(_("Only entries that you added, and that no renewal has counted, can be struck out"))
        ledger.void(session, entry, reason=STRUCK_OUT, actor=person.actor)
        return _("The entry was struck out.")

    return _do(request, person, service, act)


@router.post("/calendar")
def change_calendar(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Make a new address for the calendar, which is told once, or end the one that is there."""
    if form.text("act") == "end":
        with service.database.write() as session:
            calendars.end(session, person.account_id)
        return go(f"{HOME}#calendar", _("The address works no more."))
    with service.database.write() as session:
        made = calendars.create(session, service.office, person.account_id)
    return _page(request, person, service, new_address=made.url)


def _do(
    request: Request, person: Visitor, service: Service, act: Callable[[Session], str], *, form: Form | None = None
) -> Response:
    try:
        with service.database.write() as session:
            sentence = act(session)
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, person, service, refused=error, form=form)
    return go(f"{HOME}#ledger", sentence)


def _page(
    request: Request,
    person: Visitor,
    service: Service,
    *,
    refused: ServiceError | None = None,
    form: Form | None = None,
    new_address: str = "",
) -> Response:
    with service.database.read() as session:
        mine = people.learners_of(session, person.account_id)
        lines = [line for held in shelf.of_account(session, person.account_id) if (line := _line(session, held))]
        names = {each.id: issuers.by_id(session, each.issuer_id).name for each in mine}
        entries = _entries(session, mine, names)
        has_calendar = calendars.of(session, person.account_id) is not None
    return inside(
        request,
        "learner/renewals.html",
        person,
        refused=None if refused is None else refusal(refused),
        lines=sorted(lines, key=lambda line: line.ends_at),
        entries=entries[:MOST_ENTRIES],
        more=max(0, len(entries) - MOST_ENTRIES),
        learners=list(names.items()),
        units=sorted({line.education.unit for line in lines if line.education is not None}),
        has_calendar=has_calendar,
        new_address=new_address,
        given=ce_form.given(form),
    )


def _line(session: Session, held: Held) -> Line | None:
    """A badge's line; None for one that is not to be renewed: without an end, withdrawn, or renewed already."""
    award: Award = held.award
    if award.valid_until is None:
        return None
    stands: Standing = renewals.standing.of_award(session, award)
    if stands.state is None or stands.state is RenewalState.RENEWED or stands.deadlines is None:
        return None
    policy = stands.policy.renewal
    return Line(
        held=held,
        pill=renewal_words.pill(stands.state),
        way=renewal_words.way(policy.method),
        ends_at=award.valid_until,
        opens_at=stands.deadlines.opens_at,
        grace_until=stands.deadlines.grace_until if policy.grace_days else None,
        state=stands.state,
        education=None if stands.progress is None else _education(stands.progress),
    )


def _education(progress: Progress) -> Education:
    in_domain = counting.rounded_up(progress.missing_in_domain)
    return Education(
        unit=progress.unit,
        required=words.amount(counting.rounded_up(progress.required)),
        counted=words.amount(counting.rounded_down(progress.counted)),
        missing=words.amount(counting.rounded_up(progress.missing)),
        missing_in_domain=words.amount(in_domain) if in_domain else "",
        percent=int(progress.share * 100),
        is_met=progress.is_met,
    )


def _entries(session: Session, mine: Sequence[Learner], names: dict[str, str]) -> list[Entry]:
    found = ledger.of_learners(session, [each.id for each in mine])
    return [Entry(each, names[each.learner_id], words.amount(each.amount), _is_free(each)) for each in found]


def _is_free(entry: CEEntry) -> bool:
    by_holder = entry.completion_id is None and entry.created_by.startswith("account:")
    return by_holder and entry.counted_for_id is None and entry.voided_at is None
