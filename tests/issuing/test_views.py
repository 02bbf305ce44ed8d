"""Looks at badges: added up by badge, day and kind, on both databases; numbers and nothing else."""

from __future__ import annotations

import threading
from datetime import date

from sqlalchemy import inspect, select

from app.issuing import erasure, learners, views
from app.issuing.views import BadgeView, ViewKind
from tests.issuing.conftest import ACTOR, Desk

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def counted(desk: Desk) -> dict[tuple[str, date, str], int]:
    with desk.read() as session:
        return {(row.award_id, row.day, row.kind): row.number for row in session.scalars(select(BadgeView))}


def test_numbers_are_added_to_those_of_the_same_badge_day_and_kind(desk: Desk):
    award = desk.award()
    for number in (2, 3):
        with desk.write() as session:
            views.add(session, {(award.id, MONDAY, ViewKind.PAGE): number, (award.id, TUESDAY, ViewKind.PAGE): 1})
    with desk.write() as session:
        views.add(session, {(award.id, MONDAY, ViewKind.CHECK): 7})

    assert counted(desk) == {
        (award.id, MONDAY, "page"): 5,
        (award.id, TUESDAY, "page"): 2,
        (award.id, MONDAY, "check"): 7,
    }


def test_what_names_no_badge_of_ours_is_dropped_and_does_not_spoil_the_rest(desk: Desk):
    award = desk.award()
    with desk.write() as session:
        added = views.add(session, {("A" * 22, MONDAY, ViewKind.PAGE): 9, (award.id, MONDAY, ViewKind.PAGE): 1})

    assert added == 1
    assert counted(desk) == {(award.id, MONDAY, "page"): 1}


def test_many_at_once_and_more_than_one_statement_takes(desk: Desk):
    award = desk.award()
    many = {(award.id, date.fromordinal(730_000 + number), ViewKind.PAGE): 1 for number in range(450)}
    failures: list[BaseException] = []

    def add() -> None:
        try:
            with desk.write() as session:
                views.add(session, many)
        except BaseException as error:  # noqa: BLE001 - a thread has nobody to raise to
            failures.append(error)

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert set(counted(desk).values()) == {3}
    assert len(counted(desk)) == 450


def test_when_a_person_is_erased_the_numbers_stay_since_they_say_nothing_of_anybody(desk: Desk):
    award = desk.award("mira.holm@hospital.test")
    with desk.write() as session:
        views.add(session, {(award.id, MONDAY, ViewKind.PAGE): 4})
    with desk.write() as session:
        erasure.erase(session, desk.office, learners.by_id(session, desk.issuer, award.learner_id), actor=ACTOR)

    assert counted(desk) == {(award.id, MONDAY, "page"): 4}


def test_nothing_of_who_looked_can_be_kept():
    assert {column.key for column in inspect(BadgeView).columns} == {"award_id", "day", "kind", "number"}
