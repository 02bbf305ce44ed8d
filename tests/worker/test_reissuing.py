"""Badges whose key was stolen are signed anew by the worker: each once, however often it is stopped and begun again."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, update

from app.errors import SelfVerificationFailed
from app.issuing import award_status, awards, issuers, key_compromise, key_rotation, signing_keys, verification
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award, Credential
from app.issuing.signing_keys import KeyState
from app.worker.reissuing import Reissuing

SLICE = 3


@pytest.fixture
def stolen(back_door, item):
    """Eight badges, and the key that signed them stolen; their ids."""
    back_door.deliver(*[item(number) for number in range(8)])
    back_door.worker.run_once()
    with back_door.database.write() as session:
        issuer = issuers.by_slug(session, "st-anna")
        kids = [key.kid for key in signing_keys.of_issuer(session, issuer) if key.state == KeyState.ACTIVE]
        key_rotation.revoke(session, back_door.service.office, issuer, kids, reason="stolen", actor="cli")
    return sorted(award.id for award in back_door.awards())


def reissuing(back_door, between=lambda: None) -> Reissuing:
    return Reissuing(back_door.service, between, slice_awards=SLICE)


def revisions(back_door) -> list[int]:
    return [award.revision for award in sorted(back_door.awards(), key=lambda award: award.id)]


def open_cases(back_door) -> list[str]:
    with back_door.database.read() as session:
        return key_compromise.open_cases(session)


def test_every_badge_is_signed_anew_once_and_is_good(back_door, stolen):
    done = [reissuing(back_door).work_through(threading.Event()) for _ in range(2)]

    assert done == [8, 0]
    assert revisions(back_door) == [2] * 8
    assert open_cases(back_door) == []
    with back_door.database.read() as session:
        for award_id in stolen:
            document = awards.credential_of(session, awards.by_id(session, award_id)).json
            assert verification.judge(session, back_door.service.office, document).is_good


def test_the_worker_does_it_by_itself(back_door, stolen):
    back_door.worker.run_once()

    assert len(stolen) == 8
    assert revisions(back_door) == [2] * 8


def test_it_stops_after_the_slice_in_hand_and_goes_on_where_it_was(back_door, stolen):
    stop = threading.Event()

    first = reissuing(back_door, between=stop.set).work_through(stop)
    assert (first, sorted(revisions(back_door))) == (SLICE, [1] * 5 + [2] * 3)
    assert len(open_cases(back_door)) == 1

    assert reissuing(back_door).work_through(threading.Event()) == len(stolen) - SLICE
    assert revisions(back_door) == [2] * 8


def test_a_slice_that_was_never_committed_is_done_again(back_door, stolen, monkeypatch):
    monkeypatch.setattr(key_compromise, "reissue", killed_after(key_compromise.reissue, calls=2))
    with pytest.raises(KeyboardInterrupt):
        reissuing(back_door).work_through(threading.Event())
    monkeypatch.undo()
    assert sorted(revisions(back_door)) == [1] * 5 + [2] * 3

    reissuing(back_door).work_through(threading.Event())

    assert revisions(back_door) == [2] * len(stolen)


def killed_after(work, *, calls):
    """The work, which is done and then cut off before its commit at this call."""
    count = iter(range(1, 100))

    def cut(*arguments, **facts):
        done = work(*arguments, **facts)
        if next(count) == calls:
            raise KeyboardInterrupt
        return done

    return cut


def test_two_workers_at_once_sign_each_badge_once(back_door, stolen):
    start, done = threading.Barrier(2), []

    def work() -> None:
        own = reissuing(back_door)
        start.wait(10)
        done.append(own.work_through(threading.Event()))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(done) == len(stolen)
    assert revisions(back_door) == [2] * 8
    with back_door.database.read() as session:
        actions = list(session.scalars(select(AuditEntry.action)))
    assert actions.count("award.reissued") == 8
    assert actions.count("key.badges-reissued") == 2


def test_one_badge_that_cannot_be_signed_holds_up_none_of_the_others(back_door, stolen, monkeypatch):
    real = award_status.reissue

    def fails_for_one(session, office, award, *, actor):
        if award.id == stolen[4]:
            raise SelfVerificationFailed("It does not hold", form="embedded")
        return real(session, office, award, actor=actor)

    monkeypatch.setattr(award_status, "reissue", fails_for_one)
    own = reissuing(back_door)

    assert own.work_through(threading.Event()) == 7
    assert own.work_through(threading.Event()) == 0, "and it is not tried again at once"
    assert len(open_cases(back_door)) == 1

    monkeypatch.undo()
    assert reissuing(back_door).work_through(threading.Event()) == 1
    assert open_cases(back_door) == []


def test_deliveries_do_not_wait_for_it(back_door, stolen, item):
    worker = back_door.worker
    back_door.deliver(item(100), key="msg_2")

    worker._reissuing.work_through(threading.Event())

    assert len(back_door.awards()) == len(stolen) + 1


def test_without_a_revoked_key_nothing_is_looked_through(back_door, item, monkeypatch):
    back_door.deliver(item(1))
    back_door.worker.run_once()
    monkeypatch.setattr(key_compromise, "next_slice", None)

    assert reissuing(back_door).work_through(threading.Event()) == 0


def test_a_badge_whose_documents_cannot_be_read_is_signed_anew_as_well(back_door, stolen):
    with back_door.database.write() as session:
        session.execute(update(Credential).where(Credential.award_id == stolen[0]).values(json=b"{", jwt=b"x"))

    reissuing(back_door).work_through(threading.Event())

    with back_door.database.read() as session:
        award = session.get_one(Award, stolen[0])
        assert verification.judge(session, back_door.service.office, awards.credential_of(session, award).json).is_good
