"""In which language a mail is: as its reader chose, else as they asked, else as the issuer writes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.issuing import claim_links, learners, mail, outbox
from app.issuing.accounts import invitations, links, people
from app.issuing.accounts.tables import Account, Role
from app.issuing.issuers import Issuer
from app.issuing.mail import MailLimits, configuring
from app.issuing.outbox import OutboxMessage

ACTOR = "cli"
MIRA = "mira.holm@hospital.test"
LIMITS = MailLimits(per_person_day=100, per_issuer_hour=10_000)
CHOSEN = [("es", "Ha obtenido 2 insignias de St Anna", "ltr"), ("ar", "حصلت على شارات", "rtl")]


def speak(desk: Any, language: str, *, is_confirmed: bool = True) -> str:
    """An account of Mira's address in which a language was chosen; its id."""
    with desk.write() as session:
        account = people.create(session)
        people.add_address(session, account, MIRA, is_confirmed=is_confirmed)
        people.speak(session, account, language)
        return account.id


def issuer_writes(desk: Any, locale: str) -> None:
    with desk.write() as session:
        configuring.change_settings(session, session.get_one(Issuer, desk.issuer.id), actor=ACTOR, locale=locale)


def gathered(desk: Any) -> dict[str, Any]:
    """What goes out of two badges that wait for Mira: one mail."""
    with desk.write() as session:
        taken = outbox.lease(session, limit=4, lease_seconds=60, not_channels=("webhook",))
        (digest,) = mail.going_out(session, desk.office, taken, limits=LIMITS)
        return dict(digest.payload)


def last(desk: Any, event: str) -> dict[str, Any]:
    with desk.read() as session:
        query = select(OutboxMessage).where(OutboxMessage.event.startswith(event)).order_by(OutboxMessage.created_at)
        return session.scalars(query).all()[-1].payload


# -- several badges in one mail -------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "subject", "direction"), CHOSEN)
def test_several_badges_are_told_of_in_the_language_that_the_learner_chose(desk, language, subject, direction):
    speak(desk, language)
    desk.award()
    desk.award()

    told = gathered(desk)
    assert told["language"] == language
    assert told["subject"].startswith(subject)
    assert f'<html lang="{language}" dir="{direction}">' in told["html"]


def test_who_chose_nothing_is_told_of_several_badges_as_the_issuer_writes(desk):
    speak(desk, "ar", is_confirmed=False)
    issuer_writes(desk, "es-MX")
    desk.award()
    desk.award()

    assert gathered(desk)["subject"] == "Ha obtenido 2 insignias de St Anna"


def test_a_mail_that_waited_since_before_it_named_a_language_is_gathered_as_the_issuer_writes(desk):
    issuer_writes(desk, "es")
    desk.award()
    desk.award()
    with desk.write() as session:
        for each in session.scalars(select(OutboxMessage)):
            each.payload = {name: value for name, value in each.payload.items() if name != "reader_language"}

    assert gathered(desk)["language"] == "es"


def test_the_issuer_s_own_words_come_first_whatever_the_learner_chose(desk):
    speak(desk, "es")
    with desk.write() as session:
        issuer = session.get_one(Issuer, desk.issuer.id)
        words = {"subject": "New badges", "body": "Look:\n\n{{badges}}\n"}
        configuring.save_template(session, issuer, purpose=mail.Purpose.DIGEST, locale="en", actor=ACTOR, **words)
    desk.award()
    desk.award()

    assert gathered(desk)["subject"] == "New badges"


# -- links ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "subject"), [("es", "Su enlace para iniciar sesión"), ("ar", "رابط تسجيل دخولك")])
def test_a_link_to_sign_in_comes_as_the_account_chose_whatever_page_asked(desk, language, subject):
    speak(desk, language)
    with desk.write() as session:
        links.ask(session, desk.office, MIRA, next_path="/me", language="en")

    assert last(desk, "account.sign-in")["subject"] == subject


def test_a_learner_without_an_account_gets_the_link_in_the_language_of_the_page_else_as_the_issuer_writes(desk):
    desk.learner()
    issuer_writes(desk, "ar")
    with desk.write() as session:
        links.ask(session, desk.office, MIRA, next_path="/me", language="es")
    asked = last(desk, "account.sign-in")
    with desk.write() as session:
        links.ask(session, desk.office, MIRA, next_path="/me")

    assert (asked["language"], last(desk, "account.sign-in")["language"]) == ("es", "ar")


def test_one_more_address_and_a_new_password_are_asked_for_in_the_language_of_the_account(desk):
    desk.learner()
    account_id = speak(desk, "es")
    with desk.write() as session:
        account = session.get_one(Account, account_id)
        links.ask_for_address(session, desk.office, account, "mira@home.test", language="en")
        links.ask_for_password(session, desk.office, MIRA, language="en")

    assert last(desk, "account.address")["subject"] == "¿Es esta su dirección?"
    assert last(desk, "account.password")["subject"] == "Establecer una contraseña nueva"


def test_a_claimed_address_chooses_no_language_for_whoever_reads_it(desk):
    desk.learner()
    speak(desk, "ar", is_confirmed=False)
    with desk.write() as session:
        links.ask(session, desk.office, MIRA, next_path="/me")

    assert last(desk, "account.sign-in")["language"] == "en"


def test_an_invited_colleague_is_written_to_in_the_language_that_they_chose(desk):
    speak(desk, "es")
    with desk.write() as session:
        invitations.invite(session, desk.office, desk.issuer, MIRA, Role.AWARDER, invited_by="Olga Owner", actor=ACTOR)

    told = last(desk, "member.invited")
    assert told["subject"] == "Trabaje con las insignias de St Anna"
    assert "Su función: otorgante." in told["text"]


def test_who_says_their_address_with_a_claim_link_is_asked_in_the_language_of_the_page(desk):
    with desk.write() as session:
        pending = learners.resolve(
            session, desk.issuer, namespace="lms", source_id="4711", email=None, display_name=None
        )
        assert pending is not None
        made = claim_links.create(session, desk.office, pending, actor=ACTOR)
        claim_links.state_address(session, desk.office, made.url.rpartition("/")[2], MIRA, language="es")

    assert last(desk, "claim.confirm")["subject"] == "¿Es esta su dirección? Insignias de St Anna"
