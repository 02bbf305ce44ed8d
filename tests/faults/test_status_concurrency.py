"""Status lists under changes at the same moment, from two services on one database (B57, I3, I4, incident 18)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from sqlalchemy import delete, select, update

from app import service as services
from app.credentials.model import StatusPurpose
from app.errors import StatusListRegression
from app.issuing import award_status, awards, issuers, status_lists
from app.issuing.status_lists import StatusEntry, StatusList
from app.service import Service
from app.worker.upkeep import Upkeep

from .conftest import ACTOR, Hospital
from .invariants import broken, published, set_bits, shrunk
from .processes import WebProcesses, get

AT_ONCE = 20


@pytest.fixture
def desks(hospital: Hospital) -> Iterator[list[Service]]:
    """The hospital's service and a second one on the same database, as in another process."""
    second = services.build(hospital.service.settings)
    yield [hospital.service, second]
    second.close()


def revoke(service: Service, award_id: str) -> None:
    with service.database.write() as session:
        award = awards.by_id(session, award_id)
        award_status.revoke(session, service.office, award, reason="issued in error", actor=ACTOR)


def revocation_list(hospital: Hospital) -> StatusList:
    with hospital.database.read() as session:
        query = select(StatusList).where(StatusList.purpose == StatusPurpose.REVOCATION)
        return session.scalars(query.order_by(StatusList.number)).one()


def test_100_revocations_at_once_set_100_bits(hospital: Hospital, desks: list[Service]):
    made = [hospital.award(f"person-{number}") for number in range(100)]
    before = published(hospital.service)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(revoke, desks * 50, [award.id for award in made]))

    assert len(set_bits(revocation_list(hospital).json)) == 100
    assert shrunk(hospital.service, before) == []
    assert broken(hospital.service, verified=10) == []


def test_one_of_100_badges_that_were_made_at_once_is_revoked_and_every_other_stays_good(
    hospital: Hospital, desks: list[Service]
):
    hospitals = [replace(hospital, service=desk) for desk in desks]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = list(pool.map(Hospital.award, hospitals * 50, [f"person-{number}" for number in range(100)]))
    with hospital.database.read() as session:
        indexes = session.execute(select(StatusEntry.list_id, StatusEntry.index)).all()

    revoke(desks[1], made[50].id)

    assert len(set(indexes)) == 2 * len(made)  # one on the list of revocations, one on that of suspensions
    assert len(set_bits(revocation_list(hospital).json)) == 1
    assert broken(hospital.service, verified=50) == []


def test_awards_that_are_made_while_others_are_revoked_lose_nothing(hospital: Hospital, desks: list[Service]):
    made = [hospital.award(f"leaver-{number}") for number in range(20)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        revoked = pool.map(revoke, desks * 10, [award.id for award in made])
        arrived = pool.map(hospital.award, [f"newcomer-{number}" for number in range(20)])
        assert len({award.id for award in arrived} | {award.id for award in made}) == 40
        list(revoked)

    assert len(set_bits(revocation_list(hospital).json)) == 20
    assert broken(hospital.service, verified=40) == []


def test_a_revocation_shows_in_every_process_with_the_answer_to_it(
    hospital: Hospital, run_web: Callable[..., WebProcesses]
):
    """OB3-60, B60: no process keeps a list, so none has to be told."""
    award = hospital.award("mira")
    web = run_web(hospital, 2)
    path = urlsplit(hospital.service.office.addresses.status_list(revocation_list(hospital).id)).path
    before = [get(port, path) for port in web.ports]

    revoke(hospital.service, award.id)
    after = [get(port, path) for port in web.ports]

    assert [len(set_bits(answer.raw)) for answer in before + after] == [0, 0, 1, 1]
    assert [len({answer.headers["etag"] for answer in answers}) for answers in (before, after, before + after)] == [
        1,
        1,
        2,
    ]


def test_workers_that_open_the_next_list_at_once_open_one(hospital: Hospital, desks: list[Service]):
    with hospital.database.write() as session:
        session.execute(update(StatusList).values(next_counter=StatusList.size_bits - 10))

    def work(service: Service) -> None:
        Upkeep(service).open_lists()

    with ThreadPoolExecutor(8) as pool:
        kept = pool.map(work, desks * 3)
        made = list(pool.map(hospital.award, [f"person-{number}" for number in range(20)]))
        list(kept)

    with hospital.database.read() as session:
        found = session.execute(select(StatusList.purpose, StatusList.number)).all()
    assert sorted(found) == [(purpose, number) for purpose in ("revocation", "suspension") for number in (1, 2)]
    assert len(made) == 20
    assert broken(hospital.service) == []


def test_a_list_that_is_published_twice_at_once_is_whole_and_counts_both(hospital: Hospital, desks: list[Service]):
    revoke(hospital.service, hospital.award("mira").id)
    before = revocation_list(hospital)

    def publish(service: Service) -> None:
        with service.database.write() as session:
            issuer = issuers.by_id(session, hospital.issuer_id)
            status_lists.publish(session, service.office, issuer, before.id)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(publish, desks))

    after = revocation_list(hospital)
    assert after.revision == before.revision + 2
    assert set_bits(after.json) == set_bits(before.json)
    assert broken(hospital.service) == []


@pytest.mark.parametrize(
    "tamper",
    [lambda: update(StatusEntry).values(is_set=False), lambda: delete(StatusEntry)],
    ids=["the bit is cleared", "the row is deleted"],
)
def test_a_published_revocation_cannot_be_undone_by_changing_its_row(hospital: Hospital, tamper: Callable[[], update]):
    first, second = hospital.award("mira"), hospital.award("noor")
    revoke(hospital.service, first.id)
    before = revocation_list(hospital)
    with hospital.database.write() as session:
        session.execute(tamper().where(StatusEntry.award_id == first.id))

    with pytest.raises(StatusListRegression):
        revoke(hospital.service, second.id)

    assert revocation_list(hospital).json == before.json
    with hospital.database.read() as session:
        assert awards.by_id(session, second.id).state == "issued"


def test_one_award_that_is_revoked_by_two_at_once_is_revoked_once(hospital: Hospital, desks: list[Service]):
    award = hospital.award("mira")

    with ThreadPoolExecutor(2) as pool:
        outcomes = [pool.submit(revoke, service, award.id).exception() for service in desks]

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyRevoked", "NoneType"]
    assert broken(hospital.service) == []
