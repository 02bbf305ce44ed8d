"""The audit log: sealed in order, signed at checkpoints, and not to be changed without being found out (T51, I6)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from app import clock
from app.db import Database
from app.issuing import audit, audit_chain, issuers, signing_keys
from app.issuing.audit_chain import ChainReport


@pytest.fixture
def write_entries(desk) -> Callable[[int], None]:
    """Write entries about nothing in particular."""

    def write(count: int) -> None:
        with desk.write() as session:
            for number in range(count):
                audit.record(
                    session, desk.issuer.id, actor="cli", action="award.issued", object_id=f"award-{number}", n=number
                )
                session.flush()

    return write


@pytest.fixture
def seal(desk) -> Callable[..., int]:
    def seal(limit: int = 500) -> int:
        with desk.write() as session:
            return audit_chain.seal(session, desk.issuer, limit=limit)

    return seal


@pytest.fixture
def checkpoint(desk) -> Callable[[], audit.AuditCheckpoint | None]:
    def checkpoint() -> audit.AuditCheckpoint | None:
        with desk.write() as session:
            return audit_chain.checkpoint(session, desk.office, desk.issuer)

    return checkpoint


@pytest.fixture
def verify(desk) -> Callable[[], ChainReport]:
    def verify() -> ChainReport:
        with desk.read() as session:
            return audit_chain.verify(session, desk.office, desk.issuer)

    return verify


@pytest.fixture
def chain(write_entries, seal, checkpoint) -> int:
    """A sealed chain of ten entries or more with a checkpoint at its end; how many there are."""
    write_entries(10)
    count = seal()
    assert checkpoint() is not None
    return count


@pytest.fixture
def tamper(database: Database) -> Callable[[str], int]:
    """Change rows as somebody would who may do everything with the database, and switches its guards off."""

    def tamper(statement: str) -> int:
        with database.write() as session:
            if database.is_sqlite:
                names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
                for name in names.all():
                    session.execute(text(f"DROP TRIGGER {name}"))
            else:
                session.execute(text("SET LOCAL session_replication_role = replica"))
            return session.execute(text(statement)).rowcount

    return tamper


# -- sealing ------------------------------------------------------------------------------------------------


def test_entries_are_linked_in_the_order_in_which_they_were_written(desk, write_entries, seal):
    write_entries(5)
    seal()

    log = desk.audit_log()

    assert [entry.sequence for entry in log] == list(range(1, len(log) + 1))
    assert [entry.previous_hash for entry in log] == [audit_chain.START, *(entry.hash for entry in log[:-1])]


def test_sealing_goes_on_where_the_last_batch_ended(desk, write_entries, seal, verify):
    write_entries(7)
    total = len(desk.audit_log())

    batches = [seal(limit=4) for _ in range(total // 4 + 2)]

    assert sum(batches) == total
    assert batches[0] == 4
    assert batches[-1] == 0
    assert verify().is_sound


def test_an_untouched_chain_is_reported_as_whole(chain, verify):
    report = verify()

    assert report.is_sound
    assert (report.sealed_count, report.unsealed_count, report.covered) == (chain, 0, chain)
    assert "is whole" in report.sentence


@pytest.mark.usefixtures("chain")
def test_entries_that_wait_for_their_seal_are_counted(write_entries, verify):
    write_entries(3)

    report = verify()

    assert (report.is_sound, report.unsealed_count) == (True, 3)
    assert "3 newer entries are not sealed yet" in report.sentence


@pytest.mark.usefixtures("chain")
def test_only_issuers_with_something_to_seal_are_named(desk):
    other = desk.another_issuer()

    with desk.read() as session:
        assert audit_chain.unsealed(session) == [other.issuer.id]


def test_each_issuer_has_a_chain_of_its_own(desk, chain, verify):
    other = desk.another_issuer()
    with desk.write() as session:
        audit_chain.seal(session, other.issuer, limit=500)
    with desk.read() as session:
        report = audit_chain.verify(session, desk.office, other.issuer)

    assert report.is_sound
    assert report.sealed_count == len(other.audit_log())
    assert verify().sealed_count == chain


def test_an_issuer_without_entries_has_a_whole_and_empty_chain(desk):
    with desk.write() as session:
        issuer = issuers.Issuer(id="x" * 22, slug="new", name="New", url="https://new.test", created_at=clock.now())
        session.add(issuer)
        session.flush()
        assert audit_chain.seal(session, issuer, limit=10) == 0
        assert audit_chain.checkpoint(session, desk.office, issuer) is None
        assert audit_chain.verify(session, desk.office, issuer).is_sound


def test_sealers_at_the_same_moment_make_one_chain(desk, write_entries, seal, verify):
    write_entries(60)
    waiting = len(desk.audit_log())
    failures: list[BaseException] = []

    def run() -> None:
        database = Database(desk.database.url, pool_size=1)
        try:
            for _ in range(20):
                with database.write() as session:
                    audit_chain.seal(session, desk.issuer, limit=5)
        except BaseException as error:  # noqa: BLE001 - a thread has nobody to raise to
            failures.append(error)
        finally:
            database.dispose()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    seal()  # what was left when each found another at work
    assert verify().is_sound
    assert verify().sealed_count == waiting


def test_sealing_does_not_hold_up_an_award(desk):
    if desk.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time, whatever it writes")
    achievement = desk.achievement()
    with desk.write() as session:
        audit_chain.seal(session, desk.issuer, limit=500)

        assert desk.award(achievement=achievement).state == "issued"  # in a transaction of its own, meanwhile


# -- checkpoints --------------------------------------------------------------------------------------------


def test_a_checkpoint_is_due_once_an_hour_when_something_was_sealed(write_entries, seal, checkpoint):
    with time_machine.travel("2026-03-01T09:00:00Z", tick=False) as traveller:
        write_entries(1)
        seal()
        assert checkpoint() is not None
        write_entries(1)
        seal()
        traveller.shift(timedelta(minutes=59))
        assert checkpoint() is None
        traveller.shift(timedelta(minutes=1))
        assert checkpoint() is not None
        traveller.shift(timedelta(days=1))
        assert checkpoint() is None


def test_a_thousand_entries_make_a_checkpoint_due_at_once(chain, write_entries, seal, checkpoint, verify):
    write_entries(audit_chain.CHECKPOINT_ENTRIES)
    while seal():
        pass

    assert checkpoint() is not None
    assert verify().covered == chain + audit_chain.CHECKPOINT_ENTRIES


def test_an_issuer_without_keys_has_a_chain_without_checkpoints(desk):
    with desk.write() as session:
        issuer = issuers.create(session, slug="keyless", name="Keyless", url="https://keyless.test", actor="cli")
        audit_chain.seal(session, issuer, limit=10)
        assert audit_chain.checkpoint(session, desk.office, issuer) is None
        assert audit_chain.verify(session, desk.office, issuer).is_sound


def test_checkpoints_hold_after_the_key_was_rotated(desk, chain, seal, verify):
    with desk.write() as session:
        signing_keys.rotate(session, desk.office, desk.issuer, actor="cli")
    seal()

    assert verify().is_sound
    assert verify().covered == chain


@pytest.mark.usefixtures("chain")
def test_a_checkpoint_of_a_key_that_is_not_in_the_key_store_is_not_believed(desk, tmp_path):
    for file in desk.office.keystore.kids():
        (tmp_path / "keys" / f"{file}.pem").unlink()
    emptied = replace(desk.office, keystore=type(desk.office.keystore)(tmp_path / "keys", b"x" * 32, demo=False))

    with desk.read() as session:
        report = audit_chain.verify(session, emptied, desk.issuer)

    assert not report.checkpoints_ok
    assert "not in the key store" in report.sentence


# -- what somebody with the database can do, and is found out ---------------------------------------------


@pytest.mark.parametrize(
    ("change", "first_bad"),
    [
        ("UPDATE audit_entries SET actor = 'cli2' WHERE sequence = 4", 4),
        ("UPDATE audit_entries SET action = 'award.revoked' WHERE sequence = 5", 5),
        ("UPDATE audit_entries SET object_id = 'other' WHERE sequence = 1", 1),
        ("UPDATE audit_entries SET facts = '{\"n\": 99}' WHERE sequence = 9", 9),
        ("UPDATE audit_entries SET facts = '{\"n\": 1e400}' WHERE sequence = 9", 9),
        ("UPDATE audit_entries SET facts = '{\"n\": 12345678901234567890}' WHERE sequence = 9", 9),
        ("UPDATE audit_entries SET at = '2020-01-01 00:00:00.000000' WHERE sequence = 6", 6),
        ("UPDATE audit_entries SET hash = previous_hash WHERE sequence = 7", 7),
        ("UPDATE audit_entries SET hash = NULL WHERE sequence = 7", 7),
        ("DELETE FROM audit_entries WHERE sequence = 1", 1),
        ("DELETE FROM audit_entries WHERE sequence = 6", 6),
        ("UPDATE audit_entries SET sequence = NULL, previous_hash = NULL, hash = NULL WHERE sequence = 8", 8),
        ("UPDATE audit_entries SET sequence = -sequence WHERE sequence IN (3, 4)", 1),
    ],
)
@pytest.mark.usefixtures("chain")
def test_the_first_entry_that_was_changed_or_taken_away_is_named(tamper, verify, change, first_bad):
    assert tamper(change) >= 1

    report = verify()

    assert report.first_bad_sequence == first_bad
    assert f"entry {first_bad} is not as it was sealed" in report.sentence


@pytest.mark.usefixtures("chain")
def test_two_entries_that_changed_places_are_found(tamper, verify):
    tamper("UPDATE audit_entries SET sequence = 1000 WHERE sequence = 3")
    tamper("UPDATE audit_entries SET sequence = 3 WHERE sequence = 4")
    tamper("UPDATE audit_entries SET sequence = 4 WHERE sequence = 1000")

    assert verify().first_bad_sequence == 3


@pytest.mark.usefixtures("chain")
def test_an_entry_that_was_slipped_in_is_found(tamper, verify):
    tamper("UPDATE audit_entries SET sequence = sequence + 1000 WHERE sequence > 5")
    tamper("UPDATE audit_entries SET sequence = sequence - 999 WHERE sequence > 1000")
    tamper(
        "INSERT INTO audit_entries (issuer_id, at, actor, action, object_id, facts, sequence, previous_hash, hash) "
        "SELECT issuer_id, at, actor, action, 'a gift', facts, 6, hash, hash FROM audit_entries WHERE sequence = 5"
    )

    assert verify().first_bad_sequence == 6


@pytest.mark.usefixtures("chain")
def test_a_row_that_cannot_even_be_read_is_named(desk, tamper, verify):
    if not desk.database.is_sqlite:
        pytest.skip("PostgreSQL does not take such a row")
    tamper("UPDATE audit_entries SET facts = 'no JSON at all' WHERE sequence = 4")

    assert verify().first_bad_sequence == 4


def test_an_end_that_was_cut_off_is_shown_by_the_checkpoint(chain, tamper, verify):
    tamper(f"DELETE FROM audit_entries WHERE sequence > {chain - 2}")  # noqa: S608 - a number of ours

    report = verify()

    assert report.first_bad_sequence is None
    assert not report.is_sound
    assert f"The checkpoint at entry {chain} vouches for an entry that is not there" in report.sentence


@pytest.mark.usefixtures("chain")
def test_a_chain_that_was_computed_anew_is_shown_by_the_checkpoint(tamper, verify, seal):
    tamper("UPDATE audit_entries SET sequence = NULL, previous_hash = NULL, hash = NULL")
    tamper("UPDATE audit_entries SET object_id = 'another award' WHERE object_id = 'award-3'")
    seal()

    report = verify()

    assert report.first_bad_sequence is None
    assert not report.is_sound
    assert "vouches for another entry" in report.sentence


@pytest.mark.parametrize(
    "change",
    ["sequence = sequence - 1", "hash = 'x' || substr(hash, 2)", "at = '2020-01-01 00:00:00.000000'"],
)
@pytest.mark.usefixtures("chain")
def test_a_checkpoint_that_was_changed_is_found(tamper, verify, change):
    tamper(f"UPDATE audit_checkpoints SET {change}")  # noqa: S608 - a constant of this test

    assert not verify().checkpoints_ok


@pytest.mark.usefixtures("chain")
def test_a_checkpoint_of_another_issuer_is_worth_nothing_here(desk, tamper):
    other = desk.another_issuer()
    tamper(f"UPDATE audit_checkpoints SET issuer_id = '{other.issuer.id}'")  # noqa: S608 - an id of ours
    with desk.read() as session:
        report = audit_chain.verify(session, desk.office, other.issuer)

    assert not report.checkpoints_ok


def test_every_change_of_the_office_has_its_entry_in_the_chain(desk, seal, verify):
    award = desk.award()
    seal()

    with desk.read() as session:
        query = select(audit.AuditEntry.action).where(audit.AuditEntry.object_id == award.id)
        assert session.scalars(query).all() == ["award.issued"]
    assert verify().is_sound
