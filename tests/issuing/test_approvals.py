"""What a rule wants and a person must agree to waits in a queue; what was decided is done once, and for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from app.errors import AlreadyDecided
from app.issuing import approvals, approving, issuers
from app.issuing.approvals import Approval
from app.issuing.completions import Completion
from tests.issuing.stating import FIRST_DAY, awards_of, living, rule, said, stated, take, voiding


def waiting(desk) -> list[Approval]:
    with desk.read() as session:
        return list(approvals.pending(session, desk.issuer.id))


def approve(desk, approval: Approval, reason: str | None = None) -> None:
    with desk.write() as session:
        found = approvals.by_id(session, approval.id, issuer=issuers.by_id(session, desk.issuer.id))
        approving.approve(session, desk.office, found, actor="api-key:1", reason=reason)


def reject(desk, approval: Approval) -> None:
    with desk.write() as session:
        found = approvals.by_id(session, approval.id, issuer=issuers.by_id(session, desk.issuer.id))
        approving.reject(session, desk.office, found, actor="api-key:1", reason="not seen at the bedside")


def completion(desk, outcome) -> tuple[str, str]:
    with desk.read() as session:
        row = session.get_one(Completion, outcome["completion"])
    return row.state, row.reason


@pytest.fixture
def asked(desk):
    """An achievement whose awards are all approved first, and a source that may cause it."""
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), approval="always", on_unearn="revoke")
    return achievement, source


def test_an_award_that_needs_approval_waits_and_is_asked_for_once(desk, asked):
    achievement, source = asked

    assert said(take(desk, source, stated())) == ("parked", "needs-approval")
    take(desk, source, stated())
    take(desk, source, stated("progress", day=1))

    (request,) = waiting(desk)
    assert (request.kind, awards_of(desk, achievement)) == ("award", [])
    assert "mira" not in str(request.request).lower()


def test_approving_makes_the_award_with_the_facts_of_the_verdict_and_tells_the_completion(desk, asked):
    achievement, source = asked
    outcome = take(desk, source, stated())
    (request,) = waiting(desk)

    approve(desk, request)

    (award,) = living(desk, achievement)
    assert (award.awarded_at, award.completion_id) == (stated().occurred_at, outcome["completion"])
    assert award.rule_version_id == request.rule_version_id
    assert completion(desk, outcome) == ("awarded", "earned")
    assert waiting(desk) == []


def test_a_rejection_is_final_for_these_facts_and_not_for_later_ones(desk):
    with time_machine.travel(FIRST_DAY + timedelta(days=2), tick=False) as clock:
        achievement, source = desk.achievement(), desk.source()
        rule(desk, achievement, "bls", allow=(source,), approval="always")
        outcome = take(desk, source, stated())
        reject(desk, *waiting(desk))

        assert completion(desk, outcome) == ("recorded", "rejected")
        assert said(take(desk, source, stated(day=1))) == ("recorded", "approval-refused")
        clock.shift(timedelta(days=5))
        assert said(take(desk, source, stated(day=4))) == ("parked", "needs-approval")
        assert awards_of(desk, achievement) == []


def test_a_request_is_decided_once(desk, asked):
    _, source = asked
    take(desk, source, stated())
    (request,) = waiting(desk)
    approve(desk, request)

    for decide in (approve, reject):
        with pytest.raises(AlreadyDecided):
            decide(desk, request)


def test_a_request_whose_fact_is_taken_back_is_withdrawn_and_comes_back_with_another(desk, asked):
    _, source = asked
    take(desk, source, stated())
    (request,) = waiting(desk)

    take(desk, source, voiding(stated()))
    assert waiting(desk) == []
    with pytest.raises(AlreadyDecided):
        approve(desk, request)
    take(desk, source, stated(day=1))

    assert len(waiting(desk)) == 1


@pytest.fixture
def reviewed(desk):
    """An award whose completion was taken back, by a rule that asks somebody."""
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), on_unearn="review")
    take(desk, source, stated("passed"))
    outcome = take(desk, source, stated("failed", day=1))
    return achievement, source, outcome


def test_taking_back_after_a_review_revokes_with_the_person_s_reason(desk, reviewed):
    achievement, _, outcome = reviewed
    (request,) = waiting(desk)
    assert request.kind == "revocation"

    approve(desk, request, reason="failed the re-examination")

    (award,) = awards_of(desk, achievement)
    assert (award.state, award.reason) == ("revoked", "failed the re-examination")
    assert completion(desk, outcome) == ("recorded", "revoked")


def test_keeping_after_a_review_is_final_for_these_facts(desk, reviewed):
    achievement, source, outcome = reviewed
    reject(desk, *waiting(desk))

    take(desk, source, stated("progress", day=2))

    assert (len(living(desk, achievement)), waiting(desk)) == (1, [])
    assert completion(desk, outcome)[0] == "recorded"


def test_a_review_ends_by_itself_when_the_course_is_passed_again(desk, reviewed):
    achievement, source, _ = reviewed

    take(desk, source, stated("passed", day=2))

    assert (len(living(desk, achievement)), waiting(desk)) == (1, [])


def test_every_decision_has_one_audit_entry_that_names_who_decided(desk, asked):
    _, source = asked
    take(desk, source, stated())
    approve(desk, *waiting(desk))

    entries = [(entry.action, entry.actor) for entry in desk.audit_log() if entry.action.startswith("approval.")]
    assert entries == [("approval.approved", "api-key:1")]
