"""Reports by mail: when the next is due, which days it is about, and one mail for each due date."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.errors import InvalidInput, NotFound
from app.issuing import erasure, learners, report_subscriptions
from app.issuing.outbox import OutboxMessage
from app.issuing.report_subscriptions import Attached, Covers, Every, ReportSubscription, Wanted
from app.projections.messages import MailContent
from tests.issuing.conftest import ACTOR, Desk

MONDAY = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
LETTER = MailContent("Which badges end soon?", "text", "<p>html</p>", "en")
FILE = Attached("expiring.csv", "text/csv", b"a,b")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def subscribe(desk: Desk, **changes: Any) -> ReportSubscription:
    """A subscription, made on Monday at noon."""
    wanted = {"report": "expiring", "recipient": "chief@hospital.test", "every": Every.MONDAY, "zone": "UTC"}
    with time_machine.travel(MONDAY, tick=False), desk.write() as session:
        return report_subscriptions.subscribe(session, desk.issuer, Wanted(**{**wanted, **changes}), actor=ACTOR)


def hand_over(desk: Desk, subscription: ReportSubscription, at: str) -> bool:
    with time_machine.travel(at, tick=False), desk.write() as session:
        return report_subscriptions.hand_over(session, desk.office, subscription, LETTER, FILE)


def due(desk: Desk, at: str) -> list[ReportSubscription]:
    with time_machine.travel(at, tick=False), desk.read() as session:
        return report_subscriptions.due(session, limit=10)


def mails(desk: Desk) -> list[OutboxMessage]:
    with desk.read() as session:
        return list(session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "email")))


@pytest.mark.parametrize(
    ("every", "zone", "after", "due_at"),
    [
        (Every.MONDAY, "UTC", "2026-06-15 05:59", "2026-06-15 06:00"),
        (Every.MONDAY, "UTC", "2026-06-15 06:00", "2026-06-22 06:00"),
        (Every.SUNDAY, "UTC", "2026-06-15 12:00", "2026-06-21 06:00"),
        (Every.MONTH, "UTC", "2026-06-15 12:00", "2026-07-01 06:00"),
        (Every.MONTH, "UTC", "2026-12-01 06:00", "2027-01-01 06:00"),
        (Every.MONDAY, "Europe/Madrid", "2026-03-23 12:00", "2026-03-30 04:00"),  # the clocks went forward
        (Every.MONDAY, "Pacific/Kiritimati", "2026-06-14 15:59", "2026-06-14 16:00"),  # it is Monday there
    ],
)
def test_a_report_is_due_at_six_in_the_morning_of_its_zone(every: Every, zone: str, after: str, due_at: str):
    assert report_subscriptions.next_due(every, zone, after=at(after)) == at(due_at)


@pytest.mark.parametrize(
    ("covers", "today", "first", "last"),
    [
        (Covers.WEEK, date(2026, 6, 15), date(2026, 6, 8), date(2026, 6, 14)),
        (Covers.MONTH, date(2026, 3, 31), date(2026, 2, 1), date(2026, 2, 28)),
        (Covers.MONTH, date(2026, 1, 1), date(2025, 12, 1), date(2025, 12, 31)),
        (Covers.YEAR, date(2028, 2, 29), date(2027, 2, 1), date(2028, 1, 31)),
    ],
)
def test_it_is_about_whole_days_that_are_over(covers: Covers, today: date, first: date, last: date):
    assert report_subscriptions.days_before(covers, today) == (first, last)


def test_one_mail_goes_out_for_each_due_date(desk: Desk):
    made = subscribe(desk)
    assert due(desk, "2026-06-22 05:59Z") == []
    (waiting,) = due(desk, "2026-06-22 06:00Z")

    assert hand_over(desk, waiting, "2026-06-22 06:00Z")
    assert not hand_over(desk, waiting, "2026-06-22 06:01Z")

    (letter,) = mails(desk)
    assert (letter.subject_id, letter.event) == (made.id, "report:2026-06-22T06:00:00Z")
    assert letter.payload["to"] == "chief@hospital.test"
    assert letter.payload["attachments"] == [{"name": "expiring.csv", "type": "text/csv", "content": "YSxi"}]
    assert [one.next_due_at for one in due(desk, "2026-06-29 06:00Z")] == [at("2026-06-29 06:00")]


def test_two_workers_at_once_hand_over_one_mail(desk: Desk):
    subscribe(desk)
    (waiting,) = due(desk, "2026-06-22 06:00Z")
    results: list[bool] = []

    def work() -> None:
        with desk.write() as session:
            results.append(report_subscriptions.hand_over(session, desk.office, waiting, LETTER, None))

    with time_machine.travel("2026-06-22 06:00Z", tick=False):
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(results) == [False, False, False, True]
    assert len(mails(desk)) == 1


def test_a_crash_in_the_middle_leaves_it_due_and_sends_it_once(desk: Desk):
    subscribe(desk)
    (waiting,) = due(desk, "2026-06-22 06:00Z")

    def hand_over_half() -> None:
        with time_machine.travel("2026-06-22 06:00Z", tick=False), desk.write() as session:
            report_subscriptions.hand_over(session, desk.office, waiting, LETTER, None)
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        hand_over_half()

    assert mails(desk) == []
    (still,) = due(desk, "2026-06-22 06:05Z")
    assert hand_over(desk, still, "2026-06-22 06:05Z")
    assert len(mails(desk)) == 1


def test_what_was_due_several_times_while_nothing_ran_goes_out_once(desk: Desk):
    subscribe(desk)
    (waiting,) = due(desk, "2026-07-15 12:00Z")

    assert hand_over(desk, waiting, "2026-07-15 12:00Z")
    assert due(desk, "2026-07-20 05:59Z") == []


def test_a_failure_is_noted_and_waits_for_the_next_date(desk: Desk):
    subscribe(desk)
    (waiting,) = due(desk, "2026-06-22 06:00Z")
    with time_machine.travel("2026-06-22 06:00Z", tick=False), desk.write() as session:
        report_subscriptions.note_failure(session, waiting, "There is nobody in a group of this name")

    (later,) = due(desk, "2026-06-29 06:00Z")
    assert later.last_error == "There is nobody in a group of this name"
    assert hand_over(desk, later, "2026-06-29 06:00Z")
    with desk.read() as session:
        assert session.get_one(ReportSubscription, later.id).last_error is None


@pytest.mark.parametrize(
    ("changes", "pointer"), [({"recipient": "nobody"}, "/recipient"), ({"zone": "Mars/Olympus"}, "/zone")]
)
def test_what_cannot_be_is_refused_with_its_place(desk: Desk, changes: dict[str, Any], pointer: str):
    with pytest.raises(InvalidInput) as refused:
        subscribe(desk, **changes)

    assert refused.value.facts["pointer"] == pointer


def test_an_issuer_has_a_bounded_number(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(report_subscriptions, "MOST_OF_AN_ISSUER", 1)
    subscribe(desk)

    with pytest.raises(InvalidInput, match="At most 1"):
        subscribe(desk)


def test_an_ended_subscription_sends_nothing_and_another_issuer_cannot_end_it(desk: Desk):
    made = subscribe(desk)
    (waiting,) = due(desk, "2026-06-22 06:00Z")
    other = desk.another_issuer()
    with pytest.raises(NotFound), other.write() as session:
        report_subscriptions.unsubscribe(session, other.issuer, made.id, actor=ACTOR)
    with desk.write() as session:
        report_subscriptions.unsubscribe(session, desk.issuer, made.id, actor=ACTOR)

    assert not hand_over(desk, waiting, "2026-06-22 06:00Z")
    assert mails(desk) == []
    assert [entry.action for entry in desk.audit_log()][-2:] == ["report.subscribed", "report.unsubscribed"]


def test_somebody_who_is_erased_gets_no_more_reports_either(desk: Desk):
    learner = desk.learner("mira.holm@hospital.test")
    subscribe(desk, recipient="Mira.Holm@hospital.test")
    kept = subscribe(desk)
    with desk.write() as session:
        erasure.erase(session, desk.office, learners.by_id(session, desk.issuer, learner.id), actor=ACTOR)

    assert [one.id for one in due(desk, "2026-06-22 06:00Z")] == [kept.id]
