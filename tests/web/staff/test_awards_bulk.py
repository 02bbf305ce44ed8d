"""Acts on many awards from the browser: counted first, asked for by whoever is sure, agreed to, cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.issuing.accounts import WebSession
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.service import Service
from app.settings import Settings
from app.worker.acting import Acting

BULK = "/staff/northfield/awards/bulk"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Three badges are many here."""
    return settings.model_copy(update={"bulk_second_person_from": 3})


@pytest.fixture
def four(make_award: Callable[..., Award], make_achievement: Callable[..., Achievement]) -> list[str]:
    """Four awards; their ids."""
    achievement = make_achievement()
    return [make_award(achievement, email=f"p{number}@example.org", name=f"P {number}").id for number in range(4)]


def choose(browser: Any, *ids: str, kind: str = "revoke", **fields: str) -> str:
    """Tick these, and go on; where that leads."""
    answer = browser.post(BULK, kind=kind, award=list(ids), **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def later(service: Service, minutes: int = 11) -> Any:
    """Let the worker work in so many minutes."""
    with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
        Acting(service, lambda: None).work_through(threading.Event())


def states(awards: Callable[[], list[Award]], ids: list[str]) -> list[str]:
    found = {award.id: award.state for award in awards()}
    return [found[each] for each in ids]


def test_the_chosen_ones_are_counted_and_shown_before_anything_is_asked(omar: Any, four: list[str]):
    page = omar.get(choose(omar, *four[:2])).text

    assert "Revoke 2 badges" in page
    assert "P 0" in page
    assert "can cancel it" in page
    nothing = omar.post(BULK, kind="revoke", q="P")
    assert (nothing.status_code, "Tick at least one" in nothing.text) == (422, True)


def test_all_that_match_a_filter_can_be_chosen(omar: Any, four: list[str]):
    assert "Suspend 4 badges" in omar.get(choose(omar, kind="suspend", everything="yes", q="example.org")).text
    assert "Suspend 1 badge<" in omar.get(choose(omar, kind="suspend", everything="yes", q="p3@")).text
    assert len(four) == 4


def test_an_act_is_carried_out_after_its_time_and_can_be_cancelled_before(
    omar: Any, olga: Any, four: list[str], awards: Callable[[], list[Award]], service: Service
):
    first, second = choose(omar, *four[:2]), choose(omar, four[2], kind="suspend")
    assert omar.post(first, act="ask", reason="").status_code == 422
    omar.post(first, act="ask", reason="Not supervised")
    assert "Can still be cancelled" in olga.get(first).text
    assert "can still be cancelled" in olga.get("/staff/northfield/awards").text
    later(service, minutes=1)
    assert states(awards, four) == ["issued"] * 4

    olga.post(first, act="cancel")
    later(service)

    assert states(awards, four) == ["issued"] * 4
    omar.post(second, act="ask", reason="Under review")
    later(service)
    assert states(awards, four) == ["issued", "issued", "suspended", "issued"]
    page = omar.get(second).text
    assert "1 badge" in page
    again = omar.post(f"{second}/again", which="done").headers["location"]
    assert "Reinstate 1 badge" in omar.get(again).text


def test_many_need_a_second_member_who_is_another_one(
    omar: Any, olga: Any, rita: Any, *, four: list[str], awards: Callable[[], list[Award]], service: Service
):
    act = choose(omar, *four)
    omar.post(act, act="ask", reason="Not supervised")
    later(service)
    assert states(awards, four) == ["issued"] * 4

    assert "It takes two people" in omar.get(act).text
    assert omar.post(act, act="agree").status_code == 403
    assert rita.post(act, act="agree").status_code == 403
    olga.post(act, act="agree")
    later(service)

    assert states(awards, four) == ["revoked"] * 4
    assert "4 badges" in olga.get(act).text


def test_whoever_has_not_shown_lately_who_they_are_is_asked_first_and_can_always_cancel(
    omar: Any, four: list[str], service: Service
):
    act = choose(omar, four[0])
    with service.database.write() as session:
        for each in session.scalars(select(WebSession)):
            each.confirmed_at = clock.now() - timedelta(minutes=16)

    answer = omar.post(act, act="ask", reason="Not supervised")

    assert answer.headers["location"].startswith("/staff/confirm?next=%2Fstaff%2Fnorthfield%2Fawards%2Fbulk%2F")
    assert "Not asked for yet" in omar.get(act).text
    assert omar.post(act, act="cancel").headers["location"] == act
