"""Members of Northfield at their browsers: `owner`, and `as_role("auditor")` for any other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.issuing import issuers
from app.issuing.audit import AuditEntry
from app.issuing.issuers import Issuer
from app.service import Service

SETTINGS = "/staff/northfield/settings"


@pytest.fixture
def issuer(request: pytest.FixtureRequest, service: Service, make_issuer: Callable[..., Issuer]) -> Issuer:
    """Northfield Health Academy; with keys (which take a while to make) for tests that award or look at keys."""
    if {"award", "make_award", "with_keys"} & set(request.fixturenames):
        return make_issuer()
    with service.database.write() as session:
        facts = {"slug": "northfield", "name": "Northfield Health Academy", "url": "https://northfield.example/"}
        return issuers.create(session, actor="test", **facts)


@pytest.fixture
def with_keys() -> None:
    """Asks for an issuer that can sign."""


@pytest.fixture
def owner(enter: Callable[..., Any], issuer: Issuer) -> Any:
    """Olga, who just signed in with two factors."""
    return enter("olga@example.org", role="owner", at=issuer)


@pytest.fixture
def as_role(enter: Callable[..., Any], issuer: Issuer) -> Callable[[str], Any]:
    """A colleague with this role."""
    return lambda role: enter(f"{role}@example.org", role=role, at=issuer, name=f"The {role}")


@pytest.fixture
def actions(service: Service) -> Callable[[], list[str]]:
    """What the audit log holds, in order: the actions alone."""

    def found() -> list[str]:
        with service.database.read() as session:
            return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))

    return found
