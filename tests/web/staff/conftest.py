"""Members of Northfield at their browsers, and what is on their desks."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.issuing import inbox, issuers, sources
from app.issuing.achievements import Achievement
from app.issuing.approvals import Approval
from app.issuing.awards import Award
from app.issuing.inbox import Received
from app.issuing.issuers import Issuer
from app.issuing.rules import versions
from app.lms.base import Authenticated
from app.service import Service
from app.worker.imports import Imports
from tests.issuing.conftest import QuickKeyStore, _ready_keys
from tests.web.staff.pathways import Academy

ACTOR = "test"
BADGES = ("bls", "ipc", "vit", "ecg")


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where keys lie ready; making an RSA key takes longer than most of these tests."""
    return tmp_path_factory.mktemp("ready") / "keys"


@pytest.fixture
def service(service: Service, keys_folder: Path) -> Service:
    """The service, whose issuers are given keys that lie ready."""
    settings = service.settings
    keystore = QuickKeyStore(settings.keys_dir, settings.secret_bytes(), demo=False)
    keystore.ready = _ready_keys(keys_folder, settings.secret_bytes())
    return replace(service, office=replace(service.office, keystore=keystore))


@pytest.fixture
def olga(enter: Callable[..., Any], issuer: Issuer) -> Any:
    """An owner, who may do everything."""
    return enter("olga@example.org", role="owner", at=issuer)


@pytest.fixture
def omar(enter: Callable[..., Any], issuer: Issuer) -> Any:
    """An awarder."""
    return enter("omar@example.org", role="awarder", at=issuer, name="Omar Awarder")


@pytest.fixture
def rita(enter: Callable[..., Any], issuer: Issuer) -> Any:
    """A reviewer, who decides and does not award."""
    return enter("rita@example.org", role="reviewer", at=issuer, name="Rita Reviewer")


@pytest.fixture
def work_through(service: Service) -> Callable[[], None]:
    """What the worker does with imports: everything that waits."""
    return lambda: Imports(service, lambda: None).work_through(threading.Event()) and None


@pytest.fixture
def awards(service: Service) -> Callable[[], list[Award]]:
    """Every award, as it is now, in the order in which they were made."""

    def found() -> list[Award]:
        with service.database.read() as session:
            return list(session.scalars(select(Award).order_by(Award.created_at, Award.id)))

    return found


@pytest.fixture
def arrive(service: Service, issuer: Issuer) -> Callable[..., None]:
    """A platform that says who completed what: `arrive(achievement, {"id": …, "email": …}, approval="always")`."""

    def take(achievement: Achievement, *learners: dict[str, str], **document: Any) -> None:
        with service.database.write() as session:
            by = issuers.by_id(session, issuer.id)
            settings = {"namespace": "lms.example.org"}
            made = sources.create(
                session, service.office, by, name="Moodle", source_type="generic", settings=settings, actor=ACTOR
            )
            sources.allow(session, made.source, achievement, actor=ACTOR)
            match = {"activities": [{"id": "act"}]}
            versions.put(session, achievement, {"match": match, **document}, actor=ACTOR)
            items = [
                {
                    "id": f"evt-{number}",
                    "event": "completed",
                    "learner": learner,
                    "activity": {"id": "act", "name": "Medication safety"},
                    "completed_at": "2026-03-02T10:15:00Z",
                }
                for number, learner in enumerate(learners)
            ]
            body = json.dumps({"items": items}).encode()
            received = Received(Authenticated("msg", body, "standard_webhooks", "s1"), {}, body)
            inbox.receive(session, service.office, made.source, received)

    return take


@pytest.fixture
def asked(service: Service, arrive: Callable[..., None], make_achievement: Callable[..., Achievement]) -> list[str]:
    """Two requests for approval, of Petra and Quentin; their ids."""
    people = [{"id": name, "email": f"{name}@example.org", "name": name.title()} for name in ("petra", "quentin")]
    arrive(make_achievement(), *people, approval="always")
    with service.database.read() as session:
        return list(session.scalars(select(Approval.id).order_by(Approval.created_at, Approval.id)))


@pytest.fixture
def dora(enter: Callable[..., Any], issuer: Issuer) -> Any:
    """A designer, who awards nothing."""
    return enter("dora@example.org", role="designer", at=issuer, name="Dora Designer")


@pytest.fixture
def academy(service: Service, issuer: Issuer, make_achievement: Callable[..., Achievement]) -> Academy:
    """Four badges and two stacks, and no pathway yet."""
    made = {slug: make_achievement(slug, name=slug.upper(), abbreviation=slug.upper()) for slug in BADGES}
    for slug in ("st-base", "st-top"):
        facts = {"name": slug.title(), "abbreviation": slug.upper(), "assessment_method": "rule", "skills": []}
        made[slug] = make_achievement(slug, achievement_type="Certificate", is_stack=True, **facts)
    return Academy(service, issuer, made)
