"""Revoke, suspend, reinstate, supersede: page, list and verification agree from the commit on."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import update

from app import clock
from app.credentials import bitstring
from app.credentials.report import Outcome, Verdict
from app.errors import AlreadyRevoked, AlreadySuperseded, AlreadySuspended, NotSuspended, StatusListRegression
from app.issuing import award_status, awards, status_lists, verification
from app.issuing.awards import Earned, Visibility
from app.issuing.status_lists import StatusEntry


def change(desk, award, what, **facts):
    with desk.write() as session:
        found = awards.by_id(session, award.id)
        getattr(award_status, what)(session, desk.office, found, actor="cli", **facts)


def report(desk, award):
    with desk.read() as session:
        found = awards.by_id(session, award.id)
        return verification.judge(session, desk.office, awards.credential_of(session, found).json)


def bit(desk, award, purpose: str) -> bool:
    with desk.read() as session:
        stored = json.loads(awards.credential_of(session, awards.by_id(session, award.id)).json)
        entry = session.query(StatusEntry).filter_by(award_id=award.id, purpose=purpose).one()
        if purpose == "revocation":
            assert stored["credentialStatus"]["statusListIndex"] == str(entry.index)
        encoded = json.loads(status_lists.by_id(session, entry.list_id).json)["credentialSubject"]["encodedList"]
        return bitstring.is_set(bitstring.decode(encoded), entry.index)


def actions(desk, award) -> list[str]:
    return [entry.action for entry in desk.audit_log() if entry.object_id == award.id]


def test_a_revoked_award_fails_the_status_check_and_still_has_a_valid_proof(desk):
    award = desk.award()

    change(desk, award, "revoke", reason="issued in error")

    found = report(desk, award)
    assert found.verdict is Verdict.REVOKED
    assert found["proof"].outcome is Outcome.PASSED
    assert bit(desk, award, "revocation")
    assert not bit(desk, award, "suspension")


def test_revoking_twice_says_since_when_and_changes_nothing(desk):
    award = desk.award()
    change(desk, award, "revoke", reason="issued in error")

    with pytest.raises(AlreadyRevoked) as caught:
        change(desk, award, "revoke", reason="again")

    assert caught.value.facts["revoked_at"]
    assert actions(desk, award) == ["award.issued", "award.revoked"]


def test_a_revoked_award_can_be_earned_again_as_a_new_award(desk):
    achievement = desk.achievement()
    first = desk.award(achievement=achievement)
    change(desk, first, "revoke", reason="issued in error")

    second = desk.award(achievement=achievement)

    assert second.id != first.id
    assert report(desk, second).is_good
    assert report(desk, first).verdict is Verdict.REVOKED


def test_a_suspension_can_be_lifted_and_leaves_no_trace_in_the_list(desk):
    award = desk.award()

    change(desk, award, "suspend", reason="under review")
    assert report(desk, award).verdict is Verdict.SUSPENDED
    change(desk, award, "reinstate")

    assert report(desk, award).is_good
    assert not bit(desk, award, "suspension")


def test_suspending_twice_and_reinstating_what_is_not_suspended_are_refused(desk):
    award = desk.award()
    with pytest.raises(NotSuspended):
        change(desk, award, "reinstate")
    change(desk, award, "suspend", reason="under review")
    with pytest.raises(AlreadySuspended):
        change(desk, award, "suspend", reason="under review")


def test_a_revoked_award_cannot_be_suspended_or_reinstated(desk):
    award = desk.award()
    change(desk, award, "revoke", reason="issued in error")

    for what, facts in (("suspend", {"reason": "x"}), ("reinstate", {}), ("reissue", {})):
        with pytest.raises(AlreadyRevoked):
            change(desk, award, what, **facts)


def test_superseding_links_both_ways_and_the_old_badge_points_at_the_new(desk):
    achievement = desk.achievement()
    old = desk.award(achievement=achievement)
    with desk.write() as session:
        found = awards.by_id(session, old.id)
        earned = Earned(achievement=achievement, learner=desk_learner(session, found), awarded_at=clock.now())
        new = award_status.supersede(session, desk.office, found, earned, actor="cli")

    with desk.read() as session:
        assert awards.by_id(session, old.id).superseded_by_id == new.id
        assert awards.by_id(session, new.id).supersedes_id == old.id
    found = report(desk, old)
    assert found.verdict is Verdict.SUPERSEDED
    assert found.superseded_by == desk.office.addresses.badge(new.id)
    assert report(desk, new).is_good


def test_a_newer_badge_that_its_holder_keeps_private_is_told_of_without_its_address(desk):
    achievement = desk.achievement()
    old = desk.award(achievement=achievement)
    with desk.write() as session:
        found = awards.by_id(session, old.id)
        earned = Earned(achievement=achievement, learner=desk_learner(session, found), awarded_at=clock.now())
        new = award_status.supersede(session, desk.office, found, earned, actor="cli")
        award_status.set_visibility(session, new, Visibility.PRIVATE, actor="cli")

    told = report(desk, old)

    assert (told.verdict, told.superseded_by) == (Verdict.SUPERSEDED, None)
    assert new.id not in json.dumps(told.to_dict())


def test_a_superseded_award_cannot_be_superseded_again(desk):
    test_superseding_links_both_ways_and_the_old_badge_points_at_the_new(desk)
    with desk.read() as session:
        old = session.query(awards.Award).filter(awards.Award.state == "superseded").one()

    with pytest.raises(AlreadySuperseded):
        change(desk, old, "revoke", reason="x")


def test_an_award_whose_stored_bytes_are_broken_can_still_be_revoked(desk):
    award = desk.award()
    with desk.write() as session:
        session.execute(update(awards.Credential).values(json=b"\xff broken", jwt=b""))

    change(desk, award, "revoke", reason="issued in error")

    with desk.read() as session:
        assert awards.by_id(session, award.id).state == "revoked"


def test_a_published_revocation_never_disappears_from_a_later_list(desk):
    award, other = desk.award(), desk.award("b@x.example")
    change(desk, award, "revoke", reason="issued in error")
    with desk.write() as session:  # somebody edits the row behind our back
        session.execute(update(StatusEntry).where(StatusEntry.award_id == award.id).values(is_set=False))

    with pytest.raises(StatusListRegression):
        change(desk, other, "revoke", reason="issued in error")

    assert bit(desk, award, "revocation")


def test_every_change_of_an_award_has_exactly_one_audit_entry(desk):
    award = desk.award()

    change(desk, award, "suspend", reason="under review")
    change(desk, award, "reinstate")
    change(desk, award, "reissue")
    change(desk, award, "revoke", reason="issued in error")

    assert actions(desk, award) == [
        "award.issued", "award.suspended", "award.reinstated", "award.reissued", "award.revoked",
    ]  # fmt: skip


def test_the_list_of_one_issuer_says_nothing_about_another(desk):
    other = desk.another_issuer()
    ours, theirs = desk.award(), other.award()

    change(desk, ours, "revoke", reason="issued in error")

    assert report(other, theirs).is_good


def desk_learner(session, award):
    return session.get_one(awards.Learner, award.learner_id)
