"""The ledger of continuing education: by hand and by completions, posted once, struck out when it is taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.errors import AlreadyExists, InvalidInput, NotFound
from app.issuing import completions, erasure, inbox, merging, stored_about
from app.issuing.accounts import people
from app.issuing.inbox import Received
from app.issuing.learners import Learner
from app.issuing.renewals import CEEntry, Worth, activities, ledger
from app.issuing.renewals.ledger import Stated
from app.lms import base as lms
from tests.issuing.renewing import ACTOR, by_education, entry, renew
from tests.issuing.test_completions import stated as completed
from tests.issuing.test_completions import take

WORTH = Worth(title="Hand hygiene quiz", unit="contact-hour", amount=Decimal(2), domain="infection-control")


@pytest.fixture
def source(desk):
    """A source whose activity `bls` is worth two hours."""
    made = desk.source()
    with desk.write() as session:
        activities.create(session, made, "bls", WORTH, actor=ACTOR)
    return made


def entries(desk) -> list[CEEntry]:
    """Everything in every ledger, in order."""
    with desk.read() as session:
        return list(session.scalars(select(CEEntry).order_by(CEEntry.activity_date, CEEntry.created_at)))


def living(desk) -> list[str]:
    """The days of what is not struck out."""
    return [each.activity_date.isoformat() for each in entries(desk) if each.voided_at is None]


# -- by completions -----------------------------------------------------------------------------------------


def test_a_passed_quiz_is_in_the_ledger_at_once_and_a_replay_posts_nothing_twice(desk, source):
    first = take(desk, source, completed("passed"))
    again = take(desk, source, completed("passed"))

    (found,) = entries(desk)
    assert (found.unit, found.amount, found.domain) == ("contact-hour", Decimal(2), "infection-control")
    assert (found.activity_date, found.completion_id) == (date(2026, 3, 1), first["completion"])
    assert (first["outcome"], first["reason"]) == ("recorded", "continuing-education")
    assert again == first


def test_an_activity_may_earn_a_badge_and_count_as_education(desk):
    achievement = desk.achievement()
    source = desk.source(earns={"bls": achievement})
    with desk.write() as session:
        activities.create(session, source, "bls", WORTH, actor=ACTOR)

    assert take(desk, source, completed("passed"))["outcome"] == "awarded"
    assert len(entries(desk)) == 1


@pytest.mark.parametrize(
    ("kind", "facts"),
    [("failed", {}), ("progress", {"score": "0.9"}), ("completed", {"passed": False}), ("revoked", {})],
)
def test_what_was_not_passed_posts_nothing(desk, source, kind, facts):
    take(desk, source, completed(kind, **facts))

    assert entries(desk) == []


def test_an_activity_that_is_mapped_to_nothing_posts_nothing(desk, source):
    take(desk, source, completed("passed", activity="another"))

    assert entries(desk) == []


def test_what_the_source_takes_back_is_struck_out(desk, source):
    take(desk, source, completed("passed"))
    voiding = lms.Voiding(voids="event-1", dedupe_key="void-1", occurred_at=datetime(2026, 3, 2, tzinfo=UTC))
    void(desk, source, voiding)

    (found,) = entries(desk)
    assert found.voided_at is not None
    assert "took the completion back" in (found.void_reason or "")
    assert "ce.voided" in [each.action for each in desk.audit_log()]


def test_a_fact_that_was_taken_back_before_it_came_posts_nothing(desk, source):
    voiding = lms.Voiding(voids="event-1", dedupe_key="void-1", occurred_at=datetime(2026, 3, 2, tzinfo=UTC))
    void(desk, source, voiding)
    take(desk, source, completed("passed"))

    assert entries(desk) == []


def test_a_later_failure_strikes_out_what_the_pass_before_it_posted(desk, source):
    take(desk, source, completed("passed"))
    take(desk, source, completed("failed", key="event-2", occurred_at=datetime(2026, 3, 2, tzinfo=UTC)))

    assert living(desk) == []


def test_the_same_quiz_counts_again_after_a_year_and_not_the_next_day(desk, source):
    for number, day in enumerate(["2024-03-01", "2024-03-02", "2025-02-28", "2025-03-01"]):
        moment = datetime.fromisoformat(f"{day}T09:00:00+00:00")
        take(desk, source, completed("passed", key=f"event-{number}", occurred_at=moment))

    assert living(desk) == ["2024-03-01", "2025-03-01"]


def test_an_older_pass_that_comes_late_counts_once_with_the_newer_one(desk, source):
    for number, day in enumerate(["2025-03-01", "2024-06-01"]):
        moment = datetime.fromisoformat(f"{day}T09:00:00+00:00")
        take(desk, source, completed("passed", key=f"event-{number}", occurred_at=moment))

    assert living(desk) == ["2025-03-01"]


def test_what_counts_each_time_counts_each_time(desk):
    source = desk.source()
    with desk.write() as session:
        worth = Worth(title="Journal club", unit="contact-hour", amount=Decimal(1), again_after_days=0)
        activities.create(session, source, "bls", worth, actor=ACTOR)
    for number in range(3):
        take(desk, source, completed("passed", key=f"event-{number}"))

    assert len(living(desk)) == 3


def test_a_mapping_that_has_ended_posts_nothing_and_can_begin_again(desk, source):
    with desk.write() as session:
        (found,) = session.scalars(activities.of_issuer(desk.issuer.id))
        activities.end(session, found, actor=ACTOR)
    take(desk, source, completed("passed"))
    assert entries(desk) == []

    with desk.write() as session:
        activities.create(session, source, "bls", WORTH, actor=ACTOR)
        with pytest.raises(AlreadyExists):
            activities.create(session, source, "bls", WORTH, actor=ACTOR)
    take(desk, source, completed("passed", key="event-2"))
    assert len(entries(desk)) == 1


def test_an_amount_must_be_one(desk, source):
    with desk.write() as session, pytest.raises(InvalidInput, match="above 0"):
        activities.create(session, source, "x", Worth(title="x", unit="hour", amount=Decimal(0)), actor=ACTOR)


def test_a_quiz_that_was_passed_renews_a_badge(desk):
    with time_machine.travel("2024-05-30T09:00:00Z", tick=False):
        old = desk.award(achievement=by_education(desk, unit="contact-hour", amount="2", domains=["infection-control"]))
    source = desk.source()
    with desk.write() as session:
        activities.create(session, source, "bls", WORTH, actor=ACTOR)
    with time_machine.travel("2026-04-01T10:00:00Z", tick=False):
        take(desk, source, completed("passed"))
        renew(desk, old)

    (found,) = entries(desk)
    assert found.counted_for_id == old.id


# -- by hand ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"amount": Decimal(0)}, "/amount"),
        ({"amount": Decimal(-1)}, "/amount"),
        ({"amount": Decimal(10_001)}, "/amount"),
        ({"amount": Decimal("NaN")}, "/amount"),
        ({"amount": Decimal("Infinity")}, "/amount"),
        ({"amount": Decimal("0.00001")}, "/amount"),
        ({"evidence_url": "javascript:alert(1)"}, "/evidence_url"),
        ({"domain": "x" * 81}, "/domain"),
        ({"title": "  "}, "/title"),
        ({"unit": ""}, "/unit"),
        ({"activity_date": date(2999, 1, 1)}, "/activity_date"),
        ({"activity_date": date(1949, 12, 31)}, "/activity_date"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_with_its_field(desk, facts, pointer):
    learner = desk.learner()
    usual = {"title": "A course", "unit": "contact-hour", "amount": Decimal(1), "activity_date": date(2026, 1, 1)}
    with desk.write() as session, pytest.raises(InvalidInput) as caught:
        ledger.add(session, session.get_one(Learner, learner.id), Stated(**{**usual, **facts}), actor=ACTOR)

    assert caught.value.facts["pointer"] == pointer


def test_an_entry_of_somebody_else_is_not_found(desk):
    award, other = desk.award("ana@hospital.test"), desk.award("bea@hospital.test")
    made = entry(desk, award)
    with desk.read() as session, pytest.raises(NotFound):
        ledger.by_id(session, session.get_one(Learner, other.learner_id), made.id)


def test_striking_out_twice_is_written_down_once(desk):
    made = entry(desk, desk.award())
    for _ in range(2):
        with desk.write() as session:
            ledger.void(session, session.get_one(CEEntry, made.id), reason="a mistake", actor=ACTOR)

    assert [each.action for each in desk.audit_log()].count("ce.voided") == 1


# -- whose it is --------------------------------------------------------------------------------------------


def test_a_ledger_goes_along_when_two_people_are_one(desk):
    kept, gone = desk.award("ana@hospital.test"), desk.award("ana@home.test")
    entry(desk, gone)
    with desk.write() as session:
        people_of = (session.get_one(Learner, each.learner_id) for each in (kept, gone))
        merging.merge(session, desk.office, kept=next(people_of), gone=next(people_of), actor=ACTOR)

    assert [each.learner_id for each in entries(desk)] == [kept.learner_id]


def test_an_erased_person_has_no_ledger(desk):
    award = desk.award()
    entry(desk, award, evidence_text="My name is Mira Holm")
    with desk.write() as session:
        erasure.erase(session, desk.office, session.get_one(Learner, award.learner_id), actor=ACTOR)

    assert entries(desk) == []


def test_a_person_is_told_everything_that_stands_in_the_ledger(desk):
    award = desk.award("ana@hospital.test")
    made = entry(desk, award, "2.5", evidence_url="https://proof.example/1")
    with desk.write() as session:
        account = people.create(session)
        people.add_address(session, account, "ana@hospital.test", is_confirmed=True)
        session.flush()
        told = stored_about.of_account(session, desk.office, account)

    (found,) = told["issuers"][0]["continuing_education"]
    assert (found["id"], found["amount"], found["evidence_url"]) == (made.id, "2.5", "https://proof.example/1")


def void(desk, source, voiding: lms.Voiding) -> None:
    """Take a fact back, as part of a delivery of its own."""
    received = Received(lms.Authenticated(clock.new_id(), b"{}", "standard_webhooks", "0"), {}, b"{}")
    with desk.write() as session:
        delivery = inbox.store(session, desk.office, source, received)
        assert delivery is not None
        completions.void(session, desk.office, source, delivery_id=delivery.id, index=0, stated=voiding)
