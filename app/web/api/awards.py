"""Awards: make one and look at them. What can happen to one afterwards is in `award_changes.py`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.issuing import awards, issuers
from app.issuing.awards import Award, AwardState, Earned
from app.issuing.issuers import Issuer
from app.issuing.stacks import prerequisites
from app.web.api.achievements import of_issuer
from app.web.api.authentication import AwardsWriter, Reader
from app.web.api.award_bodies import (
    AwardMade,
    AwardOut,
    NewAward,
    members,
    told,
    version_numbers,
)
from app.web.api.fields import Id
from app.web.api.idempotency import Answer, Posted
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.recipients import resolve
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/awards", route_class=StrictRoute)

CREDENTIAL_TYPE = "application/vc+ld+json"


class AwardsQuery(PageQuery):
    """Which awards."""

    achievement: Id | None = None
    learner: Id | None = None
    state: AwardState | None = None


@router.get("", response_model=PageOf[AwardOut])
def list_awards(
    caller: Reader, request: Request, page: Annotated[AwardsQuery, Query()], service: TheService
) -> Response:
    """List the issuer's awards, newest first."""
    query = select(Award).where(Award.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        if page.achievement is not None:
            query = query.where(Award.achievement_id == of_issuer(session, caller.issuer(session), page.achievement).id)
        if page.learner is not None:
            query = query.where(Award.learner_id == page.learner)
        if page.state is not None:
            query = query.where(Award.state == page.state)
        found = page_of(session, query, (Award.created_at, Award.id), page)
        versions = version_numbers(session, found.rows)
    return respond(
        request, [AwardOut(**members(service.office, award, versions)) for award in found.rows], found.cursor
    )


@router.post("", status_code=201, response_model=AwardMade, responses={200: {"model": AwardMade}})
def create_award(caller: AwardsWriter, stated: NewAward, post: Posted, service: TheService) -> Response:
    """Award an achievement: sign the badge and tell the learner by mail. 200 when the learner holds it already."""

    def work(session: Session, issuer: Issuer) -> Answer:
        issuers.take_turn(session, issuer.id)
        achievement = of_issuer(session, issuer, stated.achievement)
        learner = resolve(session, service.office, issuer, stated.recipient, actor=caller.actor)
        earned = Earned(
            achievement=achievement,
            learner=learner,
            awarded_at=stated.awarded_at or clock.now(),
            evidence=stated.facts_of_evidence(),
            narrative=stated.narrative,
            sponsorship=stated.sponsorship(),
        )
        outcome = awards.award(session, service.office, earned, actor=caller.actor)
        versions = version_numbers(session, [outcome.award])
        found = prerequisites.lacking(session, learner, outcome.award.achievement_id, outcome.award.awarded_at)
        made = AwardMade(
            **members(service.office, outcome.award, versions),
            created=outcome.created,
            prerequisites_missing=() if found is None else found.phrases,
        )
        return Answer(201 if outcome.created else 200, made)

    return post.answer(caller, work)


@router.get("/{award_id}", response_model=AwardOut)
def read_award(caller: Reader, award_id: Id, service: TheService) -> Response:
    """Read one award."""
    with service.database.read() as session:
        found = awards.by_id(session, award_id, issuer=caller.issuer(session))
        answer = Answer(200, told(session, service.office, found))
    return Response(answer.body(), media_type="application/json")


@router.get(
    "/{award_id}/credential",
    response_class=Response,
    responses={200: {"content": {CREDENTIAL_TYPE: {"schema": {"type": "object"}}}}},
)
def read_credential(caller: Reader, award_id: Id, service: TheService) -> Response:
    """The signed credential, byte for byte, whatever the badge's visibility."""
    with service.database.read() as session:
        found = awards.by_id(session, award_id, issuer=caller.issuer(session))
        content = awards.credential_of(session, found).json
    return Response(content, media_type=CREDENTIAL_TYPE)
