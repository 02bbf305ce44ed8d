"""A completion is decided once, its repeat is told the same, and what cannot be decided waits for somebody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from app import clock
from app.credentials.model import Evidence
from app.db import Base
from app.issuing import achievements, award_status, awards, completions, inbox, issuers, learners, rules, sources
from app.issuing.awards import Award
from app.issuing.completions import Completion
from app.issuing.inbox import Received
from app.issuing.learners import Learner
from app.issuing.signing_keys import SigningKey
from app.lms import base as lms

EARNED_AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MIRA = {"email": "mira.holm@hospital.test", "display_name": "Mira Holm", "source_id": "4711"}


def stated(kind: str = "completed", *, key: str = "event-1", score: str | None = None, **facts: Any) -> lms.Completion:
    """What a source says: by default, that Mira completed `bls`."""
    learner = facts.pop("learner", MIRA)
    return lms.Completion(
        kind=lms.CompletionKind(kind),
        dedupe_key=key,
        learner=lms.LearnerFacts("lms.example.org", **learner),
        activity=lms.ActivityFacts("lms.example.org", facts.pop("activity", "bls"), name="Basic Life Support"),
        occurred_at=facts.pop("occurred_at", EARNED_AT),
        occurred_at_source=lms.MomentSource.PAYLOAD,
        score=None if score is None else lms.Score(scaled=Decimal(score)),
        **facts,
    )


def take(desk, source, completion: lms.Completion) -> dict[str, Any]:
    """Take a completion in, as part of a delivery of its own."""
    content = json.dumps(completion.to_dict()).encode()
    received = Received(lms.Authenticated(clock.new_id(), content, "standard_webhooks", "0"), {}, content)
    with desk.write() as session:
        delivery = inbox.store(session, desk.office, source, received)
        assert delivery is not None
        return completions.take(session, desk.office, source, delivery_id=delivery.id, index=0, stated=completion)[1]


def rows(desk, model) -> int:
    with desk.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def map_activity(desk, source, achievement, *, activity: str = "bls", minimum: str | None = None) -> None:
    with desk.write() as session:
        sources.allow(session, source, achievement, actor="cli")
        score = None if minimum is None else Decimal(minimum)
        rules.create(session, source, activity_id=activity, achievement=achievement, actor="cli", minimum_score=score)


def reason(outcome: dict[str, Any]) -> tuple[str, str]:
    return outcome["outcome"], outcome["reason"]


# -- decided -------------------------------------------------------------------------------------------------


def test_a_completion_becomes_an_award_of_the_day_it_was_earned(desk):
    source = desk.source(earns={"bls": desk.achievement()})

    outcome = take(desk, source, stated())

    assert reason(outcome) == ("awarded", "earned")
    with desk.read() as session:
        award = awards.by_id(session, outcome["awards"][0]["award"])
    assert award.awarded_at == EARNED_AT
    assert award.completion_id == outcome["completion"]
    assert outcome["awards"][0]["badge"] == desk.office.addresses.badge(award.id)


def test_completed_but_not_passed_earns_nothing_and_says_so(desk):
    source = desk.source(earns={"bls": desk.achievement()})

    assert reason(take(desk, source, stated(passed=False))) == ("recorded", "not-passed")
    assert rows(desk, Award) == 0


@pytest.mark.parametrize(("score", "code"), [("0.84", "earned"), ("0.8399", "score-too-low")])
def test_a_score_is_kept_and_compared_exactly(desk, score, code):
    source = desk.source()
    map_activity(desk, source, desk.achievement(), minimum="0.84")

    assert take(desk, source, stated(score=score))["reason"] == code
    with desk.read() as session:
        assert session.scalars(select(Completion.score)).one() == Decimal(score)


def test_a_failure_that_arrives_after_the_pass_it_came_before_un_earns_nothing(desk):
    source = desk.source(earns={"bls": desk.achievement()})
    award = take(desk, source, stated("passed"))["awards"][0]["award"]
    earlier = stated("failed", key="event-0", occurred_at=EARNED_AT - timedelta(days=1))

    assert reason(take(desk, source, earlier)) == ("recorded", "not-passed")

    with desk.read() as session:
        assert awards.by_id(session, award).state == "issued"


def test_the_evidence_that_a_source_links_to_is_on_the_badge(desk):
    source = desk.source(earns={"bls": desk.achievement()})
    transcript = Evidence(id="https://lms.example.org/transcript/1", name="Transcript")

    outcome = take(desk, source, stated(evidence=(transcript,)))

    with desk.read() as session:
        award = awards.by_id(session, outcome["awards"][0]["award"])
        document = json.loads(awards.credential_of(session, award).json)
    assert [(item["id"], item["name"]) for item in document["evidence"]] == [(transcript.id, "Transcript")]


def test_a_second_completion_of_a_holder_is_recorded_and_names_the_badge(desk):
    source = desk.source(earns={"bls": desk.achievement()})
    first = take(desk, source, stated())

    second = take(desk, source, stated(key="event-2"))

    assert reason(second) == ("recorded", "already-held")
    assert second["awards"][0]["award"] == first["awards"][0]["award"]


def test_two_sources_that_report_one_course_make_one_award(desk):
    achievement = desk.achievement()
    canvas, other = desk.source(earns={"bls": achievement}), desk.source(earns={"bls": achievement})

    take(desk, canvas, stated())
    outcome = take(desk, other, stated())

    assert reason(outcome) == ("recorded", "already-held")
    assert rows(desk, Award) == 1


def test_what_a_person_revoked_can_be_earned_by_doing_it_anew_but_not_by_what_was_done_before(desk):
    source = desk.source(earns={"bls": desk.achievement()})
    first = take(desk, source, stated())
    with desk.write() as session:
        award = awards.by_id(session, first["awards"][0]["award"])
        award_status.revoke(session, desk.office, award, reason="issued in error", actor="cli")

    assert take(desk, source, stated()) == first
    assert reason(take(desk, source, stated(key="event-2"))) == ("recorded", "not-done-anew")
    assert rows(desk, Award) == 1
    anew = stated(key="event-3", occurred_at=award.revoked_at + timedelta(seconds=1))
    assert reason(take(desk, source, anew)) == ("awarded", "earned")


def test_the_kind_of_learning_is_kept_whether_or_not_a_badge_follows(desk):
    source = desk.source()

    take(desk, source, stated(learning_kind=lms.LearningKind.ON_THE_JOB))

    with desk.read() as session:
        assert session.scalars(select(Completion.learning_kind)).one() == "on_the_job"


# -- repeats -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("facts", [{}, {"passed": False}])
def test_a_repeat_of_a_decided_completion_is_told_the_first_outcome_byte_for_byte(desk, facts):
    source = desk.source(earns={"bls": desk.achievement()})
    first = json.dumps(take(desk, source, stated(**facts)))

    assert json.dumps(take(desk, source, stated(score="1"))) == first
    assert rows(desk, Completion) == 1


def test_the_same_event_of_another_source_is_another_completion(desk):
    take(desk, desk.source(), stated())
    take(desk, desk.source(), stated())

    assert rows(desk, Completion) == 2


# -- parked --------------------------------------------------------------------------------------------------


def test_an_unmapped_activity_waits_and_is_awarded_exactly_once_after_a_rule_was_made(desk):
    source = desk.source()
    assert reason(take(desk, source, stated())) == ("parked", "unmapped-activity")

    map_activity(desk, source, desk.achievement())
    outcomes = [take(desk, source, stated()) for _ in range(3)]

    assert reason(outcomes[0]) == ("awarded", "earned")
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert rows(desk, Award) == 1


def test_a_person_without_an_address_waits_until_it_is_known_who_that_is(desk):
    source = desk.source(earns={"bls": desk.achievement()})

    outcome = take(desk, source, stated(learner={"source_id": "4711", "display_name": "Mira Holm"}))

    assert reason(outcome) == ("parked", "unknown-person")
    assert rows(desk, Award) == 0
    assert reason(take(desk, source, stated())) == ("awarded", "earned")


def test_two_people_with_one_mailbox_wait_for_somebody_to_say_who_it_is(desk):
    source = desk.source(earns={"bls": desk.achievement()})
    take(desk, source, stated())

    outcome = take(desk, source, stated(key="event-2", learner={**MIRA, "source_id": "4712"}))

    assert reason(outcome) == ("parked", "learner-unclear")
    assert (rows(desk, Award), rows(desk, Learner)) == (1, 1)


def test_an_achievement_that_is_not_published_waits_until_it_is(desk):
    source, draft = desk.source(), desk.draft()
    map_activity(desk, source, draft)
    assert reason(take(desk, source, stated())) == ("parked", "not-published")

    with desk.write() as session:
        achievements.publish(session, desk.office, achievements.by_id(session, draft.id), actor="cli")

    assert reason(take(desk, source, stated())) == ("awarded", "earned")


def test_what_one_rule_awarded_stays_while_the_other_waits_and_replay_awards_only_the_rest(desk):
    source, draft = desk.source(earns={"bls": desk.achievement()}), desk.draft()
    map_activity(desk, source, draft)
    first = take(desk, source, stated())
    assert reason(first) == ("parked", "not-published")
    assert sorted(item["outcome"] for item in first["awards"]) == ["awarded", "not-awarded"]

    with desk.write() as session:
        achievements.publish(session, desk.office, achievements.by_id(session, draft.id), actor="cli")
    second = take(desk, source, stated())

    assert reason(second) == ("awarded", "earned")
    assert [item["outcome"] for item in second["awards"]] == ["awarded", "awarded"]
    assert rows(desk, Award) == 2


def test_an_award_that_was_revoked_while_the_rest_waited_is_not_made_again(desk):
    source, draft = desk.source(earns={"bls": desk.achievement()}), desk.draft()
    map_activity(desk, source, draft)
    made = next(item for item in take(desk, source, stated())["awards"] if item["outcome"] == "awarded")
    with desk.write() as session:
        award = awards.by_id(session, made["award"])
        award_status.revoke(session, desk.office, award, reason="issued in error", actor="cli")

    again = take(desk, source, stated())

    assert made in again["awards"]
    assert rows(desk, Award) == 1


def test_what_waits_is_listed_for_its_issuer_oldest_first(desk):
    source, other = desk.source(), desk.another_issuer()
    for number in range(3):
        take(desk, source, stated(key=f"event-{number}", activity=f"course-{number}"))
    take(other, other.source(), stated())

    with desk.read() as session:
        waiting = completions.parked(session, desk.issuer.id, limit=2)
        foreign = completions.parked(session, other.issuer.id)
    assert len(waiting) == 2
    assert {item.issuer_id for item in waiting} == {desk.issuer.id}
    assert [item.activity_id for item in foreign] == ["bls"]


# -- an error of ours on the way -----------------------------------------------------------------------------


def retire_all_keys(desk) -> None:
    with desk.write() as session:
        for key in session.scalars(select(SigningKey)):
            key.state = "retired"


def test_an_error_on_the_way_parks_the_item_and_leaves_nothing_half_done(desk):
    source = desk.source(earns={"bls": desk.achievement()})
    retire_all_keys(desk)
    models = [mapper.class_ for mapper in Base.registry.mappers]
    before = {model.__name__: rows(desk, model) for model in models}

    outcome = take(desk, source, stated())

    after = {model.__name__: rows(desk, model) for model in models}
    assert reason(outcome) == ("parked", "no-signing-key")
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
        "Completion": 1,
        "Delivery": 1,
    }


def test_what_an_error_parked_is_awarded_when_the_cause_is_gone(desk):
    source = desk.source(earns={"bls": desk.achievement()})
    retire_all_keys(desk)
    take(desk, source, stated())

    with desk.write() as session:
        for key in session.scalars(select(SigningKey)):
            key.state = "active"

    assert reason(take(desk, source, stated())) == ("awarded", "earned")


def test_one_item_of_a_batch_that_fails_does_not_spoil_the_others(desk):
    source = desk.source(earns={"bls": desk.achievement()})
    take(desk, source, stated())  # Mira is 4711
    batch = [
        stated(key="a", learner={"source_id": "1", "email": "a@x.example"}),
        stated(key="b", learner={**MIRA, "source_id": "4712"}),
        stated(key="c", learner={"source_id": "3", "email": "c@x.example"}),
    ]
    content = b"{}"
    received = Received(lms.Authenticated("batch", content, "standard_webhooks", "0"), {}, content)

    with desk.write() as session:
        delivery = inbox.store(session, desk.office, source, received)
        assert delivery is not None
        outcomes = inbox.decide(session, desk.office, delivery, items=batch)

    assert [item["outcome"] for item in outcomes] == ["awarded", "parked", "awarded"]
    assert [item["index"] for item in outcomes] == [0, 1, 2]


# -- traces --------------------------------------------------------------------------------------------------


def test_an_award_has_one_audit_entry_and_a_refusal_has_one(desk):
    source = desk.source(earns={"bls": desk.achievement()})
    forbidden = desk.achievement()
    with desk.write() as session:
        rules.create(session, source, activity_id="acls", achievement=forbidden, actor="cli")

    made = take(desk, source, stated())["awards"][0]["award"]
    take(desk, source, stated(key="event-2", activity="acls"))

    entries = [(entry.action, entry.object_id) for entry in desk.audit_log() if entry.actor == f"source:{source.id}"]
    assert entries == [("award.issued", made), ("award.refused", source.id)]


def test_completions_and_audit_entries_hold_no_personal_data(desk):
    source = desk.source(earns={"bls": desk.achievement()})
    take(desk, source, stated())
    take(desk, source, stated(key="event-2", learner={**MIRA, "source_id": "4712"}))
    take(desk, source, stated(key="event-3", activity="unknown"))
    with desk.write() as session:
        learner = session.scalars(select(Learner)).one()
        assert learners.by_id(session, issuers.by_id(session, desk.issuer.id), learner.id).display_name == "Mira Holm"

    text = " ".join(everything_in(desk, "completions") + everything_in(desk, "audit_entries")).lower()

    assert "bls" in text
    for personal in ("mira", "holm", "hospital", "4711", "4712"):
        assert personal not in text, personal


def everything_in(desk, table: str) -> list[str]:
    """Every value of a table."""
    with desk.read() as session:
        return [str(value) for row in session.execute(select(Base.metadata.tables[table])) for value in row]
