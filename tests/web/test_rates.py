"""How often one caller may have badges checked, and ask whose they are (T8, T25)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from app.errors import RateLimited
from app.issuing.awards import Award
from app.main import application
from app.outbound.network import Network
from app.service import Service
from app.web.rates import Rates, caller


def request_from(host: str | None) -> Request:
    return Request({"type": "http", "client": None if host is None else (host, 40_000), "headers": []})


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(application(service, network=Network()), base_url="http://badges.test") as opened:
        yield opened


def ask(client: TestClient, award: Award, recipient: str) -> Any:
    body = {"credential": f"http://badges.test/b/{award.id}", "recipient": recipient}
    return client.post("/verify", json=body, headers={"Accept": "application/json"})


def test_the_sixth_guess_of_whose_a_badge_is_has_to_wait(client: TestClient, award: Award):
    answers = [ask(client, award, f"guess{number}@example.org") for number in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert "checks" not in answers[-1].json()


def test_guessing_is_counted_for_a_badge_whatever_its_form(client: TestClient, award: Award):
    files = [client.get(f"/b/{award.id}{suffix}").content for suffix in (".json", ".jwt", ".png")]
    for number in range(3):
        ask(client, award, f"guess{number}@example.org")

    answers = [
        client.post("/verify", files={"file": ("badge", file)}, data={"recipient": "guess@example.org"})
        for file in files
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_checking_without_guessing_goes_on(client: TestClient, award: Award):
    for number in range(7):
        ask(client, award, f"guess{number}@example.org")

    answer = client.post("/verify", json={"credential": f"http://badges.test/b/{award.id}"})

    assert answer.status_code == 200


def test_a_heap_is_no_way_around(client: TestClient, award: Award):
    badge = client.get(f"/b/{award.id}.json").json()
    heap = b"\n".join(
        json.dumps({"credential": badge, "recipient": f"guess{number}@example.org"}).encode() for number in range(7)
    )

    answer = client.post("/verify/batch", content=heap, headers={"Content-Type": "application/x-ndjson"})

    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert ["verdict" in line for line in lines] == [True] * 5 + [False] * 2
    assert lines[-1]["problem"]["status"] == 429


def test_a_caller_has_strangers_badges_checked_sixty_times_a_minute(client: TestClient):
    answers = [client.post("/verify", content=b"{}").status_code for _ in range(61)]

    assert answers == [200] * 60 + [429]


def test_a_person_is_told_on_the_page(client: TestClient):
    for _ in range(60):
        client.post("/verify", content=b"{}")

    answer = client.post("/verify", data={"badge": "{}"}, headers={"Accept": "text/html"})

    assert (answer.status_code, answer.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert "Too many badges were checked from your address" in answer.text
    assert int(answer.headers["retry-after"]) >= 1


def test_badges_of_this_service_are_checked_as_often_as_you_like(client: TestClient, award: Award):
    body = {"credential": f"http://badges.test/b/{award.id}"}

    assert {client.post("/verify", json=body).status_code for _ in range(61)} == {200}


def test_zero_switches_the_limit_off():
    rates = Rates(verify_per_minute=0)

    for _ in range(200):
        rates.look_up(request_from("203.0.113.5"))


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("203.0.113.5", "203.0.113.6", False),
        ("2001:db8::1", "2001:db8::2", True),  # one network of one customer
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:203.0.113.5", "203.0.113.5", True),
        ("testclient", "testclient", True),
        (None, None, True),
    ],
)
def test_one_caller_is_one_address_or_one_network(first: str | None, second: str | None, is_one: bool):  # noqa: FBT001
    assert (caller(request_from(first)) == caller(request_from(second))) is is_one


def test_another_caller_is_not_held_up():
    rates = Rates(verify_per_minute=1)
    rates.look_up(request_from("203.0.113.5"))

    rates.look_up(request_from("203.0.113.6"))
    with pytest.raises(RateLimited):
        rates.look_up(request_from("203.0.113.5"))
