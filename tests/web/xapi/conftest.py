"""Learning record stores with sources of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.issuing import rules, sources
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.service import Service
from tests.lms.xapi_statements import COURSE

from .store import ACTOR, Store


@pytest.fixture
def make_store(service: Service, issuer: Issuer, client: TestClient) -> Callable[..., Store]:
    """A store with a source of its own."""

    def make(source_type: str = "xapi", **settings: Any) -> Store:
        facts = {"name": "LRS", "source_type": source_type, "settings": settings}
        with service.database.write() as session:
            made = sources.create(session, service.office, issuer, actor=ACTOR, **facts)
        return Store(client, made.source.id, made.secret or "")

    return make


@pytest.fixture
def store(make_store: Callable[..., Store], make_achievement: Callable[..., Achievement], service: Service) -> Store:
    """A store whose course earns phlebotomy."""
    made, achievement = make_store(), make_achievement()
    with service.database.write() as session:
        source = sources.by_id(session, made.source_id)
        rules.create(session, source, activity_id=COURSE, achievement=achievement, actor=ACTOR)
        sources.allow(session, source, achievement, actor=ACTOR)
    return made
