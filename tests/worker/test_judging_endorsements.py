"""A worker judges again what others signed elsewhere: what was taken back there stops being shown as good here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app import clock
from app.credentials.model import StatusEntry, StatusPurpose
from app.issuing import attached_endorsements, issuers, received_endorsements
from app.issuing.received_endorsements import Judged, ReceivedEndorsement
from app.judging.desk import Desk
from app.worker.upkeep import Upkeep
from tests.endorsers import Endorser, endorser
from tests.strangers import Strangers, strangers

from .conftest import BackDoor

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
    Upkeep(back_door.service, world.network()).judge_endorsements()


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
