"""What two learners' facts say once the two are one: decided by the worker, as if one person had done it all."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from sqlalchemy import select

from app.issuing import identification, merging
from app.issuing.awards import Award
from app.issuing.learners import Learner, LearnerMerge
from app.issuing.rulings.schedule import ScheduledDecision
from app.worker.deciding import Deciding

from .arriving import count, learner_of
from .stating import FIRST_DAY, awards_of, living, rule, stated, take

BOTH = {"combine": {"all_of": ["a", "b"]}}
LATER = timedelta(days=30)


@pytest.fixture(autouse=True)
def moment():
    with time_machine.travel(FIRST_DAY + timedelta(hours=1), tick=False) as travelling:
        yield travelling


def work(desk) -> int:
    """One round of the worker over what is due."""
    service = SimpleNamespace(database=desk.database, office=desk.office, settings=SimpleNamespace(lease_seconds=60))
    return Deciding(service, lambda: None).work_through(threading.Event())


def merge(desk, kept: Learner, gone: Learner) -> LearnerMerge:
    with desk.write() as session:
        people = {"kept": session.get_one(Learner, kept.id), "gone": session.get_one(Learner, gone.id)}
        return merging.merge(session, desk.office, **people, actor="cli")


def undo(desk, merged: LearnerMerge) -> None:
    with desk.write() as session:
        merging.undo(session, desk.office, session.get_one(LearnerMerge, merged.id), actor="cli")


def holder(desk, award: Award) -> str:
    with desk.read() as session:
        return session.get_one(Award, award.id).learner_id


def test_what_two_learners_earn_only_together_is_awarded_after_the_merge(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "a", "b", allow=(source,), **BOTH)
    take(desk, source, stated(activity="a", person="work"))
    take(desk, source, stated(activity="b", person="home"))
    kept = desk.learner("work@hospital.test")

    merge(desk, kept, desk.learner("home@hospital.test"))
    work(desk)

    (award,) = living(desk, achievement)
    assert holder(desk, award) == kept.id


def test_a_merge_has_decided_what_the_moved_completions_concern_and_nothing_else(desk):
    concerned, other, source = desk.achievement(), desk.achievement(), desk.source()
    rule(desk, concerned, "a", "b", allow=(source,), **BOTH)
    rule(desk, other, "c", "d", allow=(source,), combine={"all_of": ["c", "d"]})
    take(desk, source, stated(activity="c", person="work"))
    take(desk, source, stated(activity="b", person="home"))

    merge(desk, desk.learner("work@hospital.test"), desk.learner("home@hospital.test"))

    with desk.read() as session:
        rows = session.scalars(select(ScheduledDecision)).all()
    assert [(row.achievement_id, row.reason) for row in rows] == [(concerned.id, "merged")]


def test_what_a_pending_person_did_counts_with_what_the_learner_did(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "a", "b", allow=(source,), **BOTH)
    take(desk, source, stated(activity="a", person="work", learner={"source_id": None}))
    take(desk, source, stated(activity="b", person="home", learner={"email": None}))
    kept = desk.learner("work@hospital.test")

    with desk.write() as session:
        pending = session.get_one(Learner, learner_of(desk, "home").id)
        identification.assign(session, desk.office, pending, to=session.get_one(Learner, kept.id), actor="cli")
    work(desk)

    assert [holder(desk, award) for award in living(desk, achievement)] == [kept.id]


@pytest.mark.parametrize("is_merged", [False, True], ids=["alone", "merged"])
def test_a_delay_that_runs_while_two_are_merged_ends_with_the_award(desk, moment, is_merged):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), delay="P7D")
    take(desk, source, stated(person="home"))
    if is_merged:
        merge(desk, desk.learner("ana@work.test"), desk.learner("home@hospital.test"))

    moment.shift(LATER)
    work(desk)

    assert len(living(desk, achievement)) == 1
    assert count(desk, ScheduledDecision) == 0


def test_a_grace_that_runs_while_two_are_merged_ends_with_the_revocation(desk, moment):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), on_unearn={"revoke_after": "P7D"})
    take(desk, source, stated(person="home"))
    moment.shift(timedelta(days=1))
    take(desk, source, stated("failed", day=1, person="home"))
    merge(desk, desk.learner("ana@work.test"), desk.learner("home@hospital.test"))
    work(desk)
    assert [award.state for award in awards_of(desk, achievement)] == ["issued"]

    moment.shift(LATER)
    work(desk)

    assert [award.state for award in awards_of(desk, achievement)] == ["revoked"]


def test_a_delay_goes_on_for_the_one_whose_it_is_when_a_merge_is_undone(desk, moment):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), delay="P7D")
    take(desk, source, stated(person="home"))
    gone = desk.learner("home@hospital.test")
    merged = merge(desk, desk.learner("ana@work.test"), gone)
    work(desk)
    undo(desk, merged)

    moment.shift(LATER)
    work(desk)

    assert [holder(desk, award) for award in living(desk, achievement)] == [gone.id]


def test_undoing_a_merge_has_decided_anew_whoever_gets_completions_back(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "a", "b", allow=(source,), **BOTH)
    take(desk, source, stated(activity="b", person="home"))
    gone = desk.learner("home@hospital.test")
    merged = merge(desk, desk.learner("ana@work.test"), gone)
    work(desk)

    undo(desk, merged)

    with desk.read() as session:
        assert [row.learner_id for row in session.scalars(select(ScheduledDecision))] == [gone.id]
