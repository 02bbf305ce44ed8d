"""A rule is tried on everybody's stored past before it decides anything, and a backfill then does what was foreseen."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.db import Base
from app.errors import AlreadyExists, NotFound
from app.issuing import achievements, backfills, explaining, simulation
from app.issuing.backfills import Backfill
from app.issuing.rules import books
from app.issuing.simulation import Fate
from app.stacking import rules as language
from tests.issuing.stating import awards_of, living, rule, stated, take

BLS = {"match": {"activities": ["bls"]}}


def simulate(desk, achievement, document, **facts):
    with desk.read() as session:
        found = achievements.by_id(session, achievement.id)
        book = books.of_document(found.id, language.read(document), seed="simulation")
        return simulation.simulate(session, found, book, **facts)


def run_backfill(desk, achievement, *, limit: int = 2) -> Backfill:
    """Start one and go through it, slice by slice, as the worker does."""
    with desk.write() as session:
        made = backfills.start(session, achievements.by_id(session, achievement.id), actor="cli")
    goes_on = True
    while goes_on:
        with desk.write() as session:
            goes_on = backfills.step(session, desk.office, made.id, limit=limit, lease_seconds=60)
    with desk.read() as session:
        return session.get_one(Backfill, made.id)


@pytest.fixture
def past(desk):
    """Five people with a course that no rule names: two passed well, one badly, one failed, and one passed by the word
    of somebody who proved nothing."""
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "another", allow=(source,))
    for person, score in (("ana", "0.95"), ("bo", "0.9"), ("cy", "0.6")):
        take(desk, source, stated("passed", person=person, score=score))
    take(desk, source, stated("failed", person="di"))
    take(desk, source, stated("passed", person="ed"), method="none")
    return achievement, source


def test_a_simulation_counts_first_and_names_people_of_one_fate(desk, past):
    achievement, _ = past

    found = simulate(desk, achievement, BLS | {"require": {"score_gte": "0.84"}}, show=Fate.GAIN)

    assert (found.looked_at, found.counts, found.after) == (5, {Fate.GAIN: 2}, None)
    assert len(found.people) == 2


def test_a_simulation_goes_on_where_it_ended(desk, past):
    achievement, _ = past

    first = simulate(desk, achievement, BLS, limit=2)
    second = simulate(desk, achievement, BLS, limit=50, after=first.after)

    assert (first.looked_at, second.looked_at) == (2, 3)
    assert first.counts.get(Fate.GAIN, 0) + second.counts.get(Fate.GAIN, 0) == 3
    assert second.after is None


def test_a_simulation_changes_nothing(desk, past):
    achievement, _ = past
    before = everything(desk)

    simulate(desk, achievement, BLS | {"approval": "always"}, show=Fate.APPROVE)

    assert everything(desk) == before


def everything(desk) -> dict[str, list[str]]:
    with desk.read() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: sorted(str(tuple(row)) for row in session.execute(select(table))) for table in tables}


@pytest.mark.parametrize(
    ("document", "fate"),
    [
        ({"approval": "always"}, Fate.APPROVE),
        ({"delay": "P90Y"}, Fate.WAIT),
        ({"require": {"score_gte": "0.99"}}, None),
    ],
)
def test_each_fate_is_told_apart(desk, past, document, fate):
    achievement, _ = past

    counts = simulate(desk, achievement, BLS | document).counts

    assert counts == ({} if fate is None else {fate: 3})


def test_who_holds_it_who_would_be_reviewed_and_who_would_lose_it_are_told_apart(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), on_unearn="ignore")
    for person in ("ana", "bo"):
        take(desk, source, stated("passed", person=person, score="0.85"))
    take(desk, source, stated("failed", person="bo", day=1))

    def found(**document):
        return simulate(desk, achievement, BLS | document).counts

    assert found() == {Fate.HOLD: 1, Fate.REVIEW: 1}
    assert found(on_unearn="revoke") == {Fate.HOLD: 1, Fate.LOSE: 1}
    assert found(require={"score_gte": "0.9"}, on_unearn="review") == {Fate.UNSUPPORTED: 1, Fate.REVIEW: 1}


# -- backfill ------------------------------------------------------------------------------------------------


def test_a_backfill_does_what_was_foreseen_and_once_more_changes_nothing(desk, past):
    achievement, _ = past
    rule(desk, achievement, "bls", require={"score_gte": "0.84"})

    first = run_backfill(desk, achievement)
    second = run_backfill(desk, achievement)

    assert (first.state, first.total, first.counts) == ("done", 5, {"learners": 5, "awarded": 2})
    assert second.counts == {"learners": 5}
    assert len(living(desk, achievement)) == 2


def test_a_backfill_that_was_cut_off_goes_on_where_it_was(desk, past):
    achievement, _ = past
    rule(desk, achievement, "bls")
    with desk.write() as session:
        made = backfills.start(session, achievements.by_id(session, achievement.id), actor="cli")
        backfills.step(session, desk.office, made.id, limit=2, lease_seconds=60)
    with pytest.raises(RuntimeError, match="stops"):
        step_and_stop(desk, made)

    with desk.write() as session:
        assert session.get_one(Backfill, made.id).counts["learners"] == 2
        while backfills.step(session, desk.office, made.id, limit=2, lease_seconds=60):
            pass
    with desk.read() as session:
        assert session.get_one(Backfill, made.id).counts == {"learners": 5, "awarded": 3}


def step_and_stop(desk, made: Backfill) -> None:
    """A slice whose transaction is never committed."""
    with desk.write() as session:
        backfills.step(session, desk.office, made.id, limit=2, lease_seconds=60)
        raise RuntimeError("the machine stops")


def test_one_backfill_of_an_achievement_at_a_time_and_none_without_a_rule(desk, past):
    achievement, other = past[0], desk.achievement()
    with desk.write() as session:
        backfills.start(session, achievements.by_id(session, achievement.id), actor="cli")

    with pytest.raises(AlreadyExists), desk.write() as session:
        backfills.start(session, achievements.by_id(session, achievement.id), actor="cli")
    with pytest.raises(NotFound), desk.write() as session:
        backfills.start(session, achievements.by_id(session, other.id), actor="cli")


# -- explanation ---------------------------------------------------------------------------------------------


def test_why_and_why_not_are_said_clause_by_clause(desk, past):
    achievement, _ = past
    rule(desk, achievement, "bls", require={"score_gte": "0.84"})

    def explained(person: str):
        learner = desk.learner(f"{person}@hospital.test", None)
        with desk.read() as session:
            return explaining.of_learner(session, learner.id, achievements.by_id(session, achievement.id))[0]

    good, bad = explained("ana"), explained("cy")
    assert (good.decision, bad.decision, bad.code) == ("earned", "not_earned", "score-too-low")
    assert {clause["met"] for clause in bad.clauses} >= {False}
    assert all(clause["sentence"] for clause in [*good.clauses, *bad.clauses])
    assert awards_of(desk, achievement) == []
