"""A hospital that awards badges, people who agreed to be shown, and a health-record system that reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.issuing import access, achievements, award_status, awards, definitions, learners
from app.issuing.access import Scope
from app.issuing.achievement_facts import parse
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, Earned
from app.issuing.definitions import Kind
from app.issuing.folding import fold
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, sharing
from app.issuing.stacks import careers
from app.projections.fhir import wire_id
from app.service import Service
from tests.web.fhir.ehr import Ehr

ACTOR = "test"
BADGE: dict[str, Any] = {
    "name": "Phlebotomy Fundamentals",
    "abbreviation": "PHLB",
    "description": "Draws venous blood safely.",
    "criteria_narrative": "Pass ten observed draws.",
    "skills": [{"name": "Venepuncture", "url": "https://skills.example/venepuncture", "level": 3}],
    "assessment_method": "observed",
}


@dataclass
class Hospital:
    """The issuer with a builder for each thing that is read of it."""

    service: Service
    issuer: Issuer
    achievements: dict[str, Achievement] = field(default_factory=dict)

    def achievement(self, slug: str = "phlb", **facts: Any) -> Achievement:
        """A published achievement, made once."""
        if slug not in self.achievements:
            with self.service.database.write() as session:
                made = achievements.create(session, self.issuer, slug=slug, facts=parse(BADGE | facts), actor=ACTOR)
                achievements.publish(session, self.service.office, made, actor=ACTOR)
            self.achievements[slug] = made
        return self.achievements[slug]

    def person(self, name: str | None, email: str | None = None, *, shared: bool = True, **identity: str) -> Learner:
        """Somebody; agreed to be shown unless said otherwise. `namespace` and `source_id` are an identity."""
        facts: dict[str, Any] = {"namespace": None, "source_id": None, **identity}
        address = email or f"{'.'.join(fold(name or 'nobody').split())}@hospital.test"
        with self.service.database.write() as session:
            found = learners.resolve(session, self.issuer, email=address, display_name=name, **facts)
            assert found is not None
            if shared:
                sharing.share(session, found, actor=ACTOR)
        return found

    def award(self, learner: Learner, slug: str = "phlb", at: datetime | None = None, **changes: Any) -> Award:
        """A badge; changes are of its row."""
        achievement = self.achievement(slug)
        earned = Earned(achievement, learner, at or datetime(2026, 3, 1, 9, tzinfo=UTC))
        with self.service.database.write() as session:
            made = awards.award(session, self.service.office, earned, actor=ACTOR).award
            for name, value in changes.items():
                setattr(made, name, value)
        return made

    def revoke(self, award: Award) -> None:
        """Take a badge back."""
        with self.service.database.write() as session:
            found = awards.by_id(session, award.id)
            award_status.revoke(session, self.service.office, found, reason="issued in error", actor=ACTOR)

    def suspend(self, award: Award) -> None:
        """Pause a badge."""
        with self.service.database.write() as session:
            found = awards.by_id(session, award.id)
            award_status.suspend(session, self.service.office, found, reason="under review", actor=ACTOR)

    def withdraw(self, learner: Learner) -> None:
        """The learner does not agree any more."""
        with self.service.database.write() as session:
            sharing.withdraw(session, session.get_one(Learner, learner.id), actor=ACTOR)

    def works(self, learner: Learner, unit: str | None = "ward-3", role: str | None = "phlebotomist") -> None:
        """Say where somebody works."""
        with self.service.database.write() as session:
            for kind, slug in ((Kind.UNIT, unit), (Kind.ROLE, role)):
                if slug is not None:
                    facts = definitions.parse(kind, {"name": slug.replace("-", " ").title()})
                    definitions.put(session, self.issuer, kind, slug, facts, actor=ACTOR)
            careers.put(session, self.issuer, learner, unit=unit, role=role, actor=ACTOR)

    def unit(self, slug: str = "ward-3") -> str:
        """The id of a unit on the wire."""
        with self.service.database.read() as session:
            return wire_id(definitions.by_slug(session, self.issuer, Kind.UNIT, slug).id)

    def key(self, *scopes: Scope) -> str:
        """An API key."""
        with self.service.database.write() as session:
            made = access.create(session, self.issuer, name="EHR", scopes=scopes, days=1, actor=ACTOR)
            return made.text


@pytest.fixture
def hospital(service: Service, issuer: Issuer) -> Hospital:
    """Northfield."""
    return Hospital(service, issuer)


@pytest.fixture
def ana(hospital: Hospital) -> Learner:
    """Ana Ortiz, who agreed to be shown; 4711 at the hospital's HR."""
    return hospital.person("Ana Ortiz", namespace="hr.example.org", source_id="4711")


@pytest.fixture
def connect(client: TestClient) -> Callable[[str | None], Ehr]:
    """A health-record system with this token or key."""

    def make(token: str | None) -> Ehr:
        return Ehr(client, "http://badges.test/fhir/northfield", token)

    return make


@pytest.fixture
def ehr(hospital: Hospital, connect: Callable[[str | None], Ehr]) -> Ehr:
    """A health-record system with an API key that may read everything."""
    return connect(hospital.key(Scope.FHIR_READ))


@pytest.fixture
def portal(hospital: Hospital, connect: Callable[[str | None], Ehr]) -> Ehr:
    """What patients look at."""
    return connect(hospital.key(Scope.FHIR_PATIENT))
