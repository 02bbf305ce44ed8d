"""Erasing a person for good, and letting somebody come back who asks for it."""

from __future__ import annotations

from typing import Self

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import model_validator
from sqlalchemy.orm import Session

from app.issuing import erasure, learners
from app.issuing.issuers import Issuer
from app.web.api.authentication import LearnersEraser
from app.web.api.fields import Email, Id, In, Line255, Line320, Out
from app.web.api.idempotency import Answer, Posted
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/learners", route_class=StrictRoute)


class ErasedOut(Out):
    """How much was emptied. All zeros for somebody who was erased before."""

    awards: int
    completions: int
    deliveries: int
    messages: int


class Readmission(In):
    """Who comes back: by an address, by an id in a namespace, or both."""

    email: Email | None = None
    id: Line320 | None = None
    namespace: Line255 | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if (self.id is None) != (self.namespace is None):
            raise ValueError("id and namespace belong together: the namespace says who gave out the id")
        if self.id is None and self.email is None:
            raise ValueError("give an email, or an id with its namespace")
        return self


class ReadmittedOut(Out):
    """How many of the stated names were remembered as erased; 0 = nobody of these was."""

    readmitted: int


@router.post("/readmit", response_model=ReadmittedOut)
def readmit_learner(caller: LearnersEraser, stated: Readmission, post: Posted, service: TheService) -> Response:
    """Let somebody come back who was erased, as a new learner. Nothing old returns to them."""

    def work(session: Session, issuer: Issuer) -> Answer:
        count = erasure.readmit(
            session,
            service.office,
            issuer,
            actor=caller.actor,
            email=stated.email,
            namespace=stated.namespace,
            source_id=stated.id,
        )
        return Answer(200, ReadmittedOut(readmitted=count))

    return post.answer(caller, work)


@router.post("/{learner_id}/erase", response_model=ErasedOut)
def erase_learner(caller: LearnersEraser, learner_id: Id, post: Posted, service: TheService) -> Response:
    """Erase a person for good: names, addresses, what sources sent, and every badge: revoked, and 410 from then on."""

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        found = erasure.erase(session, service.office, learner, actor=caller.actor)
        told = ErasedOut(
            awards=found.awards,
            completions=found.completions,
            deliveries=found.deliveries,
            messages=found.messages,
        )
        return Answer(200, told)

    return post.answer(caller, work)
