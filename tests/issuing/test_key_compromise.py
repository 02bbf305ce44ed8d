"""After a key was stolen: what it signed proves nothing, and every living badge is signed anew at the same address."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from app import clock
from app.issuing import award_status, awards, key_compromise, key_rotation, signing_keys, verification
from app.issuing.awards import Award, Credential
from app.issuing.signing_keys import KeyState

FORMS = ("json", "jwt")


def steal(desk) -> list[str]:
    """Revoke the pair that signs; its kids."""
    with desk.write() as session:
        found = signing_keys.of_issuer(session, desk.issuer)
        kids = [key.kid for key in found if key.state == KeyState.ACTIVE]
        key_rotation.revoke(session, desk.office, desk.issuer, kids, reason="stolen", actor="cli")
    return kids


def reissue(desk, *awards_: Award) -> int:
    """Sign what waits anew: these awards, or all."""
    with desk.write() as session:
        ids = [award.id for award in awards_] or key_compromise.next_slice(
            session, desk.issuer.id, after="", limit=1000
        )
        return key_compromise.reissue(session, desk.office, desk.issuer.id, ids, actor="worker")


def left(desk) -> int:
    with desk.read() as session:
        return key_compromise.left(session, desk.issuer.id)


def badge(desk, award: Award) -> Credential:
    with desk.read() as session:
        return awards.credential_of(session, awards.by_id(session, award.id))


def change(desk, step: Any, award: Award, **facts: Any) -> None:
    with desk.write() as session:
        step(session, desk.office, awards.by_id(session, award.id), actor="cli", **facts)


@pytest.fixture
def judge(desk):
    """The report on a document, by our own verifier."""

    def report(document: bytes) -> Any:
        with desk.read() as session:
            return verification.judge(session, desk.office, document)

    return report


def test_what_a_stolen_key_signed_is_refused_for_that_reason_and_the_new_form_is_good(desk, judge):
    """B61: a stolen key is something else than a retired one."""
    award = desk.award()
    old = badge(desk, award)
    steal(desk)

    assert {judge(getattr(old, form))["proof"].code for form in FORMS} == {"key_revoked"}
    reissue(desk)

    assert {judge(getattr(old, form))["proof"].code for form in FORMS} == {"key_revoked"}
    assert all(judge(getattr(badge(desk, award), form)).is_good for form in FORMS)


def test_a_badge_of_a_healthy_key_stays_good_and_as_it_is(desk, judge):
    healthy = desk.award("a@x.example")
    before = badge(desk, healthy)
    with desk.write() as session:
        key_rotation.rotate(session, desk.office, desk.issuer, actor="cli")
    desk.award("b@x.example")

    steal(desk)

    assert reissue(desk) == 1
    assert badge(desk, healthy).json == before.json
    assert judge(before.json).is_good


def test_the_new_form_has_the_same_id_and_award_date_and_a_later_valid_from(desk):
    with time_machine.travel(clock.now() - timedelta(days=1), tick=False):
        award = desk.award()
    before = json.loads(badge(desk, award).json)
    steal(desk)

    reissue(desk)

    after = json.loads(badge(desk, award).json)
    for same in ("id", "awardedDate", "credentialStatus", "issuer"):
        assert after[same] == before[same], same
    assert after["credentialSubject"]["id"] == before["credentialSubject"]["id"]
    assert after["validFrom"] > before["validFrom"]


def test_one_stolen_key_of_the_pair_is_enough(desk):
    desk.award()
    with desk.write() as session:
        token = next(key for key in signing_keys.of_issuer(session, desk.issuer) if key.algorithm == "RS256")
        key_rotation.revoke(session, desk.office, desk.issuer, [token.kid], reason="stolen", actor="cli")

    assert left(desk) == 1
    assert reissue(desk) == 1
    assert left(desk) == 0


def test_a_suspended_award_is_signed_anew_and_an_ended_one_is_not(desk, judge):
    paused, revoked, replaced = (desk.award(f"{name}@x.example") for name in "abc")
    change(desk, award_status.suspend, paused, reason="under review")
    change(desk, award_status.revoke, revoked, reason="issued in error")
    newer = awards.Earned(achievement=desk.achievement(), learner=desk.learner("c@x.example"), awarded_at=clock.now())
    with desk.write() as session:
        award_status.supersede(session, desk.office, awards.by_id(session, replaced.id), newer, actor="cli")
    steal(desk)

    assert reissue(desk) == 2  # the paused one, and the newer one

    assert judge(badge(desk, paused).json).verdict == "suspended"
    assert badge(desk, revoked).revision == badge(desk, replaced).revision == 1


def test_an_award_that_has_ended_is_signed_anew_and_still_says_when_it_ended(desk, judge):
    with time_machine.travel(clock.now() - timedelta(days=40), tick=False):
        achievement = desk.achievement(validity={"kind": "days", "amount": 30})
        award = desk.award(achievement=achievement)
    before = badge(desk, award)
    steal(desk)

    reissue(desk)

    after = badge(desk, award)
    assert after.valid_from > before.valid_from
    assert judge(after.json).verdict == "expired"


def test_what_is_left_is_what_the_rows_say_and_an_award_is_done_once(desk):
    made = [desk.award(f"{number}@x.example") for number in range(3)]
    steal(desk)
    assert left(desk) == 3

    assert reissue(desk, made[0]) == 1
    assert reissue(desk, made[0]) == 0
    assert left(desk) == 2
    assert reissue(desk) == 2

    assert left(desk) == 0
    assert [entry.action for entry in desk.audit_log()].count("award.reissued") == 3


def test_slices_go_on_behind_the_award_before(desk):
    made = [desk.award(f"{number}@x.example") for number in range(5)]
    ids = [award.id for award in sorted(made, key=lambda award: (award.created_at, award.id))]
    steal(desk)

    with desk.read() as session:
        first = key_compromise.next_slice(session, desk.issuer.id, after="", limit=2)
        second = key_compromise.next_slice(session, desk.issuer.id, after=first[-1], limit=9)

    assert (list(first), list(second)) == (ids[:2], ids[2:])


def test_the_awards_of_another_issuer_are_left_alone(desk):
    other = desk.another_issuer()
    other.award()
    desk.award()
    steal(desk)

    assert left(other) == 0
    with desk.write() as session:
        ids = key_compromise.next_slice(session, other.issuer.id, after="", limit=9)
        assert list(ids) == []


def test_a_case_is_closed_when_nothing_is_left_and_not_before(desk):
    desk.award()
    kids = steal(desk)

    for is_done in (False, True):
        with desk.write() as session:
            assert key_compromise.open_cases(session) == [desk.issuer.id]
            assert key_compromise.close_case(session, desk.issuer.id, actor="worker") is is_done
        reissue(desk)

    with desk.read() as session:
        assert key_compromise.open_cases(session) == []
        assert all(signing_keys.by_kid(session, desk.issuer, kid).reissued_at for kid in kids)
    assert [entry.action for entry in desk.audit_log()].count("key.badges-reissued") == 2


def test_a_second_theft_opens_the_case_again(desk):
    award = desk.award()
    for expected in (2, 3):
        steal(desk)
        reissue(desk)
        with desk.write() as session:
            assert key_compromise.close_case(session, desk.issuer.id, actor="worker")
        assert badge(desk, award).revision == expected
