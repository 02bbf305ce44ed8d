"""A house of people who agreed to be shown: three badges each, an id of HR, a ward of thirty; rows, no signatures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app import clock
from app.issuing import access, achievements, definitions, issuers
from app.issuing.access import Scope
from app.issuing.achievement_facts import parse
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award
from app.issuing.definitions import Kind
from app.issuing.folding import fold
from app.issuing.learners import Learner, LearnerEmail, LearnerIdentity
from app.issuing.learners.sharing import ANY, FAMILY, GIVEN, SharedName, SharedRecord
from app.issuing.stacks.tables import Career
from app.projections.fhir import names, wire_id
from app.service import Service

ACTOR = "bench"
LAST_HOUR = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
CHANGED = 30  # people of whom something changed in the last hour
WARD_STAFF = 30
CODES = ("BLS", "IPC", "PHLB")
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class House:
    """An API key, and what searches name: the ward, and somebody in the middle."""

    key: str
    ward: str
    middle: str


def fill(service: Service, count: int) -> House:
    """Fill an empty database."""
    with service.database.write() as session:
        issuer = issuers.create(session, slug="bench", name="Bench", url="https://bench.example/", actor=ACTOR)
        made = {}
        for code in CODES:
            facts = parse({
                "name": f"{code} badge", "abbreviation": code, "description": "x", "criteria_narrative": "x",
                "assessment_method": "observed", "skills": [{"name": code, "url": "https://x.example/s", "level": 1}],
            })  # fmt: skip
            made[code] = achievements.create(session, issuer, slug=code.lower(), facts=facts, actor=ACTOR)
            achievements.publish(session, service.office, made[code], actor=ACTOR)
        versions = [(each.id, achievements.version_of(session, each, 1).id) for each in made.values()]
        unit = definitions.put(
            session, issuer, Kind.UNIT, "ward", definitions.parse(Kind.UNIT, {"name": "Ward"}), actor=ACTOR
        )
        assert unit
        ward = definitions.by_slug(session, issuer, Kind.UNIT, "ward").id
        key = access.create(session, issuer, name="bench", scopes=[Scope.FHIR_READ], days=1, actor=ACTOR).text
    ids = sorted(clock.new_id() for _ in range(count))
    for first in range(0, count, AT_ONCE):
        rows: list[object] = []
        with service.database.write() as session:
            for place, learner_id in enumerate(ids[first : first + AT_ONCE], first):
                learner, *others = _person(issuer.id, learner_id, place, versions, ward)
                session.add(learner)
                rows += others
            session.flush()
            session.add_all(rows)
    return House(key, wire_id(ward), wire_id(ids[count // 2]))


def _person(issuer_id: str, learner_id: str, place: int, versions: list[tuple[str, str]], ward: str) -> list[object]:
    given = ("Ana", "Bea", "Carl", "Dan", "Eva", "Finn", "Gina", "Hugo", "Ida", "Jon")[place % 10]
    name = f"{given} Ortiz{place}"
    changed = clock.now() if place < CHANGED else LONG_AGO
    common = {"issuer_id": issuer_id, "learner_id": learner_id}
    rows: list[object] = [
        Learner(id=learner_id, issuer_id=issuer_id, display_name=name, created_at=LONG_AGO, state="known"),
        LearnerEmail(**common, normalised=f"p{place}@x.example", written=f"p{place}@x.example"),
        LearnerIdentity(**common, namespace="hr.example.org", source_id=f"4711-{place}"),
        SharedRecord(**common, shared_at=LONG_AGO, changed_at=changed),
    ]
    parts = names.split(name)
    for kind, text in ((ANY, parts.text), (FAMILY, parts.family), (GIVEN, " ".join(parts.given))):
        rows += [SharedName(**common, kind=kind, key=each) for each in names.beginnings(fold(text))]
    if place < WARD_STAFF:
        rows.append(Career(id=clock.new_id(), **common, unit_id=ward, changed_at=LONG_AGO))
    for achievement_id, version_id in versions:
        award = clock.new_id()
        rows.append(
            Award(
                id=award, **common, achievement_id=achievement_id, version_id=version_id, basis=[], slot="once",
                state="issued", visibility="unlisted", awarded_at=LONG_AGO, subject_id=clock.new_urn(), evidence=[],
                valid_until=LONG_AGO + timedelta(days=900), created_at=LONG_AGO, revision=1,
            )
        )  # fmt: skip
        rows.append(
            AuditEntry(issuer_id=issuer_id, at=LONG_AGO, actor=ACTOR, action="award.issued", object_id=award, facts={})
        )
    return rows
