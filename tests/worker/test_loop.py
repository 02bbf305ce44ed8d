"""The worker runs in a thread or a process of its own, and stops without leaving anything half done (F19)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, text, update

from app import clock, worker
from app import service as services
from app.errors import UnsafeConfiguration
from app.issuing import access, audit, audit_chain, heartbeat, issuers, status_lists
from app.issuing.status_lists import StatusList
from app.settings import Mode
from app.worker.deliveries import Deliveries
from app.worker.upkeep import Upkeep

PROCESS = """
from app import service, worker
from app.settings import Settings
worker.main_loop(service.build(Settings(_env_file=None)))
"""


def wait_until(holds, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)


def is_processed(back_door, delivery_id: str) -> bool:
    return back_door.delivery(delivery_id).state == "processed"


def start_process(back_door) -> subprocess.Popen[str]:
    """A worker process with the settings of the service."""
    settings = back_door.service.settings
    environment = {
        "LANYARD_MODE": settings.mode,
        "LANYARD_PUBLIC_BASE_URL": settings.public_base_url,
        "LANYARD_SECRET": settings.secret.get_secret_value(),
        "LANYARD_DATABASE_URL": settings.database_url,
        "LANYARD_KEYS_DIR": str(settings.keys_dir),
        "LANYARD_VAR_DIR": str(settings.var_dir),
        "LANYARD_WORKER_POLL_SECONDS": "0.1",
    }
    return subprocess.Popen([sys.executable, "-c", PROCESS], env=os.environ | environment, stderr=-1, text=True)  # noqa: S603 - constant arguments


# -- a thread of the web process ------------------------------------------------------------------------------


def test_a_worker_in_the_background_works_until_it_is_stopped(back_door, item):
    delivery_id = back_door.deliver(item(1))
    background = worker.start_in_background(back_door.service)
    try:
        wait_until(lambda: is_processed(back_door, delivery_id))
        wait_until(lambda: list((back_door.service.settings.var_dir / "mail").glob("*.eml")))
    finally:
        background.stop()

    assert not background.thread.is_alive()
    late = back_door.deliver(item(2), key="late")
    time.sleep(0.3)
    assert back_door.delivery(late).attempts == 0


def test_a_worker_that_runs_says_that_it_lives(back_door):
    background = worker.start_in_background(back_door.service)
    try:
        wait_until(lambda: seconds_since_beat(back_door) is not None)
    finally:
        background.stop()

    assert seconds_since_beat(back_door) <= 2


def test_a_mail_server_that_hangs_holds_up_no_delivery_and_no_heartbeat(back_door, item):
    back_door.letterbox.hanging["slow@hospital.test"] = release = threading.Event()
    back_door.put_message("slow@hospital.test")
    stop = threading.Event()
    thread = threading.Thread(target=back_door.worker.run, args=(stop,))
    thread.start()
    try:
        wait_until(lambda: back_door.message("slow@hospital.test").attempts == 1)
        delivery_id = back_door.deliver(item(1))
        wait_until(lambda: is_processed(back_door, delivery_id))
        assert seconds_since_beat(back_door) is not None
    finally:
        release.set()
        stop.set()
        thread.join()


def test_a_worker_outlives_a_database_that_fails_for_a_while(back_door, item, monkeypatch):
    failures = iter([RuntimeError("lost"), RuntimeError("lost")])
    work_through = Deliveries.work_through

    def fail_twice(self, stop):
        if (failure := next(failures, None)) is not None:
            raise failure
        return work_through(self, stop)

    monkeypatch.setattr(Deliveries, "work_through", fail_twice)
    patient = services.build(back_door.service.settings.model_copy(update={"worker_poll_seconds": 0.02}))
    delivery_id = back_door.deliver(item(1))
    background = worker.start_in_background(patient)
    try:
        wait_until(lambda: is_processed(back_door, delivery_id))
    finally:
        background.stop()
        patient.close()


# -- a process of its own -------------------------------------------------------------------------------------


def test_sigterm_lets_the_process_finish_its_piece_and_give_back_the_rest(back_door, item):
    count = 400
    delivery_id = back_door.deliver(*[item(number) for number in range(count)])
    process = start_process(back_door)
    wait_until(lambda: len(back_door.awards()) > 0)

    process.send_signal(signal.SIGTERM)
    _output, log = process.communicate(timeout=20)

    assert process.returncode == 0, log
    assert '"worker stopped"' in log
    delivery = back_door.delivery(delivery_id)
    assert (delivery.state, delivery.leased_until, delivery.attempts) == ("received", None, 0)
    assert 0 < len(back_door.awards()) < count


def test_a_killed_process_loses_nothing_and_awards_nothing_twice(back_door, item):
    count = 60
    delivery_id = back_door.deliver(*[item(number) for number in range(count)])
    process = start_process(back_door)
    wait_until(lambda: len(back_door.awards()) > 0)
    process.kill()
    process.communicate(timeout=20)

    def work_on() -> bool:
        back_door.worker.run_once()
        return is_processed(back_door, delivery_id)

    # PostgreSQL may still be ending what the killed process had begun, and whoever comes meanwhile passes by.
    with time_machine.travel(clock.now() + timedelta(seconds=back_door.service.settings.lease_seconds + 1)):
        wait_until(work_on)

    assert len(back_door.awards()) == count
    assert len({award.learner_id for award in back_door.awards()}) == count


def test_a_second_signal_ends_a_process_that_waits_for_a_piece(back_door):
    process = start_process(back_door)
    wait_until(lambda: seconds_since_beat(back_door) is not None)

    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)

    process.communicate(timeout=20)
    assert process.returncode in {0, 1}


def test_a_worker_does_not_start_in_production_with_a_demo_key(back_door):
    with back_door.database.write() as session:
        session.execute(text("UPDATE signing_keys SET demo = true"))
    changes = {"mode": Mode.PRODUCTION, "public_base_url": "https://badges.test"}
    production = services.build(back_door.service.settings.model_copy(update=changes))

    with pytest.raises(UnsafeConfiguration, match="lanyard keys rotate st-anna"):
        worker.main_loop(production)
    production.close()


# -- upkeep ---------------------------------------------------------------------------------------------------


def test_every_chain_is_sealed_and_signed_whole(back_door):
    with back_door.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        for number in range(1_200):
            audit.record(session, issuer.id, actor="cli", action="award.issued", object_id=f"award-{number}")

    Upkeep(back_door.service).seal()

    with back_door.database.read() as session:
        report = audit_chain.verify(session, back_door.service.office, issuer)
    assert report.is_sound
    assert report.unsealed_count == 0
    assert report.covered > 0


def test_a_chain_that_cannot_be_sealed_does_not_keep_others_from_it(back_door):
    with back_door.database.write() as session:
        other = issuers.create(session, slug="a-first", name="A", url="https://a.example.org", actor="cli")
        audit.record(session, other.id, actor="cli", action="x", object_id="y", too_large=2**60)

    Upkeep(back_door.service).seal()

    with back_door.database.read() as session:
        assert audit_chain.unsealed(session) == [other.id]


def test_a_checkpoint_falls_due_without_new_work(back_door):
    upkeep = Upkeep(back_door.service)
    with time_machine.travel("2026-03-01T09:00:00Z", tick=False) as traveller:
        upkeep.seal()
        with back_door.database.write() as session:
            issuer = issuers.by_slug(session, "st-anna")
            audit.record(session, issuer.id, actor="cli", action="x", object_id="y")
        upkeep.seal()
        assert len(checkpoints(back_door)) == 1
        traveller.shift(timedelta(hours=1))
        upkeep.checkpoint()
        assert len(checkpoints(back_door)) == 2


def test_the_next_status_lists_are_opened_before_the_last_are_full(back_door):
    with back_door.database.write() as session:
        status_lists.open_lists(session, back_door.service.office, issuers.by_slug(session, "st-anna"))
        session.execute(update(StatusList).values(next_counter=StatusList.size_bits - 100))
    upkeep = Upkeep(back_door.service)

    upkeep.open_lists()
    upkeep.open_lists()

    with back_door.database.read() as session:
        found = session.scalars(select(StatusList).order_by(StatusList.purpose, StatusList.number)).all()
    assert [(each.purpose, each.number) for each in found] == [
        (purpose, number) for purpose in ("revocation", "suspension") for number in (1, 2)
    ]
    assert all(each.json and each.jwt for each in found)


def test_answers_to_old_requests_are_forgotten_and_younger_ones_kept(back_door):
    with time_machine.travel("2026-03-01T09:00:00Z", tick=False) as traveller:
        with back_door.database.write() as session:
            issuer = issuers.by_slug(session, "st-anna")
            key = access.create(session, issuer, name="k", scopes=[access.Scope.READ], days=30, actor="cli").key
            access.begin(session, key.id, "old", "f" * 64)
        traveller.shift(timedelta(hours=access.IDEMPOTENCY_HOURS))
        with back_door.database.write() as session:
            access.begin(session, key.id, "young", "f" * 64)
        traveller.shift(timedelta(seconds=1))
        Upkeep(back_door.service).make_round()

    with back_door.database.read() as session:
        assert session.scalars(select(access.IdempotentRequest.key)).all() == ["young"]


def test_a_chore_that_fails_keeps_no_other_from_being_done(back_door, monkeypatch):
    def fail(*_arguments: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(heartbeat, "beat", fail)
    Upkeep(back_door.service).do_what_is_due()

    with back_door.database.read() as session:
        assert audit_chain.unsealed(session) == []


def test_a_chore_is_done_again_only_when_its_time_has_come(back_door, monkeypatch):
    beats: list[str] = []
    monkeypatch.setattr(heartbeat, "beat", lambda _session, name: beats.append(name))
    upkeep = Upkeep(back_door.service)

    upkeep.do_what_is_due()
    upkeep.do_what_is_due()

    assert beats == ["worker"]


def seconds_since_beat(back_door) -> int | None:
    with back_door.database.read() as session:
        return heartbeat.seconds_since(session, "worker")


def checkpoints(back_door) -> list[int]:
    with back_door.database.read() as session:
        return list(session.scalars(select(audit.AuditCheckpoint.sequence)))
