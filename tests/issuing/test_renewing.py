"""Renewal: a new award that follows the old one, which stays as it is; and clear words where it cannot be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from app.errors import InvalidInput, WrongState
from app.issuing import achievements, award_status, awards, endpoints
from app.stacking.cycles import RenewalState
from tests.issuing.arriving import arrive, fact
from tests.issuing.renewing import ACTOR, AWARDED, by_education, entry, news, renew, renewable, standing


def held(desk, achievement=None, **facts):
    """An award of 30 May 2024."""
    with time_machine.travel(AWARDED, tick=False):
        return desk.award(achievement=achievement or renewable(desk, **facts))


def refused(desk, award, **grounds) -> dict:
    """What is said where a renewal is refused."""
    with pytest.raises(WrongState) as caught:
        renew(desk, award, **grounds)
    return {"detail": caught.value.detail, **caught.value.facts}


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        ("2026-04-01", "2028-05-30"),  # early: the time follows the old one
        ("2026-05-30", "2028-05-30"),
        ("2026-06-29", "2028-05-30"),  # the last day of grace
        ("2026-06-30", "2028-06-30"),  # after grace: from that day on
    ],
)
def test_a_renewal_is_a_new_award_that_follows_and_leaves_the_old_one_as_it_is(desk, day, ends):
    old = held(desk)

    with time_machine.travel(f"{day}T10:00:00Z", tick=False):
        new = renew(desk, old)

    with desk.read() as session:
        kept = awards.by_id(session, old.id)
        assert (kept.state, kept.revision, kept.valid_until) == ("issued", 1, old.valid_until)
        assert (new.follows_id, new.slot, new.achievement_id) == (old.id, f"after:{old.id}", old.achievement_id)
        assert f"{new.valid_until:%Y-%m-%dT%H:%M:%S}" == f"{ends}T23:59:59"
        assert awards.credential_of(session, new).json != awards.credential_of(session, kept).json


def test_a_cycle_that_follows_begins_the_day_after_the_old_end(desk):
    old = held(desk)
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        new = renew(desk, old)
        assert f"{standing(desk, new).cycle_start}" == "2026-05-31"
        assert standing(desk, old).state is RenewalState.RENEWED
        assert standing(desk, old).renewed_by == new.id


def test_a_renewal_has_the_visibility_that_the_holder_chose_and_the_newest_version(desk):
    old = held(desk)
    with desk.write() as session:
        award = awards.by_id(session, old.id)
        award_status.set_visibility(session, award, awards.Visibility.PRIVATE, actor=ACTOR)
        achievement = achievements.by_id(session, old.achievement_id)
        facts = achievements.current_facts(session, achievement).model_copy(update={"name": "Life Support II"})
        achievements.change(session, achievement, facts=facts, actor=ACTOR)
        achievements.publish(session, desk.office, achievement, actor=ACTOR)

    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        new = renew(desk, old)

    assert new.visibility == "private"
    with desk.read() as session:
        assert awards.version_of(session, new).number == 2


def test_a_renewal_is_written_down_and_told(desk):
    with desk.write() as session:
        stated = {"url": "https://hooks.example/in", "name": "In", "actor": ACTOR, "event_types": ["badge.renewed"]}
        endpoints.create(session, desk.office, desk.issuer, **stated)
    old = held(desk)
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        new = renew(desk, old)

    (body,) = news(desk)
    assert (body["type"], body["data"]["award_id"], body["data"]["renews_award_id"]) == (
        "badge.renewed",
        new.id,
        old.id,
    )
    (written,) = [each for each in desk.audit_log() if each.action == "award.renewed"]
    assert (written.object_id, written.facts["renewed_by"], written.facts["method"]) == (old.id, new.id, "reassess")


def test_before_its_window_a_badge_cannot_be_renewed(desk):
    old = held(desk)
    with time_machine.travel("2026-03-30T23:59:00Z", tick=False):
        said = refused(desk, old)

    assert (said["reason"], said["opens_at"]) == ("too-early", "2026-03-31T00:00:00+00:00")
    assert "from 2026-03-31 on" in said["detail"]


def test_a_badge_is_renewed_once(desk):
    old = held(desk)
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        new = renew(desk, old)
        said = refused(desk, old)

    assert (said["reason"], said["award_id"]) == ("renewed-already", new.id)


def test_whose_renewal_was_withdrawn_can_renew_again(desk):
    old = held(desk)
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        new = renew(desk, old)
        with desk.write() as session:
            award_status.revoke(session, desk.office, awards.by_id(session, new.id), reason="in error", actor=ACTOR)
        assert renew(desk, old).id != new.id


@pytest.mark.parametrize(
    ("act", "reason", "word"),
    [(award_status.revoke, "revoked", "withdrawn"), (award_status.suspend, "suspended", "reinstate")],
)
def test_what_was_withdrawn_or_paused_is_not_renewed(desk, act, reason, word):
    old = held(desk)
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        with desk.write() as session:
            act(session, desk.office, awards.by_id(session, old.id), reason="x", actor=ACTOR)
        said = refused(desk, old)

    assert said["reason"] == reason
    assert word in said["detail"]


def test_a_policy_that_renews_nothing_says_so(desk):
    old = held(desk, method="none")
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        assert refused(desk, old)["reason"] == "not-renewable"


def test_what_never_ends_is_not_renewed(desk):
    old = held(desk, desk.achievement())

    assert refused(desk, old)["reason"] == "never-ends"


def test_another_method_than_the_policys_is_refused(desk):
    old = held(desk)
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False), pytest.raises(InvalidInput, match="by reassess"):
        renew(desk, old, method="ce")


# -- by continuing education --------------------------------------------------------------------------------


def test_without_enough_education_it_says_what_is_missing_in_units(desk):
    old = held(desk, by_education(desk))
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        entry(desk, old, "10")
        entry(desk, old, "4", domain="leadership")
        said = refused(desk, old)

    assert (said["reason"], said["unit"], said["missing"], said["missing_in_domain"]) == (
        "ce-missing", "records-ceu", "6.00", "6.00",
    )  # fmt: skip
    assert "6.00 records-ceu, of these 6.00 in domain" in said["detail"]


def test_with_enough_of_it_the_badge_is_renewed_and_the_entries_are_used_up(desk):
    old = held(desk, by_education(desk))
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        left = entry(desk, old, "5", domain="leadership", activity_date=date(2026, 3, 2)).id
        used = [
            entry(desk, old, "16").id,
            entry(desk, old, "4", domain="leadership", activity_date=date(2026, 3, 1)).id,
        ]
        renew(desk, old)

        (written,) = [each for each in desk.audit_log() if each.action == "award.renewed"]
    assert sorted(written.facts["entries"]) == sorted(used)
    assert left not in written.facts["entries"]


def test_no_unit_counts_for_two_badges(desk):
    first, second = held(desk, by_education(desk)), held(desk, by_education(desk))
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        entry(desk, first, "20")
        renew(desk, first)

        assert refused(desk, second)["missing"] == "20.00"


def test_where_the_policy_shares_units_one_counts_for_both_and_the_second_badge_asks_for_more(desk):
    shared = {"shared": True, "further": "10", "cap": "50"}
    first, second = held(desk, by_education(desk, **shared)), held(desk, by_education(desk, **shared))
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        entry(desk, first, "20")
        assert refused(desk, first)["missing"] == "10.00"
        entry(desk, first, "10")
        renew(desk, first)
        renew(desk, second)


@pytest.mark.parametrize(("carries", "counted"), [(True, 7), (False, 0)])
def test_what_a_cycle_did_not_need_counts_in_the_next_one_only_where_it_is_carried_over(desk, carries, counted):
    old = held(desk, by_education(desk, carry_over=carries))
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        entry(desk, old, "20", activity_date=date(2025, 1, 1))
        entry(desk, old, "7", activity_date=date(2025, 1, 2))
        new = renew(desk, old)
    with time_machine.travel("2028-04-01T10:00:00Z", tick=False):
        progress = standing(desk, new).progress

    assert progress is not None
    assert progress.counted == counted


def test_what_was_done_in_grace_counts(desk):
    old = held(desk, by_education(desk))
    with time_machine.travel("2026-06-10T10:00:00Z", tick=False):
        entry(desk, old, "20")
        assert standing(desk, old).state is RenewalState.LAPSED_IN_GRACE
        assert renew(desk, old).follows_id == old.id


# -- by what a source says ----------------------------------------------------------------------------------


def test_a_lapsed_holder_who_retakes_the_course_is_renewed_and_that_is_told(desk):
    """B75: an expired holder retakes and must get a badge."""
    achievement = renewable(desk)
    source = desk.source(earns={"bls": achievement})
    with desk.write() as session:
        stated = {"url": "https://hooks.example/in", "name": "In", "actor": ACTOR, "event_types": ["badge.renewed"]}
        endpoints.create(session, desk.office, desk.issuer, **stated)
    with time_machine.travel("2024-05-31T09:00:00Z", tick=False) as traveller:
        old = arrive(desk, source, fact(completed_at="2024-05-30T09:00:00Z"))["items"][0]["awards"][0]["award"]
        traveller.shift(timedelta(days=1000))
        again = fact("evt-2", completed_at="2027-02-01T09:00:00Z")
        new = arrive(desk, source, again, key="msg-2")["items"][0]["awards"][0]["award"]

        with desk.read() as session:
            award = awards.by_id(session, new)
        assert (award.follows_id, standing(desk, award).state) == (old, RenewalState.ACTIVE)
        with desk.read() as session:
            before = awards.by_id(session, old)
        assert standing(desk, before).state is RenewalState.RENEWED

    (body,) = news(desk)
    assert (body["data"]["award_id"], body["data"]["renews_award_id"]) == (new, old)


def test_a_reassessment_names_the_completion_that_it_rests_on(desk):
    achievement = renewable(desk)
    source = desk.source(earns={"bls": achievement})
    with time_machine.travel("2024-05-31T09:00:00Z", tick=False):
        first = arrive(desk, source, fact(completed_at="2024-05-30T09:00:00Z"))["items"][0]
    with desk.read() as session:
        old = awards.by_id(session, first["awards"][0]["award"])
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        again = fact("evt-2", completed_at="2026-03-31T09:00:00Z", activity={"id": "bls"})
        second = arrive(desk, source, again, key="msg-2")["items"][0]
        for wrong in ("AAAAAAAAAAAAAAAAAAAAAA", first["completion"]):
            with pytest.raises(InvalidInput, match=r"completion|do it anew"):
                renew(desk, old, completions=(wrong,))

        new = renew(desk, old, completions=(second["completion"],))
    assert (new.basis, new.completion_id) == ([second["completion"]], second["completion"])
