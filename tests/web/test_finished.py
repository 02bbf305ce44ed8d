"""Finished bytes are those that the usual way sends, and never older than what they depend on (architecture §6)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import time_machine
from fastapi.testclient import TestClient

from app.errors import NotFound
from app.issuing import award_status, awards, consent, issuers, learners
from app.issuing.awards import Award
from app.service import Service
from app.web import public_badges
from app.web.finished import Finished, Shelf

PAGE = {"Accept": "text/html"}
BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@BOTH
def test_the_second_answer_equals_the_first_in_every_header_and_byte(client: TestClient, award: Award):
    for path, headers in ((f"/b/{award.id}", PAGE), (f"/b/{award.id}.json", {}), (f"/b/{award.id}.jwt", {})):
        first, second = (client.get(path, headers=headers) for _ in range(2))

        assert second.content == first.content
        ours = [
            {name: value for name, value in each.headers.items() if name != "x-request-id"} for each in (first, second)
        ]
        assert ours[0] == ours[1]


@BOTH
def test_a_revocation_shows_on_the_next_look_at_page_and_list(client: TestClient, service: Service, award: Award):
    page = client.get(f"/b/{award.id}", headers=PAGE)
    assert "Good until" in page.text

    with service.database.write() as session:
        award_status.revoke(session, service.office, awards.by_id(session, award.id), reason="an error", actor="test")

    assert "Withdrawn" in client.get(f"/b/{award.id}", headers=PAGE).text
    assert client.get(f"/b/{award.id}", headers=PAGE | {"If-None-Match": page.headers["etag"]}).status_code == 200


def test_a_status_list_is_the_newest_on_the_next_look(client: TestClient, service: Service, award: Award):
    with service.database.read() as session:
        path = awards.credential_of(session, award).json.decode().split('"statusListCredential":"')[1].split('"')[0]
    path = path.removeprefix("http://badges.test")
    before = client.get(path).content
    assert client.get(path).content == before

    with service.database.write() as session:
        award_status.revoke(session, service.office, awards.by_id(session, award.id), reason="an error", actor="test")

    assert client.get(path).content != before


def test_what_became_private_or_hid_its_name_does_so_at_once(
    client: TestClient, service: Service, make_award: Callable[..., Award]
):
    award = make_award(name_shown=True)
    assert "Ana Ortiz" in client.get(f"/b/{award.id}", headers=PAGE).text

    with service.database.write() as session:
        learner = learners.by_id(session, issuers.by_id(session, award.issuer_id), award.learner_id)
        consent.change(session, service.office, learner, actor="test", name_shown=False)
    assert "Ana Ortiz" not in client.get(f"/b/{award.id}", headers=PAGE).text

    with service.database.write() as session:
        awards.by_id(session, award.id).visibility = "private"
    assert client.get(f"/b/{award.id}", headers=PAGE).status_code == 404
    assert client.get(f"/b/{award.id}.json").status_code == 404


def test_the_issuer_s_new_name_and_a_new_day_show_within_a_second(client: TestClient, service: Service, award: Award):
    with time_machine.travel("2028-11-23T23:59:59Z", tick=False):
        assert "Ended on" not in client.get(f"/b/{award.id}", headers=PAGE).text
        with service.database.write() as session:
            issuers.update(session, issuers.by_id(session, award.issuer_id), actor="test", name="Southfield Academy")

    with time_machine.travel("2028-11-25T00:00:00Z", tick=False):
        page = client.get(f"/b/{award.id}", headers=PAGE).text

    assert "Southfield Academy" in page
    assert "Ended on 24 November 2028" in page


def test_each_reader_gets_the_form_and_the_language_that_they_ask_for(client: TestClient, award: Award):
    asked: list[dict[str, Any]] = [PAGE, {"Accept": "application/vc"}, PAGE | {"Accept-Language": "es"}] * 2

    answers = [client.get(f"/b/{award.id}", headers=headers) for headers in asked]

    told = [(each.headers["content-type"].split(";")[0], each.headers.get("content-language")) for each in answers]
    assert told == [("text/html", "en"), ("application/vc", None), ("text/html", "es")] * 2


def test_who_has_just_these_bytes_is_told_so(client: TestClient, award: Award):
    tag = client.get(f"/b/{award.id}.json").headers["etag"]

    answers = [client.get(f"/b/{award.id}.json", headers={"If-None-Match": each}) for each in (tag, f"W/{tag}", '"x"')]

    assert [each.status_code for each in answers] == [304, 304, 200]
    assert answers[0].content == b""
    assert "content-type" not in answers[0].headers


def test_the_shelf_stays_below_its_bytes_and_lets_go_of_what_nobody_asked_for():
    shelf = Shelf(most_bytes=100)
    made = Finished(("issued",), [], [], b"x" * 40, b'"t"', {}, None)

    for name in "abc":
        shelf.put((name, b"", "en"), made)
        shelf.find(("a", b"", "en"))

    assert [shelf.find((name, b"", "en")) is not None for name in "abc"] == [True, False, True]


def asked_at_once(client: TestClient, award: Award, number: int) -> list[httpx.Response]:
    async def asked() -> list[httpx.Response]:
        transport = httpx.ASGITransport(client.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://badges.test") as asking:
            return await asyncio.gather(*(asking.get(f"/b/{award.id}", headers=PAGE) for _ in range(number)))

    return asyncio.run(asked())


def test_in_a_new_second_one_request_has_the_page_made_and_the_others_wait_for_it(
    client: TestClient, award: Award, monkeypatch: pytest.MonkeyPatch
):
    made = []
    usual = public_badges.badge_view

    def slow(*given: Any, **named: Any) -> Any:
        made.append(usual(*given, **named))
        time.sleep(0.2)  # so that all of them have asked before it is there
        return made[-1]

    with time_machine.travel("2026-11-24T12:00:00Z", tick=False) as clock:
        asked_at_once(client, award, 1)
        monkeypatch.setattr(public_badges, "badge_view", slow)
        clock.move_to("2026-11-24T12:00:01Z")
        answers = asked_at_once(client, award, 8)

    assert len(made) == 1
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


def test_who_waits_for_a_page_that_cannot_be_made_asks_for_itself(
    client: TestClient, award: Award, monkeypatch: pytest.MonkeyPatch
):
    asked = []
    usual = public_badges.badge_view

    def failing_once(*given: Any, **named: Any) -> Any:
        asked.append(given)
        if len(asked) == 1:
            time.sleep(0.2)
            raise NotFound("There is no such badge")
        return usual(*given, **named)

    with time_machine.travel("2026-11-24T12:00:00Z", tick=False) as clock:
        asked_at_once(client, award, 1)
        monkeypatch.setattr(public_badges, "badge_view", failing_once)
        clock.move_to("2026-11-24T12:00:01Z")
        answers = asked_at_once(client, award, 3)

    assert sorted(answer.status_code for answer in answers) == [200, 200, 404]


def test_a_page_that_took_until_the_next_second_is_not_sent_again(
    client: TestClient, award: Award, monkeypatch: pytest.MonkeyPatch
):
    made = []
    usual = public_badges.badge_view

    with time_machine.travel("2028-11-24T23:59:58Z", tick=False) as clock:

        def slow(*given: Any, **named: Any) -> Any:
            made.append(usual(*given, **named))
            clock.move_to("2028-11-24T23:59:59Z")
            return made[-1]

        monkeypatch.setattr(public_badges, "badge_view", slow)
        first, second = (client.get(f"/b/{award.id}", headers=PAGE).text for _ in range(2))

    assert "Ended on 24 November 2028" not in first
    assert "Ended on 24 November 2028" in second
