"""Mail settings, own words, addresses to which nothing is sent; and the outbox with what did not get through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.issuing import mail
from app.issuing.issuers import Issuer
from app.issuing.mail import MailTemplate, Suppression
from app.issuing.outbox import OutboxMessage, OutboxState
from app.service import Service

MAIL = "/staff/northfield/settings/mail"
OUTBOX = "/staff/northfield/settings/outbox"
WORDS = {
    "purpose": "badge_earned",
    "locale": "en",
    "subject": "Well done, {{learner_name}}",
    "body": "You have earned {{achievement_name}}.\n\n[See it]({{badge_url}})",
}


def test_how_mails_are_written_is_kept(owner: Any, service: Service, issuer: Issuer):
    answer = owner.post(MAIL, from_name="Northfield", digest_minutes="30", quiet_from="21:00", quiet_until="07:00",
                        quiet_zone="Europe/Madrid", quiet_for_notices="yes")  # fmt: skip

    assert answer.headers["location"] == MAIL
    with service.database.read() as session:
        kept = mail.settings_of(session, issuer.id)
    assert (kept.from_name, kept.digest_minutes, kept.quiet_from, kept.quiet_for_notices) == (
        "Northfield", 30, "21:00", True,
    )  # fmt: skip
    assert 'value="21:00"' in owner.get(MAIL).text


def test_half_of_quiet_hours_is_told_and_what_was_typed_stays(owner: Any):
    answer = owner.post(MAIL, from_name="Northfield", quiet_from="21:00")

    assert answer.status_code == 422
    assert "Quiet hours have a beginning, an end and a zone" in answer.text
    assert 'value="Northfield"' in answer.text


def test_a_mail_with_facts_of_nobody_goes_to_staff(owner: Any, service: Service):
    assert owner.post(f"{MAIL}/test", purpose="badge_earned", to="olga@example.org", locale="en").status_code == 303

    with service.database.read() as session:
        message = session.scalars(select(OutboxMessage)).one()
    assert message.payload["to"] == "olga@example.org"
    assert owner.post(f"{MAIL}/test", purpose="badge_earned", to="nowhere").status_code == 422


def test_own_words_are_looked_at_before_they_are_used(owner: Any, service: Service):
    looked = owner.post(f"{MAIL}/words/edit", **WORDS, act="preview")
    with service.database.read() as session:
        assert session.scalars(select(MailTemplate)).all() == []

    saved = owner.post(f"{MAIL}/words/edit", **WORDS, act="save")

    assert "Well done, Ana Ortiz" in looked.text
    assert saved.headers["location"] == f"{MAIL}/words"
    with service.database.read() as session:
        template = session.scalars(select(MailTemplate)).one()
    assert "{{achievement_name}}" in owner.get(f"{MAIL}/words/edit?id={template.id}").text
    owner.post(f"{MAIL}/words/{template.id}/delete")
    assert "All mails have our words" in owner.get(f"{MAIL}/words").text


def test_a_placeholder_that_there_is_not_is_named(owner: Any):
    answer = owner.post(f"{MAIL}/words/edit", **{**WORDS, "body": "{{password}} {{badge_url}}"}, act="save")

    assert answer.status_code == 422
    assert "password" in answer.text


def test_an_address_to_which_nothing_is_sent_is_entered_and_lifted_without_being_kept(owner: Any, service: Service):
    owner.post(f"{MAIL}/suppressed", address="ana.ortiz@example.org", act="suppress")

    owner.get(f"{MAIL}/suppressed")  # where it is said once what was done
    page = owner.get(f"{MAIL}/suppressed").text
    assert "entered by hand" in page
    assert "ana.ortiz@example.org" not in page
    owner.post(f"{MAIL}/suppressed", address="ana.ortiz@example.org", act="lift")
    with service.database.read() as session:
        assert session.scalars(select(Suppression)).all() == []


def park(service: Service, reason: str = "550 5.1.1 no such user") -> OutboxMessage:
    """Let the mail about a badge be refused for good."""
    with service.database.write() as session:
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "email")).first()
        message.state, message.last_error, message.attempts = OutboxState.PARKED, reason, 3
        return message


def test_a_parked_mail_is_shown_with_its_reason_and_sent_again(owner: Any, service: Service, award: Any):
    del award
    message = park(service)

    page = owner.get(OUTBOX).text
    assert "ana.ortiz@example.org" in page
    assert "550 5.1.1 no such user" in page
    owner.post(OUTBOX, message=[message.id], act="again")

    with service.database.read() as session:
        assert session.get_one(OutboxMessage, message.id).state == OutboxState.PENDING
    assert "Everything got through" in owner.get(OUTBOX).text


def test_a_message_that_is_given_up_stays_kept_and_counts_no_more(
    owner: Any, service: Service, award: Any, actions: Any
):
    del award
    message = park(service)

    owner.post(OUTBOX, message=[message.id], act="give-up")

    with service.database.read() as session:
        assert session.get_one(OutboxMessage, message.id).state == OutboxState.GIVEN_UP
    assert "<strong>0</strong> <span>messages that did not get through" in owner.get("/staff/northfield").text
    assert actions()[-1] == "message.given-up"


def test_a_link_to_sign_in_is_not_sent_again_and_does_not_say_to_whom_it_went(
    owner: Any, service: Service, award: Any, client: Any
):
    del award
    headers = {"Origin": "http://badges.test", "Accept": "text/html"}
    client.post("/sign-in", data={"email": "ana.ortiz@example.org"}, headers=headers)
    with service.database.write() as session:
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.event.like("account.%"))).one()
        message.state = OutboxState.PARKED

    page = owner.get(OUTBOX).text
    owner.post(OUTBOX, message=[message.id], act="again")

    assert "ana.ortiz@example.org" not in page
    assert "/sign-in/" not in page
    with service.database.read() as session:
        assert session.get_one(OutboxMessage, message.id).state == OutboxState.PARKED


def test_messages_of_another_issuer_are_neither_shown_nor_moved(
    service: Service, award: Any, enter: Callable[..., Any], make_issuer: Any
):
    del award
    message = park(service)
    other = enter("nora@example.org", role="owner", at=make_issuer("riverside", "Riverside Hospital"))

    page = other.get("/staff/riverside/settings/outbox").text
    other.post("/staff/riverside/settings/outbox", message=[message.id], act="give-up")

    assert "ana.ortiz@example.org" not in page
    with service.database.read() as session:
        assert session.get_one(OutboxMessage, message.id).state == OutboxState.PARKED
