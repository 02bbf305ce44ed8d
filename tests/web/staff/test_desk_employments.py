"""The list of employments: taken in whole or not at all, without a name; replaced, and forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, select

from app.issuing import employments, erasure
from app.issuing.employments import Employment
from app.issuing.learners import Learner
from app.service import Service

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

HOME = "/staff/northfield/desk/employments"
LIST = "e-mail;started;left\nana@example.org;2025-02-01;\nno-badge@example.org;2025-03-01;2025-09-01\n"


OUTCOMES = "e-mail;started;left;agreed;role changed;pay band;pay band after a year\n"


def send(omar: Any, text: str) -> Any:
    return omar.post(HOME, files=[("file", ("staff.csv", text.encode()))])


def stored(service: Service) -> list[Employment]:
    with service.database.read() as session:
        return list(session.scalars(select(Employment).order_by(Employment.started_on)))


def test_a_list_is_kept_without_addresses_and_replaced_by_the_next(service: Service, omar: Any, make_award: Any):
    ana = make_award(email="ana@example.org")

    send(omar, LIST)
    first = stored(service)
    send(omar, "correo,inicio,baja\nana@example.org,2026-01-01,\n")

    assert [each.learner_id for each in first] == [ana.learner_id, None]
    assert "example.org" not in "".join(each.person for each in first)
    assert [str(each.started_on) for each in stored(service)] == ["2026-01-01"]
    assert "1 stay, 1 of them" in omar.get(HOME).text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("e-mail;started\na@x.example;2025-01-01\n", "headings e-mail, started and left"),
        ("e-mail;started;left\na@x.example;1/2/25;\n", "Row 2: write days as 2026-07-01"),
        ("e-mail;started;left\na@x.example;2025-03-01;2025-01-01\n", "Row 2 ends before it begins"),
        ("e-mail;started;left\nnobody;2025-03-01;\n", "Row 2 needs an e-mail address"),
        (f"{OUTCOMES}a@x.example;2025-01-01;;perhaps;;;\n", "Row 2: say under “agreed” yes or no"),
        (f"{OUTCOMES}a@x.example;2025-01-01;;yes;soon;;\n", "Row 2: write days as 2026-07-01"),
        (f"{OUTCOMES}a@x.example;2025-01-01;;yes;;41250;\n", "never a sum of money"),
        (f"{OUTCOMES}a@x.example;2025-01-01;;yes;;3;3.5\n", "a number from 1 to 30"),
        ("", "Choose a file"),
    ],
)
def test_a_list_that_cannot_be_read_changes_nothing(service: Service, omar: Any, text: str, sentence: str):
    send(omar, LIST)

    answer = send(omar, text)

    assert (answer.status_code, len(stored(service))) == (422, 2)
    assert sentence in answer.text


def test_outcomes_are_kept_of_whoever_agreed_and_of_nobody_else(service: Service, omar: Any):
    send(
        omar,
        f"{OUTCOMES}ana@example.org;2025-01-01;;yes;2025-06-01;3;4\n"
        "bo@example.org;2025-02-01;;no;2025-06-01;3;4\ncy@example.org;2025-03-01;;;2025-06-01;3;4\n",
    )

    told = [
        (each.outcomes_agreed, str(each.role_changed_on), each.pay_band_first, each.pay_band_after_year)
        for each in stored(service)
    ]
    assert told == [(True, "2025-06-01", 3, 4), (False, "None", None, None), (False, "None", None, None)]


def test_a_person_reads_what_is_kept_of_their_work_also_from_a_list_that_did_not_know_them(
    service: Service, omar: Any, make_award: Any
):
    send(omar, f"{OUTCOMES}ana@example.org;2025-01-01;;yes;2025-06-01;3;4\nbo@example.org;2025-01-01;;yes;;1;1\n")
    ana = make_award(email="Ana@Example.org")

    with service.database.read() as session:
        learner = session.get_one(Learner, ana.learner_id)
        (kept,) = employments.of_learner(session, service.office, learner)
    assert (str(kept.role_changed_on), kept.pay_band_first, kept.pay_band_after_year) == ("2025-06-01", 3, 4)


def test_an_erased_persons_outcomes_are_gone(service: Service, omar: Any, make_award: Any):
    ana = make_award(email="ana@example.org")
    send(omar, f"{OUTCOMES}ana@example.org;2025-01-01;;yes;2025-06-01;3;4\n")
    with service.database.write() as session:
        erasure.erase(session, service.office, session.get_one(Learner, ana.learner_id), actor="test")

    assert stored(service) == []


def test_it_is_forgotten_on_request(service: Service, omar: Any):
    send(omar, LIST)
    omar.post(HOME, act="forget")

    assert stored(service) == []


def test_somebody_who_became_a_learner_after_the_list_was_handed_in_is_forgotten_in_it_when_erased(
    service: Service, omar: Any, make_award: Any
):
    send(omar, LIST)
    ana = make_award(email="Ana@Example.org")
    assert [each.learner_id for each in stored(service)] == [None, None]

    with service.database.write() as session:
        learner = session.get_one(Learner, ana.learner_id)
        erasure.erase(session, service.office, learner, actor="test")

    assert [str(each.started_on) for each in stored(service)] == ["2025-03-01"]


def test_learners_are_looked_up_many_at_once_and_each_is_found(
    service: Service, omar: Any, make_award: Any, make_achievement: Any
):
    achievement = make_achievement()
    ana, bo = (make_award(achievement, email=f"{name}@example.org") for name in ("ana", "bo"))
    others = "".join(f"p{number}@example.org;2024-01-01;\n" for number in range(1_200))
    asked: list[str] = []

    @event.listens_for(service.database.engine, "before_cursor_execute")
    def _count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    send(omar, f"{LIST}{others}BO@example.org;2025-04-01;\nana@example.org;2026-01-01;\n")

    known = [each.learner_id for each in stored(service) if each.learner_id is not None]
    assert sorted(known) == sorted([ana.learner_id, bo.learner_id, ana.learner_id])
    assert len([each for each in asked if "learner_emails" in each]) <= 3


def test_a_list_is_read_before_anybody_is_kept_from_writing(service: Service, omar: Any):
    writes: list[str] = []

    @event.listens_for(service.database.engine, "before_cursor_execute")
    def _note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        writes.append(statement)

    send(omar, "e-mail;started;left\nnobody;2025-03-01;\n")

    assert not [each for each in writes if "employments" in each and not each.startswith("SELECT count")]
    assert not [each for each in writes if each.startswith("BEGIN IMMEDIATE")]
