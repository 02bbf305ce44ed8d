"""The whole demo catalogue: everything is there after an import, and its people stand where the oracle expects them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select

from app.db import Base
from app.issuing import achievement_facts, achievements, catalog, definitions, issuers, learners, pathways
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, AwardState
from app.issuing.definitions import Kind
from app.issuing.learners import LearnerState
from app.issuing.stacks import careers, enrolling, recognitions
from app.issuing.stacks.tables import StackAward
from tests.issuing.catalog.small import imported, line_of
from tests.stacking.healthcare import FILE, document

TEXT = FILE.read_text(encoding="utf-8")
EXPECTED = {each["learner"]: each for each in document()["expectations"]["learners"]}
COUNTS = {
    "issuer": 6, "key pair": 5, "framework": 3, "skill": 32, "ce-unit": 4, "recognised-credential": 7, "programme": 5,
    "equivalence": 4, "credit-transfer": 6, "role": 12, "unit": 5, "achievement": 30, "stack": 9, "pathway": 5,
    "endorsement": 6, "learner": 9, "career": 9, "programme enrolment": 4, "recognition": 8, "enrolment": 10,
}  # fmt: skip


def everything(desk) -> dict[str, int]:
    """How many rows each table has."""
    with desk.read() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_an_import_makes_everything_people_stand_where_they_should_and_a_second_one_changes_nothing(desk):
    first = imported(desk, TEXT)

    assert {kind: first[kind, "made"] for kind in COUNTS} == COUNTS
    assert {what for _kind, what in first} == {"made"}
    assert by_kind(desk) == {"micro": 28, "stack": 9, "external": 5, "partner": 2}
    assert {learner: found(desk, learner) for learner in EXPECTED} == {
        learner: expected(each) for learner, each in EXPECTED.items()
    }
    people_are_known_by_the_catalogue_alone(desk)

    before = everything(desk)
    again = imported(desk, TEXT)

    assert {what for _kind, what in again} == {"unchanged"}
    assert sum(again.values()) == sum(first.values()) - first["key pair", "made"]
    assert everything(desk) == before


def by_kind(desk) -> dict[str, int]:
    """How many credentials the home issuer has of each kind."""
    counted = Counter[str]()
    with desk.read() as session:
        home = issuers.by_slug(session, "northfield")
        for each in session.scalars(select(Achievement).where(Achievement.issuer_id == home.id)):
            facts = achievement_facts.parse(achievements.current(session, each).facts)
            counted["stack" if facts.is_stack else "micro"] += 1
        counted.update(
            each.facts.get("kind", "external") for each in definitions.all_of(session, home.id, Kind.RECOGNISED)
        )
    return dict(counted)


def expected(each: dict[str, Any]) -> dict[str, Any]:
    """What the oracle says of one learner."""
    return {
        "stacks": sorted(each["stacks_awarded"]),
        "pathways": {
            one["pathway"]: (sorted(one["nodes_complete"]), pytest.approx(one["progress"], abs=0.0001), one["complete"])
            for one in each["pathways"]
        },
    }


def found(desk, learner: str) -> dict[str, Any]:
    """What the database says of one learner."""
    with desk.read() as session:
        home = issuers.by_slug(session, "northfield")
        person = learners.find_by_identity(session, home, "catalog", learner)
        assert person is not None
        stacks = (
            select(Achievement.slug)
            .join(Award, Award.achievement_id == Achievement.id)
            .join(StackAward, StackAward.award_id == Award.id)
            .where(Award.learner_id == person.id, Award.state == AwardState.ISSUED)
        )
        return {
            "stacks": sorted(session.scalars(stacks)),
            "pathways": {
                pathways.by_id(session, each.pathway_id).slug: (
                    sorted(each.complete_nodes),
                    each.progress / 10_000,
                    each.completed_at is not None,
                )
                for each in enrolling.of_learner(session, person.id)
            },
        }


def people_are_known_by_the_catalogue_alone(desk) -> None:
    """Their names, history and careers are the file's; no address reaches them."""
    with desk.read() as session:
        home = issuers.by_slug(session, "northfield")
        person = learners.find_by_identity(session, home, "catalog", "ln-03")
        assert person is not None
        assert (person.display_name, person.state) == ("Sample Learner 03", LearnerState.KNOWN)
        assert learners.email_of(session, person) is None
        named = careers.names_of(session, person.id)
        assert (named.unit, named.role, named.target_role) == ("unit-medsurg", "role-pct", "role-nursing-applicant")
        assert careers.programmes_of(session, person.id) == {"prog-rn"}
        recognised = recognitions.of_learner(session, person.id)
        assert [(each.issued_on.isoformat(), str(each.valid_until), each.verified_by) for each in recognised] == [
            ("2024-02-02", "2026-02-28", "catalog")
        ]
        seventh = learners.find_by_identity(session, home, "catalog", "ln-07")
        assert seventh is not None
        states = select(Award.state).where(Award.learner_id == seventh.id, Award.revoked_at.is_not(None))
        assert list(session.scalars(states)) == [AwardState.REVOKED]


def test_people_can_be_left_out(desk):
    done = imported(desk, TEXT, people_too=False)

    assert done["learner", "made"] == done["award", "made"] == 0
    assert done["pathway", "made"] == 5
    assert done["key pair", "made"] == 4  # of those who endorse; the home issuer signs nothing yet


def test_what_is_left_out_is_said():
    said = catalog.read(TEXT).skipped

    assert {sentence.partition(":")[0] for sentence in said} == {
        "catalog", "organizations", "credentials", "pathways", "credit_transfers", "publishing",
        "proficiency_scale", "scenarios", "expectations",
    }  # fmt: skip


def test_the_circle_of_the_scenario_is_refused_with_its_path_on_the_line_of_its_node():
    before = "condition: {all_of: [{credential: mc-ipc}, {credential: mc-privacy}, {credential: mc-phleb}, "
    assert before in TEXT
    text = TEXT.replace(before, f"{before}{{credential: st-lab-specialist}}, ")
    plan = catalog.read(text)

    [problem] = plan.problems

    walk = "assistant needs st-lab-specialist needs specialist needs st-lab-technician needs technician needs assistant"
    named = problem.sentence.partition("circle: ")[2].rstrip(".").split(" needs ")
    assert named[0] == named[-1]
    assert " needs ".join(walk_from(named, "assistant")) == walk
    assert problem.line in {line_of(text, f"- {{id: {node}, ") for node in ("assistant", "technician", "specialist")}


def walk_from(closed: list[str], first: str) -> list[str]:
    """A closed walk from another of its stations."""
    around = closed[:-1]
    start = around.index(first)
    return [*around[start:], *around[:start], first]
