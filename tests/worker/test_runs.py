"""Runs of many: what fails is tried later, and neither a run nor one of many in it holds up the others."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from app import clock
from app.db import Database
from app.errors import NoSigningKey
from app.worker.runs import AGAIN_AFTER, Later, Slices


class Many:
    """So many things to do in a run, of which some cannot be done."""

    def __init__(self, count: int, *wrong: int, error: Exception | None = None) -> None:
        self.left = list(range(count))
        self.wrong, self.error = set(wrong), error or ValueError("this one")
        self.done: list[int] = []
        self.passed_over: list[int] = []

    def step(self, _session: Session, limit: int) -> bool:
        now = self.left[:limit]
        if self.wrong & set(now):
            raise self.error
        self.done += now
        self.left = self.left[limit:]
        return len(now) == limit

    def pass_over(self, _session: Session) -> bool:
        self.passed_over += self.left[:1]
        self.left = self.left[1:]
        return bool(self.passed_over)

    def work_through(self, database: Database, stop: threading.Event | None = None) -> int:
        return Slices("run", self.step, self.pass_over).work_through(database, stop or threading.Event(), lambda: None)


def fail() -> int:
    raise ValueError("this one")


def test_what_failed_is_not_tried_again_at_once_and_the_others_are():
    later = Later[str]()

    assert [later.attempt("a", fail), later.attempt("a", lambda: 1), later.attempt("b", lambda: 1)] == [0, 0, 1]
    assert later.waiting() == {"a"}
    with time_machine.travel(clock.now() + AGAIN_AFTER + timedelta(seconds=1), tick=False):
        assert later.waiting() == set()
        assert later.attempt("a", lambda: 1) == 1


def test_one_that_cannot_be_done_is_passed_over_and_the_others_of_its_slice_are_done(database: Database):
    many = Many(60, 30)

    many.work_through(database)

    assert many.passed_over == [30]
    assert many.done == [each for each in range(60) if each != 30]


def test_without_a_key_nobody_is_passed_over_since_all_of_them_wait_for_it(database: Database):
    many = Many(60, 30, error=NoSigningKey("There is no key"))

    with pytest.raises(NoSigningKey):
        many.work_through(database)

    assert (many.passed_over, many.done) == ([], list(range(25)))


def test_it_stops_after_the_slice_in_hand(database: Database):
    stop, many = threading.Event(), Many(60)

    slices = Slices("run", many.step, many.pass_over).work_through(database, stop, stop.set)

    assert (slices, len(many.left)) == (1, 35)
