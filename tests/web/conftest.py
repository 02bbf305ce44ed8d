"""A whole service on empty tables, a client that talks to it, and one builder for each thing that pages show.

On SQLite, because doors have no database of their own to get wrong. A test that wants both says
`@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from app import service as services
from app.credentials import model
from app.db import Database
from app.issuing import accounts, achievements, awards, issuers, learners, signing_keys, status_lists
from app.issuing.achievement_facts import AchievementFacts, parse
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, Earned
from app.issuing.issuers import Issuer
from app.main import application
from app.outbound.network import Network
from app.service import Service
from app.settings import Settings
from app.web.signed_in import csrf_of

ACTOR = "test"
PHLEBOTOMY: dict[str, Any] = {
    "name": "Phlebotomy Fundamentals",
    "abbreviation": "PHLB",
    "description": "Draws venous blood safely and labels each specimen at the bedside.",
    "criteria_narrative": "Pass the knowledge test with **80 %** or more.\n\n- Ten observed draws\n- One return visit",
    "skills": [{"name": "Venepuncture", "url": "https://skills.example/venepuncture", "level": 3}],
    "assessment_method": "observed",
    "hours": "12",
    "validity": {"kind": "months", "amount": 24},
}


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with all tables, all empty; SQLite unless the test asks for another."""
    opened = Database(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url"))
    yield opened
    opened.dispose()


@pytest.fixture
def service(settings: Settings, database: Database) -> Iterator[Service]:
    """The service on that database, as `main` wires it."""
    built = services.build(settings.model_copy(update={"database_url": database.url}))
    yield built
    built.close()


@pytest.fixture
def network() -> Network:
    """The way out: a world without other hosts, unless the test makes another."""
    return Network(resolve=nobody)


@pytest.fixture
def client(service: Service, network: Network) -> Iterator[TestClient]:
    """Somebody on the internet, without an account; a fault of the server is an answer, not an exception."""
    made = application(service, network=network)
    with TestClient(made, base_url="http://badges.test", raise_server_exceptions=False) as opened:
        yield opened


def nobody(host: str, port: int) -> list[str]:
    """Resolves no name: a world without other hosts."""
    raise OSError(f"{host}:{port} is not there")


@pytest.fixture
def make_issuer(service: Service) -> Callable[..., Issuer]:
    """An issuer with keys and status lists: `make_issuer(slug=…, name=…, **profile)`."""

    def make(slug: str = "northfield", name: str = "Northfield Health Academy", **profile: Any) -> Issuer:
        profile = {"url": "https://northfield.example/", **profile}
        with service.database.write() as session:
            issuer = issuers.create(session, slug=slug, name=name, actor=ACTOR, **profile)
            signing_keys.rotate(session, service.office, issuer, actor=ACTOR)
            status_lists.open_lists(session, service.office, issuer)
        return issuer

    return make


@pytest.fixture
def issuer(make_issuer: Callable[..., Issuer]) -> Issuer:
    """Northfield Health Academy."""
    return make_issuer()


@pytest.fixture
def make_achievement(service: Service, issuer: Issuer) -> Callable[..., Achievement]:
    """A published achievement: `make_achievement(slug=…, by=issuer, name=…, **other_facts)`."""

    def make(slug: str = "phlb", by: Issuer | None = None, **facts: Any) -> Achievement:
        stated: AchievementFacts = parse(PHLEBOTOMY | facts)
        with service.database.write() as session:
            made = achievements.create(session, by or issuer, slug=slug, facts=stated, actor=ACTOR)
            achievements.publish(session, service.office, made, actor=ACTOR)
        return made

    return make


@pytest.fixture
def make_award(service: Service, make_achievement: Callable[..., Achievement]) -> Callable[..., Award]:
    """An issued award: `make_award(achievement, email=…, name=…, name_shown=…, awarded_at=…, visibility=…)`."""

    def make(
        achievement: Achievement | None = None,
        *,
        email: str = "ana.ortiz@example.org",
        name: str = "Ana Ortiz",
        name_shown: bool = False,
        awarded_at: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        evidence: tuple[model.Evidence, ...] = (),
        narrative: str | None = None,
        visibility: str | None = None,
    ) -> Award:
        achievement = achievement or make_achievement()
        with service.database.write() as session:
            by = issuers.by_id(session, achievement.issuer_id)
            facts = {"namespace": None, "source_id": None, "email": email, "display_name": name}
            learner = learners.resolve(session, by, **facts)
            assert learner is not None
            learner.name_shown = name_shown
            earned = Earned(achievement, learner, awarded_at, evidence=evidence, narrative=narrative)
            made = awards.award(session, service.office, earned, actor=ACTOR).award
            if visibility is not None:
                made.visibility = visibility
        return made

    return make


@pytest.fixture
def award(make_award: Callable[..., Award]) -> Award:
    """Ana Ortiz' Phlebotomy Fundamentals, unlisted, good until 24 November 2028; her name is not shown."""
    return make_award()


@pytest.fixture
def enter(service: Service, network: Network) -> Iterator[Callable[..., Browser]]:
    """A browser that is signed in: `enter("ana.ortiz@example.org")` as a learner is, by a mailed link;
    `enter("olga@example.org", role="owner", at=issuer)` as a member of staff with two factors.
    """
    application_ = application(service, network=network)
    with ExitStack() as opened:

        def make(email: str, *, role: str | None = None, at: Issuer | None = None, name: str = "Olga Owner") -> Browser:
            with service.database.write() as session:
                account = accounts.people.of_confirmed_address(session, email)
                strength = accounts.Strength.LINK
                if role is not None and at is not None:
                    strength, account.display_name = accounts.Strength.TWO_FACTORS, name
                    if accounts.members.role_of(session, at.id, account.id) is None:
                        accounts.members.add(session, at, account, accounts.Role(role), actor=ACTOR)
                token = accounts.sessions.begin(session, account, strength)
            client = TestClient(application_, base_url="http://badges.test", raise_server_exceptions=False)
            client.headers["Origin"] = "http://badges.test"
            client.headers["Accept"] = "text/html"
            client.cookies.set("lanyard", token)
            opened.enter_context(client)
            return Browser(client, account.id, csrf_of(token))

        yield make


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser without scripts: it follows no redirect by itself, and its forms carry the token of its session."""

    client: TestClient
    account_id: str
    csrf: str

    def get(self, path: str) -> Response:
        """Look at a page."""
        return self.client.get(path, follow_redirects=False)

    def post(self, path: str, files: Any = None, **fields: Any) -> Response:
        """Send a form of a page; a list is sent as several fields of one name."""
        return self.client.post(path, data={"csrf": self.csrf, **fields}, files=files, follow_redirects=False)
