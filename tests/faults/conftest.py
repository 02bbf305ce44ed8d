"""A training hospital on each database, with web processes and a learning platform, for tests that break things."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from app import clock
from app import service as services
from app.db import Database
from app.issuing import (
    achievement_facts,
    achievements,
    awards,
    issuers,
    learners,
    rules,
    signing_keys,
    sources,
    status_lists,
)
from app.issuing.awards import Award, Earned
from app.service import Service
from app.settings import Settings
from tests.conftest import create_tables

from .own_postgres import OwnPostgres
from .processes import Keeper, Sender, WebProcesses

ACTOR = "cli"
COURSES = ("bls", "als", "pals")
FACTS = {
    "abbreviation": "BLS",
    "description": "Keeps somebody alive until help comes.",
    "criteria_narrative": "Attend the course and pass the **practical** examination.",
    "assessment_method": "observed",
    "skills": [{"name": "Resuscitation", "url": "https://skills.example.org/resuscitation", "level": 3}],
}


@dataclass
class Hospital:
    """An issuer with keys, lists, three achievements and one source that may cause them by courses of that name."""

    service: Service
    sender: Sender
    issuer_id: str

    @property
    def database(self) -> Database:
        """The database that the service of this process shares with the web processes."""
        return self.service.database

    def award(self, person: str, course: str = "bls") -> Award:
        """An award made by hand in this process."""
        with self.database.write() as session:
            issuer = issuers.by_id(session, self.issuer_id)
            learner = learners.resolve(
                session, issuer, namespace=None, source_id=None, email=f"{person}@hospital.test", display_name=None
            )
            earned = Earned(achievements.by_slug(session, issuer, course), learner, clock.now())
            return awards.award(session, self.service.office, earned, actor=ACTOR).award


@pytest.fixture
def make_hospital() -> Iterator[Callable[[Settings], Hospital]]:
    """A hospital on the empty database that these settings name."""
    with ExitStack() as opened:

        def make(settings: Settings) -> Hospital:
            service = services.build(settings)
            opened.callback(service.close)
            return _furnish(service)

        yield make


@pytest.fixture
def hospital(make_hospital: Callable[[Settings], Hospital], settings: Settings, database: Database) -> Hospital:
    """A hospital on SQLite, and once more on PostgreSQL."""
    return make_hospital(settings.model_copy(update={"database_url": database.url}))


@pytest.fixture
def own_postgres(postgresql_server: str) -> Iterator[OwnPostgres]:  # noqa: ARG001 - sets the run-time folder
    # Not below pytest's own folder: another run on the machine closes that to the user who runs the server.
    with tempfile.TemporaryDirectory(prefix="lanyard-tests-") as folder:
        server = OwnPostgres(Path(folder))
        create_tables(server.url)
        yield server
        server.close()


@pytest.fixture
def run_web(tmp_path: Path) -> Iterator[Callable[..., WebProcesses]]:
    """Web processes on a hospital's database: `run_web(hospital, number=2)`; they are gone after the test."""
    with ExitStack() as opened:

        def run(hospital: Hospital, number: int = 1) -> WebProcesses:
            started = WebProcesses(hospital.service.settings, number, tmp_path / "web.log")
            opened.callback(started.close)
            return started

        yield run


@pytest.fixture
def keep_workers(tmp_path: Path) -> Iterator[Callable[..., Keeper]]:
    """A keeper of worker processes on a hospital's database: `keep_workers(hospital).start("worker")`."""
    with ExitStack() as opened:

        def keep(hospital: Hospital, **settings: object) -> Keeper:
            keeper = Keeper(hospital.service.settings.model_copy(update=settings), tmp_path / "worker.log")
            opened.callback(keeper.close)
            return keeper

        yield keep


def _furnish(service: Service) -> Hospital:
    office = service.office
    with service.database.write() as session:
        issuer = issuers.create(session, slug="st-anna", name="St Anna", url="https://st-anna.test", actor=ACTOR)
        signing_keys.rotate(session, office, issuer, actor=ACTOR)
        status_lists.open_lists(session, office, issuer)
        settings = {"namespace": "lms.st-anna.test", "max_items": 5_000}
        made = sources.create(
            session, office, issuer, name="The LMS", source_type="generic", settings=settings, actor=ACTOR
        )
        for course in COURSES:
            facts = achievement_facts.parse({**FACTS, "name": f"Life Support {course}"})
            achievement = achievements.create(session, issuer, slug=course, facts=facts, actor=ACTOR)
            achievements.publish(session, office, achievement, actor=ACTOR)
            sources.allow(session, made.source, achievement, actor=ACTOR)
            rules.create(session, made.source, activity_id=course, achievement=achievement, actor=ACTOR)
        return Hospital(service, Sender(made.source.id, made.secret), issuer.id)
