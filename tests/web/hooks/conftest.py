"""Platforms with sources of their own. A file of this folder says on which databases its tests run."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient

from app.issuing import rules, sources
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.main import application
from app.service import Service

from .sending import ACTOR, Lms


@pytest.fixture
def phlebotomy(make_achievement: Callable[..., Achievement]) -> Achievement:
    return make_achievement()


@pytest.fixture
def make_lms(service: Service, issuer: Issuer, client: TestClient) -> Callable[..., Lms]:
    """A platform with a source of its own, of an issuer."""

    def make(by: Issuer | None = None, **settings: Any) -> Lms:
        chosen = {"namespace": "lms.hospital.test", **settings}
        with service.database.write() as session:
            made = sources.create(
                session, service.office, by or issuer, name="LMS", source_type="generic", settings=chosen, actor=ACTOR
            )
        return Lms(client, made.source.id, made.secret)

    return make


@pytest.fixture
def map_activity(service: Service) -> Callable[..., None]:
    """Let an activity of a platform earn an achievement, with a minimum score of 84 %."""

    def map_it(lms: Lms, achievement: Achievement, activity_id: str = "PHLB-101", *, allowed: bool = True) -> None:
        with service.database.write() as session:
            source = sources.by_id(session, lms.source_id)
            facts = {"activity_id": activity_id, "achievement": achievement, "minimum_score": Decimal("0.84")}
            rules.create(session, source, actor=ACTOR, **facts)
            if allowed:
                sources.allow(session, source, achievement, actor=ACTOR)

    return map_it


@pytest.fixture
def lms(make_lms: Callable[..., Lms], map_activity: Callable[..., None], phlebotomy: Achievement) -> Lms:
    """A platform whose activity PHLB-101 earns phlebotomy."""
    made = make_lms()
    map_activity(made, phlebotomy)
    return made


@pytest.fixture
def port(service: Service) -> Iterator[int]:
    """Where the service listens, with the server that operators run."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(application(service), log_config=None, timeout_graceful_shutdown=1, proxy_headers=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(20)
    listening.close()
