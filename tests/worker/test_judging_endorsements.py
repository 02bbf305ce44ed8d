"""A worker judges again what others signed elsewhere: what was taken back there stops being shown as good here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import update

from app import clock
from app.credentials.model import StatusEntry, StatusPurpose
from app.issuing import attached_endorsements, heartbeat, issuers, received_endorsements
from app.issuing.received_endorsements import Judged, ReceivedEndorsement
from app.judging.desk import Desk
from app.worker import upkeep
from app.worker.judging_again import JudgingAgain
from app.worker.loop import Worker
from app.worker.upkeep import Upkeep
from tests.endorsers import Endorser, endorser
from tests.strangers import Answer, Strangers, strangers

from .conftest import BackDoor
from .test_loop import wait_until

LIST = "https://lists.board.example/1"
PLACE = "lists.board.example/1"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Strangers]:
    with strangers(tmp_path, "board.example") as opened:
        yield opened


@pytest.fixture(scope="module")
def board() -> Endorser:
    return endorser()


@pytest.fixture
def about(back_door: BackDoor) -> str:
    return str(back_door.service.office.addresses.did("st-anna"))


@pytest.fixture
def taken(back_door: BackDoor, world: Strangers, board: Endorser, about: str) -> str:
    """The id of an endorsement with a place in a list elsewhere, taken, accepted, and judged long ago."""
    world.publish(PLACE, board.revocation_list(LIST, revoked=set()))
    document = board.json(about, status=StatusEntry(LIST, 7, StatusPurpose.REVOCATION))
    judged = Judged(document, Desk(back_door.service, world.network()).judge(document))
    with back_door.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        made = received_endorsements.take(session, back_door.service.office, issuer, about, judged, actor="test")
        received_endorsements.accept(session, made, accepted=True, actor="test")
        session.execute(update(ReceivedEndorsement).values(judged_at=clock.now() - timedelta(days=2)))
        return made.id


def round_of(back_door: BackDoor, world: Strangers) -> None:
    JudgingAgain(back_door.service, world.network()).work_through(threading.Event())


def seen(back_door: BackDoor, received_id: str, about: str) -> tuple[str, int]:
    """The verdict, and how many new badges would carry."""
    with back_door.database.read() as session:
        carried: Any = attached_endorsements.attached(session, back_door.service.office, [about])
        return received_endorsements.by_id(session, received_id).verdict, len(carried.documents)


def test_one_that_stands_is_looked_at_again_and_goes_on(back_door, world, taken, about):
    round_of(back_door, world)

    assert seen(back_door, taken, about) == ("good", 1)
    with back_door.database.read() as session:
        assert received_endorsements.due(session, limit=5) == []


def test_one_that_was_taken_back_is_carried_no_more(back_door, world, board, taken, about):
    world.publish(PLACE, board.revocation_list(LIST, revoked={7}))

    round_of(back_door, world)

    assert seen(back_door, taken, about) == ("revoked", 0)


def test_a_list_that_somebody_else_signed_takes_nothing_back(back_door, world, taken, about):
    world.publish(PLACE, endorser("Somebody else").revocation_list(LIST, revoked={7}))

    round_of(back_door, world)

    verdict, carried = seen(back_door, taken, about)
    assert (verdict != "revoked", carried) == (True, 0)


def test_one_whose_list_is_out_of_reach_cannot_be_told_and_is_tried_again_within_hours(back_door, world, taken, about):
    world.unreachable.add("lists.board.example")
    round_of(back_door, world)
    assert seen(back_door, taken, about) == ("cannot_tell", 0)

    world.unreachable.clear()
    with back_door.database.write() as session:
        session.execute(update(ReceivedEndorsement).values(judged_at=clock.now() - timedelta(hours=1)))
    round_of(back_door, world)

    assert seen(back_door, taken, about) == ("good", 1)


@pytest.mark.usefixtures("taken")
def test_a_host_that_hangs_holds_up_no_chore_of_the_worker(back_door, world, monkeypatch):
    """The heart beats on while the host is asked: it is asked in a thread of its own."""
    asked, release, stop = threading.Event(), threading.Event(), threading.Event()

    def hang(_method: str, _path: str) -> Answer:
        asked.set()
        release.wait()
        return Answer(status=503)

    world.hosts["lists.board.example"] = hang
    world.answers.pop(PLACE)
    beats: list[str] = []
    monkeypatch.setattr(heartbeat, "beat", lambda _session, name: beats.append(name))
    monkeypatch.setattr(upkeep, "BEAT_SECONDS", 0.0)
    thread = threading.Thread(target=Worker(back_door.service, back_door.letterbox, world.network()).run, args=(stop,))
    thread.start()
    try:
        wait_until(asked.is_set)
        before = len(beats)
        wait_until(lambda: len(beats) >= before + 3)
        assert not release.is_set()
    finally:
        release.set()
        stop.set()
        thread.join()


@pytest.mark.usefixtures("taken")
def test_nothing_in_upkeep_asks_the_host_of_an_endorsement(back_door, world):
    world.asked.clear()

    Upkeep(back_door.service, world.network()).do_everything()

    assert world.asked == []


def test_one_that_cannot_be_judged_holds_up_none_of_the_others(back_door, world, taken, about, monkeypatch):
    """The failure is told after the others were judged, so that the loop pauses before it tries again."""
    note = received_endorsements.note

    def fail_once(session: Any, received_id: str, report: Any, *, actor: str) -> None:
        if received_id == taken:
            raise RuntimeError("lost")
        note(session, received_id, report, actor=actor)

    document = endorser("Another board").json(about)
    judged = Judged(document, Desk(back_door.service, world.network()).judge(document))
    with back_door.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        other = received_endorsements.take(session, back_door.service.office, issuer, about, judged, actor="test").id
        session.execute(update(ReceivedEndorsement).values(judged_at=clock.now() - timedelta(days=2)))
    monkeypatch.setattr(received_endorsements, "note", fail_once)

    with pytest.raises(RuntimeError, match="lost"):
        round_of(back_door, world)

    with back_door.database.read() as session:
        assert [found for found, _ in received_endorsements.due(session, limit=5)] == [taken]
        assert other != taken


def test_as_many_as_are_judged_at_once_that_fail_keep_nobody_else_from_its_turn(
    back_door, world, taken, about, monkeypatch
):
    """They are tried again an hour later, not before."""
    monkeypatch.setattr("app.worker.judging_again.AT_ONCE", 1)
    note, tried = received_endorsements.note, []

    def fail(session: Any, received_id: str, report: Any, *, actor: str) -> None:
        tried.append(received_id)
        if received_id == taken:
            raise RuntimeError("lost")
        note(session, received_id, report, actor=actor)

    document = endorser("Another board").json(about)
    judged = Judged(document, Desk(back_door.service, world.network()).judge(document))
    with back_door.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        other = received_endorsements.take(session, back_door.service.office, issuer, about, judged, actor="test").id
        for late, received_id in enumerate((other, taken)):
            old = clock.now() - timedelta(days=2 + late)
            session.execute(
                update(ReceivedEndorsement).where(ReceivedEndorsement.id == received_id).values(judged_at=old)
            )
    monkeypatch.setattr(received_endorsements, "note", fail)
    again = JudgingAgain(back_door.service, world.network())

    with time_machine.travel(clock.now(), tick=False) as now:
        with pytest.raises(RuntimeError, match="lost"):
            again.work_through(threading.Event())
        again.work_through(threading.Event())
        again.work_through(threading.Event())
        assert tried == [taken, other]
        now.shift(received_endorsements.ASKED_AGAIN_AFTER)
        with pytest.raises(RuntimeError, match="lost"):
            again.work_through(threading.Event())
    assert tried == [taken, other, taken]
