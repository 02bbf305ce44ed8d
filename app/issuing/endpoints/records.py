"""The tables of endpoints, and their queries."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, Text, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import Base
from app.errors import NotFound
from app.issuing import outbox_queues
from app.issuing.issuers import Issuer
from app.issuing.outbox import OutboxMessage

WEBHOOK = "webhook"  # the outbox's channel


class EventType(StrEnum):
    """What can be told to an endpoint. Names are words joined by dots, as Standard Webhooks asks."""

    BADGE_ISSUED = "badge.issued"
    BADGE_REVOKED = "badge.revoked"
    BADGE_SUSPENDED = "badge.suspended"
    BADGE_REINSTATED = "badge.reinstated"
    BADGE_EXPIRING = "badge.expiring"
    BADGE_LAPSED = "badge.lapsed"
    BADGE_EXPIRED = "badge.expired"
    BADGE_RENEWED = "badge.renewed"
    BADGE_SUPERSEDED = "badge.superseded"
    BADGE_DELIVERY_FAILED = "badge.delivery_failed"
    COMPLETION_QUARANTINED = "completion.quarantined"
    AWARD_PENDING_APPROVAL = "award.pending_approval"
    AWARD_REJECTED = "award.rejected"
    AWARDS_BRAKED = "awards.braked"
    WATCH_EXPIRING = "watch.expiring"
    WATCH_EXPIRED = "watch.expired"
    WATCH_RENEWED = "watch.renewed"
    WATCH_SUSPENDED = "watch.suspended"
    WATCH_REINSTATED = "watch.reinstated"
    WATCH_REVOKED = "watch.revoked"
    ENDPOINT_TEST = "endpoint.test"


class EndpointFormat(StrEnum):
    """`{type, timestamp, data}`, or a CloudEvent 1.0 in structured mode; the headers are those of Standard Webhooks."""

    STANDARD = "standard"
    CLOUDEVENTS = "cloudevents"


class EndpointState(StrEnum):
    """What happens while it is paused waits; what happens while it is disabled is kept for a replay."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class Endpoint(Base):
    """One address and what it is told. An empty list of event types means every type.

    `sequence` is the number of the newest event, counted from 1; `personal_data` is the issuer's choice to send the
    learner's name and address along.
    """

    __tablename__ = "endpoints"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(2048))
    event_types: Mapped[list[Any]]
    format: Mapped[str] = mapped_column(String(12))
    personal_data: Mapped[bool] = mapped_column(default=False)
    sealed_secrets: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10))
    disabled_reason: Mapped[str | None] = mapped_column(String(200))
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    def wants(self, event_type: str) -> bool:
        """Whether it is told of this type."""
        return not self.event_types or event_type in self.event_types


class EndpointAttempt(Base):
    """One try to send one message. `status` None = no answer came; `response` is at most 1 KiB of what was answered."""

    __tablename__ = "endpoint_attempts"
    __table_args__ = (Index("ix_endpoint_attempts_endpoint_id_at", "endpoint_id", "at", "id"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id"))
    message_id: Mapped[str] = mapped_column(String(22), index=True)
    event_type: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    at: Mapped[datetime]
    duration_ms: Mapped[int]
    status: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(200))
    response: Mapped[str | None] = mapped_column(Text)


def by_id(session: Session, endpoint_id: str, *, issuer: Issuer | None = None) -> Endpoint:
    """The endpoint with this id, of this issuer if one is named. Raises NotFound."""
    found = session.get(Endpoint, endpoint_id)
    if found is None or (issuer is not None and found.issuer_id != issuer.id):
        raise NotFound("There is no such endpoint")
    return found


_OF_ISSUER = select(Endpoint).where(Endpoint.issuer_id == bindparam("issuer_id")).order_by(Endpoint.id)


def of_issuer(session: Session, issuer_id: str) -> list[Endpoint]:
    """The issuer's endpoints, in an order that never changes."""
    return list(session.scalars(_OF_ISSUER, {"issuer_id": issuer_id}))


def messages_of(endpoint: Endpoint) -> Select[OutboxMessage]:
    """The query of everything that was to be told to an endpoint and is still kept."""
    queue = outbox_queues.of_endpoint(endpoint.id)
    return select(OutboxMessage).where(OutboxMessage.queue == queue, OutboxMessage.channel == WEBHOOK)


def message_of(session: Session, endpoint: Endpoint, message_id: str) -> OutboxMessage:
    """One message to this endpoint, by its id with or without `msg_`. Raises NotFound."""
    query = messages_of(endpoint).where(OutboxMessage.id == message_id.removeprefix("msg_"))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("There is no such message to this endpoint")
    return found


def attempts_of(endpoint: Endpoint) -> Select[EndpointAttempt]:
    """The query of every try to send something to an endpoint."""
    return select(EndpointAttempt).where(EndpointAttempt.endpoint_id == endpoint.id)
