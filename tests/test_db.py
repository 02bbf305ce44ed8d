"""The database room: one behaviour on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from app.db import Database, claim
from app.errors import Busy, UnsafeConfiguration
from app.issuing.heartbeat import Heartbeat
from app.issuing.issuers import Issuer
from app.issuing.rules import Rule

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SAFE_PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def claim_beat(database: Database, name: str = "worker", at: datetime = NOON) -> Heartbeat | None:
    with database.write() as session:
        return claim(session, Heartbeat, name=name, at=at)


def beats(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Heartbeat)) or 0


def at_once(work: Callable[[], object], *, threads: int) -> list[object]:
    """What came of the same work in several threads that start together: results and exceptions."""
    start, results = threading.Barrier(threads), []

    def run() -> None:
        start.wait(10)
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - a thread has nobody to raise to
            results.append(error)

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(30)
    return results


# -- claim ---------------------------------------------------------------------------------------------------


def test_a_claim_returns_the_row_or_none_when_the_key_is_taken(database: Database):
    first = claim_beat(database)

    assert first is not None
    assert first.name == "worker"
    assert claim_beat(database, at=NOON + timedelta(days=1)) is None
    with database.read() as session:
        assert session.get_one(Heartbeat, "worker").at == NOON


def test_a_clash_spoils_nothing_else_in_its_transaction(database: Database):
    claim_beat(database)

    with database.write() as session:
        assert claim(session, Heartbeat, name="worker", at=NOON) is None
        assert claim(session, Heartbeat, name="round", at=NOON) is not None

    assert beats(database) == 2


def test_a_claim_that_was_rolled_back_left_the_key_free(database: Database):
    def claim_and_fail() -> None:
        with database.write() as session:
            claim(session, Heartbeat, name="worker", at=NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        claim_and_fail()
    assert claim_beat(database) is not None


def test_of_many_claims_at_once_exactly_one_is_granted(database: Database):
    results = at_once(lambda: claim_beat(database), threads=8)

    assert len(results) == 8
    assert [type(result).__name__ for result in results if result is not None] == ["Heartbeat"]
    assert beats(database) == 1


def test_a_claim_is_no_way_around_other_constraints(database: Database):
    facts = {"activity_id": "a", "achievement_id": "nowhere", "source_id": "nowhere", "created_at": NOON}

    with pytest.raises(IntegrityError), database.write() as session:
        claim(session, Rule, id="r", **facts)


# -- read and write ------------------------------------------------------------------------------------------


def test_what_is_written_is_there_after_the_transaction_and_not_before(database: Database):
    with database.write() as session:
        claim(session, Heartbeat, name="worker", at=NOON)
        session.flush()
        assert beats(database) == 0

    assert beats(database) == 1


def test_an_exception_takes_everything_back(database: Database):
    def write_and_fail() -> None:
        with database.write() as session:
            session.add(Heartbeat(name="worker", at=NOON))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert beats(database) == 0


def test_a_read_changes_nothing(database: Database):
    try:
        with database.read() as session:
            session.add(Heartbeat(name="worker", at=NOON))
            session.flush()
    except DBAPIError as error:
        assert "read-only" in str(error.orig)  # noqa: PT017 - SQLite says nothing, and keeps nothing
        assert not database.is_sqlite

    assert beats(database) == 0


def test_a_read_sees_one_state_however_long_it_takes(database: Database):
    with database.read() as session:
        before = session.scalar(select(func.count()).select_from(Heartbeat))
        claim_beat(database)
        after = session.scalar(select(func.count()).select_from(Heartbeat))

    assert (before, after) == (0, 0)
    assert beats(database) == 1


def test_writers_take_turns_and_none_is_lost(database: Database):
    claim_beat(database, "counter", NOON)

    def add_a_second() -> None:
        with database.write() as session:
            beat = session.get_one(Heartbeat, "counter", with_for_update=True)
            beat.at = beat.at + timedelta(seconds=1)

    assert at_once(add_a_second, threads=12) == [None] * 12
    with database.read() as session:
        assert session.get_one(Heartbeat, "counter").at == NOON + timedelta(seconds=12)


def test_a_nested_error_takes_back_only_its_own_part(database: Database):
    claim_beat(database, "taken")

    with database.write() as session:
        session.add(Heartbeat(name="kept", at=NOON))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add_all([Heartbeat(name="gone", at=NOON), Heartbeat(name="taken", at=NOON)])

    with database.read() as session:
        assert set(session.scalars(select(Heartbeat.name))) == {"taken", "kept"}


# -- busy ----------------------------------------------------------------------------------------------------


def open_again(database: Database, **options: int) -> Database:
    return Database(database.url, **options)


def test_a_writer_that_waited_too_long_is_told_that_the_database_is_busy(database: Database):
    other = open_again(database, timeout_seconds=1)
    claim_beat(database)
    started = time.monotonic()

    with database.write() as session:
        session.get_one(Heartbeat, "worker", with_for_update=True).at = NOON + timedelta(days=1)
        session.flush()
        with pytest.raises(Busy) as caught, other.write() as waiting:
            waiting.get_one(Heartbeat, "worker", with_for_update=True)

    assert caught.value.facts["retry_after_seconds"] == 5
    assert 0.8 < time.monotonic() - started < 10
    other.dispose()


def test_writers_of_one_process_wait_no_longer_than_they_were_told(sqlite_url: str):
    database = Database(sqlite_url, timeout_seconds=1)

    with database.write():
        (result,) = at_once(lambda: claim_beat(database), threads=1)

    assert isinstance(result, Busy)
    assert claim_beat(database) is not None
    database.dispose()


def test_a_reader_is_not_kept_waiting_by_a_writer(database: Database):
    with database.write() as session:
        session.add(Heartbeat(name="worker", at=NOON))
        session.flush()

        assert at_once(lambda: beats(database), threads=4) == [0] * 4


def test_when_all_connections_are_in_use_the_next_one_is_told_so(database: Database):
    small = open_again(database, pool_size=1, timeout_seconds=1)

    with small.read() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(Busy, match="in use"), small.read() as another:
            another.execute(text("SELECT 1"))

    assert beats(small) == 0
    small.dispose()


def test_a_database_that_cannot_be_reached_is_busy_and_no_accident():
    nowhere = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing", timeout_seconds=1)

    with pytest.raises(Busy), nowhere.read() as session:
        session.execute(text("SELECT 1"))
    nowhere.dispose()


def test_an_error_of_ours_passes_through_as_it_is(database: Database):
    with pytest.raises(UnsafeConfiguration), database.write():
        raise UnsafeConfiguration("x")


# -- values --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["0.8", "0.84", "0.1", "1", "0", "0.30000000000000000001", "1E-9", "0.80"])
def test_a_decimal_number_comes_back_exactly(database: Database, number: str):
    with database.write() as session:
        session.execute(text("SELECT 1"))
        stored = Rule.__table__.c.minimum_score.type
        bound = stored.process_bind_param(Decimal(number), session.get_bind().dialect)
        assert stored.process_result_value(bound, session.get_bind().dialect) == Decimal(number)
        assert isinstance(bound, str)


def test_a_moment_comes_back_in_utc_whatever_zone_it_was_stated_in(database: Database):
    claim_beat(database, at=datetime(2026, 3, 1, 14, 0, tzinfo=timezone(timedelta(hours=2))))

    with database.read() as session:
        found = session.get_one(Heartbeat, "worker").at
    assert found == NOON
    assert found.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused(database: Database):
    with pytest.raises((ValueError, StatementError), match="without a zone"):
        claim_beat(database, at=datetime(2026, 3, 1, 12, 0))  # noqa: DTZ001 - that is what is refused

    assert beats(database) == 0


def test_moments_are_compared_as_moments(database: Database):
    claim_beat(database, at=NOON)

    with database.read() as session:
        later = select(Heartbeat.name).where(Heartbeat.at > NOON - timedelta(seconds=1))
        earlier = select(Heartbeat.name).where(
            Heartbeat.at < datetime(2026, 3, 1, 13, 30, tzinfo=timezone(timedelta(hours=2)))
        )
        assert session.scalars(later).all() == ["worker"]
        assert session.scalars(earlier).all() == []


def test_an_error_of_the_database_never_repeats_what_was_handed_in(database: Database):
    with database.write() as session:
        session.add(Issuer(id="i", slug="x", name="Mira Holm", url="https://x.example", created_at=NOON))

    with pytest.raises(IntegrityError) as caught, database.write() as session:
        session.add(Issuer(id="i", slug="y", name="Mira Holm", url="https://x.example", created_at=NOON))
    assert "Mira" not in str(caught.value)


# -- SQLite --------------------------------------------------------------------------------------------------


def test_a_sqlite_file_is_made_with_its_folder_and_is_safe_against_a_crash(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path}/deep/below/lanyard.sqlite3")

    with database.read() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    database.dispose()
