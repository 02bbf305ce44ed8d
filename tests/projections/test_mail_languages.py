"""Mails to learners in the languages that they choose: every sentence is there in each, with the facts in it."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.issuing.accounts.tables import Role
from app.projections import messages
from app.projections.messages import LinkKind, MailContent, RenewalWay, Step, endorsing, sentences

ENDS = datetime(2028, 11, 24, 23, 59, 59, tzinfo=UTC)
URL = "https://badges.example/me/renewals"
PERSON = {"issuer_name": "Northfield", "url": URL}
UTC_ZONE = ZoneInfo("UTC")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def renewal(language: str, *, has_lapsed: bool = False, way: RenewalWay = RenewalWay.EDUCATION) -> MailContent:
    return messages.renewal_mail(
        achievement="Basic Life Support",
        way=way,
        ends_at=ENDS,
        grace_until=ENDS,
        has_lapsed=has_lapsed,
        language=language,
        zone=UTC_ZONE,
        **PERSON,
    )


def every_mail(language: str) -> list[MailContent]:
    """Each of our mails to learners, in each of its forms."""
    said = {"language": language, **PERSON}
    earned = {
        "learner_name": "Ana",
        "achievement_name": "BLS",
        "abbreviation": None,
        "issuer_name": "Northfield",
        "badge_url": URL,
        "image_url": URL,
        "awarded_at": ENDS,
        "criteria": "Pass.",
        "language": "en",
        "reader_language": language,
        "zone": UTC_ZONE,
    }
    return [
        *(renewal(language, has_lapsed=lapsed, way=way) for lapsed in (True, False) for way in RenewalWay),
        *(messages.renewals_digest(lines=[("BLS", number, ENDS)], zone=UTC_ZONE, **said) for number in (1, 2)),
        *(messages.name_approved(name="Ana", badges=number, **said) for number in range(3)),
        messages.name_refused(name="Ana", reason="No", **said),
        *(messages.application_mail(step, achievement="BLS", said="Good", **said) for step in Step),
        *(
            messages.watch_request(
                watcher="City", achievement="BLS", purpose="Work", recipient=to, url=URL, language=language
            )
            for to in (None, "hr@x.test")
        ),
        *(
            messages.digest_mail(
                [messages.Line("BLS", URL, ENDS, until), messages.Line("ALS", URL, ENDS)],
                learner_name=name,
                issuer_name="Northfield",
                unsubscribe_url=URL,
                language=language,
                zone=UTC_ZONE,
            )
            for name, until in ((None, None), ("Ana", ENDS))
        ),
        *(messages.link_mail(kind, url=URL, minutes=30, language=language) for kind in LinkKind),
        *(messages.invitation_mail(invited_by="Omar", days=7, role=each.value, **said) for each in Role),
        messages.confirmation_mail(until=ENDS, zone=UTC_ZONE, **said),
        *(
            endorsing.asked_mail(
                asker="City",
                what="BLS",
                message="Please",
                until=ENDS,
                zone=UTC_ZONE,
                url=URL,
                is_member=each,
                language=language,
            )
            for each in (True, False)
        ),
        *(
            messages.watch_news(watcher="City", words=words, ends_on=until, zone=UTC_ZONE, url=URL, language=language)
            for words in ("ends soon", "has ended", "was renewed", "was paused by its issuer", "counts again")
            for until in (None, ENDS)
        ),
        *(
            messages.endpoint_disabled_mail(
                issuer_name="Northfield", endpoint_name="HR", endpoint_id="e1", reason=reason, language=language
            )
            for reason in ("The receiver answered 410 Gone", "Nothing got through for 5 days", "x")
        ),
        *(
            messages.report_mail(
                title="T",
                issuer_name="Northfield",
                about=[("D", "1")],
                rows=[messages.ReportRow("R", [("F", "2")])] * (number > 0),
                row_count=number,
                file_name=file,
                subscription_id="s1",
                language=language,
            )
            for number, file in ((0, None), (1, "t.csv"), (20, "t.xlsx"))
        ),
        messages.award_mail(valid_until=ENDS, **earned),
        messages.award_mail(**earned | {"valid_until": None, "learner_name": None}),
    ]


@pytest.mark.parametrize("language", sentences.TRANSLATED)
def test_every_mail_is_wholly_in_the_language(language: str):
    mails = every_mail(language)

    assert {each.language for each in mails} == {language}
    assert all("{" not in each.subject + each.text for each in mails)
    assert not any(
        word in each.text
        for each in mails
        for word in ("Hello", "badge ", "badges ", "Earned", "owner", "There ", "Reason", "Names", "Its ")
    )


def test_all_languages_have_the_same_sentences():
    assert len({frozenset(each) for each in sentences.TRANSLATED.values()}) == 1


@pytest.mark.parametrize("language", sentences.TRANSLATED)
def test_a_translation_has_the_facts_of_its_sentence(language: str):
    wrong = [one for one, other in sentences.TRANSLATED[language].items() if placeholders(one) != placeholders(other)]

    assert wrong == []


def test_a_reminder_is_in_spanish_with_the_month_as_a_word():
    mail = renewal("es")

    assert mail.subject == "Basic Life Support termina el 24 de noviembre de 2028"
    assert "Puede renovarse sin interrupción hasta el 24 de noviembre de 2028" in mail.text
    assert '<html lang="es" dir="ltr">' in mail.html


def test_a_reminder_in_arabic_runs_from_the_right_and_names_turn_nothing_around():
    mail = renewal("ar", has_lapsed=True)

    assert '<html lang="ar" dir="rtl">' in mail.html
    assert "\u2068Basic Life Support\u2069" in mail.text
    assert "24 نوفمبر 2028" in mail.text


def test_a_mail_that_gathers_badges_is_in_spanish_and_in_arabic_runs_from_the_right():
    lines = [messages.Line("Basic Life Support", URL, ENDS), messages.Line("ALS", URL, ENDS)]
    said = {"learner_name": "Ana", "issuer_name": "Northfield", "unsubscribe_url": URL, "zone": UTC_ZONE}
    spanish = messages.digest_mail(lines, language="es", **said)
    arabic = messages.digest_mail(lines, language="ar", **said)

    assert spanish.subject == "Ha obtenido 2 insignias de Northfield"
    assert "Obtenida el 24 de noviembre de 2028." in spanish.text
    assert '<html lang="es" dir="ltr">' in spanish.html
    assert '<html lang="ar" dir="rtl">' in arabic.html
    assert "<bdi>Northfield</bdi>" in arabic.html
    assert "\u2068Northfield\u2069" in arabic.text
    assert "24 نوفمبر 2028" in arabic.text


def test_a_link_to_sign_in_stands_on_its_own_in_each_language_and_names_are_data():
    english, arabic = (
        messages.link_mail(LinkKind.SIGN_IN, url=URL, minutes=30, language=each) for each in ("en", "ar")
    )
    invited = messages.invitation_mail(
        issuer_name="<b>St\nAnna", invited_by="Omar", url=URL, days=7, role="owner", language="es"
    )

    assert english.subject == "Your link to sign in"
    assert f"to see your badges.\n\n{URL}\n\nThe link works once, for 30 minutes." in english.text
    assert '<html lang="ar" dir="rtl">' in arabic.html
    assert f'href="{URL}"' in arabic.html
    assert invited.subject == "Trabaje con las insignias de <b>St Anna"
    assert "&lt;b&gt;St Anna" in invited.html
    assert "Su función: propietario." in invited.text


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [(("es-MX",), "es"), ((None, "ar"), "ar"), (("de", "es"), "es"), (("de",), "en"), ((), "en"), (("EN-gb",), "en")],
)
def test_the_first_language_that_we_write_is_taken_and_english_where_there_is_none(wanted, spoken):
    assert messages.spoken(*wanted) == spoken
