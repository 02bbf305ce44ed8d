"""A worker keeps the key sets of platforms fresh, one at a time, and what fails stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa

from app import clock
from app.issuing import issuers, key_sets, sources
from app.worker import Worker
from app.worker.key_sets import refresh_one
from tests.strangers import Strangers, strangers

from .conftest import BackDoor

PLACES = ["keys.canvas.example/a", "keys.canvas.example/b"]


@pytest.fixture
def world(tmp_path: Path, key: dict[str, Any]) -> Iterator[Strangers]:
    with strangers(tmp_path, "canvas.example") as opened:
        for place in PLACES:
            opened.publish(place, {"keys": [key]})
        yield opened


@pytest.fixture(scope="session")
def key() -> dict[str, Any]:
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True) | {"kid": "2026-03"}


@pytest.fixture
def connected(back_door: BackDoor) -> BackDoor:
    """Two sources, whose keys are at two addresses."""
    with back_door.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        for place in PLACES:
            settings = {"root_account_uuid": "RootAccountOfStAnna", "jwks_url": f"https://{place}"}
            sources.create(
                session,
                back_door.service.office,
                issuer,
                name=place,
                source_type="canvas",
                settings=settings,
                actor="cli",
            )
    return back_door


def kept(back_door: BackDoor, place: str = PLACES[0]) -> key_sets.KeySet:
    with back_door.database.read() as session:
        return session.get_one(key_sets.KeySet, f"https://{place}")


def test_every_set_is_fetched_before_anybody_has_asked_for_a_key(
    connected: BackDoor, world: Strangers, key: dict[str, Any]
):
    fetched = [refresh_one(connected.database, world.network()) for _ in range(3)]

    assert fetched == [f"https://{place}" for place in PLACES] + [None]
    assert kept(connected).document == {"keys": [{name: key[name] for name in ("kty", "kid", "n", "e", "key_ops")}]}


def test_each_is_asked_for_once_an_hour(connected: BackDoor, world: Strangers):
    now = clock.now()
    for minutes in (0, 10, 30, 59, 61):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            while refresh_one(connected.database, world.network()):
                pass

    assert [world.asked.count(place) for place in PLACES] == [2, 2]


def test_a_set_that_cannot_be_fetched_is_kept_and_tried_again_after_five_minutes(connected: BackDoor, world: Strangers):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        while refresh_one(connected.database, world.network()):
            pass
    good = kept(connected).document
    world.unreachable.add("keys.canvas.example")
    with time_machine.travel(now + timedelta(minutes=61), tick=False):
        while refresh_one(connected.database, world.network()):
            pass
        failed = kept(connected)
    world.unreachable.clear()
    with time_machine.travel(now + timedelta(minutes=67), tick=False):
        again = refresh_one(connected.database, world.network())

    assert (failed.document, bool(failed.last_error)) == (good, True)
    assert again is not None
    assert kept(connected).last_error is None


def test_a_worker_does_this_among_its_chores(connected: BackDoor, world: Strangers):
    Worker(connected.service, connected.letterbox, world.network()).run_once()

    assert world.asked == [PLACES[0]]


def test_without_such_sources_nobody_is_asked(back_door: BackDoor, world: Strangers):
    assert refresh_one(back_door.database, world.network()) is None
    assert world.asked == []
