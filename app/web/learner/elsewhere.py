"""My badges from elsewhere: add one by file, text or address, look at it, have it checked again, download, remove."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from app import clock
from app.errors import InvalidInput, NotFound, NotKept, ServiceError
from app.issuing import kept_badges, verification
from app.issuing.kept_badges import Kept, KeptBadge, Origin, Outcome
from app.judging.desk import Desk
from app.outbound.documents import Allowance
from app.service import Service
from app.web import submissions
from app.web.deps import JudgingLane, TheDesk, TheRates, TheService
from app.web.forms import Form, Sent
from app.web.inside import go, inside, refusal
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.learner import kept_view
from app.web.representations import is_id
from app.web.signed_in import Person, Visitor

router = APIRouter(prefix="/me/elsewhere", tags=["learner"], include_in_schema=False)

HOME = "/me/elsewhere"
LONGEST_PASTE = 1_000_000
NOTHING_HANDED_IN = "There is nothing to add yet: choose a file, or paste a badge or its address"
ISSUED_HERE = (
    "This is an address of this service. A badge that was issued here is among your badges as soon as you have added "
    "the address to which it was awarded"
)
_SENTENCES = {
    Outcome.ADDED: marked("The badge was checked and is kept."),
    Outcome.REPLACED: marked("The badge was checked. It is a newer form of one that you had, and took its place."),
    Outcome.UNCHANGED: marked("You have this badge already."),
}


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A badge's bytes, or the address where another host keeps it; one of them."""

    origin: Origin
    document: bytes | None = None
    address: str | None = None


@router.get("")
def my_badges_from_elsewhere(request: Request, person: Person, service: TheService) -> Response:
    """All badges from elsewhere, and the form to add one."""
    return _list(request, person, service)


@router.post("")
async def add(
    request: Request,
    form: Sent,
    person: Person,
    *,
    service: TheService,
    desk: TheDesk,
    lane: JudgingLane,
    rates: TheRates,
) -> Response:
    """Check a badge and keep it; where that cannot be, say why."""
    try:
        given = _handed_in(form)
        rates.look_up(request)
        kept = await lane.run(partial(_keep, service, desk, person, given))
    except ServiceError as error:
        return await run_in_threadpool(partial(_list, request, person, service, refused=error, form=form))
    return go(f"{HOME}/{kept.badge.id}", _(_SENTENCES[kept.outcome]))


@router.get("/{kept_id}")
def my_badge_from_elsewhere(kept_id: str, request: Request, person: Person, service: TheService) -> Response:
    """One badge: what it is, what could be said of it and when, and what to do with it."""
    return _one(request, person, service, kept_id)


@router.get("/{kept_id}/file")
def download(kept_id: str, person: Person, service: TheService) -> Response:
    """The bytes as they came."""
    return kept_view.as_download(_mine(service, person, kept_id))


@router.post("/{kept_id}/check")
async def check(
    kept_id: str,
    request: Request,
    form: Sent,
    person: Person,
    *,
    service: TheService,
    desk: TheDesk,
    lane: JudgingLane,
    rates: TheRates,
) -> Response:
    """Check it again now."""
    del form
    await run_in_threadpool(partial(_mine, service, person, kept_id))
    try:
        rates.look_up(request)
        await lane.run(partial(_look_again, service, desk, kept_id))
    except NotFound:
        raise
    except ServiceError as error:
        return await run_in_threadpool(partial(_one, request, person, service, kept_id, refused=error))
    return go(f"{HOME}/{kept_id}", _("The badge was checked again."))


@router.post("/{kept_id}/remove")
def remove(kept_id: str, form: Sent, person: Person, service: TheService) -> Response:
    """Keep it no more."""
    del form
    _refuse_no_id(kept_id)
    with service.database.write() as session:
        kept_badges.remove(session, kept_badges.mine(session, person.account_id, kept_id))
    return go(HOME, _("The badge is not kept here any more. Its issuer still has it."))


def _handed_in(form: Form) -> HandedIn:
    """The file if one was chosen, else what was pasted. Raises InvalidInput."""
    file = form.file("file")
    if file is not None:
        return HandedIn(Origin.UPLOAD, document=file.content)
    given = submissions.of_text(form.text("badge", most=LONGEST_PASTE))
    if given.address is not None:
        return HandedIn(Origin.URL, address=given.address)
    return HandedIn(Origin.PASTE, document=given.document)


def _keep(service: Service, desk: Desk, person: Visitor, given: HandedIn) -> Kept:
    """Judge what was handed in, and keep it. Judging asks other hosts, so it stands between two transactions."""
    allowance = Allowance()
    document = given.document
    if given.address is not None:
        if verification.is_own_address(service.office, given.address):
            raise NotKept(ISSUED_HERE, reason="issued-here")
        document = desk.fetch(given.address, allowance)
    if not document:
        raise InvalidInput(NOTHING_HANDED_IN, pointer="/badge")
    kept_badges.refuse_large(document)
    with service.database.read() as session:
        names = kept_badges.names_of(session, person.account_id)
    report = desk.judge(document, recipient=names, allowance=allowance)
    origin, source = given.origin, given.address
    with service.database.write() as session:
        return kept_badges.keep(
            session, service.office, person.account_id, document, report, origin=origin, source=source
        )


def _look_again(service: Service, desk: Desk, kept_id: str) -> None:
    with service.database.read() as session:
        asked = kept_badges.to_check(session, kept_id)
    report = desk.judge(asked.document, recipient=asked.names)
    with service.database.write() as session:
        kept_badges.note(session, asked, report)


def _refuse_no_id(kept_id: str) -> None:
    if not is_id(kept_id):
        raise NotFound(kept_badges.NO_SUCH_BADGE)


def _mine(service: Service, person: Visitor, kept_id: str) -> KeptBadge:
    _refuse_no_id(kept_id)
    with service.database.read() as session:
        return kept_badges.mine(session, person.account_id, kept_id)


def _list(
    request: Request,
    person: Visitor,
    service: Service,
    *,
    refused: ServiceError | None = None,
    form: Form | None = None,
) -> Response:
    with service.database.read() as session:
        found = kept_badges.of_account(session, person.account_id)
        names = kept_badges.names_of(session, person.account_id)
    now = clock.now()
    pasted = form.fields.get("badge", [""])[-1] if form else ""
    return inside(
        request,
        "learner/elsewhere.html",
        person,
        refused=None if refused is None else refusal(refused),
        cards=[kept_view.card_of(each, now=now) for each in found],
        names=names,
        pasted=pasted if len(pasted) <= LONGEST_PASTE else "",
    )


def _one(
    request: Request, person: Visitor, service: Service, kept_id: str, *, refused: ServiceError | None = None
) -> Response:
    badge = _mine(service, person, kept_id)
    return inside(
        request,
        "learner/elsewhere_badge.html",
        person,
        refused=None if refused is None else refusal(refused),
        badge=badge,
        card=kept_view.card_of(badge, now=clock.now()),
        came=kept_view.came(badge),
    )
