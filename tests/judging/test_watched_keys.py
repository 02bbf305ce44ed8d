"""What other issuers published as keys is remembered, so that a change is noticed (T24)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

import pytest
import time_machine

from app import clock
from app.credentials.report import Report, Verdict
from app.errors import Busy
from app.issuing import award_status, awards, issuers, key_rotation, watched_keys
from app.issuing.watched_keys import WatchedIssuer, WatchedKey
from app.judging.desk import Desk
from app.service import Service
from tests.neighbour import Neighbour
from tests.strangers import Strangers

SIGNED, FIRST_LOOK, LATER = "2026-11-29T08:00:00Z", "2026-12-01T08:00:00Z", "2026-12-02T08:00:00Z"


@pytest.fixture
def look(service: Service, world: Strangers) -> Any:
    """Judge a file at a moment, with nothing fetched before."""

    def judge(neighbour: Neighbour, moment: str, *, form: str = "json") -> Report:
        document = neighbour.file(form)
        with time_machine.travel(moment, tick=False):
            desk = Desk(service, world.network())
            try:
                return desk.judge(document)
            finally:
                desk.close()

    return judge


def change_keys(neighbour: Neighbour, moment: str) -> None:
    """The issuer signs the badge anew with new keys, on that day as its clock says."""
    with time_machine.travel(moment, tick=False), neighbour.service.database.write() as session:
        office, issuer = neighbour.service.office, issuers.by_slug(session, "dales")
        key_rotation.rotate(session, office, issuer, actor="test")
        award_status.reissue(session, office, awards.by_id(session, neighbour.award.id), actor="test")


def publish_without_keys(neighbour: Neighbour, world: Strangers) -> None:
    stated = neighbour.client.get("/issuers/dales/did.json").json()
    stated |= {"verificationMethod": [], "assertionMethod": []}
    world.publish("neighbour.example/issuers/dales/did.json", stated, "application/did+json")


def codes(report: Report) -> list[str]:
    return [caution.code for caution in report.warnings]


def test_a_first_look_is_believed(look: Any, neighbour: Neighbour):
    report = look(neighbour, FIRST_LOOK)

    assert (report.verdict, codes(report)) == (Verdict.GOOD, [])


@pytest.mark.parametrize("form", ["json", "jwt"])
def test_a_key_that_was_there_and_is_taken_away_is_said_to_be_so(
    look: Any, neighbour: Neighbour, world: Strangers, form: str
):
    look(neighbour, FIRST_LOOK, form=form)
    publish_without_keys(neighbour, world)

    report = look(neighbour, LATER, form=form)

    assert (report.verdict, report["issuer"].code) == (Verdict.UNKNOWN_ISSUER, "key_no_longer_published")
    assert "until 1 December 2026 or later" in report["issuer"].sentence


def test_a_key_that_never_was_there_is_not_said_to_have_been(look: Any, neighbour: Neighbour, world: Strangers):
    publish_without_keys(neighbour, world)

    assert look(neighbour, LATER)["issuer"].code == "key_not_published"


def test_a_signature_that_is_older_than_its_key_is_warned_of(look: Any, neighbour: Neighbour):
    look(neighbour, FIRST_LOOK)
    change_keys(neighbour, SIGNED)

    report = look(neighbour, LATER)

    assert (report.verdict, codes(report)) == (Verdict.GOOD, ["key_newer_than_signature"])
    assert "29 November 2026" in report.warnings[0].sentence
    assert "1 December 2026" in report.warnings[0].sentence


def test_a_new_key_that_signs_after_it_came_is_nothing_to_warn_of(look: Any, neighbour: Neighbour):
    look(neighbour, FIRST_LOOK)
    change_keys(neighbour, LATER)

    report = look(neighbour, "2026-12-03T08:00:00Z")

    assert (report.verdict, codes(report)) == (Verdict.GOOD, [])


def test_looks_within_the_hour_write_nothing(look: Any, service: Service, neighbour: Neighbour, world: Strangers):
    look(neighbour, FIRST_LOOK)
    writes: list[str] = []
    watching = replace(service, database=_Counting(service.database, writes))

    with time_machine.travel("2026-12-01T08:59:00Z", tick=False):
        report = Desk(watching, world.network()).judge(neighbour.file("json"))

    assert report.verdict is Verdict.GOOD
    assert writes == []


def test_a_database_that_cannot_be_written_to_keeps_nobody_from_judging(
    look: Any, service: Service, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
):
    @contextmanager
    def busy() -> Iterator[Any]:
        raise Busy("The database is busy", retry_after_seconds=5)
        yield

    monkeypatch.setattr(service.database, "write", busy)

    assert look(neighbour, FIRST_LOOK).verdict is Verdict.GOOD


def test_made_up_issuers_cannot_fill_the_database(
    look: Any, service: Service, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(watched_keys, "MAX_ISSUERS", 0)

    assert look(neighbour, FIRST_LOOK).verdict is Verdict.GOOD
    with service.database.read() as session:
        assert session.query(WatchedIssuer).count() == session.query(WatchedKey).count() == 0


def test_a_heap_of_keys_hides_no_new_one(service: Service):
    """A thief of a domain publishes so many keys that not all of them can be remembered."""
    issuer, many = "did:web:evil.example", frozenset(f"urn:key:{number:03}" for number in range(80))

    for moment, listed, named in (
        (FIRST_LOOK, frozenset({"urn:key:old"}), "urn:key:old"),
        (LATER, many, "urn:key:079"),
    ):
        with time_machine.travel(moment, tick=False), service.database.write() as session:
            watched_keys.note(session, issuer, listed, named=(named, "a name"))

    with service.database.read() as session:
        found = session.get_one(WatchedKey, (issuer, "urn:key:079"))
    assert found.absent_at is not None


def test_issuers_that_were_looked_at_once_make_room_for_others(service: Service, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(watched_keys, "MAX_ISSUERS", 3)

    for number in range(6):
        with service.database.write() as session:
            watched_keys.note(session, f"did:web:h{number}.example", frozenset({"urn:key"}))

    with service.database.read() as session:
        assert session.get(WatchedIssuer, "did:web:h5.example") is not None
        assert session.query(WatchedIssuer).count() <= 3


def test_what_nobody_looked_at_for_three_years_is_forgotten(look: Any, service: Service, neighbour: Neighbour):
    look(neighbour, FIRST_LOOK)

    counts = []
    for moment in ("2029-11-01T00:00:00Z", "2030-01-01T00:00:00Z"):
        with time_machine.travel(moment, tick=False), service.database.write() as session:
            counts.append((clock.now().year, watched_keys.forget(session), session.query(WatchedKey).count()))

    assert counts == [(2029, 0, 2), (2030, 1, 0)]


class _Counting:
    """A database that says when it is written to."""

    def __init__(self, database: Any, writes: list[str]) -> None:
        self._database = database
        self._writes = writes
        self.read = database.read

    def write(self) -> AbstractContextManager[Any]:
        self._writes.append("write")
        found: AbstractContextManager[Any] = self._database.write()
        return found
