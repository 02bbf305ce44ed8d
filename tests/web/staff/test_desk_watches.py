"""Watches: asked of the holder, told only after their yes, once for each event, ended by either of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from sqlalchemy import select, update

from app import clock
from app.issuing import award_status, awards, erasure, expiry, learners, renewals, watches
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.outbox import OutboxMessage
from app.issuing.watching.tables import Watch
from app.service import Service

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

HOME = "/staff/northfield/desk/watches"
DAYS = {"kind": "days", "amount": 100}


@pytest.fixture
def badge(make_award: Any, make_achievement: Any) -> Award:
    """Ana's badge, which is good for 100 days."""
    found: Award = make_award(make_achievement(validity=DAYS), email="ana@example.org", name="Ana Ortiz")
    return found


@pytest.fixture
def mails(service: Service) -> Callable[[str], list[OutboxMessage]]:
    """The mails to an address about watches, oldest first."""

    def found(to: str) -> list[OutboxMessage]:
        with service.database.read() as session:
            every = session.scalars(select(OutboxMessage).where(OutboxMessage.event.startswith("watch."))).all()
        return [each for each in every if each.payload.get("to") == to]

    return found


@pytest.fixture
def ask(rita: Any, mails: Any, badge: Award) -> Callable[[], str]:
    """Ask Ana; the path of the link in her mail."""

    def make() -> str:
        sent = {"address": f"http://badges.test/b/{badge.id}", "purpose": "Our rota", "recipient": "hr@example.org"}
        assert rita.post(HOME, **sent).status_code == 303
        found = re.search(r"http://badges\.test(/watch/[\w-]+)", mails("ana@example.org")[-1].payload["text"])
        assert found is not None
        return found[1]

    return make


@pytest.fixture
def agree(ask: Any, client: Any) -> Callable[[], str]:
    """Ask Ana, who agrees by the link."""

    def make() -> str:
        path: str = ask()
        assert client.post(path, data={"act": "agree"}, headers={"Origin": "http://badges.test"}).status_code == 200
        return path

    return make


def change(service: Service, badge: Award, act: Callable[..., Any], **facts: Any) -> None:
    with service.database.write() as session:
        act(session, service.office, awards.by_id(session, badge.id), actor="test", **facts)


def test_nothing_is_told_before_the_holder_agrees(service: Service, badge: Award, ask: Any, client: Any, mails: Any):
    path = ask()
    page = client.get(path, headers={"Accept": "text/html"}).text
    change(service, badge, award_status.suspend, reason="x")

    assert "Northfield Health Academy" in page
    assert "Our rota" in page
    assert mails("hr@example.org") == []


def test_each_event_is_told_once_and_names_nobody(service: Service, badge: Award, agree: Any, mails: Any):
    agree()
    change(service, badge, award_status.suspend, reason="x")
    change(service, badge, award_status.reinstate)
    change(service, badge, award_status.suspend, reason="y")
    change(service, badge, award_status.revoke, reason="z")

    subjects = sorted(each.payload["subject"] for each in mails("hr@example.org"))
    assert subjects == [
        "A watched badge counts again", "A watched badge was paused by its issuer",
        "A watched badge was paused by its issuer", "A watched badge was withdrawn by its issuer",
    ]  # fmt: skip
    assert "Ana" not in "".join(each.payload["text"] for each in mails("hr@example.org"))


def test_an_end_that_comes_and_one_that_is_here_are_told_once_however_often_a_worker_starts(
    service: Service, agree: Any, mails: Any
):
    agree()
    start = clock.now()
    for days in (0, 80, 80, 101, 101):
        with time_machine.travel(start + timedelta(days=days), tick=False):
            for step in (watches.tell_of_ends, expiry.tell):
                with service.database.write() as session:
                    step(session, service.office)

    subjects = [each.payload["subject"] for each in mails("hr@example.org")]
    assert sorted(subjects) == ["A watched badge ends soon", "A watched badge has ended"]


def test_a_renewal_is_told_to_who_watches_the_old_badge(service: Service, badge: Award, agree: Any, mails: Any):
    agree()
    with time_machine.travel(clock.now() + timedelta(days=80), tick=False):
        change(service, badge, renewals.renew)

    assert [each.payload["subject"] for each in mails("hr@example.org")] == ["A watched badge was renewed"]


def test_a_holder_who_says_no_is_not_asked_again(rita: Any, badge: Award, ask: Any, client: Any):
    path = ask()
    client.post(path, data={"act": "decline"}, headers={"Origin": "http://badges.test"})

    again = rita.post(HOME, address=f"http://badges.test/b/{badge.id}", purpose="Our rota")

    assert again.status_code == 409
    assert "you cannot ask again" in again.text


def test_asking_and_ending_in_turn_sends_one_mail_in_thirty_days(
    service: Service, rita: Any, badge: Award, ask: Any, mails: Any
):
    ask()
    with service.database.read() as session:
        before = session.scalars(select(Watch)).one()
    rita.post(f"{HOME}/{before.id}")
    sent = {"address": f"http://badges.test/b/{badge.id}", "purpose": "Our rota"}
    again = rita.post(HOME, **sent)

    assert again.status_code == 409
    assert "within the last 30 days" in again.text
    assert len(mails("ana@example.org")) == 1
    with service.database.read() as session:
        assert session.scalars(select(Watch.token_sha256)).one() == before.token_sha256
    with service.database.write() as session:
        session.execute(update(Watch).values(asked_at=clock.now() - timedelta(days=30)))
    assert rita.post(HOME, **sent).status_code == 303
    assert len(mails("ana@example.org")) == 2


def test_a_holder_reads_where_the_news_would_go_before_they_agree(ask: Any, client: Any, enter: Any, mails: Any):
    path = ask()
    page = client.get(path, headers={"Accept": "text/html"}).text
    settings = enter("ana@example.org").get("/me/settings").text

    assert "hr@example.org" in mails("ana@example.org")[-1].payload["text"]
    assert ["News go to <bdi>hr@example.org</bdi>" in each for each in (page, settings)] == [True, True]


def test_a_holder_reads_that_news_go_to_no_mailbox(rita: Any, badge: Award, enter: Any, mails: Any):
    rita.post(HOME, address=f"http://badges.test/b/{badge.id}", purpose="Our rota")

    assert "to no mailbox" in mails("ana@example.org")[-1].payload["text"]
    assert "to no mailbox" in enter("ana@example.org").get("/me/settings").text


@pytest.mark.parametrize(("days", "left"), [(89, ("Our rota", "hr@example.org")), (91, ("", None))])
def test_what_was_said_in_a_watch_that_is_over_is_kept_for_ninety_days(
    service: Service, ask: Any, client: Any, days: int, left: tuple[str, str | None]
):
    client.post(ask(), data={"act": "decline"}, headers={"Origin": "http://badges.test"})
    with time_machine.travel(clock.now() + timedelta(days=days), tick=False), service.database.write() as session:
        watches.forget_old(session)

    with service.database.read() as session:
        watch = session.scalars(select(Watch)).one()
    assert (watch.purpose, watch.recipient, watch.state) == (*left, "declined")


def test_a_watch_that_stands_keeps_its_words(service: Service, agree: Any):
    agree()
    with time_machine.travel(clock.now() + timedelta(days=400), tick=False), service.database.write() as session:
        watches.forget_old(session)

    with service.database.read() as session:
        assert session.scalars(select(Watch.recipient)).one() == "hr@example.org"


def test_a_holder_sees_and_ends_it_among_their_settings(
    service: Service, badge: Award, agree: Any, enter: Any, mails: Any
):
    agree()
    ana, bea = enter("ana@example.org"), enter("bea@example.org")
    with service.database.read() as session:
        watch_id = session.scalars(select(Watch.id)).one()
    page = ana.get("/me/settings").text

    assert ("Who watches my badges" in page, "Our rota" in page) == (True, True)
    assert "Who watches my badges" not in bea.get("/me/settings").text
    assert bea.post("/me/settings/watches", watch=watch_id, act="end").status_code == 404
    ana.post("/me/settings/watches", watch=watch_id, act="end")
    change(service, badge, award_status.revoke, reason="z")
    assert mails("hr@example.org") == []


def test_an_employer_lists_ends_and_takes_the_days_along(rita: Any, agree: Any):
    agree()
    page = rita.get(HOME).text
    found = icalendar.Calendar.from_ical(rita.get(f"{HOME}/calendar.ics").content)
    watch_id = re.search(rf"{HOME}/([\w-]{{22}})", page)
    assert watch_id is not None
    rita.post(f"{HOME}/{watch_id[1]}")

    assert "Ana Ortiz" in page
    assert [str(each["summary"]) for each in found.walk("VEVENT")] == [
        "Phlebotomy Fundamentals of Ana Ortiz ends today"
    ]
    assert "Ana Ortiz" not in rita.get(HOME).text


def test_a_private_badge_of_another_issuer_cannot_be_asked_about(
    service: Service, badge: Award, make_issuer: Any, enter: Any
):
    other: Issuer = make_issuer("riverside", "Riverside")
    with service.database.write() as session:
        awards.by_id(session, badge.id).visibility = "private"
    ralf = enter("ralf@example.org", role="reviewer", at=other)

    answer = ralf.post("/staff/riverside/desk/watches", address=f"http://badges.test/b/{badge.id}", purpose="Curious")

    assert answer.status_code == 404


def test_an_erased_persons_watches_are_gone(service: Service, badge: Award, agree: Any):
    agree()
    with service.database.write() as session:
        erasure.erase(session, service.office, session.get_one(Learner, badge.learner_id), actor="test")

    with service.database.read() as session:
        assert session.scalars(select(Watch)).all() == []


def test_a_mail_that_reaches_nobody_asks_nobody(service: Service, rita: Any, badge: Award):
    with service.database.write() as session:
        for each in session.scalars(select(learners.LearnerEmail)).all():
            session.delete(each)

    answer = rita.post(HOME, address=f"http://badges.test/b/{badge.id}", purpose="Our rota")

    assert answer.status_code == 422
    assert "nobody can agree" in answer.text
