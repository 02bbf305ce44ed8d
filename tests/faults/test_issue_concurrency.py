"""Two web processes on one database, many deliveries at the same moment (F4, F5, B57, B70, N10)."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from app.issuing.awards import Award
from app.issuing.status_lists import StatusEntry
from tests.conftest import SECONDS_OF_A_SHORT_RUN

from .conftest import COURSES, Hospital
from .invariants import broken
from .processes import Answer, WebProcesses

AT_ONCE = 50
ROUNDS = 3
DIFFERENT, IN_A_SHORT_RUN = 2_000, 100


def all_at_once(
    web: WebProcesses, hospital: Hospital, deliveries: list[tuple[str, dict[str, Any]]], *, at_once: int = AT_ONCE
) -> list[Answer]:
    """Post all of them, `at_once` in parallel, to the web processes in turn; the answers in the same order."""
    barrier = Barrier(at_once)

    def post(number: int) -> Answer:
        if number < at_once:
            barrier.wait(60)
        delivery_id, body = deliveries[number]
        return hospital.sender.deliver(web.ports[number % len(web.ports)], body, delivery_id)

    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(post, range(len(deliveries))))


@pytest.mark.soak
@pytest.mark.parametrize("sent_as", ["the same delivery", "deliveries of their own"])
def test_the_same_completion_50_times_at_once_is_one_award_and_50_equal_answers(
    hospital: Hospital, run_web: Callable[..., WebProcesses], sent_as: str, soak_seconds: float
):
    web = run_web(hospital, 2)
    acknowledged, number, end = {}, 0, time.monotonic() + soak_seconds

    while number < ROUNDS or time.monotonic() < end:
        body = hospital.sender.completion(activity=COURSES[number % len(COURSES)])
        ids = [
            f"round-{number}" if sent_as == "the same delivery" else f"round-{number}-{each}" for each in range(AT_ONCE)
        ]
        answers = all_at_once(web, hospital, [(delivery_id, body) for delivery_id in ids])
        number += 1
        assert [answer.status for answer in answers] == [200] * AT_ONCE
        assert len({tuple(answer.award_ids) for answer in answers}) == 1, "every answer names the same one award"
        assert len(answers[0].award_ids) == 1
        acknowledged |= {each: answer.award_ids for each, answer in zip(ids, answers, strict=True)}

    with hospital.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Award)) == number
    assert broken(hospital.service, acknowledged, verified=20) == []
    assert web.trouble() == []


@pytest.mark.soak
def test_as_many_different_completions_at_once_get_as_many_different_status_indexes(
    hospital: Hospital, run_web: Callable[..., WebProcesses], soak_seconds: float
):
    web = run_web(hospital, 2)
    number = IN_A_SHORT_RUN if soak_seconds == SECONDS_OF_A_SHORT_RUN else DIFFERENT
    bodies = [hospital.sender.completion() for _ in range(number)]

    answers = all_at_once(web, hospital, [(body["id"], body) for body in bodies])

    assert {answer.status for answer in answers} == {200}
    assert len({award for answer in answers for award in answer.award_ids}) == number
    with hospital.database.read() as session:
        places = session.execute(select(StatusEntry.list_id, StatusEntry.index)).all()
    assert len(set(places)) == 2 * number  # one on the list of revocations, one on that of suspensions
    acknowledged = {body["id"]: answer.award_ids for body, answer in zip(bodies, answers, strict=True)}
    assert broken(hospital.service, acknowledged) == []
    assert web.trouble() == []


def test_a_batch_and_the_same_batch_turned_round_at_once_end_without_a_deadlock(
    hospital: Hospital, run_web: Callable[..., WebProcesses]
):
    web = run_web(hospital, 2)
    items = [hospital.sender.completion() for _ in range(20)]
    deliveries = [(f"batch-{number}", items if number % 2 else items[::-1]) for number in range(8)]

    answers = all_at_once(web, hospital, deliveries, at_once=8)

    assert {answer.status for answer in answers} == {200}
    assert len({award for answer in answers for award in answer.award_ids}) == len(items)
    assert broken(hospital.service, {}) == []
    assert web.trouble() == []
