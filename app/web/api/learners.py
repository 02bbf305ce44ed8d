"""Learners: look a person up, and change what badges say of the person."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.credentials.identity import normalise_email
from app.issuing import consent, learners, records
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, LearnerEmail, LearnerIdentity, LearnerState
from app.web.api.authentication import AwardsWriter, Reader
from app.web.api.fields import Email, Id, In, Line200, Line255, Line320, Out
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/learners", route_class=StrictRoute)


class LearnerChanges(In):
    """What to change; what is left out stays, and a name of null is taken away.

    `name_shown` is the learner's consent, not the issuer's wish.
    """

    name_shown: bool | None = None
    display_name: Line200 | None = None


class Identity(Out):
    """What a system (`namespace`) calls the learner."""

    namespace: str
    id: str


class LearnerOut(Out):
    """A person as the issuer knows them. Who was `merged` is told at `merged_into`; who was `erased` has an id only."""

    id: str
    state: LearnerState
    merged_into: str | None
    display_name: str | None
    name_shown: Annotated[bool, Field(description="the learner agreed to show the name on badges")]
    emails: list[str]
    identities: list[Identity]
    created_at: datetime


class RecordOut(Out):
    """A learner record, signed."""

    record: Annotated[
        str, Field(description="the signed document as text, so that nothing on its way changes a byte of it")
    ]


class LearnersQuery(PageQuery):
    """Whom to look for; without anything, everybody."""

    email: Annotated[Email | None, Field(description="an address, in whatever letters: a list of one, or of none")] = (
        None
    )
    namespace: Annotated[Line255 | None, Field(description="who has an id of this system")] = None
    id: Annotated[Line320 | None, Field(description="who has this id, of whatever system")] = None
    state: LearnerState | None = None


@router.get("", response_model=PageOf[LearnerOut])
def list_learners(
    caller: Reader, request: Request, page: Annotated[LearnersQuery, Query()], service: TheService
) -> Response:
    """List learners, newest first; with an e-mail address or an id, find the one who has it."""
    query = select(Learner).where(Learner.issuer_id == caller.issuer_id, *_conditions(caller.issuer_id, page))
    with service.database.read() as session:
        found = page_of(session, query, (Learner.created_at, Learner.id), page)
        items = [told(session, learner) for learner in found.rows]
    return respond(request, items, found.cursor)


@router.get("/{learner_id}", response_model=LearnerOut)
def read_learner(caller: Reader, learner_id: Id, service: TheService) -> Response:
    """Read one learner."""
    with service.database.read() as session:
        answer = Answer(200, told(session, learners.by_id(session, caller.issuer(session), learner_id)))
    return Response(answer.body(), media_type="application/json")


@router.patch("/{learner_id}", response_model=LearnerOut)
def change_learner(caller: AwardsWriter, learner_id: Id, stated: LearnerChanges, service: TheService) -> Response:
    """Change the name, or the learner's consent to show it. Living badges are signed anew, same address."""

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        changes = stated.model_dump(exclude_unset=True)
        if stated.name_shown is None:
            changes.pop("name_shown", None)
        consent.change(session, service.office, learner, actor=caller.actor, **changes)
        return Answer(200, told(session, learner))

    return change(service, caller, work)


@router.post("/{learner_id}/record", response_model=RecordOut)
def make_record(caller: AwardsWriter, learner_id: Id, post: Posted, service: TheService) -> Response:
    """Sign the learner's badges that count now as one record (CLR 2.0), for the learner to hand on. It is not kept."""

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        signed = records.make(session, service.office, learner, actor=caller.actor)
        return Answer(200, RecordOut(record=signed.decode("ascii")))

    return post.answer(caller, work)


def _conditions(issuer_id: str, page: LearnersQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if page.state is not None:
        found.append(Learner.state == page.state)
    if page.email is not None:
        addressed = select(LearnerEmail.learner_id).where(
            LearnerEmail.issuer_id == issuer_id, LearnerEmail.normalised == normalise_email(page.email)
        )
        found.append(Learner.id.in_(addressed))
    if page.namespace is not None or page.id is not None:
        named = select(LearnerIdentity.learner_id).where(LearnerIdentity.issuer_id == issuer_id)
        if page.namespace is not None:
            named = named.where(LearnerIdentity.namespace == page.namespace)
        if page.id is not None:
            named = named.where(LearnerIdentity.source_id == page.id)
        found.append(Learner.id.in_(named))
    return found


def told(session: Session, learner: Learner) -> LearnerOut:
    """The learner as a caller is told."""
    emails = select(LearnerEmail).where(LearnerEmail.learner_id == learner.id).order_by(LearnerEmail.id)
    names = select(LearnerIdentity).where(LearnerIdentity.learner_id == learner.id).order_by(LearnerIdentity.id)
    return LearnerOut(
        id=learner.id,
        state=LearnerState(learner.state),
        merged_into=learner.merged_into_id,
        display_name=learner.display_name,
        name_shown=learner.name_shown,
        emails=[email.written for email in session.scalars(emails)],
        identities=[Identity(namespace=name.namespace, id=name.source_id) for name in session.scalars(names)],
        created_at=learner.created_at,
    )
