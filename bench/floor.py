"""The floor of a delivery: the same server, the same transaction with the same rows, and nothing decided or signed.

It authenticates as Lanyard does, then inserts and updates what one delivery of a new person leaves behind, with
documents of the same size that were made beforehand. What Lanyard takes beyond it is deciding, linting, signing,
checking, and the mapping of rows to objects.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import Base
from app.errors import DeliveryNotAuthentic
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award, Credential
from app.issuing.brake import AwardHour
from app.issuing.completions import Completion
from app.issuing.inbox import Delivery
from app.issuing.learners import Learner, LearnerEmail, LearnerIdentity
from app.issuing.outbox import OutboxMessage
from app.issuing.sources import Source
from app.issuing.status_lists import StatusEntry, StatusList
from app.service import Service
from app.web.deps import RawBody, TheService
from bench.academy import Academy, sign

# In the order in which foreign keys allow them.
ONE_DELIVERY: tuple[type[Base], ...] = (
    Delivery,
    Learner,
    LearnerEmail,
    LearnerIdentity,
    Completion,
    Award,
    StatusEntry,
    Credential,
    AuditEntry,
    OutboxMessage,
)
BEYOND = 1 << 24  # no list is so long: an index of the floor is never that of the delivery which was its pattern


@dataclass(frozen=True, slots=True)
class Pattern:
    """The rows that one real delivery left, as values by column; written again and again under fresh ids."""

    rows: tuple[tuple[type[Base], dict[str, Any]], ...]
    lists: tuple[str, ...]
    answer: dict[str, Any]


def pattern_of(service: Service) -> Pattern:
    """The rows of the only delivery in the database."""
    with service.database.read() as session:
        rows = tuple(
            (model, {column.key: getattr(row, column.key) for column in model.__table__.columns})
            for model in ONE_DELIVERY
            for row in session.scalars(select(model).where(_of_the_delivery(model)))
        )
        lists = tuple(session.scalars(select(StatusList.id).order_by(StatusList.purpose)))
        return Pattern(rows, lists, session.scalars(select(Delivery)).one().answer)


def application(academy: Academy, pattern: Pattern) -> FastAPI:
    """The floor's application: one route, made as Lanyard's is."""
    app = FastAPI(openapi_url=None)
    app.state.service = academy.service

    @app.post("/hooks/{source_id}")
    def deliver(source_id: str, request: Request, body: RawBody, service: TheService) -> JSONResponse:
        headers = request.headers
        with service.database.read() as session:
            source = session.get_one(Source, source_id)
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        if not hmac.compare_digest(sign(academy.secret, signed), headers["webhook-signature"].removeprefix("v1,")):
            raise DeliveryNotAuthentic("The delivery could not be authenticated")
        with service.database.write() as session:
            write_rows(session, source, pattern, json.loads(body), headers["webhook-id"])
        return JSONResponse(pattern.answer)

    return app


def _of_the_delivery(model: type[Base]) -> Any:
    # The audit log has entries of other things from before the delivery.
    return AuditEntry.action == "award.issued" if model is AuditEntry else True


def write_rows(session: Session, source: Source, pattern: Pattern, body: dict[str, Any], delivery_id: str) -> None:
    """Insert and update what one delivery of a new person leaves. `body` is a delivery of `academy.delivery`."""
    connection: Connection = session.connection()
    fresh: dict[Any, Any] = {}
    unique = {"delivery_key": delivery_id, "dedupe_key": body["id"], "source_id": body["learner"]["id"]}
    unique |= {"normalised": body["learner"]["email"], "written": body["learner"]["email"]}
    indexes = _reserve(connection, pattern.lists)
    for model, values in pattern.rows:
        row = dict(values)
        for column in model.__table__.columns:
            name = column.key
            if column.autoincrement is True:
                del row[name]
            elif isinstance(row[name], str) and name in {"id", "delivery_id", "completion_id", "learner_id"}:
                row[name] = fresh.setdefault(row[name], clock.new_id())
            elif name in {"award_id", "subject_id"} and row[name] in fresh:
                row[name] = fresh[row[name]]
            elif name in unique and not (name == "source_id" and column.foreign_keys):
                row[name] = unique[name]
        if model is StatusEntry:
            row["index"] = BEYOND + indexes[row["list_id"]]
        connection.execute(insert(model.__table__), row)
    hour = AwardHour.count + 1
    connection.execute(update(AwardHour).where(AwardHour.issuer_id == source.issuer_id).values(count=hour))
    counted = {"accepted_count": Source.accepted_count + 1, "last_accepted_at": clock.now()}
    connection.execute(update(Source).where(Source.id == source.id).values(**counted))


def _reserve(connection: Connection, lists: tuple[str, ...]) -> dict[str, int]:
    following = {"next_counter": StatusList.next_counter + 1}
    return {
        each: connection.scalar(
            update(StatusList).where(StatusList.id == each).values(**following).returning(StatusList.next_counter)
        )
        for each in lists
    }
