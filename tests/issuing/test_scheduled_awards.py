"""Awards for later: made once when their moment has come, whatever happens meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.credentials import model
from app.errors import InvalidInput, LearnerErased, NoSigningKey, WrongState
from app.issuing import achievements, erasure, issuers, learners, merging, scheduled_awards, signing_keys
from app.issuing.awards import Award
from app.issuing.by_hand import Stated
from app.issuing.learners import Learner
from app.issuing.scheduled_awards import ScheduledAward, ScheduleState

ANA = "ana.ortiz@hospital.test"
WORDS = "Mentored two new colleagues"


def schedule(desk, achievement, *, email: str = ANA, days: int = 2, **facts: Any) -> str:
    """An award in so many days; its id."""
    stated = Stated(achievement_id=achievement.id, awarded_at=clock.now(), email=email, name="Ana Ortiz", **facts)
    with desk.write() as session:
        issuer = issuers.by_id(session, desk.issuer.id)
        due_at = clock.now() + timedelta(days=days)
        made = scheduled_awards.schedule(session, desk.office, issuer, stated, due_at=due_at, actor="account:olga")
        return made.id


def make(desk, scheduled_id: str) -> bool:
    with desk.write() as session:
        return scheduled_awards.make(session, desk.office, scheduled_id)


def make_and_crash(desk, scheduled_id: str) -> None:
    with desk.write() as session:
        scheduled_awards.make(session, desk.office, scheduled_id)
        raise ZeroDivisionError


def found(desk, scheduled_id: str) -> ScheduledAward:
    with desk.read() as session:
        return session.get_one(ScheduledAward, scheduled_id)


def awards(desk) -> list[Award]:
    with desk.read() as session:
        return list(session.scalars(select(Award)))


def later(days: int = 3) -> Any:
    return time_machine.travel(clock.now() + timedelta(days=days), tick=False)


def test_nothing_is_made_before_its_moment_and_one_award_after_it(desk):
    scheduled_id = schedule(desk, desk.achievement(), narrative=WORDS, evidence=(model.Evidence(narrative=WORDS),))
    assert not make(desk, scheduled_id)
    assert awards(desk) == []

    with later():
        assert make(desk, scheduled_id)
        assert not make(desk, scheduled_id)

    (award,) = awards(desk)
    assert (award.narrative, award.evidence) == (WORDS, [{"narrative": WORDS}])
    assert award.awarded_at == found(desk, scheduled_id).due_at
    assert found(desk, scheduled_id).state == ScheduleState.MADE
    assert found(desk, scheduled_id).narrative is None, "the award has it now"


def test_a_crash_on_the_way_leaves_it_to_be_made_once(desk):
    scheduled_id = schedule(desk, desk.achievement())

    with later():
        with pytest.raises(ZeroDivisionError):
            make_and_crash(desk, scheduled_id)
        assert awards(desk) == []
        assert make(desk, scheduled_id)

    assert len(awards(desk)) == 1


def test_who_holds_the_achievement_by_then_is_not_awarded_again(desk):
    achievement = desk.achievement()
    scheduled_id = schedule(desk, achievement)
    held = desk.award(ANA, achievement=achievement)

    with later():
        assert make(desk, scheduled_id)

    assert [each.id for each in awards(desk)] == [held.id]
    assert found(desk, scheduled_id).award_id == held.id


def test_what_cannot_be_made_says_why_and_is_made_once_it_can(desk):
    draft = desk.draft()
    scheduled_id = schedule(desk, draft)

    with later():
        assert not make(desk, scheduled_id)
        assert (found(desk, scheduled_id).state, awards(desk)) == (ScheduleState.STOPPED, [])
        assert "not published" in (found(desk, scheduled_id).problem or "")
        with desk.write() as session:
            achievements.publish(session, desk.office, achievements.by_id(session, draft.id), actor="cli")
            scheduled_awards.try_again(session, session.get_one(ScheduledAward, scheduled_id), actor="account:olga")
        assert make(desk, scheduled_id)


def test_what_was_cancelled_is_not_made(desk):
    scheduled_id = schedule(desk, desk.achievement(), narrative=WORDS)
    with desk.write() as session:
        scheduled_awards.cancel(session, session.get_one(ScheduledAward, scheduled_id), actor="account:olga")

    with later():
        assert not make(desk, scheduled_id)

    assert awards(desk) == []
    assert found(desk, scheduled_id).narrative is None
    with desk.write() as session, pytest.raises(WrongState):
        scheduled_awards.cancel(session, session.get_one(ScheduledAward, scheduled_id), actor="account:olga")


def test_a_moment_that_is_over_is_refused(desk):
    with pytest.raises(InvalidInput, match="over"):
        schedule(desk, desk.achievement(), days=-1)


def test_who_is_erased_meanwhile_gets_nothing_and_leaves_no_words(desk):
    scheduled_id = schedule(desk, desk.achievement(), narrative=WORDS)
    with desk.write() as session:
        learner = learners.by_email(session, issuers.by_id(session, desk.issuer.id), ANA)
        erasure.erase(session, desk.office, learner, actor="cli")

    with later():
        assert not make(desk, scheduled_id)

    assert (awards(desk), found(desk, scheduled_id).narrative) == ([], None)
    with pytest.raises(LearnerErased):
        schedule(desk, desk.achievement())


def test_who_is_merged_meanwhile_gets_it_as_who_they_are_now(desk):
    scheduled_id = schedule(desk, desk.achievement())
    kept = desk.learner("ana@home.test")
    with desk.write() as session:
        gone = learners.by_email(session, issuers.by_id(session, desk.issuer.id), ANA)
        merging.merge(session, desk.office, kept=session.get_one(Learner, kept.id), gone=gone, actor="cli")

    with later():
        assert make(desk, scheduled_id)

    assert awards(desk)[0].learner_id == kept.id


def test_planning_and_making_have_one_audit_entry_each(desk):
    scheduled_id = schedule(desk, desk.achievement())
    with later():
        make(desk, scheduled_id)

    said = [(entry.action, entry.actor) for entry in desk.audit_log() if "award." in entry.action]
    assert said == [("award.scheduled", "account:olga"), ("award.issued", "account:olga")]


def test_without_a_key_it_stays_due(desk):
    scheduled_id = schedule(desk, desk.achievement())
    with desk.write() as session:
        for key in session.scalars(select(signing_keys.SigningKey)):
            key.state = signing_keys.KeyState.RETIRED

    with later():
        with pytest.raises(NoSigningKey):
            make(desk, scheduled_id)
        with desk.read() as session:
            assert scheduled_awards.due(session, limit=5) == [scheduled_id]

    assert awards(desk) == []
