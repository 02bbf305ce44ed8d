"""A file whose import goes on is kept, whoever is erased and however short its source keeps bytes, and then goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from app import clock
from app.errors import InvalidInput
from app.issuing import erasure, imports, inbox, sources
from app.issuing.deliveries import WAITS_FOR_PEOPLE, Delivery
from app.issuing.imports import Import, ImportState, Seen
from app.issuing.learners import Learner
from app.lms import csv

from .arriving import awards, count

PEOPLE = ("ana@hospital.test", "ben@hospital.test", "zoe@hospital.test")
FILE = "email,course_id,completed_at\n" + "".join(f"{each},BLS,2026-03-02T10:00:00Z\n" for each in PEOPLE)


class File:
    """An uploaded file, worked on as the worker does."""

    def __init__(self, desk, data: str = FILE) -> None:
        self.desk = desk
        source = desk.source("csv", earns={"BLS": desk.achievement()})
        self.source_id = source.id
        with desk.write() as session:
            made = imports.upload(session, desk.office, sources.by_id(session, source.id), data.encode(), actor="cli")
        self.id = made.id

    def keep_no_days(self) -> None:
        """The source keeps bytes for no day."""
        with self.desk.write() as session:
            sources.set_raw_kept_days(session, sources.by_id(session, self.source_id), 0, actor="cli")

    def forget_old(self, *, after: timedelta = timedelta(minutes=5)) -> bool:
        """Go the daily round so much later; whether the bytes are gone."""
        with time_machine.travel(clock.now() + after, tick=False), self.desk.write() as session:
            inbox.forget_old(session, self.desk.office)
        return self.is_forgotten

    @property
    def is_forgotten(self) -> bool:
        with self.desk.read() as session:
            delivery_id = imports.by_id(session, self.id).delivery_id
            return session.get_one(Delivery, delivery_id).raw_forgotten_at is not None

    def check(self) -> None:
        with self.desk.write() as session:
            table, rows = self._rows(session)
            found = imports.by_id(session, self.id)
            imports.begin_check(session, found, table)
            imports.check(session, self.desk.office, found, rows, Seen())
            imports.end_check(session, found)

    def confirm(self) -> None:
        with self.desk.write() as session:
            imports.confirm(session, imports.by_id(session, self.id), actor="cli")

    def run(self, first: int = 0, last: int | None = None) -> None:
        """Deal with some rows, and end with the last."""
        with self.desk.write() as session:
            _, rows = self._rows(session)
            found = imports.by_id(session, self.id)
            imports.run(session, self.desk.office, found, rows[first:last])
            if last is None:
                imports.end_run(session, found)

    def _rows(self, session):
        table, settings = imports.open_file(session, self.desk.office, self.id)
        now = clock.now()
        rows = [(row, csv.read_row(row, table.columns, settings, received_at=now)) for row in table.rows()]
        return table, rows


def put_into_state(file: File, state: ImportState) -> None:
    with file.desk.write() as session:
        session.get_one(Import, file.id).state = state


def erase(desk, email: str) -> None:
    learner = desk.learner(email)
    with desk.write() as session:
        erasure.erase(session, desk.office, session.get_one(Learner, learner.id), actor="cli")


def test_an_erasure_in_the_middle_of_an_import_costs_nobody_else_their_badge(desk):
    file = File(desk)
    file.check()
    file.confirm()
    file.run(0, 1)

    erase(desk, PEOPLE[0])
    assert not file.is_forgotten
    file.run(1)

    assert sorted(award.state for award in awards(desk)) == ["issued", "issued", "revoked"]
    assert file.is_forgotten


GOING_ON = [ImportState.CHECKING, ImportState.UNCLEAR, ImportState.CHECKED, ImportState.RUNNING]
ENDED = [ImportState.UNREADABLE, ImportState.DONE, ImportState.CANCELLED]


@pytest.mark.parametrize("state", GOING_ON)
def test_a_file_is_kept_while_its_import_goes_on(desk, state: ImportState):
    file = File(desk)
    file.keep_no_days()
    put_into_state(file, state)

    assert not file.forget_old()


@pytest.mark.parametrize("state", ENDED)
def test_a_file_goes_when_its_import_is_over(desk, state: ImportState):
    file = File(desk)
    file.keep_no_days()
    put_into_state(file, state)

    assert file.forget_old()


def cancelled(file: File) -> None:
    with file.desk.write() as session:
        imports.cancel(session, imports.by_id(session, file.id), actor="cli")


def unreadable(file: File) -> None:
    with file.desk.write() as session:
        imports.cannot_read(session, imports.by_id(session, file.id), InvalidInput("This is no table"))


@pytest.mark.parametrize("end", [cancelled, unreadable], ids=["cancelled", "unreadable"])
def test_what_was_to_be_forgotten_goes_as_soon_as_the_import_is_over(desk, end: Callable[[File], None]):
    file = File(desk)
    with desk.write() as session:
        inbox.forget(session, [imports.by_id(session, file.id).delivery_id])
    assert not file.is_forgotten

    end(file)

    assert file.is_forgotten


def test_an_import_that_nobody_confirms_keeps_nobody_s_name_for_ever(desk):
    file = File(desk)
    file.check()
    with desk.write() as session:
        inbox.forget(session, [imports.by_id(session, file.id).delivery_id])

    assert not file.forget_old(after=WAITS_FOR_PEOPLE - timedelta(days=1))
    assert file.forget_old(after=WAITS_FOR_PEOPLE + timedelta(days=1))
    assert count(desk, Import) == 1
