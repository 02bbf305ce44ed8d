"""Key sets of platforms by address: who may ask when, and what stays when asking fails."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from app import clock
from app.errors import InvalidInput
from app.issuing import key_sets, sources
from app.issuing.sources import SourceState
from app.lms.base import SourceConfig

from .conftest import ACTOR, Desk

URL, OTHER = "https://keys.canvas.test/main/jwks", "https://keys.other.test/jwks"
KEYS: dict[str, Any] = {"keys": [{"kid": "2026-03"}]}
NEWER: dict[str, Any] = {"keys": [{"kid": "2026-04"}]}


def take_turn(desk: Desk, url: str = URL) -> bool:
    with desk.write() as session:
        return key_sets.take_turn(session, url)


def keep(desk: Desk, document: dict[str, Any]) -> None:
    with desk.write() as session:
        key_sets.keep(session, URL, document)


def known(desk: Desk, **settings: Any) -> Any:
    with desk.read() as session:
        return key_sets.with_keys(session, SourceConfig("canvas", settings)).jwks


def lease(desk: Desk, *urls: str) -> str | None:
    with desk.write() as session:
        return key_sets.lease_due(session, urls)


def make_source(desk: Desk, url: str) -> str:
    with desk.write() as session:
        settings = {"root_account_uuid": "RootAccountOfStAnna", "jwks_url": url}
        made = sources.create(
            session, desk.office, desk.issuer, name="Canvas", source_type="canvas", settings=settings, actor=ACTOR
        )
        return made.source.id


def test_an_unknown_key_is_asked_for_at_once_and_then_not_for_a_minute(desk: Desk):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        first, second = take_turn(desk), take_turn(desk)
    with time_machine.travel(now + timedelta(seconds=59), tick=False):
        soon = take_turn(desk)
    with time_machine.travel(now + timedelta(seconds=60), tick=False):
        later = take_turn(desk)

    assert [first, second, soon, later] == [True, False, False, True]
    assert take_turn(desk, OTHER)


def test_of_many_at_once_one_gets_the_turn(desk: Desk):
    take_turn(desk)
    with (
        time_machine.travel(clock.now() + timedelta(minutes=5), tick=False),
        ThreadPoolExecutor(8) as threads,
    ):
        turns = list(threads.map(lambda _: take_turn(desk), range(8)))

    assert sum(turns) == 1


def test_a_fetched_set_is_what_a_source_with_its_address_checks_with(desk: Desk):
    take_turn(desk)
    keep(desk, KEYS)

    assert known(desk, jwks_url=URL) == KEYS
    assert known(desk, jwks_url=OTHER) is None
    assert known(desk) is None


def test_until_a_set_has_come_the_pasted_one_holds(desk: Desk):
    take_turn(desk)
    config = SourceConfig("canvas", {"jwks_url": URL, "jwks": KEYS}, jwks=KEYS)

    with desk.read() as session:
        before = key_sets.with_keys(session, config).jwks
    keep(desk, NEWER)
    with desk.read() as session:
        after = key_sets.with_keys(session, config).jwks

    assert (before, after) == (KEYS, NEWER)


def test_when_fetching_fails_the_old_set_stays(desk: Desk):
    take_turn(desk)
    keep(desk, KEYS)
    with desk.write() as session:
        key_sets.keep_failure(session, URL, "answered 503")

    assert known(desk, jwks_url=URL) == KEYS
    with desk.read() as session:
        kept = session.get_one(key_sets.KeySet, URL)
        assert kept.last_error == "answered 503"


def test_a_key_that_the_platform_publishes_no_more_is_gone(desk: Desk):
    take_turn(desk)
    keep(desk, KEYS)
    keep(desk, NEWER)

    assert known(desk, jwks_url=URL) == NEWER


def test_the_worker_asks_each_address_once_until_it_is_due_again(desk: Desk):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        asked = {lease(desk, URL, OTHER), lease(desk, URL, OTHER)}
        nothing = lease(desk, URL, OTHER)
        keep(desk, KEYS)
    with time_machine.travel(now + timedelta(seconds=301), tick=False):
        failed_once = lease(desk, URL, OTHER)
    with time_machine.travel(now + timedelta(seconds=3_600), tick=False):
        hourly = lease(desk, URL)

    assert (asked, nothing) == ({URL, OTHER}, None)
    assert failed_once == OTHER  # nobody has said what came of it: that worker may be gone
    assert hourly == URL


def test_only_what_active_sources_name_is_asked_for(desk: Desk):
    make_source(desk, URL)
    off = make_source(desk, OTHER)
    with desk.write() as session:
        sources.set_state(session, sources.by_id(session, off), SourceState.DISABLED, actor=ACTOR)

    with desk.read() as session:
        assert key_sets.wanted(session) == [URL]


@pytest.mark.parametrize("url", ["http://keys.canvas.test/jwks", "https://127.0.0.1:8080/jwks", "ftp://keys.test/"])
def test_an_address_that_could_never_be_asked_is_refused_when_the_source_is_made(desk: Desk, url: str):
    with pytest.raises(InvalidInput, match="jwks_url"):
        make_source(desk, url)
