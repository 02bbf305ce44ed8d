"""Portfolio pages: made in a few forms, seen by whom the holder wants, with the state of this moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient

from app.issuing import award_status, awards
from app.service import Service
from tests.badges_elsewhere import badge
from tests.endorsers import endorser

ANA = "ana.ortiz@example.org"
Enter = Callable[..., Any]


def made(browser: Any, *award_ids: str, **fields: str) -> str:
    """A portfolio with these badges; its path among the holder's pages."""
    path = browser.post("/me/portfolios", title="For the ward").headers["location"]
    browser.post(f"{path}/badges", award=list(award_ids))
    browser.post(path, **{"title": "For the ward", "visibility": "unlisted", **fields})
    return str(path)


def address_of(browser: Any, path: str) -> str:
    """Where others see it."""
    text = browser.get(path).text
    return text.split('href="http://badges.test', 1)[1].split('"', 1)[0]


def test_a_portfolio_is_a_page_with_its_words_and_the_present_state_of_its_badges(
    enter: Enter, service: Service, award: Any, client: TestClient
):
    browser = enter(ANA)
    address = address_of(browser, made(browser, award.id, introduction="My **best** badges<script>alert(1)</script>"))
    before = client.get(address)
    with service.database.write() as session:
        award_status.revoke(session, service.office, awards.by_id(session, award.id), reason="error", actor="test")

    assert "Good until 24 November 2028" in before.text
    assert "<strong>best</strong>" in before.text
    assert "<script>alert" not in before.text
    assert "noindex" in before.headers["x-robots-tag"]
    assert "Withdrawn" in client.get(address).text


def test_private_badges_and_private_pages_are_seen_by_nobody_else(enter: Enter, make_award: Any, client: TestClient):
    award, browser = make_award(visibility="private"), enter(ANA)
    path = made(browser, award.id)
    address = address_of(browser, path)
    text = client.get(address).text
    browser.post(path, title="For the ward", visibility="private")

    assert "Phlebotomy" not in text
    assert "Does not appear to others" in browser.get(path).text
    assert client.get(address).status_code == 404
    assert enter("somebody.else@example.org").get(address).status_code == 404
    assert browser.get(address).status_code == 200


def test_a_public_page_has_a_name_of_its_own_and_may_be_found(enter: Enter, make_award: Any, client: TestClient):
    browser = enter(ANA)
    path = made(browser, make_award(visibility="public").id, visibility="public", slug="ana-ortiz")

    found = client.get("/p/ana-ortiz")
    assert found.status_code == 200
    assert "x-robots-tag" not in found.headers
    browser.post(path, title="For the ward", visibility="unlisted", slug="ana-ortiz")
    assert client.get("/p/ana-ortiz").status_code == 404


def test_a_portfolio_that_is_deleted_is_gone_and_its_badges_are_not(enter: Enter, award: Any, client: TestClient):
    browser = enter(ANA)
    path = made(browser, award.id)
    address = address_of(browser, path)

    browser.post(f"{path}/delete")

    assert client.get(address).status_code == 404
    assert client.get(f"/b/{award.id}").status_code == 200


def test_badges_are_moved_and_taken_off_by_buttons(enter: Enter, make_award: Any, make_achievement: Any):
    first = make_award()
    second = make_award(make_achievement("bls", name="Basic Life Support"))
    browser = enter(ANA)
    path = made(browser, first.id, second.id)

    browser.post(f"{path}/badges", act=f"down:{first.id}")
    text = browser.get(path).text
    browser.post(f"{path}/badges", act=f"off:{first.id}")

    assert text.index(f"up:{second.id}") < text.index(f"up:{first.id}")
    assert f"up:{first.id}" not in browser.get(path).text


def test_a_badge_from_elsewhere_stands_there_with_who_signed_it_and_its_file(enter: Enter, client: TestClient):
    browser, document = enter(ANA), badge(endorser("Dales Hospital"), ANA)
    kept = browser.post("/me/elsewhere", badge=document.decode()).headers["location"].rpartition("/")[2]
    path = made(browser)
    browser.post(f"{path}/badges", kept=[kept])
    address = address_of(browser, path)

    page = client.get(address).text

    assert "Badges from elsewhere" in page
    assert "did:key:" in page
    assert client.get(f"{address}/elsewhere/{kept}").content == document
    browser.post(f"{path}/badges", act=f"off-elsewhere:{kept}")
    assert "Wound Care" not in client.get(address).text
    assert client.get(f"{address}/elsewhere/{kept}").status_code == 404


def test_a_badge_that_names_nobody_and_another_s_badge_stand_on_no_page_for_others(enter: Enter, client: TestClient):
    browser, other = enter(ANA), enter("bo@dales.example")
    dales = endorser("Dales Hospital")
    documents = ((browser, badge(dales, None)), (other, badge(dales, "bo@dales.example", number=2)))
    kept = [
        each.post("/me/elsewhere", badge=document.decode()).headers["location"].rpartition("/")[2]
        for each, document in documents
    ]
    path = made(browser)
    browser.post(f"{path}/badges", kept=kept)

    assert "Wound Care" not in client.get(address_of(browser, path)).text
    assert [client.get(f"{address_of(browser, path)}/elsewhere/{each}").status_code for each in kept] == [404, 404]
