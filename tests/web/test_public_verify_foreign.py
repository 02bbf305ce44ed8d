"""Strangers' badges at the public door: looked up through the guard, judged where they keep nobody waiting (T8)."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.credentials.trust_lists import TrustLists, read
from app.main import JUDGED_AT_ONCE, application
from app.service import Service
from app.settings import Settings
from tests import neighbour as neighbours
from tests.neighbour import Neighbour
from tests.strangers import Answer, Strangers, strangers

JSON, HTML = {"Accept": "application/json"}, {"Accept": "text/html"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Strangers]:
    with strangers(tmp_path, "neighbour.example", "evil.example", "slow.example") as opened:
        yield opened


@pytest.fixture
def neighbour(settings: Settings, tmp_path: Path, _sqlite_template: Path, world: Strangers) -> Iterator[Neighbour]:
    file = tmp_path / "neighbour.sqlite3"
    shutil.copyfile(_sqlite_template, file)
    with neighbours.neighbour(settings, f"sqlite:///{file}", tmp_path / "neighbour") as opened:
        world.hosts[neighbours.HOST] = opened.answer
        yield opened


@pytest.fixture
def client(service: Service, world: Strangers) -> Iterator[TestClient]:
    """Somebody whose service can reach that world, with threads for four requests and no more."""
    small = replace(service, settings=service.settings.model_copy(update={"thread_limit": 4}))
    made = application(small, network=world.network())
    with TestClient(made, base_url="http://badges.test", raise_server_exceptions=False) as opened:
        yield opened


def test_the_address_of_a_strangers_badge_is_looked_up_and_judged(client: TestClient, neighbour: Neighbour):
    for answer in (
        client.post("/verify", json={"address": neighbour.address}),
        client.post("/verify", data={"badge": neighbour.address}, headers=JSON),
        client.get("/verify", params={"badge": neighbour.address}),
        client.post("/verify", json={"credential": json.loads(neighbour.file("json"))}),
        client.post("/verify", files={"file": ("b.png", neighbour.file("png"))}, headers=JSON),
    ):
        assert (answer.status_code, answer.json()["verdict"]) == (200, "good")
        assert answer.json()["credential"]["signed_by"] == "neighbour.example"


def test_a_strangers_badge_has_a_page_too(client: TestClient, neighbour: Neighbour):
    page = client.get("/verify", params={"badge": neighbour.address}, headers=HTML)

    assert page.status_code == 200
    assert "Signed by <strong>neighbour.example" in page.text


def test_a_badge_signed_by_a_stranger_in_our_name_is_broken(client: TestClient, neighbour: Neighbour):
    document = json.loads(neighbour.file("json"))
    document["issuer"]["id"] = "did:web:badges.test:issuers:northfield"

    assert client.post("/verify", json={"credential": document}).json()["verdict"] == "broken"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/nothing", "https://evil.example/inside", "https://127.0.0.1/b", "https://[::1]/b",
     "http://neighbour.example/b/1", "https://nobody.invalid/", "https://evil.example:22/", "https://169.254.169.254/latest"],
)  # fmt: skip
def test_whatever_is_wrong_with_an_address_the_answer_is_the_same(client: TestClient, world: Strangers, address: str):
    world.publish("evil.example/inside", b"", status=302, headers={"Location": "https://169.254.169.254/"})

    answer = client.post("/verify", json={"address": address})

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("No badge could be fetched from this address")
    assert set(answer.json()) == {"type", "title", "status", "detail", "pointer"}


def test_the_lists_in_which_an_issuer_is_known_are_named_beside_the_verdict(
    service: Service, neighbour: Neighbour, world: Strangers
):
    lists = TrustLists((read(neighbour.did.encode(), name="north-west"), read(b"did:web:x.example", name="others")))
    made = application(replace(service, trust_lists=lists), network=world.network())
    with TestClient(made, base_url="http://badges.test") as client:
        report = client.post("/verify", json={"address": neighbour.address}).json()
        page = client.get("/verify", params={"badge": neighbour.address}, headers=HTML).text

    assert report["known_in"] == ["north-west"]
    assert "Known in: north-west<" in page


# -- keeping nobody waiting ---------------------------------------------------------------------------------


@dataclass
class SlowHost:
    """A host that answers when the test lets it."""

    reached: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    over: threading.Event = field(default_factory=threading.Event)

    def answer(self, path: str, accept: str) -> Answer:
        del path, accept
        self.reached.release()
        self.over.wait(30)
        return Answer(status=404)

    def wait_for(self, questions: int) -> None:
        """Wait until so many questions have reached it."""
        for _ in range(questions):
            assert self.reached.acquire(timeout=20)


@pytest.fixture
def slow(world: Strangers) -> Iterator[SlowHost]:
    host = SlowHost()
    world.hosts["slow.example"] = host.answer
    yield host
    host.over.set()


def test_hosts_that_do_not_answer_keep_neither_pages_nor_our_own_badges_waiting(
    client: TestClient, slow: SlowHost, make_award: Any
):
    award = make_award()
    with ThreadPoolExecutor(JUDGED_AT_ONCE) as pool:
        for number in range(JUDGED_AT_ONCE):
            pool.submit(client.post, "/verify", json={"address": f"https://slow.example/{number}"})
        slow.wait_for(JUDGED_AT_ONCE)

        assert client.get(f"/b/{award.id}.json").status_code == 200
        assert client.post("/verify", json={"address": f"http://badges.test/b/{award.id}"}).json()["verdict"] == "good"
        slow.over.set()


def test_who_comes_when_all_places_are_taken_is_told_when_to_come_again(client: TestClient, slow: SlowHost):
    with ThreadPoolExecutor(JUDGED_AT_ONCE) as pool:
        for number in range(JUDGED_AT_ONCE):
            pool.submit(client.post, "/verify", json={"address": f"https://slow.example/{number}"})
        slow.wait_for(JUDGED_AT_ONCE)

        refused = client.post("/verify", json={"address": "https://evil.example/"})
        page = client.post("/verify", data={"badge": "https://evil.example/"}, headers=HTML)
        slow.over.set()

    assert (refused.status_code, refused.headers["retry-after"], refused.json()["title"]) == (
        503, "5", "The service is busy; try again shortly",
    )  # fmt: skip
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert "https://evil.example/</textarea>" in page.text


def test_an_address_whose_badge_was_withdrawn_says_so_by_410(client: TestClient, world: Strangers):
    world.publish("evil.example/assertions/1", {"id": "https://evil.example/assertions/1", "revoked": True}, status=410)

    found = client.post("/verify", json={"address": "https://evil.example/assertions/1"}).json()

    assert found["verdict"] == "revoked"
    assert found["credential"] is None
