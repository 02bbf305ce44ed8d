"""What an audit of continuing education came to: one verdict for each badge of a sample, and what follows from it."""

from __future__ import annotations

import pytest
import time_machine
from sqlalchemy import select

from app.errors import AlreadyDecided, Gone, InvalidInput, NotFound
from app.issuing import erasure, renewals
from app.issuing.awards import Award
from app.issuing.learners import Learner
from app.issuing.renewals import CEVerdict, sampling, verdicts
from app.issuing.renewals.verdicts import Result, Stated
from tests.issuing.renewing import ACTOR, AWARDED, by_education, entry, renew


@pytest.fixture
def sampled(desk):
    """Renew one badge by continuing education and draw it: the sample's number, the old award and the new one."""

    def sampled(**ce):
        with time_machine.travel(AWARDED, tick=False):
            old = desk.award(achievement=by_education(desk, **ce))
        with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
            entry(desk, old, "20")
            new = renew(desk, old)
        with desk.write() as session:
            return sampling.draw(session, desk.issuer, count=1, seed="spring", actor=ACTOR).number, old.id, new.id

    return sampled


def judge(desk, number, award_id, result=Result.FAILED, note="No certificate was sent"):
    with desk.write() as session:
        return verdicts.judge(session, desk.office, desk.issuer, Stated(number, award_id, result, note), actor=ACTOR)


def state(desk, award_id):
    with desk.read() as session:
        return session.get_one(Award, award_id).state


@pytest.mark.parametrize(
    ("policy", "result", "follows"),
    [
        (None, Result.FAILED, ("keep", "issued")),
        ("suspend", Result.FAILED, ("suspend", "suspended")),
        ("revoke", Result.FAILED, ("revoke", "revoked")),
        ("revoke", Result.PASSED, ("keep", "issued")),
    ],
)
def test_what_the_policy_says_becomes_of_the_badge_that_the_renewal_made(desk, sampled, policy, result, follows):
    number, old, new = sampled(on_failed_audit=policy)

    made = judge(desk, number, old, result)

    assert (made.result, made.judged_by) == (result, ACTOR)
    assert (made.consequence, state(desk, new)) == follows
    assert state(desk, old) == "issued"


def test_a_badge_is_judged_once_in_a_sample_and_again_in_another(desk, sampled):
    number, old, _new = sampled()
    judge(desk, number, old, Result.PASSED)
    with pytest.raises(AlreadyDecided) as refused:
        judge(desk, number, old, Result.FAILED)
    with desk.write() as session:
        other = sampling.draw(session, desk.issuer, count=1, seed="summer", actor=ACTOR).number

    assert refused.value.facts["state"] == "passed"
    assert judge(desk, other, old, Result.FAILED).result == Result.FAILED


def test_only_what_was_drawn_is_judged_and_only_by_its_own_issuer(desk, sampled):
    number, old, new = sampled()
    other = desk.another_issuer()

    with pytest.raises(InvalidInput):
        judge(desk, number, new)
    with pytest.raises(NotFound):
        judge(other, number, old)
    with pytest.raises(NotFound):
        judge(desk, 0, old)


def test_the_audit_log_says_what_was_found_and_holds_no_words(desk, sampled):
    number, old, _new = sampled()
    judge(desk, number, old)

    (entry_,) = [each for each in desk.audit_log() if each.action == "renewals.judged"]

    assert (entry_.object_id, entry_.facts) == (old, {"sample": number, "result": "failed", "consequence": "keep"})


def test_the_holder_can_have_the_verdict_and_it_goes_when_they_are_erased(desk, sampled):
    number, old, _new = sampled()
    judge(desk, number, old)
    with desk.write() as session:
        learner = session.get_one(Learner, session.get_one(Award, old).learner_id)
        (told,) = verdicts.of_awards(session, [old])
        note = told.note
        erasure.erase(session, desk.office, learner, actor=ACTOR)
        left = session.scalars(select(CEVerdict)).all()

    assert note == "No certificate was sent"
    assert left == []
    with pytest.raises(Gone):
        judge(desk, number, old)


def test_what_a_sample_came_to_is_found_by_its_number(desk, sampled):
    number, old, _new = sampled()
    judge(desk, number, old, Result.PASSED)

    with desk.read() as session:
        found = sampling.found(session, desk.issuer.id, number)
        assert [each.id for each in found.awards] == [old]
        assert renewals.verdicts.of_sample(session, number)[old].result == "passed"
