"""The texts of an achievement in other languages: what may be said, what is frozen, signed, found, kept and mailed."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.errors import InvalidInput
from app.issuing import (
    achievement_checklist,
    achievement_facts,
    achievement_lists,
    achievements,
    awards,
    finding,
    mail,
    tongues,
    verification,
    watches,
)
from app.issuing.accounts import people
from app.issuing.achievement_checklist import Point
from app.issuing.issuers import Issuer
from app.issuing.mail import configuring
from app.issuing.outbox import OutboxMessage
from tests.issuing.conftest import FACTS
from tests.issuing.renewing import AWARDED, mails, remind

MIRA = "mira.holm@hospital.test"
SPANISH = {
    "name": "Soporte vital básico",
    "description": "Mantiene con vida a alguien hasta que llega ayuda.",
    "criteria_narrative": "Asista al curso y apruebe el examen **práctico**.",
}
TRANSLATIONS: dict[str, dict[str, str]] = {"es": SPANISH, "ar": {"name": "دعم الحياة الأساسي"}}


def problems(**facts: Any) -> dict[str, str]:
    """What is wrong with an achievement, by the place."""
    with pytest.raises(InvalidInput) as caught:
        achievement_facts.parse(FACTS | facts)
    return {each["pointer"]: each["sentence"] for each in caught.value.facts["problems"]}


# -- what may be said ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["es", "pt-BR", "zh-Hant", "zh-Hant-TW", "es-419", "yue"])
def test_a_tag_is_one_that_open_badges_3_0_takes(tag):
    assert tag in achievement_facts.parse(FACTS | {"translations": {tag: {"name": "x"}}}).translations


@pytest.mark.parametrize("tag", ["", "ES", "es-mx", "Spanish language", "es_MX", "e", "es-", "es\n", "<b>", "x" * 40])
def test_another_tag_is_refused_at_its_place(tag):
    assert set(problems(translations={tag: {"name": "x"}})) == {f"/translations/{tag}"}


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("EN", "en"), ("pt-br", "pt-BR")])
def test_the_language_that_is_signed_is_no_translation(language, tag):
    assert set(problems(language=language, translations={tag: {"name": "x"}})) == {f"/translations/{tag}"}


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        ({}, "/translations/es/name"),
        ({"name": "  "}, "/translations/es/name"),
        ({"name": "x" * 201}, "/translations/es/name"),
        ({"name": "a\x07b"}, "/translations/es/name"),
        ({"name": "x", "description": "x" * 20_001}, "/translations/es/description"),
        ({"name": "x", "criteria_narrative": ""}, "/translations/es/criteria_narrative"),
        ({"name": "x", "abbreviation": "X"}, "/translations/es/abbreviation"),
    ],
)
def test_a_wrong_text_is_refused_at_its_place(texts, place):
    assert set(problems(translations={"es": texts})) == {place}


def test_criteria_that_are_not_said_cannot_be_translated():
    stated = {"criteria_narrative": None, "criteria_url": "https://x.example/c", "translations": {"es": SPANISH}}

    assert set(problems(**stated)) == {"/translations/es/criteria_narrative"}


def test_there_are_at_most_twenty():
    every = {f"{first}{second}": {"name": "x"} for first in "fgh" for second in "abcdefg"}

    assert len(every) == 21
    assert set(problems(translations=every)) == {"/translations"}


def test_what_is_stored_reads_back_to_the_same_and_says_nothing_where_there_is_nothing():
    facts = achievement_facts.parse(FACTS | {"translations": TRANSLATIONS})

    assert achievement_facts.parse(json.loads(json.dumps(facts.to_json()))) == facts
    assert "translations" not in achievement_facts.parse(FACTS).to_json()


# -- which one somebody reads ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        ((), "en"),
        (("es",), "es"),
        (("ES-mx", "ar"), "es"),
        (("pt", "ar"), "pt-BR"),
        (("zh-Hant-TW",), "zh-Hant"),
        (("zh-TW",), "zh-Hans"),
        (("de", "fr"), "en"),
        (("de", "en-GB", "es"), "en"),
        (("e", "", "-", "*"), "en"),
    ],
)
def test_the_first_wish_that_can_be_met_is_met(wanted, tag):
    assert tongues.best(("en", "ar", "es", "pt-BR", "zh-Hans", "zh-Hant"), wanted) == tag


def test_a_text_that_was_not_translated_is_the_signed_one_in_its_language():
    told = tongues.told(achievement_facts.parse(FACTS | {"translations": TRANSLATIONS}), ("ar",))

    assert (told.name, told.language) == ("دعم الحياة الأساسي", "ar")
    assert (told.description, told.description_language) == (FACTS["description"], "en")
    assert (told.criteria, told.criteria_language) == (FACTS["criteria_narrative"], "en")


# -- versions --------------------------------------------------------------------------------------------------


def test_a_version_keeps_its_translations_when_the_draft_loses_them(desk):
    made = desk.achievement(translations=TRANSLATIONS)
    with desk.write() as session:
        found = achievements.by_id(session, made.id)
        achievements.change(session, found, facts=achievement_facts.parse(FACTS), actor="cli")
        achievements.publish(session, desk.office, found, actor="cli")

    with desk.read() as session:
        found = achievements.by_id(session, made.id)
        first, second = (achievements.version_of(session, found, number) for number in (1, 2))
        assert first.facts["translations"]["es"] == SPANISH
        assert "related" not in json.loads(second.document)


def test_a_duplicate_says_the_same_in_other_languages(desk):
    made = desk.achievement(translations=TRANSLATIONS)

    with desk.write() as session:
        issuer, original = session.get_one(Issuer, desk.issuer.id), achievements.by_id(session, made.id)
        names = {"slug": "bls-2", "name": "Basic Life Support, pilot", "abbreviation": "BLS2"}
        copy = achievements.duplicate(session, issuer, original, **names, actor="cli")
        assert achievements.current_facts(session, copy).translations["es"].name == SPANISH["name"]


def test_the_order_in_which_languages_are_stated_makes_no_other_document(desk):
    one = desk.achievement(translations=TRANSLATIONS)
    two = desk.achievement(translations=dict(reversed(TRANSLATIONS.items())))

    with desk.read() as session:
        said = [
            json.loads(achievements.current(session, achievements.by_id(session, each.id)).document)["related"]
            for each in (one, two)
        ]
    assert [[each["inLanguage"] for each in related] for related in said] == [["ar", "es"], ["ar", "es"]]


# -- what is signed --------------------------------------------------------------------------------------------


def signed(desk: Any, **facts: Any) -> awards.Credential:
    award = desk.award(achievement=desk.achievement(translations=TRANSLATIONS, **facts))
    with desk.read() as session:
        return awards.credential_of(session, awards.by_id(session, award.id))


def judge(desk: Any, document: bytes) -> verification.Judged:
    with desk.read() as session:
        return verification.judge(session, desk.office, document)


def test_a_badge_that_names_its_languages_is_good_in_both_forms(desk):
    credential = signed(desk)

    assert judge(desk, credential.json).is_good
    assert judge(desk, credential.jwt).is_good


@pytest.mark.parametrize(
    "forge",
    [
        lambda related: related[0].update(inLanguage="de"),
        lambda related: related[0].update(id="https://evil.example/es"),
        lambda related: related.pop(),
        lambda related: related.append(related[0] | {"inLanguage": "fr"}),
    ],
)
def test_a_twin_that_names_other_languages_or_places_is_not(desk, forge):
    document = json.loads(signed(desk).json)
    forge(document["credentialSubject"]["achievement"]["related"])

    assert not judge(desk, json.dumps(document).encode()).is_good


def test_a_badge_signed_anew_names_the_same_places(desk):
    with desk.read() as session:
        version = achievements.current(session, desk.achievement(translations=TRANSLATIONS))
        found = achievements.by_id(session, version.achievement_id)
        again = achievements.version_facts(desk.office, found, version)

    assert [each.language for each in again.related] == ["ar", "es"]
    assert [each.id for each in again.related] == [f"{again.id}/ar", f"{again.id}/es"]


# -- finding ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["soporte basico", "VITAL", "الحياة", "basic life", "bls"])
def test_it_is_found_by_its_name_in_any_language(desk, words):
    made = desk.achievement(translations=TRANSLATIONS)

    with desk.read() as session:
        hits = finding.find(session, finding.Wanted(words=finding.words_of(words)), limit=10).hits
        lines = achievement_lists.page(session, desk.issuer.id, achievement_lists.Wanted(search=words), limit=10)
    assert [each.version.achievement_id for each in hits] == [made.id]
    assert [each.achievement.id for each in lines] == [made.id]


# -- the checklist ---------------------------------------------------------------------------------------------


def should(desk: Any, **facts: Any) -> dict[Point, tuple[bool, tuple[str, ...]]]:
    draft = desk.draft(**facts)
    with desk.read() as session:
        found = achievement_checklist.checklist(session, desk.office, achievements.by_id(session, draft.id))
    return {each.point: (each.holds, each.said) for each in found if not each.is_must}


def test_the_checklist_names_what_a_translation_lacks(desk):
    found = should(desk, translations=TRANSLATIONS)

    assert found[Point.TRANSLATIONS] == (False, ("ar description", "ar criteria_narrative"))
    assert should(desk, translations={"es": SPANISH})[Point.TRANSLATIONS] == (True, ())


def test_the_checklist_names_a_translation_in_other_letters_than_its_language_has(desk):
    found = should(desk, translations={"ar": {"name": "Basic"}, "el": {"name": "Βασική"}, "es": SPANISH})

    assert found[Point.TRANSLATED_LETTERS] == (False, ("ar",))


def test_the_checklist_says_nothing_of_translations_where_there_are_none(desk):
    assert not {Point.TRANSLATIONS, Point.TRANSLATED_LETTERS} & set(should(desk))


# -- mails -----------------------------------------------------------------------------------------------------


def speak(desk: Any, language: str) -> None:
    with desk.write() as session:
        account = people.create(session)
        people.add_address(session, account, MIRA, is_confirmed=True)
        people.speak(session, account, language)


def mailed(desk: Any) -> dict[str, Any]:
    desk.award(achievement=desk.achievement(translations=TRANSLATIONS))
    with desk.read() as session:
        query = select(OutboxMessage).where(OutboxMessage.event.startswith("award.issued"))
        return next(each.payload for each in session.scalars(query) if "text" in each.payload)


@pytest.mark.parametrize(
    ("language", "name"), [("es", SPANISH["name"]), ("ar", "دعم الحياة الأساسي"), ("en", "Basic Life Support")]
)
def test_a_mail_names_the_badge_in_the_language_in_which_it_is_written(desk, language, name):
    speak(desk, language)

    told = mailed(desk)

    assert name in told["subject"]
    assert f'<bdi lang="{language}">{name}</bdi>' in told["html"]


def test_criteria_that_were_not_translated_carry_the_language_that_is_signed(desk):
    speak(desk, "ar")

    assert '<p dir="auto" lang="en"' in mailed(desk)["html"]


@pytest.mark.parametrize(("locale", "name"), [("en", "Basic Life Support"), ("es", SPANISH["name"])])
def test_a_mail_in_the_issuer_s_own_words_names_the_badge_in_their_language(desk, locale, name):
    speak(desk, "es")
    with desk.write() as session:
        issuer = session.get_one(Issuer, desk.issuer.id)
        words = {"subject": "{{achievement_name}}", "body": "{{achievement_name}}: {{badge_url}}"}
        configuring.save_template(
            session, issuer, purpose=mail.Purpose.BADGE_EARNED, locale=locale, actor="cli", **words
        )
        configuring.change_settings(session, issuer, actor="cli", locale=locale)

    assert mailed(desk)["subject"] == name


@pytest.mark.parametrize(("language", "name"), [("es", SPANISH["name"]), ("en", "Basic Life Support")])
def test_a_reminder_names_the_badge_in_the_language_of_the_mail(desk, language, name):
    speak(desk, language)
    policy = {"grace_days": 30, "reminder_days": [60]}
    with time_machine.travel(AWARDED, tick=False):
        validity = {"kind": "months", "amount": 24}
        desk.award(achievement=desk.achievement(validity=validity, renewal=policy, translations=TRANSLATIONS))
    with time_machine.travel("2026-03-31T06:00:00Z", tick=False):
        remind(desk)

    (told,) = mails(desk)
    assert name in told["subject"]


def test_the_question_of_a_watch_names_the_badge_in_the_holder_s_language(desk):
    speak(desk, "es")
    award = desk.award(achievement=desk.achievement(translations=TRANSLATIONS))
    asked = {"purpose": "Our rota", "recipient": "hr@example.org", "actor": "cli"}
    with desk.write() as session:
        issuer = session.get_one(Issuer, desk.issuer.id)
        watches.ask(session, desk.office, issuer, awards.by_id(session, award.id), **asked)

    with desk.read() as session:
        query = select(OutboxMessage).where(OutboxMessage.event.startswith("watch.asked"))
        assert SPANISH["name"] in session.scalars(query).one().payload["text"]
