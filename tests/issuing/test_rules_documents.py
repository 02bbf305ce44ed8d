"""A rule document decides by a learner's whole past; every version stays, and each line of it does what it says."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.errors import InvalidInput
from app.issuing import achievements, award_status, awards, completions, issuers, rules, sources
from app.issuing.completions import Completion
from app.issuing.learners import Learner
from app.issuing.rules import books, switches, versions
from app.issuing.rulings import earlier, verdicts
from app.issuing.rulings.schedule import ScheduledDecision
from app.stacking import rules as language
from tests.issuing.stating import FIRST_DAY, awards_of, living, rule, said, stated, take, voiding

# -- versions ------------------------------------------------------------------------------------------------


def test_an_award_records_the_version_that_made_it_and_old_versions_stay(desk):
    achievement, source = desk.achievement(), desk.source()
    first = rule(desk, achievement, "bls", allow=(source,))
    take(desk, source, stated(person="mira"))
    second = rule(desk, achievement, "bls", require={"score_gte": "0.8"})
    take(desk, source, stated(person="noor", score="0.9"))

    assert {award.rule_version_id for award in awards_of(desk, achievement)} == {first.id, second.id}
    with desk.read() as session:
        every = versions.of_achievement(session, achievements.by_id(session, achievement.id))
    assert [(each.number, each.document) for each in every] == [(2, second.document), (1, first.document)]


def test_a_document_replaces_the_mappings_of_its_achievement(desk):
    achievement = desk.achievement()
    source = desk.source(earns={"bls": achievement})
    rule(desk, achievement, "als")

    assert said(take(desk, source, stated(activity="bls"))) == ("parked", "unmapped-activity")
    assert said(take(desk, source, stated(activity="als"))) == ("awarded", "earned")


def test_a_version_of_the_future_decides_nothing_yet_and_one_that_ended_parks(desk):
    achievement = desk.achievement()
    source = desk.source(earns={"bls": achievement})
    now = clock.now()
    with desk.write() as session:
        found = achievements.by_id(session, achievement.id)
        document = {"match": {"activities": ["als"]}}
        versions.put(session, found, document, actor="cli", effective_from=now + timedelta(days=1))
    assert said(take(desk, source, stated())) == ("awarded", "earned")

    with desk.write() as session:
        found = achievements.by_id(session, achievement.id)
        document = {"match": {"activities": ["bls"]}}
        facts = {"effective_from": now - timedelta(days=9), "effective_until": now - timedelta(days=1)}
        versions.put(session, found, document, actor="cli", **facts)
    assert said(take(desk, source, stated(person="noor"))) == ("parked", "rule-not-in-force")


def test_a_document_that_is_wrong_is_refused_with_the_place(desk):
    achievement = desk.achievement()

    with pytest.raises(InvalidInput) as refused:
        rule(desk, achievement, "bls", require={"score_gte": "84"})

    assert refused.value.facts["problems"][0]["pointer"] == "/require/score_gte"


def test_putting_a_version_and_switching_leave_one_audit_entry_each(desk):
    achievement = desk.achievement()
    version = rule(desk, achievement, "bls")
    turn(desk, achievement, on=False)
    turn(desk, achievement, on=False)

    actions = [(entry.action, entry.object_id) for entry in desk.audit_log() if entry.action.startswith("rule.")]
    assert actions == [("rule.version-put", version.id), ("rule.switched-off", achievement.id)]


# -- the switch ----------------------------------------------------------------------------------------------


def turn(desk, achievement, *, on: bool) -> None:
    with desk.write() as session:
        switches.turn(session, achievements.by_id(session, achievement.id), on=on, actor="cli")


def again(desk) -> list[tuple[str, str]]:
    """Decide whatever is parked once more."""
    with desk.write() as session:
        issuers.take_turn(session, desk.issuer.id)
        waiting = completions.parked(session, desk.issuer.id)
        return [said(completions.decide_again(session, desk.office, each)) for each in waiting]


@pytest.mark.parametrize("is_mapping", [True, False], ids=["mapping", "document"])
def test_a_rule_that_is_switched_off_awards_nothing_and_loses_nothing(desk, is_mapping):
    achievement = desk.achievement()
    source = desk.source(earns={"bls": achievement} if is_mapping else None)
    if not is_mapping:
        rule(desk, achievement, "bls", allow=(source,))
    turn(desk, achievement, on=False)

    assert said(take(desk, source, stated())) == ("parked", "rule-switched-off")
    turn(desk, achievement, on=True)

    assert again(desk) == [("awarded", "earned")]
    assert len(living(desk, achievement)) == 1


# -- what counts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "count"), [("deny", 0), ("allow", 1)])
def test_what_nobody_proved_earns_nothing_unless_the_rule_says_so(desk, policy, count):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), unauthenticated_sources=policy)

    take(desk, source, stated(), method="none")

    assert len(living(desk, achievement)) == count


def test_what_nobody_proved_does_not_take_back_what_was_proved(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), on_unearn="revoke")
    take(desk, source, stated())

    assert said(take(desk, source, voiding(stated()), method="none")) == ("ignored", "unauthenticated")
    assert len(living(desk, achievement)) == 1


def test_a_fact_that_was_taken_back_before_it_came_is_recorded_and_earns_nothing(desk):
    achievement = desk.achievement()
    source = desk.source(earns={"bls": achievement})

    first = take(desk, source, voiding(stated()))
    second = take(desk, source, stated())

    assert (said(first), said(second)) == (("recorded", "voided"), ("recorded", "voided"))
    assert take(desk, source, stated()) == second
    assert awards_of(desk, achievement) == []
    with desk.read() as session:
        (row,) = session.scalars(select(Completion))
    assert (row.activity_id, row.voided_by, row.learner_id is not None) == ("bls", voiding(stated()).dedupe_key, True)


@pytest.mark.parametrize("policy", ["ignore", "review", "revoke"])
def test_an_award_whose_only_fact_is_taken_back_falls_whatever_the_policy(desk, policy):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), on_unearn=policy)
    take(desk, source, stated())

    assert said(take(desk, source, voiding(stated()))) == ("recorded", "voided")
    assert [award.state for award in awards_of(desk, achievement)] == ["revoked"]


@pytest.mark.parametrize(
    "learner",
    [{"is_test_user": True}, {"email": "[TEST] mira@hospital.test"}, {"display_name": "[TEST] Mira"}],
    ids=["preview-user", "marked-address", "marked-name"],
)
def test_an_instructor_s_preview_or_a_test_send_is_recorded_and_makes_nobody(desk, learner):
    achievement = desk.achievement()
    source = desk.source(earns={"bls": achievement})

    assert said(take(desk, source, stated(learner=learner))) == ("recorded", "test-user")
    assert awards_of(desk, achievement) == []
    with desk.read() as session:
        assert session.scalars(select(Learner)).all() == []


@pytest.mark.parametrize("kind", ["module", "assessment", "block", "other"])
def test_a_video_that_no_rule_asks_for_is_only_recorded_and_a_course_waits(desk, kind):
    source = desk.source()

    assert said(take(desk, source, stated(activity="video", activity_type=kind))) == ("ignored", "no-rule")
    assert said(take(desk, source, stated(activity="course"))) == ("parked", "unmapped-activity")
    assert again(desk) == [("parked", "unmapped-activity")]


def test_a_source_that_may_not_cause_the_achievement_counts_for_nothing_and_says_so(desk):
    achievement, allowed, stranger = desk.achievement(), desk.source(), desk.source()
    rule(desk, achievement, "bls", "als", allow=(allowed,), combine={"all_of": ["bls", "als"]})
    take(desk, allowed, stated(activity="bls"))

    assert said(take(desk, stranger, stated(activity="als", day=1))) == ("parked", "not-allowed")
    assert awards_of(desk, achievement) == []


# -- combinations --------------------------------------------------------------------------------------------


def test_a_combination_is_earned_when_its_last_part_comes_and_rests_on_all_of_them(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", "als", allow=(source,), combine={"all_of": ["bls", "als"]})

    first = take(desk, source, stated(activity="als", day=3))
    second = take(desk, source, stated(activity="bls", day=1))

    assert first["outcome"] == "recorded"
    assert said(second) == ("awarded", "earned")
    (award,) = living(desk, achievement)
    assert award.awarded_at == FIRST_DAY + timedelta(days=3)
    assert sorted(award.basis) == sorted([first["completion"], second["completion"]])


def test_two_completions_that_together_complete_a_combination_at_once_make_one_award(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", "als", allow=(source,), combine={"all_of": ["bls", "als"]})
    desk.learner("mira@hospital.test", None)
    barrier = threading.Barrier(2)

    def arrive(activity: str) -> None:
        barrier.wait()
        take(desk, source, stated(activity=activity))

    threads = [threading.Thread(target=arrive, args=(activity,)) for activity in ("bls", "als")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(awards_of(desk, achievement)) == 1


def test_a_badge_that_another_rule_asks_for_earns_that_one_too(desk):
    first, second, source = desk.achievement("bls"), desk.achievement("instructor"), desk.source()
    rule(desk, first, "bls", allow=(source,))
    rule(desk, second, "teach", allow=(source,), require={"has_badge": "bls"})

    waiting = take(desk, source, stated(activity="teach", day=2))
    assert living(desk, second) == []
    take(desk, source, stated(activity="bls", day=1))

    assert len(living(desk, second)) == 1
    with desk.read() as session:
        assert session.get_one(Completion, waiting["completion"]).state == "awarded"


# -- what happens after the award ----------------------------------------------------------------------------


def test_a_failure_by_the_policy_of_review_asks_somebody_and_leaves_the_award(desk):
    achievement = desk.achievement()
    source = desk.source(earns={"bls": achievement})
    take(desk, source, stated("passed"))

    assert said(take(desk, source, stated("failed", day=1))) == ("parked", "needs-review")
    assert len(living(desk, achievement)) == 1


def test_what_a_rule_took_back_is_earned_again_and_linked_to_what_was_lost(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), on_unearn="revoke")
    take(desk, source, stated("passed"))
    assert said(take(desk, source, stated("revoked", day=1))) == ("recorded", "un-completed-revoked")

    take(desk, source, stated("passed", day=2))

    lost, found = awards_of(desk, achievement)
    assert (lost.state, found.state, found.follows_id) == ("revoked", "issued", lost.id)
    assert lost.unearned_at is not None


def test_what_a_person_revoked_is_not_given_back_by_what_was_done_before(desk):
    achievement = desk.achievement()
    source = desk.source(earns={"bls": achievement})
    take(desk, source, stated())
    with desk.write() as session:
        award = awards.by_id(session, living(desk, achievement)[0].id)
        award_status.revoke(session, desk.office, award, reason="issued in error", actor="cli")

    take(desk, source, stated("progress", day=1, score="1"))

    assert living(desk, achievement) == []


def test_an_expired_award_is_earned_again_and_linked(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), validity={"days": 30}, repeat="renewal")
    take(desk, source, stated())

    take(desk, source, stated(day=100))

    first, second = awards_of(desk, achievement)
    assert second.follows_id == first.id
    assert (first.state, second.state) == ("issued", "issued")
    assert second.valid_until.date() == (FIRST_DAY + timedelta(days=130)).date()


@pytest.mark.parametrize(("policy", "states"), [("keep", ["issued"]), ("supersede", ["superseded", "issued"])])
def test_a_retake_with_a_better_score_keeps_or_supersedes_and_a_worse_one_changes_nothing(desk, policy, states):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), on_better_score=policy)

    for day, score in enumerate(("0.8", "0.95", "0.7")):
        take(desk, source, stated("passed", day=day, score=score))

    made = awards_of(desk, achievement)
    assert [award.state for award in made] == states
    assert made[-1].supersedes_id == (made[0].id if policy == "supersede" else None)


def test_per_attempt_makes_one_award_an_attempt(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), repeat="per_attempt")

    for day, attempt in enumerate(["one", "two", "one"]):
        take(desk, source, stated("passed", day=day, attempt_id=attempt))

    assert len(living(desk, achievement)) == 2


def test_a_delay_and_a_grace_are_written_down_for_the_worker(desk):
    achievement, source = desk.achievement(), desk.source()
    with time_machine.travel(FIRST_DAY, tick=False):
        rule(desk, achievement, "bls", allow=(source,), delay="PT1H", on_unearn={"revoke_after": "P7D"})
    with time_machine.travel(FIRST_DAY + timedelta(minutes=10), tick=False):
        assert said(take(desk, source, stated("passed"))) == ("recorded", "delayed")
    with time_machine.travel(FIRST_DAY + timedelta(hours=2), tick=False):
        take(desk, source, stated("progress", key="news"))
        assert len(living(desk, achievement)) == 1
    with time_machine.travel(FIRST_DAY + timedelta(days=2), tick=False):
        take(desk, source, stated("failed", day=1))

    assert len(living(desk, achievement)) == 1
    with desk.read() as session:
        (due,) = session.scalars(select(ScheduledDecision))
    assert due.due_at in {FIRST_DAY + timedelta(hours=1), FIRST_DAY + timedelta(days=8)}


def test_a_completion_that_is_dated_ahead_earns_nothing_yet_and_is_written_down_for_the_worker(desk):
    achievement = desk.achievement()
    source = desk.source(earns={"bls": achievement})
    with time_machine.travel(FIRST_DAY, tick=False):
        take(desk, source, stated(day=1))

    assert awards_of(desk, achievement) == []
    with desk.read() as session:
        (due,) = session.scalars(select(ScheduledDecision))
    assert due.due_at == FIRST_DAY + timedelta(days=1)


def test_the_badge_says_what_its_rule_includes_as_evidence(desk):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), evidence={"include": ["score", "completed_at"]})

    take(desk, source, stated("passed", score="0.925"))

    (award,) = living(desk, achievement)
    assert [item["narrative"] for item in award.evidence] == ["Score 92.5 %. Completed on 2026-03-01."]


def test_one_mapping_takes_back_nothing_that_another_one_supports(desk):
    achievement = desk.achievement()
    source = desk.source(earns={"bls": achievement, "als": achievement})
    take(desk, source, stated("passed", "bls"))
    take(desk, source, stated("passed", "als", day=1))

    outcome = take(desk, source, stated("failed", "bls", day=2))

    assert outcome["reason"] != "needs-review"
    assert len(living(desk, achievement)) == 1


# -- cost ----------------------------------------------------------------------------------------------------


def test_a_mapping_looks_at_the_completions_of_its_own_activity_only(desk):
    achievement = desk.achievement()
    source = desk.source(earns={"bls": achievement})

    with desk.read() as session:
        (book,) = books.of_activity(session, sources.by_id(session, source.id), "bls")
    assert (book.activities, book.is_whole, len(book.rules)) == (frozenset({"bls"}), False, 1)
    with desk.read() as session:
        assert len(rules.of_source(session, source)) == 1


def test_grades_that_ended_nothing_are_no_moments_to_look_back_at(desk, monkeypatch):
    achievement, source = desk.achievement(), desk.source()
    rule(desk, achievement, "bls", allow=(source,), require={"score_gte": "0.9"}, on_unearn="ignore")
    for day, score in enumerate(["0.2", "0.4", "0.6", "0.4", "0.5", "0.5"]):
        take(desk, source, stated("progress", day=day, score=score))
    judged: list[int] = []

    def judge(at, book, past, *, now):
        judged.append(len(past.history.facts))
        return verdicts.judge(at, book, past, now=now)

    monkeypatch.setattr(earlier, "judge", judge)
    take(desk, source, stated("progress", day=6, score="0.6"))
    assert judged == []
    take(desk, source, stated("progress", day=8, score="0.1"))
    take(desk, source, stated("progress", day=9, score="0.2"))
    take(desk, source, stated("progress", day=7, score="0.9"))  # word of it came late

    assert set(judged) == {8}
    assert len(living(desk, achievement)) == 1


def test_a_document_is_read_once_as_long_as_it_is_asked_for_however_many_others_are(desk, monkeypatch):
    made = [rule(desk, desk.achievement(), "bls") for _ in range(3)]
    first, second, third = (version.id for version in made)
    asked: list[object] = []
    read = language.read
    monkeypatch.setattr(versions, "MOST_KEPT", 2)
    monkeypatch.setattr(language, "read", lambda document: [asked.append(document), read(document)][1])

    with desk.read() as session:
        for version_id in (first, second, first, third, first):
            versions.document_of(session, version_id)

    assert len(asked) == 3
