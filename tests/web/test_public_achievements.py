"""Achievements: the page for people, and for programs the very members that badges carry."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from app.credentials import strict_json
from app.issuing import achievement_facts, achievements, endorsements
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.issuers import Issuer
from app.service import Service


def new_version(service: Service, achievement: Achievement, **facts: Any) -> None:
    with service.database.write() as session:
        found = achievements.by_id(session, achievement.id)
        changed = achievements.current_facts(session, found).to_json() | facts
        achievements.change(session, found, facts=achievement_facts.parse(changed), actor="test")
        achievements.publish(session, service.office, found, actor="test")


def test_a_version_has_the_members_that_were_signed(client: TestClient, award: Award):
    badge = client.get(f"/b/{award.id}.json").json()
    signed = badge["credentialSubject"]["achievement"]

    document = client.get(f"/achievements/{award.achievement_id}/v1", headers={"Accept": "application/ld+json"})

    assert document.headers["content-type"] == "application/ld+json"
    members = strict_json.loads(document.content)
    assert members.pop("@context") == badge["@context"]
    assert json.dumps(members) == json.dumps(signed)


def test_the_id_in_a_badge_leads_to_the_page_and_to_the_document(client: TestClient, award: Award):
    address = client.get(f"/b/{award.id}.json").json()["credentialSubject"]["achievement"]["id"]

    assert "<h1" in client.get(address, headers={"Accept": "text/html"}).text
    assert client.get(address, headers={"Accept": "application/json"}).json()["id"] == address
    assert client.get(f"{address}.json", headers={"Accept": "text/html"}).json()["id"] == address


def test_a_published_version_stays_when_a_newer_one_comes(
    client: TestClient, service: Service, make_achievement: Callable[..., Achievement]
):
    made = make_achievement()
    before = client.get(f"/achievements/{made.id}/v1.json").content
    new_version(service, made, name="Phlebotomy, second edition")

    assert client.get(f"/achievements/{made.id}/v1.json").content == before
    assert "second edition" in client.get(f"/achievements/{made.id}").text
    old_page = client.get(f"/achievements/{made.id}/v1").text
    assert "second edition" not in old_page
    assert f'href="/achievements/{made.id}/v2">See the newest version' in old_page


def test_the_page_says_what_it_takes_and_how_long_it_is_good(
    client: TestClient, make_achievement: Callable[..., Achievement]
):
    made = make_achievement(education_type="non_formal", validity={"kind": "days", "amount": 90, "end_of_month": True})

    page = client.get(f"/achievements/{made.id}").text

    assert "for 90 days, to the end of that month" in page
    assert "Non-formal education" in page
    assert "observed practice" in page
    assert '<meta property="og:image" content="http://badges.test/images/' in page


def test_a_draft_is_nobodys_business(client: TestClient, service: Service, issuer: Issuer):
    stated = achievement_facts.parse({"name": "Secret", "abbreviation": "S", "description": "Not yet."})
    with service.database.write() as session:
        draft = achievements.create(session, issuer, slug="secret", facts=stated, actor="test")

    answers = [client.get(f"/achievements/{draft.id}{tail}") for tail in ("", ".json", "/v1", "/v1.json")]

    assert [each.status_code for each in answers] == [404] * 4
    assert not any("Secret" in each.text for each in answers)
    assert "Secret" not in client.get("/issuers/northfield").text


@pytest.mark.parametrize("tail", ["/v0", "/v2", "/v01", "/1", "/v1.png", "/v99999999999999999999", "/vx"])
def test_a_version_that_there_is_not_is_a_404(
    client: TestClient, make_achievement: Callable[..., Achievement], tail: str
):
    assert client.get(f"/achievements/{make_achievement().id}{tail}").status_code == 404


def structured(page: str) -> dict[str, Any]:
    """The data block of a page."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def test_the_page_says_what_it_costs_gives_and_who_holds_it_without_a_number_that_names_people(
    client: TestClient, make_achievement: Callable[..., Achievement], make_award: Callable[..., Award]
):
    made = make_achievement(price={"amount": "70", "currency": "USD"}, academic_credits="1.5", language="es")
    make_award(made)

    page = client.get(f"/achievements/{made.id}").text

    for said in ("US$70.00", "1.5 academic credits", "12 hours", "Micro-credential", "Spanish", "fewer than 10 people"):
        assert said in page
    assert f'href="/compare?a={made.id}"' in page
    assert 'href="/catalogue?skill=Venepuncture"' in page


def test_an_archived_achievement_keeps_its_page_and_says_so(
    client: TestClient, service: Service, make_achievement: Callable[..., Achievement]
):
    made = make_achievement()
    with service.database.write() as session:
        achievements.archive(session, achievements.by_id(session, made.id), actor="test")

    page = client.get(f"/achievements/{made.id}")

    assert page.status_code == 200
    assert "no longer awarded" in page.text


def test_what_others_say_of_a_version_stands_on_it_once_its_issuer_accepted_it(
    client: TestClient,
    service: Service,
    issuer: Issuer,
    make_issuer: Callable[..., Issuer],
    make_achievement: Callable[..., Achievement],
):
    made, board = make_achievement(), make_issuer(slug="board", name="Board of Training")
    about = service.office.addresses.achievement_version(made.id, 1)
    with service.database.write() as session:
        stated = endorsements.Statement(about, "Sound **work**.")
        said = endorsements.endorse(session, service.office, board, stated, actor="test")
    before = client.get(f"/achievements/{made.id}").text
    with service.database.write() as session:
        found = endorsements.by_id(session, said.id)
        endorsements.accept(session, issuer, found, accepted=True, actor="test")
    page = client.get(f"/achievements/{made.id}").text
    address = f"http://badges.test/endorsements/{said.id}"

    assert "Sound" not in before
    assert "Sound <strong>work</strong>." in page
    assert "Board of Training" in page
    assert f'href="/verify?badge={quote(address, safe="")}"' in page
    for tail in ("", ".json", ".jwt"):
        assert client.post("/verify", json={"address": address + tail}).json()["verdict"] == "good", tail


def test_search_engines_find_the_page_in_the_words_of_schema_org_and_no_text_ends_the_block(
    client: TestClient, make_achievement: Callable[..., Achievement]
):
    evil = "</script><script>alert(1)</script><!--\u2028&"
    made = make_achievement(name=evil, tags=[evil[:80]])

    page = client.get(f"/achievements/{made.id}").text
    found = structured(page)

    assert found["name"] == evil
    assert found["@id"] == f"http://badges.test/achievements/{made.id}/v1"
    assert (found["timeRequired"], found["validFor"]) == ("PT12H", "P24M")
    assert found["recognizedBy"]["@id"] == "http://badges.test/issuers/northfield"
    assert "<script>alert" not in page
    assert structured(client.get("/issuers/northfield").text)["@type"] == "Organization"


def test_the_page_says_how_a_badge_is_renewed(client: TestClient, make_achievement):
    ce = {"unit": "contact-hour", "amount": "20", "in_domain_min_ratio": "0.8"}
    renewal = {"method": "ce", "grace_days": 30, "ce": ce}
    made = make_achievement(slug="renewed", validity={"kind": "months", "amount": 24}, renewal=renewal)

    page = client.get(f"/achievements/{made.id}", headers={"Accept": "text/html"}).text

    assert "It is renewed by continuing education: 20 contact-hour." in page
    assert "Of these, 80 % must be in its own domain." in page
    assert "It can be renewed until 30 days after its end." in page
