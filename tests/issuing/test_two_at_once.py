"""Two transactions that say at once who somebody pending is: one person, and one award."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from app.errors import LearnerUnclear
from app.issuing import erasure, inbox, issuers, learners
from app.issuing.learners import Learner, merging

from .arriving import ACTIVITY, ANA, NAMELESS, arrive, awards, fact, learner_of

MOST_STATEMENTS = 300


def late(desk, source) -> Learner:
    """Whoever looked before they had the turn says what another transaction has said meanwhile; who it is about."""
    arrive(desk, source, fact(learner=NAMELESS), key="first")
    with desk.write() as session:
        issuer = issuers.by_id(session, desk.issuer.id)
        seen = learners.find_by_identity(session, issuer, "lms.example.org", ANA["id"])
        assert seen is not None
        assert learners.is_pending(seen)
        if not desk.database.is_sqlite:  # which lets one transaction write at a time
            arrive(desk, source, fact("evt-2", learner=ANA), key="second")
        issuers.take_turn(session, issuer.id)
        stated = {"namespace": "lms.example.org", "source_id": ANA["id"], "display_name": None}
        learners.resolve(session, issuer, **stated, email=ANA["email"], sealer=desk.office.sealer)
        inbox.catch_up(session, desk.office)
    return learner_of(desk)


@pytest.fixture
def source(desk):
    return desk.source(earns={ACTIVITY: desk.achievement()})


def test_nobody_is_merged_with_themselves_and_one_award_is_made(desk, source):
    person = late(desk, source)

    assert (person.state, person.merged_into_id) == ("known", None)
    assert len(awards(desk)) == 1


def test_a_merge_of_one_person_is_refused(desk):
    learner = desk.learner("ana@hospital.test")

    with desk.write() as session:
        found = session.get_one(Learner, learner.id)
        with pytest.raises(LearnerUnclear):
            merging.move(session, gone=found, kept=found)


def test_erasing_ends_even_where_an_older_version_merged_somebody_with_themselves(desk):
    learner = desk.learner("ana@hospital.test")
    with desk.write() as session:
        session.get_one(Learner, learner.id).merged_into_id = learner.id

    stated = []

    def listen(_conn, _cursor, statement, *_) -> None:
        stated.append(statement)
        assert len(stated) < MOST_STATEMENTS

    event.listen(desk.database.engine, "before_cursor_execute", listen)
    try:
        with desk.write() as session:
            erasure.erase(session, desk.office, session.get_one(Learner, learner.id), actor="cli")
    finally:
        event.remove(desk.database.engine, "before_cursor_execute", listen)

    with desk.read() as session:
        assert session.scalars(select(Learner.state).where(Learner.id == learner.id)).one() == "erased"
