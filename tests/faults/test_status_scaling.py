"""A status list that is full: the next one opens, and nobody who asks for a badge notices (F15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select, update

from app.credentials.model import StatusPurpose
from app.issuing.status_lists import StatusEntry, StatusList

from .conftest import Hospital
from .invariants import broken
from .processes import WebProcesses

LEFT = 5
WANTED = 20


def nearly_fill_the_lists(hospital: Hospital) -> None:
    """As if all indexes but a few had been given away; the standard wants at least 131,072, too many to award."""
    with hospital.database.write() as session:
        session.execute(update(StatusList).values(next_counter=StatusList.size_bits - LEFT))


def taken_by_list(hospital: Hospital) -> dict[tuple[str, int], int]:
    with hospital.database.read() as session:
        query = select(StatusList.purpose, StatusList.number).join(StatusEntry, StatusEntry.list_id == StatusList.id)
        return dict(Counter((purpose, number) for purpose, number in session.execute(query)))


def test_a_full_list_is_used_to_its_last_index_and_the_next_one_opens_without_a_gap(
    hospital: Hospital, run_web: Callable[..., WebProcesses]
):
    nearly_fill_the_lists(hospital)
    web = run_web(hospital, 2)
    bodies = [hospital.sender.completion() for _ in range(WANTED)]

    with ThreadPoolExecutor(WANTED) as pool:
        answers = list(pool.map(hospital.sender.deliver, web.ports * WANTED, bodies, [body["id"] for body in bodies]))

    assert {answer.status for answer in answers} == {200}
    assert len({award for answer in answers for award in answer.award_ids}) == WANTED
    assert taken_by_list(hospital) == {
        (purpose, number): taken for purpose in StatusPurpose for number, taken in ((1, LEFT), (2, WANTED - LEFT))
    }
    assert broken(hospital.service, {body["id"]: () for body in bodies}) == []
    assert web.trouble() == []


def test_the_last_index_of_a_list_is_given_once(hospital: Hospital):
    nearly_fill_the_lists(hospital)
    for number in range(LEFT + 1):
        hospital.award(f"person-{number}")

    with hospital.database.read() as session:
        first = session.scalars(select(StatusList).where(StatusList.number == 1)).all()
        assert {each.next_counter for each in first} == {first[0].size_bits}
    assert broken(hospital.service) == []
