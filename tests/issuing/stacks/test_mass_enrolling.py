"""Many people put on a pathway by the worker: each once, also after a crash, with why somebody was left out."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.errors import InvalidInput, NotFound, NotPublished
from app.issuing import erasure, pathways
from app.issuing.learners import Learner
from app.issuing.signing_keys import SigningKey
from app.issuing.stacks import Enrolment, MassEnrolment, MassEnrolmentPerson, mass_enrolling
from app.issuing.stacks.mass_enrolling import Outcome
from app.worker.enrolling import Enrolling
from tests.issuing.stacks.conftest import ACTOR, Academy, academy_at

PEOPLE = [f"p{number}@hospital.test" for number in range(7)]
LEASE = {"lease_seconds": 60}


def start(academy: Academy, emails: list[str] = PEOPLE, slug: str = "ladder", **more: Any) -> MassEnrolment:
    ids = [academy.desk.learner(each).id for each in emails]
    with academy.desk.write() as session:
        row = pathways.by_slug(session, academy.desk.issuer, slug)
        return mass_enrolling.start(session, row, ids, actor=ACTOR, **more)


def step(academy: Academy, run: MassEnrolment, limit: int = 3) -> bool:
    with academy.desk.write() as session:
        return mass_enrolling.step(session, academy.desk.office, run.id, limit=limit, **LEASE)


def step_and_fail(academy: Academy, run: MassEnrolment) -> None:
    with academy.desk.write() as session:
        mass_enrolling.step(session, academy.desk.office, run.id, limit=3, **LEASE)
        raise RuntimeError("the power went")


def counts(academy: Academy, run: MassEnrolment) -> dict[str, int]:
    with academy.desk.read() as session:
        found = mass_enrolling.counts(session, session.get_one(MassEnrolment, run.id))
    return {str(each): number for each, number in found.items() if number}


def test_everybody_is_put_on_it_slice_by_slice_and_stacks_that_are_complete_are_awarded(academy: Academy):
    academy.pathway()
    academy.enrol(PEOPLE[0])
    for slug in ("bls", "ipc"):
        academy.award(slug, PEOPLE[1])
    run = start(academy, sponsor="Riverside")

    assert [step(academy, run) for _ in range(3)] == [True, True, False]

    assert counts(academy, run) == {"new": 6, "already": 1}
    with academy.desk.read() as session:
        ended = session.get_one(MassEnrolment, run.id)
        sponsors = session.scalars(select(Enrolment.sponsor)).all()
    assert (ended.state, ended.awarded) == ("done", 1)
    assert sorted(sponsors, key=str) == [None, *["Riverside"] * 6]


def test_a_slice_that_was_lost_is_done_again_and_nobody_is_on_it_twice(academy: Academy):
    academy.pathway()
    run = start(academy)
    step(academy, run)
    with pytest.raises(RuntimeError):
        step_and_fail(academy, run)

    assert counts(academy, run) == {"new": 3}
    while step(academy, run):
        pass
    assert counts(academy, run) == {"new": 7}
    with academy.desk.read() as session:
        assert session.scalar(select(func.count()).select_from(Enrolment)) == 7


def test_who_may_not_begin_is_left_out_with_the_reason_and_keeps_nobody_else_away(academy: Academy):
    academy.pathway(entry={"credential": "bls"})
    academy.award("bls", PEOPLE[0])
    run = start(academy, PEOPLE[:3])
    step(academy, run, limit=25)

    assert counts(academy, run) == {"new": 1, "refused": 2}
    with academy.desk.read() as session:
        first, _second = mass_enrolling.left_out(session, session.get_one(MassEnrolment, run.id), limit=10)
    assert "BLS is missing" in str(first.detail)

    again = start(academy, PEOPLE[:3], despite_entry=True)
    step(academy, again, limit=25)
    assert counts(academy, again) == {"new": 2, "already": 1}


def test_it_is_stopped_where_it_is_and_whoever_was_put_on_it_stays(academy: Academy):
    academy.pathway()
    run = start(academy)
    step(academy, run)
    with academy.desk.write() as session:
        mass_enrolling.stop(session, session.get_one(MassEnrolment, run.id), actor=ACTOR)

    assert not step(academy, run)
    assert counts(academy, run) == {"new": 3}
    said = [each.action for each in academy.desk.audit_log() if each.action.startswith("enrolments.")]
    assert said == ["enrolments.started", "enrolments.stopped"]


def test_one_worker_has_a_run_at_a_time_and_one_that_stopped_gives_it_back(academy: Academy):
    academy.pathway()
    run = start(academy)
    with academy.desk.write() as session:
        taken, nothing = mass_enrolling.lease(session, **LEASE), mass_enrolling.lease(session, **LEASE)
        mass_enrolling.release(session, run.id)
        again = mass_enrolling.lease(session, **LEASE)

    assert (taken, nothing, again) == (run.id, None, run.id)


def test_two_workers_at_once_put_everybody_on_it_once(academy: Academy):
    academy.pathway()
    run = start(academy)

    def work() -> None:
        while step(academy, run, limit=2):
            pass

    workers = [threading.Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert counts(academy, run) == {"new": 7}


def test_one_who_fails_for_a_reason_of_ours_is_passed_over(academy: Academy):
    academy.pathway()
    run = start(academy, PEOPLE[:2])
    with academy.desk.write() as session:
        assert mass_enrolling.pass_over(session, run.id)
    step(academy, run)

    assert counts(academy, run) == {"new": 1, "failed": 1}


def put_keys(academy: Academy, state: str) -> None:
    """Let the issuer's keys be in this state: retired, it cannot sign."""
    with academy.desk.write() as session:
        for key in session.scalars(select(SigningKey).where(SigningKey.issuer_id == academy.desk.issuer.id)):
            key.state = state


def test_an_issuer_without_a_key_holds_up_no_other_s_run_and_its_own_goes_on_once_there_is_one(academy: Academy):
    keyless = academy_at(academy.desk.another_issuer())
    for each in (keyless, academy):
        each.pathway()
        for slug in ("bls", "ipc"):
            each.award(slug, PEOPLE[0])
    put_keys(keyless, "retired")
    with time_machine.travel(clock.now() - timedelta(minutes=5), tick=False):
        first = start(keyless)
    second = start(academy)
    desk, settings = academy.desk, SimpleNamespace(lease_seconds=60)
    worker = Enrolling(SimpleNamespace(database=desk.database, office=desk.office, settings=settings), lambda: None)

    worker.work_through(threading.Event())
    assert (counts(keyless, first), counts(academy, second)) == ({}, {"new": 7})
    put_keys(keyless, "active")
    worker.work_through(threading.Event())
    assert counts(keyless, first) == {}  # not at every tick
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        worker.work_through(threading.Event())
    assert counts(keyless, first) == {"new": 7}
    assert [state for _slug, state in keyless.stacks(PEOPLE[0])] == ["issued"]


def test_a_run_that_a_worker_put_off_is_not_leased_to_it_again(academy: Academy):
    academy.pathway()
    first, second = start(academy, PEOPLE[:1]), start(academy, PEOPLE[:1])
    with academy.desk.write() as session:
        taken = mass_enrolling.lease(session, but={first.id}, **LEASE)
        nothing = mass_enrolling.lease(session, but={first.id}, **LEASE)

    assert (taken, nothing) == (second.id, None)


def test_nobody_strangers_drafts_and_runs_of_others_are_refused(academy: Academy):
    academy.pathway()
    other = academy.desk.another_issuer()
    stranger, own = other.learner("x@other.test").id, academy.desk.learner().id
    with academy.desk.write() as session:
        row = pathways.by_slug(session, academy.desk.issuer, "ladder")
        for ids in ([], [stranger], ["A" * 22]):
            with pytest.raises(InvalidInput):
                mass_enrolling.start(session, row, ids, actor=ACTOR)
        pathways.archive(session, row, actor=ACTOR)
        with pytest.raises(NotPublished):
            mass_enrolling.start(session, row, [own], actor=ACTOR)
        pathways.restore(session, row, actor=ACTOR)
    run = start(academy, PEOPLE[:1])
    with other.read() as session, pytest.raises(NotFound):
        mass_enrolling.by_id(session, run.id, issuer_id=other.issuer.id)


def test_an_erased_person_is_put_on_nothing_and_leaves_no_row(academy: Academy):
    academy.pathway()
    run = start(academy, PEOPLE[:2])
    learner = academy.desk.learner(PEOPLE[0])
    with academy.desk.write() as session:
        erasure.erase(session, academy.desk.office, session.get_one(Learner, learner.id), actor=ACTOR)
    step(academy, run)

    assert counts(academy, run) == {"new": 1}
    with academy.desk.read() as session:
        rows = session.scalars(select(MassEnrolmentPerson.outcome)).all()
    assert rows == [Outcome.NEW]
