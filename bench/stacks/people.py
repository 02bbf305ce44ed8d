"""The demo catalogue on a fresh database, with as many people on its pathways as one likes; the same ones each time."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app import clock
from app import service as services
from app.db import Base
from app.issuing import catalog, issuers
from app.issuing.catalog import import_plan
from app.issuing.learners import Learner
from app.issuing.pathways import worlds
from app.issuing.pathways.worlds import Known
from app.issuing.stacks import Enrolment
from app.service import Service
from app.stacking.holdings import Holding, Standing, proofs_of
from app.stacking.renewal import last_good_day
from app.stacking.world import Kind, World
from bench.academy import settings_for

CATALOGUE = Path(__file__).parents[2] / "catalog" / "healthcare.yaml"
SEED = 20261129
DAY = date(2026, 7, 1)
ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class House:
    """A service with the catalogue, and the people who were put on every pathway."""

    service: Service
    issuer_id: str
    known: Known
    learner_ids: tuple[str, ...]


def build(folder: Path, count: int, url: str | None = None) -> House:
    """A fresh database with the catalogue and `count` people, each on all pathways and with badges of nothing yet."""
    service = services.build(settings_for(folder, url or f"sqlite:///{folder}/stacks.sqlite3"))
    Base.metadata.create_all(service.database.engine)
    with service.database.write() as session:
        plan = catalog.read(CATALOGUE.read_text())
        import_plan(session, service.office, plan, actor="cli")
        issuer_id = issuers.by_slug(session, "northfield").id
    with service.database.read() as session:
        known = worlds.of(session, issuer_id)
    return House(service, issuer_id, known, tuple(_fill(service, issuer_id, known, count)))


def _fill(service: Service, issuer_id: str, known: Known, count: int) -> Iterable[str]:
    now = clock.now()
    ids = [clock.new_id() for _ in range(count)]
    people = [
        {"id": each, "issuer_id": issuer_id, "state": "known", "display_name": f"Person {number}", "created_at": now}
        for number, each in enumerate(ids)
    ]
    enrolments = [
        {
            "id": clock.new_id(), "issuer_id": issuer_id, "learner_id": each, "version": pathway.number,
            "pathway_id": known.pathway_ids[pathway.id], "enrolled_at": now, "progress": 0, "complete_nodes": [],
        }
        for each in ids
        for pathway in known.world.pathways.values()
    ]  # fmt: skip
    for model, rows in ((Learner, people), (Enrolment, enrolments)):
        for first in range(0, len(rows), ROWS_AT_ONCE):
            with service.database.write() as session:
                session.bulk_insert_mappings(model.__mapper__, rows[first : first + ROWS_AT_ONCE])
    return ids


def many(world: World, count: int) -> list[list[Holding]]:
    """What so many people hold: none to all of the badges, some of them expired or revoked."""
    chance = random.Random(SEED)
    badges = [each for each in world.credentials.values() if each.kind is not Kind.STACK]
    return [
        [_holding(world, each, chance) for each in chance.sample(badges, chance.randint(0, len(badges) // 2))]
        for _ in range(count)
    ]


def _holding(world: World, credential: Any, chance: random.Random) -> Holding:
    issued = DAY - timedelta(days=chance.randint(0, 1500))
    ends = last_good_day(issued, credential.validity)
    standing = chance.choices([Standing.ACTIVE, Standing.REVOKED, Standing.SUSPENDED], [96, 3, 1])[0]
    proofs = proofs_of(world, credential.id, issued)
    return Holding(f"{credential.id}@{issued}", credential.id, issued, ends, standing, proofs)
