"""Prior learning: one application at a time, decided once, with reasons; approval and badge are one thing (SEED-28)."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from app.credentials import strict_json
from app.errors import AlreadyDecided, AlreadyExists, InvalidInput, NotAllowed, TooLarge
from app.issuing import achievements, award_status, awards, erasure
from app.issuing.accounts import people
from app.issuing.achievements import Achievement
from app.issuing.applications import (
    Application,
    ApplicationEvidence,
    ApplicationState,
    LearningKind,
    applying,
    deciding,
    histories,
    papers,
    switches,
)
from app.issuing.applications.applying import Statement
from app.issuing.awards import Award
from app.issuing.learners import Learner
from app.issuing.outbox import OutboxMessage

MIRA = "mira.holm@hospital.test"
OLGA = "olga-the-assessor"
SAID = Statement("Three years at a blood bank.", LearningKind.INFORMAL)
PDF = b"%PDF-1.7\n%%EOF\n"
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def account_of(desk, email: str = MIRA) -> str:
    with desk.write() as session:
        return people.of_confirmed_address(session, email).id


def apply(desk, achievement: Achievement, email: str = MIRA) -> Application:
    account_id = account_of(desk, email)
    with desk.write() as session:
        found = achievements.by_id(session, achievement.id)
        return applying.apply(session, desk.office, account_id, found, SAID, actor=f"account:{account_id}")


def decide(desk, application: Application, act, text: str = "Seen and found good.", by: str = OLGA) -> Application:
    named = "text" if act is deciding.ask_for_more else "reason"
    with desk.write() as session:
        found = session.get_one(Application, application.id)
        act(session, desk.office, found, account_id=by, **{named: text})
        return found


def add(desk, application: Application, **named) -> None:
    facts = {"name": "Letter", "url": "https://letters.example/1", "text": None, "may_be_signed": True}
    with desk.write() as session:
        papers.add(session, session.get_one(Application, application.id), **(facts | {"actor": "account:mira"} | named))


def badge_of(desk, application: Application) -> str:
    with desk.read() as session:
        award = session.get_one(Award, session.get_one(Application, application.id).award_id)
        return str(strict_json.loads(awards.credential_of(session, award).json))


def test_somebody_who_has_no_badge_here_yet_may_apply(desk):
    application = apply(desk, desk.achievement(), "nora@home.test")

    assert (application.state, application.kind) == (ApplicationState.SUBMITTED, LearningKind.INFORMAL)


def test_one_application_for_an_achievement_waits_at_a_time(desk):
    achievement = desk.achievement()
    first = apply(desk, achievement)

    with pytest.raises(AlreadyExists):
        apply(desk, achievement)
    decide(desk, first, deciding.refuse)

    assert apply(desk, achievement).id != first.id


@ON_SQLITE
def test_who_holds_the_badge_does_not_apply_for_it(desk):
    achievement = desk.achievement()
    desk.award(MIRA, achievement=achievement)

    with pytest.raises(InvalidInput):
        apply(desk, achievement)


@ON_SQLITE
def test_an_achievement_takes_no_applications_once_that_is_switched_off(desk):
    achievement = desk.achievement()
    with desk.write() as session:
        switches.set_open(session, achievements.by_id(session, achievement.id), is_open=False, actor="account:olga")

    with pytest.raises(InvalidInput):
        apply(desk, achievement)


def test_an_approval_awards_the_badge_with_what_the_applicant_agreed_to_show(desk):
    application = apply(desk, desk.achievement())
    add(desk, application)
    add(desk, application, name="Private notes", url=None, text="Not for others", may_be_signed=False)

    decided = decide(desk, application, deciding.approve)

    badge = badge_of(desk, application)
    assert decided.state == ApplicationState.APPROVED
    assert deciding.ASSESSED in badge
    assert "letters.example" in badge
    assert "Not for others" not in badge


def test_two_assessors_at_once_award_one_badge(desk):
    application = apply(desk, desk.achievement())
    told: list[str] = []

    def work() -> None:
        try:
            told.append(decide(desk, application, deciding.approve).state)
        except AlreadyDecided:
            told.append("already decided")

    workers = [threading.Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert sorted(told) == ["already decided", "approved"]
    with desk.read() as session:
        assert session.scalar(select(func.count()).select_from(Award)) == 1


@ON_SQLITE
def test_nothing_is_decided_without_a_reason(desk):
    application = apply(desk, desk.achievement())

    for act in (deciding.approve, deciding.refuse, deciding.ask_for_more):
        with pytest.raises(InvalidInput):
            decide(desk, application, act, text=" ")


@ON_SQLITE
def test_nobody_assesses_themselves(desk):
    application = apply(desk, desk.achievement())

    with pytest.raises(NotAllowed):
        decide(desk, application, deciding.approve, by=account_of(desk))


@ON_SQLITE
def test_more_is_asked_for_and_handed_in_and_the_history_says_so(desk):
    application = apply(desk, desk.achievement())
    decide(desk, application, deciding.ask_for_more, text="Please add the training record.")
    with pytest.raises(AlreadyDecided):
        decide(desk, application, deciding.approve)

    add(desk, application)
    with desk.write() as session:
        applying.resubmit(session, session.get_one(Application, application.id), text="Here it is.", actor="account:m")
    decide(desk, application, deciding.refuse, text="The record is of another person.")

    with desk.read() as session:
        history = histories.of(session, session.get_one(Application, application.id))
        mails = session.scalars(select(OutboxMessage).where(OutboxMessage.event.like("application.%"))).all()
    assert [each.action for each in history] == ["submitted", "needs-more", "added", "resubmitted", "refused"]
    assert history[-1].text == "The record is of another person."
    assert any("The record is of another person." in mail.payload["text"] for mail in mails)
    assert len(mails) == 2


@ON_SQLITE
def test_a_revoked_badge_can_be_applied_for_again(desk):
    achievement = desk.achievement()
    award = desk.award(MIRA, achievement=achievement)
    with desk.write() as session:
        award_status.revoke(session, desk.office, session.get_one(Award, award.id), reason="error", actor="cli")

    application = apply(desk, achievement)

    assert decide(desk, application, deciding.approve).award_id != award.id


def add_file(desk, application: Application, content: bytes, name: str = "x.pdf") -> str | None:
    with desk.write() as session:
        found = session.get_one(Application, application.id)
        return papers.add_file(session, found, name="", file_name=name, content=content, actor="account:m").file_name


@ON_SQLITE
def test_a_file_is_what_its_bytes_say_whatever_it_is_called(desk):
    application = apply(desk, desk.achievement())

    kept = [
        add_file(desk, application, content, "../../evil\r\nname.html")
        for content in (PDF, b"\x89PNG\r\n\x1a\nrest", b"\xff\xd8\xffrest")
    ]

    assert kept == ["evil-name.pdf", "evil-name.png", "evil-name.jpg"]


@ON_SQLITE
def test_another_kind_of_file_and_a_large_one_are_refused(desk):
    application = apply(desk, desk.achievement())

    for content in (b"<html>", b"MZ\x90", b"PK\x03\x04", b"<svg onload=alert(1)>", b""):
        with pytest.raises(InvalidInput):
            add_file(desk, application, content)
    with pytest.raises(TooLarge):
        add_file(desk, application, PDF + b"x" * papers.MAX_FILE_BYTES)


@ON_SQLITE
def test_nothing_is_added_once_it_is_decided(desk):
    application = apply(desk, desk.achievement())
    decide(desk, application, deciding.refuse)

    with pytest.raises(AlreadyDecided):
        add(desk, application)


def test_erasing_a_person_empties_what_they_applied_with(desk):
    application = apply(desk, desk.achievement())
    add(desk, application)
    decide(desk, application, deciding.ask_for_more, text="Dear Mira, please add more.")

    with desk.write() as session:
        erasure.erase(session, desk.office, session.get_one(Learner, application.learner_id), actor="account:m")

    with desk.read() as session:
        left = session.get_one(Application, application.id)
        assert (left.state, left.statement) == (ApplicationState.WITHDRAWN, "")
        assert [each.text for each in histories.of(session, left)] == [None, None, None]
        assert session.scalar(select(func.count()).select_from(ApplicationEvidence)) == 0


@ON_SQLITE
def test_a_decision_names_what_was_applied_for_in_the_language_of_the_mail(desk):
    application = apply(desk, desk.achievement(translations={"es": {"name": "Soporte vital"}}))
    with desk.write() as session:
        people.speak(session, people.of_confirmed_address(session, MIRA), "es")

    decide(desk, application, deciding.refuse, text="Not enough.")

    with desk.read() as session:
        query = select(OutboxMessage).where(OutboxMessage.event.like("application.%"))
        assert "Soporte vital" in session.scalars(query).one().payload["text"]
