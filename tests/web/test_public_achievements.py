"""Achievements: the page for people, and for programs the very members that badges carry."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.credentials import strict_json
from app.issuing import achievement_facts, achievements
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
