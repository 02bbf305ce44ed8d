"""What can happen to an award: revoke, suspend, reinstate, supersede, sign anew, mail again, show to fewer or more."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.issuing import achievements, award_status, awards
from app.issuing.awards import Award, Earned
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.office import Sponsorship
from app.service import Service
from app.web.api.achievements import of_issuer
from app.web.api.authentication import AwardsWriter
from app.web.api.award_bodies import AwardOut, SponsorshipIn, Successor, VisibilityIn, WithReason, told
from app.web.api.fields import Id
from app.web.api.idempotency import Answer, Posted, Work, change
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/awards/{award_id}", route_class=StrictRoute)


@router.post("/revoke", response_model=AwardOut)
def revoke_award(caller: AwardsWriter, award_id: Id, stated: WithReason, post: Posted, service: TheService) -> Response:
    """Take the award back, for good. The status list says so at once."""

    def act(session: Session, award: Award) -> None:
        award_status.revoke(session, service.office, award, reason=stated.reason, actor=caller.actor)

    return post.answer(caller, _to(service, award_id, act))


@router.post("/suspend", response_model=AwardOut)
def suspend_award(
    caller: AwardsWriter, award_id: Id, stated: WithReason, post: Posted, service: TheService
) -> Response:
    """Pause the award; it can be reinstated."""

    def act(session: Session, award: Award) -> None:
        award_status.suspend(session, service.office, award, reason=stated.reason, actor=caller.actor)

    return post.answer(caller, _to(service, award_id, act))


@router.post("/reinstate", response_model=AwardOut)
def reinstate_award(caller: AwardsWriter, award_id: Id, post: Posted, service: TheService) -> Response:
    """Lift the suspension."""

    def act(session: Session, award: Award) -> None:
        award_status.reinstate(session, service.office, award, actor=caller.actor)

    return post.answer(caller, _to(service, award_id, act))


@router.post("/reissue", response_model=AwardOut)
def reissue_award(caller: AwardsWriter, award_id: Id, post: Posted, service: TheService) -> Response:
    """Sign the award anew, under the same id and award date, for example with a new profile of the issuer."""

    def act(session: Session, award: Award) -> None:
        award_status.reissue(session, service.office, award, actor=caller.actor)

    return post.answer(caller, _to(service, award_id, act))


@router.post("/resend", response_model=AwardOut)
def resend_mail(caller: AwardsWriter, award_id: Id, post: Posted, service: TheService) -> Response:
    """Send the learner the mail about the badge once more."""

    def act(session: Session, award: Award) -> None:
        award_status.resend_mail(session, service.office, award, actor=caller.actor)

    return post.answer(caller, _to(service, award_id, act))


@router.put("/visibility", response_model=AwardOut)
def change_visibility(caller: AwardsWriter, award_id: Id, stated: VisibilityIn, service: TheService) -> Response:
    """Choose who sees the page and the files: nobody else, whoever has the link, or everybody."""

    def act(session: Session, award: Award) -> None:
        award_status.set_visibility(session, award, stated.visibility, actor=caller.actor)

    return change(service, caller, _to(service, award_id, act))


@router.put("/sponsorship", response_model=AwardOut)
def note_sponsorship(caller: AwardsWriter, award_id: Id, stated: SponsorshipIn, service: TheService) -> Response:
    """Say who paid for it and how; empty members say that nobody did. Nothing is signed anew."""

    def act(session: Session, award: Award) -> None:
        paid = stated.sponsorship() or Sponsorship()
        award_status.note_sponsorship(session, award, paid, actor=caller.actor)

    return change(service, caller, _to(service, award_id, act))


@router.post("/supersede", status_code=201, response_model=AwardOut)
def supersede_award(
    caller: AwardsWriter, award_id: Id, stated: Successor, post: Posted, service: TheService
) -> Response:
    """Put a new award in this one's place, which is the answer. The old one is revoked and says what replaced it."""

    def work(session: Session, issuer: Issuer) -> Answer:
        old = awards.by_id(session, award_id, issuer=issuer)
        earned = Earned(
            achievement=of_issuer(session, issuer, stated.achievement)
            if stated.achievement is not None
            else achievements.by_id(session, old.achievement_id),
            learner=session.get_one(Learner, old.learner_id),
            awarded_at=stated.awarded_at or clock.now(),
            evidence=stated.facts_of_evidence(),
            narrative=stated.narrative,
            sponsorship=stated.sponsorship(),
        )
        new = award_status.supersede(session, service.office, old, earned, actor=caller.actor)
        return Answer(201, told(session, service.office, new))

    return post.answer(caller, work)


def _to(service: Service, award_id: str, act: Callable[[Session, Award], None]) -> Work:
    """Find and lock the award, act, and tell how it stands then."""

    def work(session: Session, issuer: Issuer) -> Answer:
        award = awards.by_id(session, award_id, issuer=issuer)
        act(session, award)
        return Answer(200, told(session, service.office, award))

    return work
