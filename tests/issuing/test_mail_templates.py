"""Mail in an issuer's own words: checked when it is saved, by language, tried before it is used (§7.1, B93)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.errors import InvalidInput, NotFound
from app.issuing import mail
from app.issuing.mail import MailTemplate, Purpose
from app.issuing.outbox import OutboxMessage

ACTOR = "cli"
GERMAN = {"subject": "{{achievement_name}}: geschafft", "body": "Liebe/r {{learner_name}},\n\n{{badge_url}}\n"}


@pytest.fixture
def save(desk):
    def save(locale="de", purpose=Purpose.BADGE_EARNED, **words):
        with desk.write() as session:
            stated = {**GERMAN, **words}
            return mail.save_template(session, desk.issuer, purpose=purpose, locale=locale, actor=ACTOR, **stated)

    return save


def mails(desk) -> list[OutboxMessage]:
    with desk.read() as session:
        return list(session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "email")))


def preview(desk, **which):
    with desk.read() as session:
        return mail.preview(session, desk.office, desk.issuer, **{"purpose": Purpose.BADGE_EARNED, **which})


def test_a_badge_is_told_in_the_issuer_s_own_words_in_the_language_of_the_achievement(desk, save):
    save()
    desk.award(achievement=desk.achievement(language="de-CH"))
    desk.award("other@hospital.test", achievement=desk.achievement(language="fr"))

    german, french = sorted(mails(desk), key=lambda one: one.payload["language"])
    assert german.payload["subject"] == "Basic Life Support: geschafft"
    assert "Liebe/r Mira Holm," in german.payload["text"]
    assert french.payload["subject"] == "You earned a badge: Basic Life Support"


def test_the_issuer_s_locale_is_used_where_the_language_has_no_words(desk, save):
    save()
    with desk.write() as session:
        mail.change_settings(session, desk.issuer, locale="de", actor=ACTOR)
    desk.award(achievement=desk.achievement(language="fr"))

    assert mails(desk)[0].payload["language"] == "de"


def test_another_issuer_s_words_are_never_used(desk, save):
    save(locale="en")
    desk.another_issuer().award()

    assert mails(desk)[0].payload["subject"].startswith("You earned a badge")


def test_a_template_that_is_saved_again_is_changed_and_each_time_there_is_one_audit_entry(desk, save):
    first, second = save(), save(subject="Neu")

    assert (first.id, second.subject) == (second.id, "Neu")
    with desk.read() as session:
        assert len(session.scalars(select(MailTemplate)).all()) == 1
    assert [entry.action for entry in desk.audit_log()][-2:] == ["mail.template-saved", "mail.template-saved"]


def test_an_unknown_placeholder_is_refused_when_it_is_saved_and_nothing_is_kept(desk, save):
    with pytest.raises(InvalidInput) as caught:
        save(body="{{badge_url}} {{password}}")

    assert caught.value.facts["problems"] == [
        {"pointer": "/body", "sentence": "There is no placeholder {{password}} here"}
    ]
    with desk.read() as session:
        assert session.scalars(select(MailTemplate)).all() == []


def test_a_placeholder_inside_an_address_is_refused(save):
    with pytest.raises(InvalidInput, match="cannot be used"):
        save(body="{{badge_url}} [x](https://evil.example/?n={{learner_name}})")


@pytest.mark.parametrize("locale", ["", "deutsch!", "de_CH", "x" * 9])
def test_a_language_is_a_language_tag(save, locale):
    with pytest.raises(InvalidInput):
        save(locale=locale)


def test_a_preview_shows_words_before_they_are_kept_and_the_ones_in_use(desk, save):
    tried = preview(desk, locale="de", subject="Test {{issuer_name}}", body="{{badge_url}}")
    assert tried.subject == "Test St Anna"
    assert preview(desk, locale="de").subject.startswith("You earned")
    save()

    assert preview(desk, locale="de").subject == "Basic Life Support: geschafft"


def test_a_preview_of_a_digest_lists_badges(desk):
    shown = preview(desk, purpose=Purpose.DIGEST, locale="en")

    assert "Basic Life Support (BLS)" in shown.text
    assert "http://badges.test/unsubscribe/" in shown.text


def test_a_test_mail_goes_to_staff_with_facts_of_nobody(desk):
    with desk.write() as session:
        mail.send_test(
            session,
            desk.office,
            desk.issuer,
            purpose=Purpose.BADGE_EARNED,
            locale="en",
            address="staff@hospital.test",
            actor=ACTOR,
        )

    (message,) = mails(desk)
    assert message.payload["to"] == "staff@hospital.test"
    assert "Ana Ortiz" in message.payload["text"]
    assert [entry.action for entry in desk.audit_log()][-1] == "mail.tested"


def test_a_template_that_is_deleted_gives_way_to_our_words(desk, save):
    made = save(locale="en")
    with desk.write() as session:
        mail.delete_template(session, desk.issuer, made.id, actor=ACTOR)
    with desk.write() as session, pytest.raises(NotFound):
        mail.delete_template(session, desk.issuer, made.id, actor=ACTOR)
    desk.award()

    assert mails(desk)[0].payload["subject"].startswith("You earned a badge")


def test_the_issuer_s_name_and_reply_address_travel_with_each_mail(desk):
    with desk.write() as session:
        mail.change_settings(
            session, desk.issuer, from_name="St. Anna Akademie", reply_to="kurse@st-anna.test", actor=ACTOR
        )
    desk.award()

    payload = mails(desk)[0].payload
    assert (payload["from_name"], payload["reply_to"]) == ("St. Anna Akademie", "kurse@st-anna.test")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"quiet_from": "21:00"}, "/quiet_from"),
        ({"quiet_from": "21:00", "quiet_until": "25:00", "quiet_zone": "UTC"}, "/quiet_until"),
        ({"quiet_from": "21:00", "quiet_until": "21:00", "quiet_zone": "UTC"}, "/quiet_until"),
        ({"quiet_from": "21:00", "quiet_until": "07:00", "quiet_zone": "Mars/Olympus"}, "/quiet_zone"),
        ({"quiet_from": "21:00", "quiet_until": "07:00", "quiet_zone": "../etc/passwd"}, "/quiet_zone"),
        ({"digest_minutes": 0}, "/digest_minutes"),
        ({"most_per_hour": 0}, "/most_per_hour"),
        ({"locale": "de_CH"}, "/locale"),
    ],
)
def test_settings_that_make_no_sense_are_refused_with_their_place(desk, changes, pointer):
    with desk.write() as session, pytest.raises(InvalidInput) as caught:
        mail.change_settings(session, desk.issuer, actor=ACTOR, **changes)

    assert caught.value.facts["pointer"] == pointer
