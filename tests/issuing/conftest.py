"""Builders for the office: one issuer with keys at its desk, on a real database of each kind.

Every builder is one transaction of its own, as a door would make it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.credentials.model import Algorithm
from app.db import Database
from app.issuing import (
    achievement_facts,
    achievements,
    audit,
    awards,
    issuers,
    learners,
    plans,
    rules,
    signing_keys,
    sources,
    stacks,
)
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, Earned
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.office import Addresses, Office
from app.issuing.sources import NewSource, Source
from app.keystores.files import FileKeyStore
from app.keystores.sealing import Sealer
from app.settings import Settings

ACTOR = "cli"
SOURCE_SETTINGS: dict[str, dict[str, Any]] = {
    "generic": {"namespace": "lms.example.org"},
    "csv": {"namespace": "hr.example.org", "time_zone": "Europe/Vienna"},
    "canvas": {"auth": "bearer", "root_account_uuid": "RootAccountOfStAnna"},
}
FACTS = {
    "name": "Basic Life Support",
    "abbreviation": "BLS",
    "description": "Keeps somebody alive until help comes.",
    "criteria_narrative": "Attend the course and pass the **practical** examination.",
    "achievement_type": "MicroCredential",
    "assessment_method": "observed",
    "skills": [{"name": "Resuscitation", "url": "https://skills.example.org/resuscitation", "level": 3}],
}


@dataclass
class Desk:
    """One issuer's desk: `database`, `office` and `issuer`, and a builder for each thing that may lie on it."""

    database: Database
    office: Office
    issuer: Issuer
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction."""
        with self.database.write() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One look at the database."""
        with self.database.read() as session:
            yield session

    def another_issuer(self, slug: str = "st-bruno") -> Desk:
        """The desk of one more issuer of the same office, with keys of its own."""
        with self.database.write() as session:
            issuer = _issuer_with_keys(session, self.office, slug)
        return Desk(self.database, self.office, issuer)

    def draft(self, slug: str | None = None, **facts: Any) -> Achievement:
        """An achievement that is not published. Named facts replace the usual ones."""
        with self.database.write() as session:
            stated = achievement_facts.parse({**FACTS, **facts})
            name = slug or f"bls-{next(self.numbers)}"
            return achievements.create(session, self.issuer, slug=name, facts=stated, actor=ACTOR)

    def achievement(self, slug: str | None = None, **facts: Any) -> Achievement:
        """A published achievement."""
        made = self.draft(slug, **facts)
        with self.database.write() as session:
            achievement = achievements.by_id(session, made.id)
            achievements.publish(session, self.office, achievement, actor=ACTOR)
            return achievement

    def learner(self, email: str = "mira.holm@hospital.test", name: str | None = "Mira Holm") -> Learner:
        """The learner with this address."""
        with self.database.write() as session:
            found = learners.resolve(
                session, self.issuer, namespace=None, source_id=None, email=email, display_name=name
            )
            assert found is not None
            return found

    def award(
        self, email: str = "mira.holm@hospital.test", *, achievement: Achievement | None = None, **facts: Any
    ) -> Award:
        """An award, signed and stored; of a fresh achievement unless one is handed in."""
        earned = Earned(
            achievement=achievement or self.achievement(),
            learner=self.learner(email),
            **{"awarded_at": clock.now(), **facts},
        )
        with self.database.write() as session:
            return awards.award(session, self.office, earned, actor=ACTOR).award

    def source(
        self, source_type: str = "generic", *, earns: dict[str, Achievement] | None = None, **settings: Any
    ) -> Source:
        """A source; `earns` maps its activities to achievements, which it may then cause."""
        return self.new_source(source_type, earns=earns, **settings).source

    def new_source(
        self, source_type: str = "generic", *, earns: dict[str, Achievement] | None = None, **settings: Any
    ) -> NewSource:
        """A source with its secret."""
        with self.database.write() as session:
            made = sources.create(
                session,
                self.office,
                self.issuer,
                name="A learning system",
                source_type=source_type,
                settings={**SOURCE_SETTINGS[source_type], **settings},
                actor=ACTOR,
            )
            for activity_id, achievement in (earns or {}).items():
                sources.allow(session, made.source, achievement, actor=ACTOR)
                rules.create(session, made.source, activity_id=activity_id, achievement=achievement, actor=ACTOR)
            return made

    def audit_log(self) -> list[audit.AuditEntry]:
        """The issuer's audit entries, oldest first."""
        with self.database.read() as session:
            query = select(audit.AuditEntry).where(audit.AuditEntry.issuer_id == self.issuer.id)
            return list(session.scalars(query.order_by(audit.AuditEntry.id)))


def _issuer_with_keys(session: Session, office: Office, slug: str) -> Issuer:
    issuer = issuers.create(
        session, slug=slug, name=slug.replace("-", " ").title(), url=f"https://{slug}.example.org", actor=ACTOR
    )
    signing_keys.rotate(session, office, issuer, actor=ACTOR)
    return issuer


class QuickKeyStore(FileKeyStore):
    """Its first keys are copies of real key files that all tests share: making an RSA key takes its time."""

    ready: dict[Algorithm, list[tuple[Path, dict[str, Any]]]]

    def create(self, algorithm: Algorithm) -> dict[str, Any]:
        """A key that lies ready, or a fresh one."""
        if not self.ready[algorithm]:
            return super().create(algorithm)
        file, jwk = self.ready[algorithm].pop()
        self._directory.mkdir(mode=0o700, exist_ok=True)
        shutil.copy2(file, self._directory)
        return jwk


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the keys lie that are ready; filled by the first test that asks."""
    return tmp_path_factory.mktemp("ready") / "keys"


def _ready_keys(folder: Path, secret: bytes) -> dict[Algorithm, list[tuple[Path, dict[str, Any]]]]:
    if folder not in _READY:
        store = FileKeyStore(folder, secret, demo=False)
        made = {algorithm: [store.create(algorithm) for _ in range(2)] for algorithm in Algorithm}
        _READY[folder] = {name: [(folder / f"{jwk['kid']}.pem", jwk) for jwk in made[name]] for name in made}
    return {algorithm: list(files) for algorithm, files in _READY[folder].items()}


_READY: dict[Path, dict[Algorithm, list[tuple[Path, dict[str, Any]]]]] = {}


@pytest.fixture
def office(settings: Settings, keys_folder: Path) -> Office:
    """The office's equipment, with a key store that is empty."""
    secret = settings.secret_bytes()
    keystore = QuickKeyStore(settings.keys_dir, secret, demo=False)
    keystore.ready = _ready_keys(keys_folder, secret)
    return Office(
        addresses=Addresses(settings.public_base_url),
        keystore=keystore,
        sealer=Sealer(secret),
        new_awards=settings.new_awards,
        status_list_size_bits=settings.status_list_size_bits,
        follow=stacks.follow,
        sponsored=plans.sponsored,
    )


@pytest.fixture
def desk(database: Database, office: Office) -> Desk:
    """The desk of an issuer that has keys, and nothing else yet."""
    with database.write() as session:
        issuer = _issuer_with_keys(session, office, "st-anna")
    return Desk(database, office, issuer)
