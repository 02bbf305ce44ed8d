"""Canvas exchanges its keys every month: the key set is fetched from its address, seldom, and in no transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient

from app import clock
from app import service as services
from app.issuing import rules, sources
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.main import application
from app.outbound.network import Network
from app.service import Service
from tests.strangers import Answer, Strangers, strangers

from .platforms import ACCOUNT, SECRET, WRONG, canvas_body, canvas_jwk, canvas_token
from .sending import ACTOR, only_item, rows

PLACE = "keys.canvas.example/main/jwks"
SETTINGS = {"root_account_uuid": ACCOUNT, "jwks_url": f"https://{PLACE}"}
NEXT = "the key of next month"

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Strangers]:
    """Canvas's own host, with this month's key."""
    with strangers(tmp_path, "canvas.example") as opened:
        opened.publish(PLACE, {"keys": [canvas_jwk(SECRET)]})
        yield opened


@pytest.fixture
def client(service: Service, world: Strangers) -> Iterator[TestClient]:
    with TestClient(application(service, network=world.network()), base_url="http://badges.test") as opened:
        yield opened


@pytest.fixture
def canvas(service: Service, issuer: Issuer, phlebotomy: Achievement) -> str:
    """A source that knows its keys by address only."""
    with service.database.write() as session:
        made = sources.create(
            session, service.office, issuer, name="Canvas", source_type="canvas", settings=SETTINGS, actor=ACTOR
        )
        sources.allow(session, made.source, phlebotomy, actor=ACTOR)
        rules.create(session, made.source, activity_id="565", achievement=phlebotomy, actor=ACTOR)
    return made.source.id


Deliver = Callable[..., Any]


@pytest.fixture
def deliver(client: TestClient, canvas: str) -> Deliver:
    """One person's completion, signed with a key of some name: `deliver(person, key, kid)`."""

    def make(person: int = 1, key: str = SECRET, kid: str = "2026-03", at: TestClient = client) -> Any:
        raw, _ = canvas_token(json.dumps(canvas_body(person)).encode(), key, kid)
        return at.post(f"/hooks/{canvas}", content=raw)

    return make


def named(key: str, kid: str) -> dict[str, Any]:
    return canvas_jwk(key) | {"kid": kid}


def test_the_first_delivery_fetches_the_keys_and_the_next_does_not(deliver: Deliver, world: Strangers):
    outcomes = [only_item(deliver(person))["outcome"] for person in (1, 2, 3)]

    assert outcomes == ["awarded"] * 3
    assert world.asked == [PLACE]


def test_a_key_that_is_new_is_fetched_when_it_is_first_named(deliver: Deliver, world: Strangers):
    deliver(1)
    world.publish(PLACE, {"keys": [named(SECRET, "2026-03"), named(NEXT, "2026-04")]})

    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        newer = deliver(2, NEXT, "2026-04")
        older = deliver(3)

    assert [only_item(each)["outcome"] for each in (newer, older)] == ["awarded", "awarded"]
    assert world.asked == [PLACE, PLACE]


def test_a_key_that_is_published_no_more_opens_nothing(deliver: Deliver, world: Strangers):
    deliver(1)
    world.publish(PLACE, {"keys": [named(NEXT, "2026-04")]})

    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        deliver(2, NEXT, "2026-04")
        assert deliver(3).status_code == 401


def test_somebody_who_names_unknown_keys_makes_us_ask_once_a_minute(
    deliver: Deliver, world: Strangers, service: Service
):
    deliver(1)
    before = rows(service)["deliveries"]

    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        answers = [deliver(2, WRONG, f"made-up-{number}").status_code for number in range(20)]

    assert answers == [401] * 20
    assert world.asked == [PLACE, PLACE]
    assert rows(service)["deliveries"] == before


def test_a_forgery_under_a_known_name_asks_nobody(deliver: Deliver, world: Strangers):
    deliver(1)

    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        assert deliver(2, WRONG).status_code == 401

    assert world.asked == [PLACE]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=503),
        Answer(b"<html>"),
        Answer(b'{"keys": []}'),
        Answer(b'{"keys": [{"kty": "EC", "kid": "2026-04"}]}'),
        Answer(b'{"keys": ["' + b"x" * 300_000 + b'"]}'),
        Answer(status=302, headers={"Location": "https://keys.canvas.example/elsewhere"}),
    ],
    ids=["unavailable", "a page", "no keys", "no key of use", "too large", "elsewhere"],
)
def test_when_fetching_fails_the_keys_that_are_here_go_on(deliver: Deliver, world: Strangers, answer: Answer):
    deliver(1)
    world.answers[PLACE] = answer

    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        unknown, known = deliver(2, NEXT, "2026-04"), deliver(3)

    assert unknown.status_code == 401
    assert only_item(known)["outcome"] == "awarded"


def test_another_machine_uses_the_keys_that_this_one_has_fetched(deliver: Deliver, world: Strangers, service: Service):
    deliver(1)
    other = services.build(service.settings)

    with TestClient(application(other, network=world.network()), base_url="http://badges.test") as client:
        assert only_item(deliver(2, at=client))["outcome"] == "awarded"

    assert world.asked == [PLACE]


def test_while_the_keys_are_fetched_the_database_waits_for_nothing(
    deliver: Deliver, world: Strangers, service: Service, canvas: str
):
    """One writer at a time is SQLite's rule: a fetch inside of a transaction would stop the whole service."""
    published = world.answers.pop(PLACE)

    def answer(_path: str, _accept: str) -> Answer:
        with service.database.write() as session:
            sources.count_rejected(session, canvas)
        return published

    world.hosts["keys.canvas.example"] = answer

    assert only_item(deliver(1))["outcome"] == "awarded"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1"])
def test_an_address_inside_the_house_is_never_asked(service: Service, world: Strangers, deliver: Deliver, address: str):
    inside = Network(resolve=lambda _host, _port: [address])
    with TestClient(application(service, network=inside), base_url="http://badges.test") as client:
        assert deliver(1, at=client).status_code == 401

    assert world.asked == []
