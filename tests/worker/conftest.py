"""Builders for the back door: a service on a database of each kind, with deliveries and messages that wait."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import service as services
from app.db import Database
from app.errors import MailRefused
from app.issuing import achievement_facts, achievements, inbox, issuers, outbox, rules, signing_keys, sources
from app.issuing.awards import Award
from app.issuing.inbox import Delivery, Received
from app.issuing.issuers import Issuer
from app.issuing.outbox import OutboxMessage
from app.issuing.sources import Source
from app.lms.base import Authenticated
from app.service import Service
from app.settings import Settings
from app.worker import Worker

FACTS = {
    "name": "Basic Life Support",
    "abbreviation": "BLS",
    "description": "Keeps somebody alive until help comes.",
    "criteria_narrative": "Pass the practical examination.",
    "assessment_method": "observed",
    "skills": [{"name": "Resuscitation", "url": "https://skills.example.org/resuscitation", "level": 3}],
}


class Letterbox:
    """A way for mail to go out that keeps what it was handed, and refuses or waits when it is told to."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.refusals: dict[str, Exception] = {}
        self.hanging: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def deliver(self, message: EmailMessage) -> None:
        """Take it, or refuse it as told for its recipient."""
        recipient = str(message["To"])
        if recipient in self.hanging:
            self.hanging[recipient].wait(30)
        if recipient in self.refusals:
            raise self.refusals[recipient]
        with self._lock:
            self.received.append(message)

    @property
    def recipients(self) -> list[str]:
        """Who was written to, in order."""
        return [str(message["To"]) for message in self.received]


@dataclass
class BackDoor:
    """A service with one source whose activity `bls` earns a badge, and a worker on it."""

    service: Service
    source_id: str
    letterbox: Letterbox = field(default_factory=Letterbox)

    @property
    def worker(self) -> Worker:
        """A worker of its own, each time."""
        return Worker(self.service, self.letterbox)

    @property
    def database(self) -> Database:
        """The service's database."""
        return self.service.database

    def another_source(self) -> str:
        """One more source of the same issuer; its id."""
        with self.database.write() as session:
            issuer = issuers.by_slug(session, "st-anna")
            return _source(session, self.service, issuer).id

    def deliver(
        self, *items: dict[str, Any], key: str = "msg_1", body: bytes | None = None, source_id: str | None = None
    ) -> str:
        """Store a delivery that waits for the worker; its id."""
        content = json.dumps({"items": list(items)}).encode() if body is None else body
        received = Received(Authenticated(key, content, "standard_webhooks", "s1"), {}, content)
        with self.database.write() as session:
            stored = inbox.store(
                session, self.service.office, sources.by_id(session, source_id or self.source_id), received
            )
            assert stored is not None
            return stored.id

    def delivery(self, delivery_id: str) -> Delivery:
        """A delivery as it is now."""
        with self.database.read() as session:
            return inbox.by_id(session, delivery_id)

    def awards(self) -> list[Award]:
        """Every award."""
        with self.database.read() as session:
            return list(session.scalars(select(Award)))

    def put_message(self, recipient: str, **payload: Any) -> None:
        """Put a mail into the outbox."""
        said = {"to": recipient, "subject": "You earned a badge", "text": "Hello", "html": "<p>Hello</p>"}
        with self.database.write() as session:
            outbox.put(
                session,
                channel="email",
                subject_id=recipient[:22],
                event="award.issued",
                payload={**said, "language": "en", **payload},
            )

    def message(self, recipient: str) -> OutboxMessage:
        """The message to somebody, as it is now."""
        with self.database.read() as session:
            query = select(OutboxMessage).where(OutboxMessage.subject_id == recipient[:22])
            return session.scalars(query).one()


def completion(number: int, **changes: Any) -> dict[str, Any]:
    """One item of the generic format: a person of their own for each number."""
    return {
        "id": f"evt-{number}",
        "event": "completed",
        "learner": {"id": f"p-{number}", "email": f"p{number}@hospital.test", "name": f"Person {number}"},
        "activity": {"id": "bls", "name": "Basic Life Support"},
        "completed_at": "2026-03-02T10:15:00Z",
        **changes,
    }


def _source(session: Session, service: Service, issuer: Issuer) -> Source:
    made = sources.create(
        session,
        service.office,
        issuer,
        name="A learning system",
        source_type="generic",
        settings={"namespace": "lms.example.org"},
        actor="cli",
    )
    return made.source


@pytest.fixture
def item() -> Callable[..., dict[str, Any]]:
    return completion


@pytest.fixture
def refused() -> Callable[..., MailRefused]:
    """A refusal by the mail server."""

    def make(*, permanent: bool) -> MailRefused:
        code = 550 if permanent else 451
        return MailRefused(f"The mail server refused the recipient ({code})", permanent=permanent, code=code)

    return make


@pytest.fixture
def back_door(settings: Settings, database: Database) -> Iterator[BackDoor]:
    service = services.build(settings.model_copy(update={"database_url": database.url, "lease_seconds": 60}))
    with service.database.write() as session:
        issuer = issuers.create(
            session, slug="st-anna", name="St. Anna", url="https://st-anna.example.org", actor="cli"
        )
        signing_keys.rotate(session, service.office, issuer, actor="cli")
        facts = achievement_facts.parse(FACTS)
        achievement = achievements.create(session, issuer, slug="bls", facts=facts, actor="cli")
        achievements.publish(session, service.office, achievement, actor="cli")
        source = _source(session, service, issuer)
        sources.allow(session, source, achievement, actor="cli")
        rules.create(session, source, activity_id="bls", achievement=achievement, actor="cli")
    yield BackDoor(service, source.id)
    service.close()
