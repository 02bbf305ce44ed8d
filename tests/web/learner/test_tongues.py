"""What learners see of their badges, and others of their pages, in the language that they read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app import clock
from app.issuing import awards, watches
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.issuing.outbox import OutboxMessage
from app.service import Service

ANA = "ana.ortiz@example.org"
NAME = "Fundamentos de flebotomía"
SPANISH = {"name": NAME, "criteria_narrative": "Diez extracciones."}
Enter = Callable[..., Any]


@pytest.fixture
def achievement(make_achievement: Callable[..., Achievement]) -> Achievement:
    return make_achievement(
        translations={"es": SPANISH, "ar": {"name": "PHLB أساسيات"}},
        validity={"kind": "days", "amount": 100},
        renewal={"grace_days": 30, "reminder_days": [60]},
    )


@pytest.fixture
def award(make_award: Callable[..., Award], achievement: Achievement) -> Award:
    return make_award(achievement, awarded_at=clock.now() - timedelta(days=50))


def named(page: str, tag: str, name: str) -> bool:
    return re.search(rf'lang="{tag}"[^>]*>{re.escape(name)}<', page) is not None


@pytest.mark.parametrize(
    "path",
    ["/me", "/me/badges/{award}", "/me/renewals", "/me/applications/new", "/me/applications/new?achievement={it}"],
)
@pytest.mark.parametrize(
    ("language", "name"), [("es", NAME), ("ar", "PHLB أساسيات"), ("fr", "Phlebotomy Fundamentals")]
)
def test_a_learner_s_pages_name_the_badge_in_their_language(
    enter: Enter, award: Award, path: str, language: str, name: str
):
    ana = enter(ANA)
    ana.client.headers["Accept-Language"] = language
    shown = ana.get(path.format(award=award.id, it=award.achievement_id)).text

    assert named(shown, language if language != "fr" else "en", name)
    assert ('dir="rtl">PHLB' in shown) == (language == "ar")


def test_a_portfolio_is_read_by_each_in_their_language(enter: Enter, award: Award, client: TestClient):
    ana = enter(ANA)
    path = ana.post("/me/portfolios", title="For the ward").headers["location"]
    ana.post(f"{path}/badges", award=[award.id])
    ana.post(path, title="For the ward", visibility="unlisted")
    address = ana.get(path).text.split('href="http://badges.test', 1)[1].split('"', 1)[0]

    assert named(client.get(address, headers={"Accept-Language": "es"}).text, "es", NAME)
    assert named(client.get(address, headers={"Accept-Language": "de"}).text, "en", "Phlebotomy Fundamentals")


def test_an_application_names_what_was_applied_for_in_the_applicant_s_language(enter: Enter, achievement: Achievement):
    ana = enter(ANA)
    ana.client.headers["Accept-Language"] = "es"
    said = {"achievement": achievement.id, "statement": "Three years at a blood bank.", "kind": "informal"}
    path = ana.post("/me/applications/new", **said).headers["location"]

    assert named(ana.get(path).text, "es", NAME)
    assert named(ana.get("/me/applications").text, "es", NAME)


def test_where_a_badge_leads_is_named_in_the_language_of_the_reader(
    client: TestClient, make_achievement: Callable[..., Achievement]
):
    make_achievement(slug="base", name="Base", abbreviation="BASE", translations={"es": {"name": "Fundamento"}})
    above = make_achievement(slug="above", name="Above", prerequisites={"credential": "base"})

    shown = client.get(f"/achievements/{above.id}", headers={"Accept": "text/html", "Accept-Language": "es"}).text

    assert '<bdi lang="es" dir="auto">Fundamento</bdi> (<bdi>BASE</bdi>)' in shown


@pytest.mark.usefixtures("achievement")
def test_what_one_may_apply_for_is_found_by_its_name_in_any_language(enter: Enter):
    ana = enter(ANA)

    for words in ("flebotom", "Phlebotomy Fund", "أساسيات"):
        assert "Phlebotomy Fundamentals" in ana.get(f"/me/applications/new?q={words}").text


def test_who_is_asked_whether_a_badge_may_be_watched_reads_its_name_in_their_language(
    enter: Enter, client: TestClient, service: Service, issuer: Issuer, award: Award
):
    with service.database.write() as session:
        asked = {"purpose": "Our rota", "recipient": None, "actor": "test"}
        watches.ask(session, service.office, issuer, awards.by_id(session, award.id), **asked)
        mails = session.scalars(select(OutboxMessage).where(OutboxMessage.event.startswith("watch.asked")))
        link = re.search(r"http://badges\.test(/watch/[\w-]+)", mails.one().payload["text"])
    assert link is not None

    assert named(client.get(link[1], headers={"Accept-Language": "es"}).text, "es", NAME)
    ana = enter(ANA)
    ana.client.headers["Accept-Language"] = "es"
    assert named(ana.get("/me/settings").text, "es", NAME)
