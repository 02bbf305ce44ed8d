"""A badge that went to a wrong address: what is put right, and what only a merge or the holder can."""

from __future__ import annotations

import pytest

from app import clock
from app.errors import InvalidInput, LearnerErased, LearnerUnclear, WrongState
from app.issuing import corrections, erasure, learners
from app.issuing.awards import Award
from app.issuing.corrections import Way
from app.issuing.learners import Learner

from .arriving import ACTIVITY, ANA, arrive, awards, fact, learner_of

RIGHT = "ana.ortiz@hospital.test"


def correct(desk, award_id: str, email: str = RIGHT) -> Way:
    with desk.write() as session:
        award = session.get_one(Award, award_id)
        return corrections.correct_address(session, desk.office, award, email, actor="cli").way


@pytest.fixture
def stated(desk) -> Award:
    """Ana's award, whose platform stated her address wrongly."""
    arrive(desk, desk.source(earns={ACTIVITY: desk.achievement()}), fact(learner=ANA))
    return awards(desk)[0]


def test_an_address_that_a_platform_stated_wrongly_is_replaced_on_every_badge_and_the_person_stays(desk, stated):
    other = desk.award(ANA["email"])

    assert correct(desk, stated.id) is Way.REPLACE

    with desk.read() as session:
        person = session.get_one(Learner, stated.learner_id)
        email = learners.email_of(session, person)
        assert email is not None
        assert email.written == RIGHT
        assert [session.get_one(Award, each).revision for each in (stated.id, other.id)] == [2, 2]
    arrive(desk, desk.source(), fact("evt-2", learner={**ANA, "email": RIGHT}), key="second")
    assert learner_of(desk).id == stated.learner_id
    actions = [entry.action for entry in desk.audit_log()]
    assert actions.count("learner.address-corrected") == 1
    assert actions.count("award.reissued") == 2


def test_an_address_of_somebody_else_is_for_a_merge(desk, stated):
    desk.learner(RIGHT)

    with pytest.raises(LearnerUnclear, match="merge"):
        correct(desk, stated.id)


def test_where_another_badge_was_accepted_the_address_is_no_wrong_one(desk, stated):
    other = desk.award(ANA["email"])
    with desk.write() as session:
        session.get_one(Award, other.id).claimed_at = clock.now()

    with pytest.raises(WrongState, match="no wrong one"):
        correct(desk, stated.id)


def test_neither_the_same_address_nor_none_nor_an_erased_person_s_is_a_correction(desk, stated):
    gone = desk.learner("gone@hospital.test")
    with desk.write() as session:
        erasure.erase(session, desk.office, session.get_one(Learner, gone.id), actor="cli")

    for email, error in ((ANA["email"], InvalidInput), ("nobody", InvalidInput), ("gone@hospital.test", LearnerErased)):
        with pytest.raises(error):
            correct(desk, stated.id, email)


def test_a_badge_by_hand_moves_to_who_is_here_already(desk):
    award, right = desk.award("typo@hospital.test"), desk.learner(RIGHT)

    assert correct(desk, award.id) is Way.MOVE

    with desk.read() as session:
        assert session.get_one(Award, award.id).learner_id == right.id
