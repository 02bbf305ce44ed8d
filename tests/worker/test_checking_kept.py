"""A worker checks every day what people keep of others: what was withdrawn there is not shown as good here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app import clock
from app.credentials.model import StatusEntry, StatusPurpose
from app.issuing import kept_badges
from app.issuing.accounts import people
from app.issuing.kept_badges import KeptBadge, Origin
from app.judging.desk import Desk
from app.worker.checking_kept import CheckingKept
from tests.badges_elsewhere import MIRA, badge
from tests.endorsers import Endorser, endorser
from tests.strangers import Strangers, strangers

from .conftest import BackDoor

LIST = "https://lists.dales.example/1"
PLACE = "lists.dales.example/1"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Strangers]:
    with strangers(tmp_path, "dales.example") as opened:
        yield opened


@pytest.fixture(scope="module")
def dales() -> Endorser:
    return endorser("Dales Hospital")


def keep(back_door: BackDoor, world: Strangers, document: bytes) -> str:
    """The id of a badge that Mira keeps, and that was checked long ago."""
    report = Desk(back_door.service, world.network()).judge(document, recipient=(MIRA,))
    with back_door.database.write() as session:
        account = people.of_confirmed_address(session, MIRA)
        office = back_door.service.office
        kept = kept_badges.keep(session, office, account.id, document, report, origin=Origin.UPLOAD).badge
        kept.tried_at = kept.checked_at = clock.now() - timedelta(days=2)
        return kept.id


@pytest.fixture
def kept(back_door: BackDoor, world: Strangers, dales: Endorser) -> str:
    """One with a place in a list elsewhere."""
    world.publish(PLACE, dales.revocation_list(LIST, revoked=set()))
    return keep(back_door, world, badge(dales, status=(StatusEntry(LIST, 7, StatusPurpose.REVOCATION),)))


def round_of(back_door: BackDoor, world: Strangers) -> int:
    return CheckingKept(back_door.service, world.network()).work_through(threading.Event())


def seen(back_door: BackDoor, kept_id: str) -> KeptBadge:
    with back_door.database.read() as session:
        return kept_badges.by_id(session, kept_id)


def test_one_that_stands_is_looked_at_once_a_day(back_door: BackDoor, world: Strangers, kept: str) -> None:
    assert round_of(back_door, world) == 1

    assert seen(back_door, kept).verdict == "good"
    assert round_of(back_door, world) == 0


def test_one_that_was_withdrawn_says_so(back_door: BackDoor, world: Strangers, dales: Endorser, kept: str) -> None:
    world.publish(PLACE, dales.revocation_list(LIST, revoked={7}))

    round_of(back_door, world)

    assert seen(back_door, kept).verdict == "revoked"


def test_a_list_that_somebody_else_signed_withdraws_nothing(back_door: BackDoor, world: Strangers, kept: str) -> None:
    world.publish(PLACE, endorser("Somebody else").revocation_list(LIST, revoked={7}))

    round_of(back_door, world)

    assert seen(back_door, kept).verdict != "revoked"


def test_one_whose_host_is_silent_cannot_be_told_and_says_what_it_was(
    back_door: BackDoor, world: Strangers, kept: str
) -> None:
    world.unreachable.add("lists.dales.example")

    round_of(back_door, world)

    found = seen(back_door, kept)
    assert (found.verdict, found.told) == ("cannot_tell", "good")


def test_an_address_that_was_taken_away_takes_the_badge_s_owner_away(
    back_door: BackDoor, world: Strangers, kept: str
) -> None:
    with back_door.database.write() as session:
        account = people.by_address(session, MIRA)
        assert account is not None
        people.add_address(session, account, "mira@elsewhere.test", is_confirmed=True)
        people.remove_address(session, account, MIRA)

    round_of(back_door, world)

    assert (seen(back_door, kept).match, seen(back_door, kept).verdict) == ("other", "good")


def test_one_that_fails_keeps_none_of_the_others_from_their_turn(
    back_door: BackDoor, world: Strangers, dales: Endorser, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = keep(back_door, world, badge(dales, number=2))
    note = kept_badges.note

    def fail_once(session: Any, asked: Any, report: Any) -> Any:
        if asked.kept_id == kept:
            raise RuntimeError("lost")
        return note(session, asked, report)

    monkeypatch.setattr(kept_badges, "note", fail_once)

    assert round_of(back_door, world) == 2
    assert round_of(back_door, world) == 0
    checked = {each: seen(back_door, each).checked_at > clock.now() - timedelta(days=1) for each in (kept, other)}
    assert checked == {kept: False, other: True}
