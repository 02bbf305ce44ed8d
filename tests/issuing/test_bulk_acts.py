"""Acts on many awards: time to think again, two people above a threshold, once for each award."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.errors import InvalidInput, NotAllowed, NotFound, WrongState
from app.issuing import accounts, award_status, bulk_acts, bulk_doing, erasure, issuers
from app.issuing.accounts import Role
from app.issuing.awards import Award
from app.issuing.bulk_acts import BulkAct, BulkActAward, BulkKind, BulkState
from app.issuing.learners import Learner

REASON = "The practical examination was not supervised"
THRESHOLD = 3


class Bulk:
    """A desk with an achievement that some people hold, and two members who may award."""

    def __init__(self, desk: Any, people: int = 4) -> None:
        self.desk = desk
        achievement = desk.achievement()
        self.awards = [desk.award(f"p{n}@hospital.test", achievement=achievement).id for n in range(people)]
        self.olga, self.omar = self.member("olga@hospital.test"), self.member("omar@hospital.test")

    def member(self, email: str) -> str:
        with self.desk.write() as session:
            account = accounts.people.of_confirmed_address(session, email)
            accounts.members.add(session, self.desk.issuer, account, Role.AWARDER, actor="cli")
            return f"account:{account.id}"

    def choose(self, *award_ids: str, kind: BulkKind = BulkKind.REVOKE, by: str | None = None) -> str:
        with self.desk.write() as session:
            issuer = issuers.by_id(session, self.desk.issuer.id)
            return bulk_acts.choose(session, issuer, kind, award_ids, actor=by or self.olga).id

    def ask(self, act_id: str, *, reason: str | None = REASON, by: str | None = None) -> BulkAct:
        with self.desk.write() as session:
            act = session.get_one(BulkAct, act_id)
            limits = {"undo_minutes": 10, "second_person_from": THRESHOLD}
            bulk_acts.ask(session, act, reason=reason, **limits, actor=by or self.olga)
            return act

    def confirm(self, act_id: str, *, by: str) -> BulkAct:
        with self.desk.write() as session:
            act = session.get_one(BulkAct, act_id)
            bulk_acts.confirm(session, act, undo_minutes=10, actor=by)
            return act

    def carry_out(self, act_id: str, *, limit: int = 2) -> int:
        """As the worker does; how many slices that were."""
        count, goes_on = 0, True
        while goes_on:
            with self.desk.write() as session:
                goes_on = bulk_doing.step(session, self.desk.office, act_id, limit=limit)
            count += 1
        return count

    def crash(self, act_id: str) -> None:
        """Do one award, and die before that is stored."""
        with self.desk.write() as session:
            bulk_doing.step(session, self.desk.office, act_id, limit=1)
            raise ZeroDivisionError

    def act(self, act_id: str) -> BulkAct:
        with self.desk.read() as session:
            return session.get_one(BulkAct, act_id)

    def states(self) -> list[str]:
        with self.desk.read() as session:
            return [session.get_one(Award, each).state for each in self.awards]

    def actions(self, prefix: str) -> list[str]:
        return [entry.action for entry in self.desk.audit_log() if entry.action.startswith(prefix)]


@pytest.fixture
def bulk(desk) -> Bulk:
    return Bulk(desk)


def later(minutes: int = 11) -> Any:
    return time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False)


def test_an_act_can_be_thought_over_and_is_done_to_each_award_once(bulk):
    act_id = bulk.choose(*bulk.awards[:2])
    assert bulk.ask(act_id).state == BulkState.PENDING
    bulk.carry_out(act_id)
    assert bulk.states() == ["issued"] * 4, "not before its moment"

    with later():
        bulk.carry_out(act_id, limit=1)
        bulk.carry_out(act_id)

    assert bulk.states() == ["revoked", "revoked", "issued", "issued"]
    assert bulk.actions("award.revoked") == ["award.revoked"] * 2
    assert bulk.actions("bulk.") == ["bulk.asked", "bulk.done"]
    assert (bulk.act(act_id).state, bulk.act(act_id).done_count) == (BulkState.DONE, 2)


def test_a_crash_in_a_slice_leaves_nothing_of_it_and_the_rest_is_done_afterwards(bulk):
    act_id = bulk.choose(*bulk.awards[:2])
    bulk.ask(act_id)

    with later():
        with pytest.raises(ZeroDivisionError):
            bulk.crash(act_id)
        assert bulk.states() == ["issued"] * 4
        bulk.carry_out(act_id)

    assert bulk.actions("award.revoked") == ["award.revoked"] * 2


def test_until_its_moment_it_can_be_cancelled_by_another_member_and_nothing_was_done(bulk):
    act_id = bulk.choose(*bulk.awards[:2])
    bulk.ask(act_id)
    with bulk.desk.write() as session:
        bulk_acts.cancel(session, session.get_one(BulkAct, act_id), actor=bulk.omar)

    with later():
        bulk.carry_out(act_id)

    assert bulk.states() == ["issued"] * 4
    with bulk.desk.write() as session, pytest.raises(WrongState):
        bulk_acts.cancel(session, session.get_one(BulkAct, act_id), actor=bulk.omar)


def test_from_the_threshold_on_another_member_has_to_agree(bulk):
    act_id = bulk.choose(*bulk.awards[:3])
    assert bulk.ask(act_id).state == BulkState.UNCONFIRMED
    with later():
        bulk.carry_out(act_id)
    assert bulk.states() == ["issued"] * 4

    with pytest.raises(NotAllowed, match="Another member"):
        bulk.confirm(act_id, by=bulk.olga)
    assert bulk.confirm(act_id, by=bulk.omar).state == BulkState.PENDING
    with later():
        bulk.carry_out(act_id)

    assert bulk.states() == ["revoked"] * 3 + ["issued"]


def test_small_portions_of_one_member_count_together_within_a_day(bulk):
    assert bulk.ask(bulk.choose(*bulk.awards[:2])).state == BulkState.PENDING

    assert bulk.ask(bulk.choose(bulk.awards[2])).state == BulkState.UNCONFIRMED
    others = bulk.choose(bulk.awards[3], by=bulk.omar)
    assert bulk.ask(others, by=bulk.omar).state == BulkState.PENDING
    with later(minutes=25 * 60):
        assert bulk.ask(bulk.choose(bulk.awards[3])).state == BulkState.PENDING


def test_what_gives_back_needs_no_second_person_and_no_reason(bulk):
    with bulk.desk.write() as session:
        for each in bulk.awards:
            award = session.get_one(Award, each)
            award_status.suspend(session, bulk.desk.office, award, reason=REASON, actor="cli")
    act_id = bulk.choose(*bulk.awards, kind=BulkKind.REINSTATE)

    assert bulk.ask(act_id, reason=None).state == BulkState.PENDING
    with later():
        bulk.carry_out(act_id)
    assert bulk.states() == ["issued"] * 4


def test_an_award_that_changed_meanwhile_is_told_and_holds_up_no_other(bulk):
    act_id = bulk.choose(*bulk.awards[:2])
    bulk.ask(act_id)
    with bulk.desk.write() as session:
        award = session.get_one(Award, bulk.awards[0])
        award_status.revoke(session, bulk.desk.office, award, reason="Another", actor="cli")

    with later():
        bulk.carry_out(act_id)

    with bulk.desk.read() as session:
        assert bulk_acts.outcomes(session, bulk.act(act_id)) == {"done": 1, "already-revoked": 1}
        assert session.get_one(Award, bulk.awards[0]).reason == "Another"


def test_an_award_that_fails_for_a_reason_of_ours_is_passed_over(bulk):
    act_id = bulk.choose(*bulk.awards[:2])
    bulk.ask(act_id)

    with later():
        with bulk.desk.write() as session:
            assert bulk_doing.pass_over(session, act_id)
        bulk.carry_out(act_id)

    with bulk.desk.read() as session:
        assert bulk_acts.outcomes(session, bulk.act(act_id)) == {"done": 1, "failed": 1}


def test_what_a_member_asked_for_who_was_let_go_is_not_done(bulk):
    act_id = bulk.choose(*bulk.awards[:2])
    bulk.ask(act_id)
    with bulk.desk.write() as session:
        accounts.members.change_role(session, bulk.desk.issuer, bulk.olga.partition(":")[2], Role.AUDITOR, actor="cli")

    with later():
        bulk.carry_out(act_id)

    assert bulk.states() == ["issued"] * 4
    assert bulk.act(act_id).state == BulkState.CANCELLED


def test_what_is_chosen_belongs_to_who_chose_it_and_to_its_issuer(bulk):
    other = bulk.desk.another_issuer()
    act_id = bulk.choose(*bulk.awards[:2])

    with pytest.raises(NotAllowed):
        bulk.ask(act_id, by=bulk.omar)
    with other.read() as session, pytest.raises(NotFound):
        bulk_acts.by_id(session, act_id, issuer=other.issuer)
    with other.write() as session, pytest.raises(InvalidInput):
        bulk_acts.choose(session, other.issuer, BulkKind.REVOKE, bulk.awards, actor="account:x")


def test_without_a_reason_nothing_is_taken_away(bulk):
    with pytest.raises(InvalidInput, match="Say why"):
        bulk.ask(bulk.choose(bulk.awards[0]), reason=None)


def test_choices_that_nobody_asked_for_and_questions_that_nobody_answered_go(bulk):
    draft, asked = bulk.choose(bulk.awards[0]), bulk.choose(*bulk.awards[:3])
    bulk.ask(asked)

    with later(minutes=8 * 24 * 60), bulk.desk.write() as session:
        bulk_acts.forget_old(session)

    with bulk.desk.read() as session:
        assert session.get(BulkAct, draft) is None
        assert session.scalars(select(BulkActAward).where(BulkActAward.act_id == draft)).all() == []
    assert bulk.act(asked).state == BulkState.CANCELLED


def test_a_reason_goes_with_whoever_it_may_name(bulk):
    act_id = bulk.choose(bulk.awards[0])
    bulk.ask(act_id, reason="Zoe Quark sent somebody else")
    with later():
        bulk.carry_out(act_id)
        with bulk.desk.write() as session:
            learner_id = session.get_one(Award, bulk.awards[0]).learner_id
            erasure.erase(session, bulk.desk.office, session.get_one(Learner, learner_id), actor="cli")

    assert bulk.act(act_id).reason is None
