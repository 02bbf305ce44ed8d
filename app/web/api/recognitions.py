"""Credentials of others that learners hold, and where people work: what counts beside the issuer's own badges."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import definitions, issuers, learners
from app.issuing.definitions import Definition, Kind
from app.issuing.issuers import Issuer
from app.issuing.stacks import Recognition, RecognitionState, SkillRating, careers, recognitions
from app.web.api.authentication import AwardsWriter, Reader
from app.web.api.fields import Id, In, Out, Reason, Slug, Text, Url500
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(route_class=StrictRoute)


class NewRecognition(In):
    """A credential that you have verified: which of the recognised ones, when it was issued, and how you know."""

    credential: Slug
    issued_on: date
    valid_until: Annotated[date | None, Field(description="its last good day; else as the recognised one says")] = None
    evidence_url: Url500 | None = None
    evidence_text: Text | None = None
    verified_how: Text | None = None


class RecognitionOut(Out):
    """A credential of somebody else's that a learner holds."""

    id: str
    learner: str
    credential: str
    state: RecognitionState
    issued_on: date
    valid_until: date | None
    evidence_url: str | None
    evidence_text: str | None
    verified_by: str | None
    verified_how: str | None
    verified_at: datetime | None
    reason: str | None
    created_at: datetime


class Decision(In):
    """Yes, and how it was verified; or no, and why, which the learner reads."""

    accepted: bool
    words: Annotated[str, Field(max_length=2000)] = ""


class ReasonIn(In):
    """Why."""

    reason: Reason


class RecognitionsQuery(PageQuery):
    """Which ones."""

    state: RecognitionState | None = None
    learner: Id | None = None


class CareerIn(In):
    """Where somebody works, what as, and what they want to become. What is not named stays; null = nowhere."""

    unit: Slug | None = None
    role: Slug | None = None
    target_role: Slug | None = None


class CareerOut(Out):
    """Where somebody works, what as, what they want to become, and the programmes they are in."""

    unit: str | None
    role: str | None
    target_role: str | None
    programmes: tuple[str, ...]


class RatingIn(In):
    """What somebody says of a skill."""

    skill: Slug
    level: Annotated[int, Field(ge=1, le=5)]
    rater: Literal["self", "manager", "assessment"]


class RatingOut(Out):
    """A second opinion, which never counts as proof."""

    skill: str
    level: int
    rater: str
    rated_by: str
    rated_at: datetime


@router.get("/recognitions", response_model=PageOf[RecognitionOut])
def list_recognitions(
    caller: Reader, request: Request, page: Annotated[RecognitionsQuery, Query()], service: TheService
) -> Response:
    """List credentials of others that learners hold, or ask to have recognised, newest first."""
    query = select(Recognition).where(Recognition.issuer_id == caller.issuer_id)
    if page.state is not None:
        query = query.where(Recognition.state == page.state)
    if page.learner is not None:
        query = query.where(Recognition.learner_id == page.learner)
    with service.database.read() as session:
        found = page_of(session, query, (Recognition.created_at, Recognition.id), page)
        items = [_told(session, each) for each in found.rows]
    return respond(request, items, found.cursor)


@router.post("/learners/{learner_id}/recognitions", status_code=201, response_model=RecognitionOut)
def record_recognition(
    caller: AwardsWriter, learner_id: Id, stated: NewRecognition, post: Posted, service: TheService
) -> Response:
    """Record a credential that you have verified. It counts at once, on pathways too."""

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        definition = definitions.by_slug(session, issuer, Kind.RECOGNISED, stated.credential)
        facts = recognitions.Stated(**stated.model_dump(exclude={"credential"}))
        made = recognitions.record(session, service.office, learner, definition, facts, actor=caller.actor)
        return Answer(201, _told(session, made))

    return post.answer(caller, work)


@router.post("/recognitions/{recognition_id}/decide", response_model=RecognitionOut)
def decide_recognition(
    caller: AwardsWriter, recognition_id: Id, stated: Decision, post: Posted, service: TheService
) -> Response:
    """Say yes or no to a credential that a learner asks to have recognised."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = recognitions.by_id(session, recognition_id, issuer_id=issuer.id)
        accepted, words = stated.accepted, stated.words
        recognitions.decide(session, service.office, found, accepted=accepted, words=words, actor=caller.actor)
        return Answer(200, _told(session, found))

    return post.answer(caller, work)


@router.post("/recognitions/{recognition_id}/revoke", response_model=RecognitionOut)
def revoke_recognition(
    caller: AwardsWriter, recognition_id: Id, stated: ReasonIn, post: Posted, service: TheService
) -> Response:
    """Let a recognised credential count no more. What was built on it is looked at in the same transaction."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = recognitions.by_id(session, recognition_id, issuer_id=issuer.id)
        recognitions.revoke(session, service.office, found, reason=stated.reason, actor=caller.actor)
        return Answer(200, _told(session, found))

    return post.answer(caller, work)


@router.get("/learners/{learner_id}/career", response_model=CareerOut)
def read_career(caller: Reader, learner_id: Id, service: TheService) -> Response:
    """Read where somebody works, what as, and what they want to become."""
    with service.database.read() as session:
        learner = learners.by_id(session, caller.issuer(session), learner_id)
        answer = Answer(200, _career(session, learner.id))
    return Response(answer.body(), media_type="application/json")


@router.put("/learners/{learner_id}/career", response_model=CareerOut)
def change_career(caller: AwardsWriter, learner_id: Id, stated: CareerIn, service: TheService) -> Response:
    """Say where somebody works, what as, and what they want to become."""

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        said = {name: getattr(stated, name) for name in stated.model_fields_set}
        careers.put(session, issuer, learner, actor=caller.actor, **said)
        return Answer(200, _career(session, learner.id))

    return change(service, caller, work)


@router.put("/learners/{learner_id}/programmes/{slug}", status_code=204)
def enter_programme(caller: AwardsWriter, learner_id: Id, slug: Slug, service: TheService) -> Response:
    """Note that a learner is in a formal programme: credit that was promised is realised."""

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        careers.enrol_in_programme(
            session, issuer, learner, slug, on=issuers.today(session, issuer.id), actor=caller.actor
        )
        return Answer(204)

    return change(service, caller, work)


@router.delete("/learners/{learner_id}/programmes/{slug}", status_code=204)
def leave_programme(caller: AwardsWriter, learner_id: Id, slug: Slug, service: TheService) -> Response:
    """Note that a learner is not in a programme any more."""

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        careers.leave_programme(session, issuer, learner, slug, actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


@router.get("/learners/{learner_id}/ratings", response_model=PageOf[RatingOut])
def read_ratings(caller: Reader, learner_id: Id, service: TheService) -> Response:
    """Read what was said of a learner's skills, apart from what badges prove."""
    with service.database.read() as session:
        learner = learners.by_id(session, caller.issuer(session), learner_id)
        told = [_rating(each) for each in careers.ratings_of(session, learner.id)]
    return Response(Answer(200, PageOf[RatingOut](items=told)).body(), media_type="application/json")


@router.put("/learners/{learner_id}/ratings", status_code=204)
def rate_skill(caller: AwardsWriter, learner_id: Id, stated: RatingIn, service: TheService) -> Response:
    """Note what a manager, an assessment or the learner says of a skill."""

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        skill, level, rater = stated.skill, stated.level, stated.rater
        careers.rate(session, issuer, learner, skill, level, rater=rater, actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


def _told(session: Session, found: Recognition) -> RecognitionOut:
    return RecognitionOut(
        id=found.id,
        learner=found.learner_id,
        credential=session.get_one(Definition, found.definition_id).slug,
        state=RecognitionState(found.state),
        issued_on=found.issued_on,
        valid_until=found.valid_until,
        evidence_url=found.evidence_url,
        evidence_text=found.evidence_text,
        verified_by=found.verified_by,
        verified_how=found.verified_how,
        verified_at=found.verified_at,
        reason=found.reason,
        created_at=found.created_at,
    )


def _career(session: Session, learner_id: str) -> CareerOut:
    names = careers.names_of(session, learner_id)
    programmes = tuple(sorted(careers.programmes_of(session, learner_id)))
    return CareerOut(unit=names.unit, role=names.role, target_role=names.target_role, programmes=programmes)


def _rating(found: SkillRating) -> RatingOut:
    return RatingOut(
        skill=found.skill,
        level=found.level,
        rater=found.rater,
        rated_by=found.rated_by,
        rated_at=found.rated_at,
    )
