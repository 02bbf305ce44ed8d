"""Where staff arrive: what went wrong, what waits for them, what ends soon, and how it is going."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import NotSignedIn
from app.issuing import accreditations, applications, endorsement_requests, endorsements, received_endorsements
from app.issuing.accounts import Strength, members
from app.issuing.achievements import Achievement
from app.issuing.approvals import Approval, ApprovalState
from app.issuing.awards import Award, AwardState
from app.issuing.completions import Completion, CompletionState
from app.issuing.deliveries import Delivery, Standing
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, LearnerState
from app.issuing.outbox import OutboxMessage, OutboxState
from app.issuing.sources import Source
from app.web.deps import TheService
from app.web.inside import at_work, inside
from app.web.signed_in import Person, Reader

router = APIRouter(prefix="/staff", tags=["staff"], include_in_schema=False)
of_issuer = APIRouter(prefix="/staff/{slug}", tags=["staff"], include_in_schema=False)

SOON_DAYS = 60
WRONG = (Standing.FAILED, Standing.UNPARSEABLE)


@dataclass(frozen=True, slots=True)
class Overview:
    """Numbers of one issuer at this moment, each with a page behind it."""

    parked: int
    failed: int  # deliveries
    unsent: int
    approvals: int
    applications: int  # by prior learning, for an assessor
    pending_people: int
    endorsements: int  # that somebody asks for, or that wait to be shown
    accreditations_ended: int
    accreditations_soon: int
    ending_soon: int
    lapsed: int
    awards: int
    awards_this_month: int
    achievements: int
    sources: int


@router.get("")
def choose_issuer(request: Request, person: Person, service: TheService) -> Response:
    """The issuers that one works for; straight on when there is one."""
    if person.session.strength < Strength.PASSWORD:
        raise NotSignedIn("Sign in as staff to see this", sign_in="/staff/sign-in?next=/staff")
    with service.database.read() as session:
        mine = members.issuers_of(session, person.account_id)
    if len(mine) == 1:
        return RedirectResponse(f"/staff/{mine[0][0].slug}", HTTPStatus.SEE_OTHER)
    return inside(request, "staff/issuers.html", person, mine=mine)


@of_issuer.get("")
def overview(request: Request, staff: Reader, service: TheService) -> Response:
    """The four questions, and the first steps where there is nothing yet."""
    with service.database.read() as session:
        found = _overview(session, staff.issuer(session))
    return at_work(request, "staff/overview.html", staff, overview=found, soon_days=SOON_DAYS)


def _overview(session: Session, issuer: Issuer) -> Overview:
    now, issuer_id = clock.now(), issuer.id
    worrying = accreditations.worrying(session, issuer, now=now)
    month = now.replace(day=1, hour=0, minute=0, second=0)
    facts = Completion.issuer_id == issuer_id
    mine = Award.issuer_id == issuer_id
    good = mine, Award.state == AwardState.ISSUED

    def count(*conditions: object) -> int:
        return session.scalar(select(func.count()).where(*conditions)) or 0  # type: ignore[arg-type]  # column expressions

    return Overview(
        parked=count(facts, Completion.state == CompletionState.PARKED),
        failed=count(Delivery.issuer_id == issuer_id, Delivery.standing.in_(WRONG)),
        unsent=count(OutboxMessage.issuer_id == issuer_id, OutboxMessage.state == OutboxState.PARKED),
        approvals=count(Approval.issuer_id == issuer_id, Approval.state == ApprovalState.PENDING),
        applications=applications.queries.count_waiting(session, issuer_id),
        pending_people=count(Learner.issuer_id == issuer_id, Learner.state == LearnerState.PENDING),
        endorsements=endorsement_requests.count_waiting(session, issuer.id)
        + endorsements.count_unseen(session, issuer.id)
        + received_endorsements.count_unseen(session, issuer.id),
        accreditations_ended=sum(each.has_ended for each in worrying),
        accreditations_soon=sum(each.ends_soon for each in worrying),
        ending_soon=count(*good, Award.valid_until > now, Award.valid_until <= now + timedelta(days=SOON_DAYS)),
        lapsed=count(*good, Award.valid_until <= now, Award.valid_until > now - timedelta(days=SOON_DAYS)),
        awards=count(*good),
        awards_this_month=count(*good, Award.created_at >= month),
        achievements=count(Achievement.issuer_id == issuer_id),
        sources=count(Source.issuer_id == issuer_id),
    )
