"""Groups of learners: who is in them, and what the rules that name them make of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.errors import InvalidInput, NotFound
from app.issuing import directory, erasure, groups, issuers, merging
from app.issuing.completions import Completion
from app.issuing.learners import Learner
from app.issuing.rules import books
from app.issuing.rulings.schedule import ScheduledDecision

from .stating import awards_of, living, rule, said, stated, take

GROUP = "cohort:nursing-26"
BOTH_DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def join(desk, learner: Learner, name: str = GROUP, **how) -> bool:
    with desk.write() as session:
        found = session.get_one(Learner, learner.id)
        return groups.add(session, desk.office, found, name, actor="cli", **how)


def leave(desk, learner: Learner, name: str = GROUP) -> bool:
    with desk.write() as session:
        return groups.remove(session, desk.office, session.get_one(Learner, learner.id), name, actor="cli")


def of(desk, learner: Learner) -> list[str]:
    with desk.read() as session:
        return list(groups.of_learner(session, learner))


def counted(desk) -> list[tuple[str, int]]:
    with desk.read() as session:
        return groups.counts(session, desk.issuer.id)


@pytest.fixture
def mira(desk):
    return desk.learner("mira@hospital.test")


@pytest.fixture
def noor(desk):
    return desk.learner("noor@hospital.test")


@BOTH_DATABASES
def test_learners_join_and_leave_and_a_group_is_there_as_long_as_somebody_is_in_it(desk, mira, noor):
    assert [join(desk, mira), join(desk, noor), join(desk, mira, f" {GROUP} "), join(desk, mira, "ward 4")] == [
        True,
        True,
        False,
        True,
    ]
    assert (of(desk, mira), counted(desk)) == ([GROUP, "ward 4"], [(GROUP, 2), ("ward 4", 1)])
    with desk.read() as session:
        found = session.scalars(groups.members(session, desk.issuer, GROUP)).all()
    assert {each.learner_id for each in found} == {mira.id, noor.id}

    assert [leave(desk, mira, "ward 4"), leave(desk, mira, "ward 4")] == [True, False]
    assert counted(desk) == [(GROUP, 2)]
    with desk.read() as session, pytest.raises(NotFound):
        groups.members(session, desk.issuer, "ward 4")


def test_each_change_is_one_audit_entry_with_ids_only(desk, mira):
    join(desk, mira)
    join(desk, mira)
    leave(desk, mira)
    leave(desk, mira)

    entries = [(each.action, each.object_id, each.facts) for each in desk.audit_log() if "group" in each.action]
    told = {"group_id": groups.id_of(desk.issuer.id, GROUP)}
    assert entries == [("group.learner-added", mira.id, told), ("group.learner-removed", mira.id, told)]
    assert "nursing" not in str(entries)


@pytest.mark.parametrize(
    "name", ["", "  ", "x" * 101, "a\nb", "a/b", "a;b", "a|b"], ids=["empty", "blank", "long", "line", "/", ";", "bar"]
)
def test_what_is_no_name_is_refused(desk, mira, name):
    with pytest.raises(InvalidInput):
        join(desk, mira, name)

    assert counted(desk) == []


@BOTH_DATABASES
def test_a_rule_that_names_a_group_earns_only_for_who_is_in_it(desk, mira):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), require={"learner_in": GROUP})
    join(desk, mira)

    assert said(take(desk, source, stated(person="noor"))) == ("recorded", "not-in-group")
    assert said(take(desk, source, stated(person="mira"))) == ("awarded", "earned")
    assert [award.learner_id for award in awards_of(desk, achievement)] == [mira.id]


@BOTH_DATABASES
def test_who_joins_gets_at_once_what_they_earned_before(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), require={"all": [{"outcome": "completed"}, {"learner_in": GROUP}]})
    take(desk, source, stated(person="mira"))
    mira = desk.learner("mira@hospital.test")

    join(desk, mira, "another")
    assert awards_of(desk, achievement) == []
    join(desk, mira)

    assert [award.state for award in awards_of(desk, achievement)] == ["issued"]
    with desk.read() as session:
        assert session.scalars(select(Completion.state)).all() == ["awarded"]


@pytest.mark.parametrize("on_unearn", ["ignore", "review", "revoke"])
def test_who_leaves_keeps_the_award(desk, mira, on_unearn):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), require={"learner_in": GROUP}, on_unearn=on_unearn)
    join(desk, mira)
    take(desk, source, stated(person="mira"))
    take(desk, source, stated("failed", person="mira", day=-1))

    leave(desk, mira)
    take(desk, source, stated(person="mira", day=3))

    assert len(living(desk, achievement)) == len(awards_of(desk, achievement)) == 1


def test_a_rule_for_who_is_not_in_a_group_earns_when_they_leave(desk, mira):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), require={"not": {"learner_in": GROUP}})
    join(desk, mira)
    take(desk, source, stated(person="mira"))
    assert awards_of(desk, achievement) == []

    leave(desk, mira)

    assert len(living(desk, achievement)) == 1


def test_in_bulk_the_worker_decides_soon(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), require={"learner_in": GROUP})
    take(desk, source, stated(person="mira"))
    mira = desk.learner("mira@hospital.test")

    join(desk, mira, is_bulk=True)

    assert awards_of(desk, achievement) == []
    with desk.read() as session:
        (due,) = session.scalars(select(ScheduledDecision)).all()
    assert (due.learner_id, due.achievement_id, due.reason) == (mira.id, achievement.id, "group")


def test_somebody_pending_earns_by_their_group_as_soon_as_they_are_known(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), require={"learner_in": GROUP})
    take(desk, source, stated(person="mira", learner={"email": None}))
    with desk.read() as session:
        pending = session.scalars(select(Learner)).one()
    join(desk, pending)
    assert awards_of(desk, achievement) == []

    line = b"id,email,groups\nmira,mira@hospital.test,ward 4\n"
    (entry,) = directory.read(line, namespace="lms.example.org")
    with desk.write() as session:
        issuers.take_turn(session, desk.issuer.id)
        directory.take(session, desk.office, desk.issuer, entry, actor="cli")

    assert [award.learner_id for award in awards_of(desk, achievement)] == [pending.id]


def test_groups_are_looked_up_only_where_a_rule_names_one(desk):
    plain, grouped = desk.achievement(), desk.achievement()
    rule(desk, plain, "bls")
    rule(desk, grouped, "bls", require={"any": [{"not": {"learner_in": "a"}}, {"learner_in": "b"}]})

    with desk.read() as session:
        found = [books.of_achievement(session, each).groups for each in (plain, grouped)]
    assert found == [frozenset(), {"a", "b"}]


def test_two_who_are_one_are_in_the_groups_of_both_and_apart_again_in_their_own(desk, mira, noor):
    for learner, name in ((mira, "a"), (mira, "both"), (noor, "b"), (noor, "both")):
        join(desk, learner, name)

    with desk.write() as session:
        kept, gone = session.get_one(Learner, mira.id), session.get_one(Learner, noor.id)
        merge_id = merging.merge(session, desk.office, kept=kept, gone=gone, actor="cli").id
    assert of(desk, mira) == ["a", "b", "both"]
    with pytest.raises(InvalidInput):
        join(desk, noor, "c")

    with desk.write() as session:
        merging.undo(session, desk.office, merging.by_id(session, desk.issuer, merge_id), actor="cli")
    assert (of(desk, mira), of(desk, noor)) == (["a", "both"], ["b", "both"])


def test_who_is_erased_is_in_no_group(desk, mira, noor):
    join(desk, mira)
    join(desk, noor)

    with desk.write() as session:
        erasure.erase(session, desk.office, session.get_one(Learner, mira.id), actor="cli")

    assert (of(desk, mira), counted(desk)) == ([], [(GROUP, 1)])
    with pytest.raises(InvalidInput):
        join(desk, mira)


def test_a_directory_adds_memberships_and_takes_none_away(desk, mira):
    join(desk, mira, "old")
    content = b"id,email,groups\n7,mira@hospital.test,a; b\n7,mira@hospital.test,a|b\n8,x@hospital.test,a/b\n"

    with desk.write() as session:
        issuers.take_turn(session, desk.issuer.id)
        results = [
            directory.take(session, desk.office, desk.issuer, each, actor="cli")
            for each in directory.read(content, namespace="lms.example.org")
        ]

    assert [str(each.verdict) for each in results] == ["changed", "unchanged", "refused"]
    assert (of(desk, mira), counted(desk)) == (["a", "b", "old"], [("a", 1), ("b", 1), ("old", 1)])
