"""Deliveries: what a source sent, what was answered, and once more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.issuing import inbox
from app.issuing.inbox import Delivery, DeliveryState
from app.issuing.issuers import Issuer
from app.web.api.authentication import Reader, SourcesWriter
from app.web.api.fields import Id, Out
from app.web.api.idempotency import Answer, Posted
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/deliveries/{delivery_id}", route_class=StrictRoute)


class DeliveryOut(Out):
    """One authenticated request of a source. What it held of a person stays inside."""

    id: str
    source: str
    state: DeliveryState
    received_at: datetime
    attempts: int
    answer: dict[str, Any]


@router.get("", response_model=DeliveryOut)
def read_delivery(caller: Reader, delivery_id: Id, service: TheService) -> Response:
    """Read what came of a delivery."""
    with service.database.read() as session:
        answer = _answer(inbox.by_id(session, delivery_id, issuer=caller.issuer(session)))
    return Response(answer.body(), media_type="application/json")


@router.post("/replay", response_model=DeliveryOut)
def replay_delivery(caller: SourcesWriter, delivery_id: Id, post: Posted, service: TheService) -> Response:
    """Work through a delivery once more: what was parked is decided anew, what was decided stays."""

    def work(session: Session, issuer: Issuer) -> Answer:
        delivery = inbox.by_id(session, delivery_id, issuer=issuer)
        inbox.replay(session, service.office, delivery, actor=caller.actor)
        return _answer(delivery)

    return post.answer(caller, work)


def _answer(delivery: Delivery) -> Answer:
    told = DeliveryOut(
        id=delivery.id,
        source=delivery.source_id,
        state=DeliveryState(delivery.state),
        received_at=delivery.received_at,
        attempts=delivery.attempts,
        answer=delivery.answer,
    )
    return Answer(200, told)
