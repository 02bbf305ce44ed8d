"""Canvas, Docebo, Thinkific and Cornerstone before the door, each proving itself in its own way (T26, T27, T44).

Docebo and Cornerstone send no address, so the hospital knows these people already.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.issuing import learners, rules, sources
from app.issuing.achievements import Achievement
from app.issuing.awards import Credential
from app.issuing.issuers import Issuer
from app.service import Service

from .platforms import PLATFORMS, SECRET, WRONG, Platform
from .sending import ACTOR, only_item, rows

EACH = pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS.keys())
BATCHING = pytest.mark.parametrize(
    "platform",
    [each for each in PLATFORMS.values() if each.batches],
    ids=[n for n, p in PLATFORMS.items() if p.batches],
)
SIGNING = pytest.mark.parametrize(
    "platform", [each for each in PLATFORMS.values() if each.signs], ids=[n for n, p in PLATFORMS.items() if p.signs]
)


@dataclass
class Connected:
    """A platform with a source of its own whose one activity earns phlebotomy."""

    client: TestClient
    source_id: str

    def post(self, sent: tuple[bytes, dict[str, str]], **changes: str) -> httpx.Response:
        raw, headers = sent
        changed = {name.replace("_", "-"): value for name, value in changes.items()}
        return self.client.post(f"/hooks/{self.source_id}", content=raw, headers=headers | changed)


@pytest.fixture
def connect(service: Service, issuer: Issuer, client: TestClient, phlebotomy: Achievement) -> Callable[..., Connected]:
    """Connect a platform, with people whom the issuer knows by the platform's own ids."""

    def make(platform: Platform, people: int = 1) -> Connected:
        with service.database.write() as session:
            made = sources.create(
                session,
                service.office,
                issuer,
                name=platform.type,
                source_type=platform.type,
                settings=dict(platform.settings),
                secret=platform.secret,
                actor=ACTOR,
            )
            sources.allow(session, made.source, phlebotomy, actor=ACTOR)
            rules.create(session, made.source, activity_id=platform.activity, achievement=phlebotomy, actor=ACTOR)
            for person in range(1, people + 1):
                learners.resolve(
                    session,
                    issuer,
                    namespace=platform.namespace,
                    source_id=platform.learner(person),
                    email=f"person-{person}@hospital.test",
                    display_name="Mira Holm",
                )
        return Connected(client, made.source.id)

    return make


@EACH
@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_completion_becomes_a_badge_through_a_running_server(
    connect: Callable[..., Connected], platform: Platform, port: int, service: Service
):
    connected = connect(platform)
    raw, headers = platform.send(1)

    answer = httpx.post(f"http://127.0.0.1:{port}/hooks/{connected.source_id}", content=raw, headers=headers)

    item = only_item(answer)
    assert (item["outcome"], answer.status_code) == ("awarded", 200)
    with service.database.read() as session:
        stored = session.scalars(select(Credential)).one().json
    page = httpx.get(f"http://127.0.0.1:{port}/b/{item['awards'][0]['award']}.json")
    assert page.content == stored


@EACH
def test_a_wrong_secret_is_answered_401_and_leaves_a_counter_and_no_row(
    connect: Callable[..., Connected], platform: Platform, service: Service
):
    connected = connect(platform)
    before = rows(service)

    refused = connected.post(platform.send(1, secret=WRONG))

    assert (refused.status_code, refused.json()["detail"]) == (401, "The delivery could not be authenticated")
    assert rows(service) == before
    with service.database.read() as session:
        assert sources.by_id(session, connected.source_id).rejected_count == 1


@SIGNING
def test_one_flipped_byte_of_the_body_is_answered_401(
    connect: Callable[..., Connected], platform: Platform, service: Service
):
    connected = connect(platform)
    raw, headers = platform.send(1)
    middle = len(raw) // 2
    flipped = raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]

    assert connected.post((flipped, headers)).status_code == 401
    assert rows(service)["deliveries"] == 0


@EACH
def test_no_proof_at_all_is_answered_401(connect: Callable[..., Connected], platform: Platform, service: Service):
    raw, _ = platform.send(1)
    unproved = json.dumps(platform.body(1)).encode() if platform.type == "canvas" else raw

    assert connect(platform).post((unproved, {})).status_code == 401
    assert rows(service)["deliveries"] == 0


@EACH
def test_a_replay_gets_the_first_answer_and_adds_nothing(
    connect: Callable[..., Connected], platform: Platform, service: Service
):
    connected = connect(platform)
    first = connected.post(platform.send(1))
    before = rows(service)

    again = connected.post(platform.send(1))

    assert (again.status_code, again.content) == (200, first.content)
    assert rows(service) == before


@BATCHING
def test_one_bad_item_of_a_hundred_fails_alone(connect: Callable[..., Connected], platform: Platform, service: Service):
    connected = connect(platform, people=100)

    items = connected.post(platform.send(*range(1, 101), spoiled=41)).json()["items"]

    assert [item["index"] for item in items if item["outcome"] != "awarded"] == [41]
    assert items[41]["outcome"] == "unreadable"
    assert rows(service)["awards"] == 99


@EACH
def test_a_huge_body_is_answered_413_and_nothing_is_stored(
    connect: Callable[..., Connected], platform: Platform, service: Service
):
    connected = connect(platform)
    raw, headers = platform.prove(json.dumps(platform.body(1) | {"more": "x" * 1_100_000}).encode(), SECRET)

    assert connected.post((raw, headers)).status_code == 413
    assert rows(service)["deliveries"] == 0


@EACH
@pytest.mark.parametrize("secret", [SECRET, WRONG], ids=["authentic", "forged"])
def test_a_compressed_bomb_is_never_opened(
    connect: Callable[..., Connected], platform: Platform, service: Service, secret: str
):
    """What is authentic is told 413. A forgery is told what every forgery is told, and a token is never compressed."""
    connected = connect(platform)
    bomb = gzip.compress(b'{"more": "' + b"x" * (20 * 1024 * 1024) + b'"}')
    raw, headers = (bomb, {}) if platform.type == "canvas" else platform.prove(bomb, secret)

    answer = connected.post((raw, headers), content_encoding="gzip")

    told = 401 if secret == WRONG or platform.type == "canvas" else 413
    assert answer.status_code == told
    assert rows(service)["deliveries"] == 0


@pytest.mark.parametrize("name", ["docebo", "thinkific", "cornerstone"])
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_body_is_proved_as_it_came_and_read_as_it_was(
    connect: Callable[..., Connected], name: str, encoding: str
):
    platform = PLATFORMS[name]
    raw = json.dumps(platform.body(1)).encode()
    packed = gzip.compress(raw) if encoding == "gzip" else zlib.compress(raw)

    item = only_item(connect(platform).post(platform.prove(packed, SECRET), content_encoding=encoding))

    assert item["outcome"] == "awarded"


@pytest.mark.parametrize("name", ["docebo", "thinkific", "cornerstone"])
def test_a_body_compressed_in_a_way_that_nobody_here_can_open_is_answered_415(
    connect: Callable[..., Connected], name: str, service: Service
):
    platform = PLATFORMS[name]

    assert connect(platform).post(platform.send(1), content_encoding="br").status_code == 415
    assert rows(service)["deliveries"] == 0


@EACH
@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "nonsense"]
)
def test_a_wrong_content_type_changes_nothing(connect: Callable[..., Connected], platform: Platform, content_type: str):
    """Canvas calls a token what it likes, and administrators choose the type of others (completion-sources §1.2)."""
    assert only_item(connect(platform).post(platform.send(1), content_type=content_type))["outcome"] == "awarded"


def test_docebo_knows_nobody_s_address_so_a_stranger_waits_and_is_not_lost(
    connect: Callable[..., Connected], service: Service
):
    item = only_item(connect(PLATFORMS["docebo"]).post(PLATFORMS["docebo"].send(2)))

    assert (item["outcome"], item["reason"]) == ("parked", "unknown-person")
    assert rows(service)["completions"] == 1


def test_cornerstone_may_try_again_with_another_attempt_number(connect: Callable[..., Connected], service: Service):
    platform = PLATFORMS["cornerstone"]
    connected = connect(platform)
    first = only_item(connected.post(platform.send(1)))
    later: dict[str, Any] = platform.body(1) | {"attemptNumber": 2}

    again = only_item(connected.post(platform.prove(json.dumps(later).encode(), SECRET)))

    assert again["awards"][0]["award"] == first["awards"][0]["award"]
    assert rows(service)["awards"] == 1
