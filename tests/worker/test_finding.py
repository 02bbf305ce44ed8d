"""Asking a source who somebody is: outside of transactions, once a day, and what waited follows."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from app.errors import FetchFailed
from app.issuing.identification import FoundPerson
from app.issuing.learners import Learner
from app.lms.base import SourceConfig
from app.worker.finding import Finding


@dataclass
class Registry:
    """A source that knows its people, and how often it was asked."""

    people: dict[str, FoundPerson]
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def find(self, config: SourceConfig, *, namespace: str, source_id: str) -> FoundPerson | None:
        self.asked.append((config.type, namespace, source_id))
        return self.people.get(source_id)


class Broken:
    """A source that cannot be reached."""

    def find(self, config: SourceConfig, *, namespace: str, source_id: str) -> FoundPerson | None:
        raise FetchFailed(f"{config.type} {namespace} {source_id} did not answer")


@pytest.fixture
def nameless(back_door, item):
    """A completion of somebody whom the source only named."""
    back_door.deliver(item(1, learner={"id": "p-1"}))
    back_door.worker.run_once()


def find(back_door, finder) -> int:
    return Finding(back_door.service, {"generic": finder}).work_through(threading.Event())


def states(back_door) -> list[str]:
    with back_door.database.read() as session:
        return list(session.scalars(select(Learner.state)))


@pytest.mark.usefixtures("nameless")
def test_a_source_that_knows_the_person_makes_them_known_and_brings_the_badge(back_door):
    registry = Registry({"p-1": FoundPerson("ana@hospital.test", "Ana Ortiz")})

    assert find(back_door, registry) == 1
    assert registry.asked == [("generic", "lms.example.org", "p-1")]
    assert (states(back_door), len(back_door.awards())) == (["known"], 1)


@pytest.mark.usefixtures("nameless")
@pytest.mark.parametrize("answer", [None, FoundPerson(None), FoundPerson("noemail@hospital.test")], ids=str)
def test_a_source_that_does_not_know_is_asked_once_a_day(back_door, answer):
    registry = Registry({"p-1": answer} if answer else {})

    assert [find(back_door, registry), find(back_door, registry)] == [0, 0]
    assert (len(registry.asked), states(back_door)) == (1, ["pending"])


@pytest.mark.usefixtures("nameless")
def test_a_source_that_cannot_be_reached_leaves_everything_as_it_is(back_door):
    assert find(back_door, Broken()) == 0
    assert (states(back_door), back_door.awards()) == (["pending"], [])


@pytest.mark.usefixtures("nameless")
def test_a_source_without_a_finder_is_not_asked(back_door):
    assert Finding(back_door.service, {"canvas": Broken()}).work_through(threading.Event()) == 0
    assert Finding(back_door.service, {}).work_through(threading.Event()) == 0


@pytest.mark.usefixtures("nameless")
def test_no_transaction_is_open_while_a_source_is_asked(back_door):
    class Writing(Registry):
        def find(self, config: SourceConfig, *, namespace: str, source_id: str) -> FoundPerson | None:
            with back_door.database.write():
                return super().find(config, namespace=namespace, source_id=source_id)

    assert find(back_door, Writing({"p-1": FoundPerson("ana@hospital.test")})) == 1
