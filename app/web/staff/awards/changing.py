"""Changes of one award, each on a page that says what follows from it: revoke, suspend, reinstate, correct."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import award_search, award_status, awards, corrections, people_search
from app.issuing.awards import Award
from app.issuing.corrections import Correction
from app.issuing.office import Office
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.signed_in import Awarder, Staff
from app.web.staff.awards import words
from app.web.staff.local import Local

router = APIRouter(prefix="/staff/{slug}/awards/{award_id}", tags=["staff"], include_in_schema=False)

LONGEST_REASON = 500
SAID = {
    "revoke": marked("The badge is withdrawn. Its page says so from now on."),
    "suspend": marked("The badge is paused. Its page says so from now on."),
    "reinstate": marked("The badge counts again."),
}


@dataclass(frozen=True, slots=True)
class Found:
    """How the address would be put right, as the page says it."""

    correction: Correction
    to: people_search.PersonLine | None


@router.get("/change/{act}")
def ask_about_change(request: Request, staff: Awarder, service: TheService, award_id: str, act: str) -> Response:
    """What follows from it, and the button that does it."""
    return _page(request, staff, service, award_id, act)


@router.post("/change/{act}")
def take_change(
    request: Request, form: Sent, staff: Awarder, service: TheService, *, award_id: str, act: str
) -> Response:
    """Do it. Raises NotFound for an act that is none."""
    reason = form.text("reason")
    try:
        with service.database.write() as session:
            award = awards.by_id(session, award_id, issuer=staff.issuer(session))
            _do(session, service.office, award, act, reason=reason, actor=staff.actor)
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, staff, service, award_id, act, reason=reason, refused=refusal(error))
    return go(f"{staff.root}/awards/{award_id}", _(SAID[act]))


@router.get("/address")
def ask_for_address(request: Request, staff: Awarder, service: TheService, award_id: str) -> Response:
    """The form for the right address."""
    return _address(request, staff, service, award_id)


@router.post("/address")
def take_address(request: Request, form: Sent, staff: Awarder, service: TheService, award_id: str) -> Response:
    """Show what would be done about it; then do it."""
    email, name = form.text("email", most=320), form.text("name", most=200)
    try:
        if form.text("act") == "check":
            with service.database.read() as session:
                award = awards.by_id(session, award_id, issuer=staff.issuer(session))
                plan = corrections.plan(session, service.office, award, email)
                lines = people_search.lines(session, [plan.to]) if plan.to else []
            found = Found(plan, lines[0] if lines else None)
            return _address(request, staff, service, award_id, email=email, name=name, found=found)
        with service.database.write() as session:
            award = awards.by_id(session, award_id, issuer=staff.issuer(session))
            corrections.correct_address(session, service.office, award, email, actor=staff.actor, name=name or None)
    except NotFound:
        raise
    except ServiceError as error:
        return _address(request, staff, service, award_id, email=email, name=name, refused=refusal(error))
    return go(f"{staff.root}/awards/{award_id}", _("Corrected, and mailed to the right address."))


def _do(session: Session, office: Office, award: Award, act: str, *, reason: str, actor: str) -> None:
    if act in {"revoke", "suspend"}:
        if not reason:
            raise InvalidInput(_("Say why; whoever looks at the badge reads it"), pointer="/reason")
        if len(reason) > LONGEST_REASON:
            sentence = _("A reason has at most %(most)s characters", most=LONGEST_REASON)
            raise InvalidInput(sentence, pointer="/reason")
    match act:
        case "revoke":
            award_status.revoke(session, office, award, reason=reason, actor=actor)
        case "suspend":
            award_status.suspend(session, office, award, reason=reason, actor=actor)
        case "reinstate":
            award_status.reinstate(session, office, award, actor=actor)
        case _:
            raise NotFound("There is nothing at this address")


def _page(
    request: Request,
    staff: Staff,
    service: TheService,
    award_id: str,
    act: str,
    *,
    reason: str = "",
    refused: Refusal | None = None,
) -> Response:
    if act not in SAID:
        raise NotFound("There is nothing at this address")
    with service.database.read() as session:
        award = awards.by_id(session, award_id, issuer=staff.issuer(session))
        (line,) = award_search.lines(session, [award])
    return at_work(
        request,
        "staff/awards/change.html",
        staff,
        refused=refused,
        act=act,
        reason=reason,
        line=line,
        pill=words.pill(award, now=clock.now()),
        most=LONGEST_REASON,
    )


def _address(
    request: Request,
    staff: Staff,
    service: TheService,
    award_id: str,
    *,
    email: str = "",
    name: str = "",
    found: Found | None = None,
    refused: Refusal | None = None,
) -> Response:
    with service.database.read() as session:
        award = awards.by_id(session, award_id, issuer=staff.issuer(session))
        (line,) = award_search.lines(session, [award])
    return at_work(
        request,
        "staff/awards/address.html",
        staff,
        refused=refused,
        line=line,
        email=email,
        name=name,
        found=found,
        local=Local(staff.timezone),
    )
