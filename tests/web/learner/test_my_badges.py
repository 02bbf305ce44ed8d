"""My badges: all of them and nobody else's, three switches that work at once, links that end, files of private ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select

from app import clock
from app.issuing import award_status, awards, issuers, learners
from app.issuing.awards import Award, Earned
from app.issuing.issuers import Issuer
from app.issuing.outbox import OutboxMessage
from app.service import Service

ANA = "ana.ortiz@example.org"
Enter = Callable[..., Any]


def page_of(client: TestClient, award: Award) -> Any:
    """The badge's page, as everybody asks for it."""
    return client.get(f"/b/{award.id}", headers={"Accept": "text/html"})


def test_nobody_who_is_not_signed_in_sees_a_shelf(client: TestClient):
    answer = client.get("/me", headers={"Accept": "text/html"}, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fme")


def test_the_shelf_holds_badges_of_several_issuers_private_ones_included(
    enter: Enter, make_issuer: Callable[..., Issuer], make_achievement: Any, make_award: Any
):
    other = make_issuer("southgate", "Southgate Hospital")
    make_award(visibility="private")
    make_award(make_achievement("bls", by=other, name="Basic Life Support"))
    make_award(make_achievement("icu", name="Intensive Care"), email="somebody.else@example.org")

    text = enter(ANA).get("/me").text

    assert "Phlebotomy Fundamentals" in text
    assert "Basic Life Support" in text
    assert "Only you see it" in text
    assert "Intensive Care" not in text


def test_the_shelf_is_narrowed_by_state_and_issuer(
    enter: Enter, service: Service, make_achievement: Any, make_award: Any
):
    make_award()
    revoked = make_award(make_achievement("bls", name="Basic Life Support"))
    with service.database.write() as session:
        award_status.revoke(session, service.office, awards.by_id(session, revoked.id), reason="error", actor="test")
    browser = enter(ANA)

    stopped, none = browser.get("/me?state=stopped").text, browser.get("/me?issuer=nobody").text

    assert "Basic Life Support" in stopped
    assert "Phlebotomy Fundamentals" not in stopped
    assert "None of your badges is like that." in none


def test_an_empty_shelf_says_what_to_do(enter: Enter):
    text = enter("nora@example.org").get("/me").text

    assert "No badge yet" in text
    assert 'href="/me/settings#addresses"' in text


def test_the_holder_accepts_and_declines(enter: Enter, award: Award, client: TestClient):
    browser = enter(ANA)

    browser.post(f"/me/badges/{award.id}/answer", answer="decline")
    declined, gone = browser.get(f"/me/badges/{award.id}").text, page_of(client, award).status_code
    browser.post(f"/me/badges/{award.id}/answer", answer="accept")

    assert "You declined this badge" in declined
    assert gone == 404
    assert "Accept the badge" not in browser.get(f"/me/badges/{award.id}").text


def test_all_that_wait_are_accepted_at_once(enter: Enter, make_award: Any, make_achievement: Any):
    make_award()
    make_award(make_achievement("bls", name="Basic Life Support"))
    browser = enter(ANA)

    assert "2 badges wait for your answer." in browser.get("/me").text
    browser.post("/me/accept")

    assert "wait for your answer" not in browser.get("/me").text


def test_who_may_see_the_page_is_the_holder_s_choice_and_holds_at_once(enter: Enter, award: Award, client: TestClient):
    browser = enter(ANA)
    found = {}

    for visibility in ("private", "unlisted", "public"):
        page_of(client, award)  # as it was, finished and kept
        browser.post(f"/me/badges/{award.id}/shown", visibility=visibility, results_shown="yes")
        answer = page_of(client, award)
        found[visibility] = (answer.status_code, answer.headers.get("x-robots-tag"))

    assert found == {"private": (404, "noindex"), "unlisted": (200, "noindex"), "public": (200, None)}


def test_name_and_results_are_shown_and_hidden_on_the_page_and_in_the_signed_badge(
    enter: Enter, make_award: Any, client: TestClient
):
    award = make_award(narrative="Worked calmly.")
    browser, path = enter(ANA), f"/me/badges/{award.id}/shown"

    browser.post(path, visibility="unlisted", name_shown="yes", results_shown="yes")
    shown = page_of(client, award).text + client.get(f"/b/{award.id}.json").text
    browser.post(path, visibility="unlisted")
    hidden = page_of(client, award).text + client.get(f"/b/{award.id}.json").text

    assert shown.count("Ana Ortiz") >= 2
    assert shown.count("Worked calmly") == 2
    assert "Ana Ortiz" not in hidden
    assert "Worked calmly" not in hidden


@pytest.mark.parametrize(
    ("suffix", "starts"),
    [("json", b"{"), ("jwt", b"ey"), ("png", b"\x89PNG"), ("svg", b"<"), ("pdf", b"%PDF")],
)
def test_the_holder_has_the_files_of_a_private_badge(enter: Enter, make_award: Any, suffix: str, starts: bytes):
    award = make_award(visibility="private")

    answer = enter(ANA).get(f"/me/badges/{award.id}.{suffix}")

    assert answer.status_code == 200
    assert answer.content.startswith(starts)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="northfield-phlb.')


@pytest.mark.parametrize(("new_awards", "path"), [("private", "/me/badges/"), ("unlisted", "/b/")])
def test_the_mail_about_a_badge_leads_to_a_page_that_the_holder_can_see(
    service: Service, make_achievement: Any, new_awards: str, path: str
):
    office = replace(service.office, new_awards=new_awards)
    achievement = make_achievement()
    with service.database.write() as session:
        issuer = issuers.by_id(session, achievement.issuer_id)
        facts = {"namespace": None, "source_id": None, "email": ANA, "display_name": "Ana Ortiz"}
        earned = Earned(achievement, learners.resolve(session, issuer, **facts), clock.now())
        award = awards.award(session, office, earned, actor="test").award
        mail = session.scalars(select(OutboxMessage).where(OutboxMessage.subject_id == award.id)).one()

    assert f"http://badges.test{path}{award.id}" in mail.payload["text"]


def made_link(browser: Any, award: Award, **fields: str) -> str:
    """The path of a new link, which is told on the page once."""
    text = browser.post(f"/me/badges/{award.id}/links", **{"days": "7", "label": "The ward", **fields}).text
    return re.search(r'value="http://badges\.test(/s/[^"]+)"', text)[1]


def test_a_link_shows_a_private_badge_and_its_files_until_it_ends(enter: Enter, make_award: Any, client: TestClient):
    award = make_award(visibility="private")
    path = made_link(enter(ANA), award)

    page, file = client.get(path, headers={"Accept": "text/html"}), client.get(f"{path}.json")
    with time_machine.travel(clock.now() + timedelta(days=8), tick=False):
        over = [client.get(each).status_code for each in (path, f"{path}.png")]

    assert "Phlebotomy Fundamentals" in page.text
    assert "noindex" in page.headers["x-robots-tag"]
    assert f"/b/{award.id}" not in page.text
    assert json.loads(file.content)["id"].endswith(award.id)
    assert over == [410, 410]


def test_what_a_link_shows_can_be_checked_with_one_click(enter: Enter, make_award: Any, client: TestClient):
    path = made_link(enter(ANA), make_award(visibility="private"))
    token = re.search(r'name="badge" value="([^"]+)"', client.get(path, headers={"Accept": "text/html"}).text)[1]

    answer = client.post("/verify", files={"badge": (None, token)}, headers={"Accept": "text/html"})

    assert answer.status_code == 200
    assert "Good until 24 November 2028" in answer.text


def test_a_link_is_listed_without_its_address_and_ended(enter: Enter, make_award: Any, client: TestClient):
    award, browser = make_award(visibility="private"), enter(ANA)
    path = made_link(browser, award)
    text = browser.get(f"/me/badges/{award.id}").text
    assert "The ward" in text
    assert path not in text

    browser.post(f"/me/badges/{award.id}/links/end", link=re.search(r'name="link" value="([^"]+)"', text)[1])

    assert client.get(path).status_code == 410


def test_a_link_that_was_never_made_is_not_there(client: TestClient):
    assert [client.get(f"/s/{each}").status_code for each in ("x" * 43, "x" * 43 + ".json", "%00")] == [404] * 3


def test_evidence_of_the_holder_stands_on_the_page_as_theirs_while_they_want_it(
    enter: Enter, award: Award, client: TestClient
):
    browser, path = enter(ANA), f"/me/badges/{award.id}/evidence"
    page_of(client, award)

    browser.post(path, name="A letter", url="https://letters.example/1", is_shown="yes")
    shown = page_of(client, award).text
    evidence_id = re.search(r'name="evidence" value="([^"]+)"', browser.get(f"/me/badges/{award.id}").text)[1]
    browser.post(f"{path}/change", evidence=evidence_id, act="hide")
    hidden = page_of(client, award).text
    browser.post(f"{path}/change", evidence=evidence_id, act="remove")

    assert "Added by the holder" in shown
    assert "This is no part of the signed badge" in shown
    assert "letters.example" in shown
    assert "letters.example" not in hidden
    assert "A letter" not in browser.get(f"/me/badges/{award.id}").text


def test_what_was_typed_stays_when_evidence_is_refused(enter: Enter, award: Award):
    answer = enter(ANA).post(f"/me/badges/{award.id}/evidence", name="A letter", url="javascript:alert(1)")

    assert answer.status_code == 422
    assert 'value="A letter"' in answer.text
    assert "An address begins with https://" in answer.text
