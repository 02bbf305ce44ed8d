"""A rule that awards too many in an hour is braked: the rest waits, somebody is told once, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.issuing import achievements, issuers, rulings
from app.issuing.completions import Completion
from app.issuing.learners import Learner
from app.issuing.rules import switches
from app.issuing.rulings import schedule
from tests.issuing.stating import living, said, stated, take

NOON = datetime(2026, 6, 1, 12, 10, tzinfo=UTC)


@pytest.fixture
def braked(desk):
    """An issuer whose rules make two awards an hour, and four people who earned one; a quarter past noon."""
    with time_machine.travel(NOON, tick=False):
        achievement = desk.achievement()
        source = desk.source(earns={"bls": achievement})
        with desk.write() as session:
            switches.limit_issuer(session, issuers.by_id(session, desk.issuer.id), 2, actor="cli")
        outcomes = [take(desk, source, stated(person=person)) for person in ("ana", "bo", "cy", "di")]
    return achievement, outcomes


def test_what_is_above_the_limit_waits_and_is_said_once(desk, braked):
    achievement, outcomes = braked

    assert [said(each) for each in outcomes] == [("awarded", "earned")] * 2 + [("parked", "braked")] * 2
    assert len(living(desk, achievement)) == 2
    assert [entry.action for entry in desk.audit_log() if entry.action == "rule.braked"] == ["rule.braked"]


def test_in_the_next_hour_what_waited_is_awarded_up_to_the_limit(desk, braked):
    achievement, outcomes = braked
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        decide_due(desk)

    assert len(living(desk, achievement)) == 4
    with desk.read() as session:
        states = [session.get_one(Completion, each["completion"]).state for each in outcomes]
    assert states == ["awarded"] * 4


def test_awards_made_by_hand_are_not_braked(desk, braked):
    achievement, _ = braked

    with time_machine.travel(NOON, tick=False):
        desk.award("ed@hospital.test", achievement=achievement)

    assert len(living(desk, achievement)) == 3


def test_an_achievement_may_have_a_limit_of_its_own(desk):
    with time_machine.travel(NOON, tick=False):
        first, second = desk.achievement(), desk.achievement()
        source = desk.source(earns={"bls": first, "als": second})
        with desk.write() as session:
            switches.limit_achievement(session, achievements.by_id(session, first.id), 1, actor="cli")
        found = [take(desk, source, stated(person=person, activity="bls")) for person in ("ana", "bo")]
        found.append(take(desk, source, stated(person="bo", activity="als")))

    assert [each["reason"] for each in found] == ["earned", "braked", "earned"]


def decide_due(desk) -> None:
    """What the worker does with decisions that are due."""
    with desk.write() as session:
        issuers.take_turn(session, desk.issuer.id)
        for decision in schedule.due(session, limit=50):
            assert schedule.take(session, decision)
            learner = session.get_one(Learner, decision.learner_id)
            achievement = achievements.by_id(session, decision.achievement_id)
            rulings.rule_on(session, desk.office, learner, achievement, actor="worker")
        assert session.scalars(select(schedule.ScheduledDecision)).all() == []
