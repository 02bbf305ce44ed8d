"""Engine, sessions, `claim()`: the only place that knows the differences between SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    LargeBinary,
    MetaData,
    Select,
    String,
    TableValuedAlias,
    TypeDecorator,
    column,
    create_engine,
    event,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.errors import Busy

# Names of constraints are part of the schema: migrations on both databases need them to be predictable.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
WAL_TRIES = 100
ADDED_AT_ONCE = 200  # rows in one statement, whose parameters a database bounds
RETRYABLE_SQLSTATES = {"40001", "40P01"}  # serialization failure, deadlock detected
UNAVAILABLE_SQLSTATES = {"53300", "55P03", "57014", "57P01", "57P02", "57P03", "08000", "08001", "08006"}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC. SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments: their zone would be a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be stored")
        return value.astimezone(UTC) if dialect.name != "sqlite" else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy calls it so
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal number as text: SQLite would make a float of it, and a score of 0.8 would miss a minimum of 0.8."""

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as above
        """Write it as it is."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - as above
        """Read it back."""
        return None if value is None else Decimal(value)


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        datetime: UTCDateTime(),
        Decimal: ExactDecimal(),
        bytes: LargeBinary(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }


Model = TypeVar("Model", bound=Base)


def claim(session: Session, model: type[Model], **values: Any) -> Model | None:
    """Insert a row whose uniqueness may clash; the new row, or None when another row holds the same key.

    This is the only insert for rows with a unique key that two callers may want at once: looking up and then
    inserting fails under concurrency on both databases. On PostgreSQL it waits for a rival transaction to end.
    """
    return session.scalars(_claiming(model, session.get_bind().dialect.name), values).one_or_none()


@cache
def _claiming(model: type[Model], dialect: str) -> Any:
    """Built once: a statement costs more to put together than to run, and several are claimed for each award."""
    table: Any = model.__table__
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return select(model).from_statement(insert.on_conflict_do_nothing().returning(*table.columns))


def add_up(session: Session, model: type[Model], rows: Sequence[Mapping[str, Any]], *, counted: str) -> None:
    """Insert rows, or add their number in the column `counted` to that of the row which holds the same primary key.

    Callers hand rows over in the order of their keys, so that two of them at once do not wait for each other.
    """
    dialect = session.get_bind().dialect.name
    for first in range(0, len(rows), ADDED_AT_ONCE):
        insert = sqlite.insert(model) if dialect == "sqlite" else postgresql.insert(model)
        stated = insert.values([dict(row) for row in rows[first : first + ADDED_AT_ONCE]])
        keys = [each.name for each in model.__table__.primary_key]
        total = model.__table__.c[counted] + stated.excluded[counted]
        session.execute(stated.on_conflict_do_update(index_elements=keys, set_={counted: total}))


class seconds_between(FunctionElement[int]):  # noqa: N801 - used as a function, as SQLAlchemy's own are
    """Whole seconds from one moment to a later one, in SQL: `seconds_between(earlier, later)`."""

    type = BigInteger()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _seconds_on_sqlite(element: seconds_between, compiler: SQLCompiler, **more: Any) -> str:
    earlier, later = (compiler.process(each, **more) for each in element.clauses)
    return f"(CAST(strftime('%s', {later}) AS INTEGER) - CAST(strftime('%s', {earlier}) AS INTEGER))"


@compiles(seconds_between, "postgresql")
def _seconds_on_postgresql(element: seconds_between, compiler: SQLCompiler, **more: Any) -> str:
    earlier, later = (compiler.process(each, **more) for each in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM ({later} - {earlier})) AS BIGINT)"


class _json_items(FunctionElement[Any]):  # noqa: N801 - as above
    inherit_cache = True


class _json_texts(FunctionElement[Any]):  # noqa: N801 - as above
    inherit_cache = True


def json_objects(array: ColumnElement[Any]) -> TableValuedAlias:
    """The items of a JSON array as rows, in SQL; each is JSON in the column `value`."""
    return _json_items(array).table_valued(column("value", JSON()))


def json_texts(array: ColumnElement[Any] | InstrumentedAttribute[Any]) -> TableValuedAlias:
    """The texts in a JSON array as rows, in SQL; each is a text in the column `value`."""
    return _json_texts(array).table_valued(column("value", String()))


@compiles(_json_items, "sqlite")
@compiles(_json_texts, "sqlite")
def _items_on_sqlite(element: FunctionElement[Any], compiler: SQLCompiler, **more: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **more)})"


@compiles(_json_items, "postgresql")
def _items_on_postgresql(element: FunctionElement[Any], compiler: SQLCompiler, **more: Any) -> str:
    return f"json_array_elements({compiler.process(element.clauses, **more)})"


@compiles(_json_texts, "postgresql")
def _texts_on_postgresql(element: FunctionElement[Any], compiler: SQLCompiler, **more: Any) -> str:
    return f"json_array_elements_text({compiler.process(element.clauses, **more)})"


class Database:
    """One database: `read()` and `write()` sessions, each one transaction."""

    def __init__(self, url: str, *, pool_size: int = 16, timeout_seconds: int = 30) -> None:
        self.url = url
        self._timeout_seconds = timeout_seconds
        self._to_close: list[Callable[[], None]] = []
        self.engine = _create_engine(url, pool_size, timeout_seconds)
        self._write_engine = self.engine.execution_options(lanyard_write=True)
        # One writer at a time is SQLite's own rule. Queueing in the process is fair and quick; SQLite's busy
        # handler polls, which under 16 threads made the slowest request wait for seconds (trust.md, section 5).
        self._write_lock = threading.Lock() if self.is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the database and cannot change it. Raises Busy."""
        # What PostgreSQL does by default shows each statement another state.
        options = {} if self.is_sqlite else {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
        with _busy_in_our_words(), Session(self.engine.execution_options(**options), expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one transaction: committed on leaving, rolled back on an exception. Raises Busy."""
        if self._write_lock is not None and not self._write_lock.acquire(timeout=self._timeout_seconds):
            raise Busy("The database is busy", retry_after_seconds=5)
        try:
            with _busy_in_our_words(), Session(self._write_engine, expire_on_commit=False) as session, session.begin():
                yield session
        finally:
            if self._write_lock is not None:
                self._write_lock.release()

    def on_dispose(self, close: Callable[[], None]) -> None:
        """Close something else, too, when all connections are closed."""
        self._to_close.append(close)

    def dispose(self) -> None:
        """Close all connections."""
        for close in self._to_close:
            close()
        self._to_close.clear()
        self.engine.dispose()


class Glance:
    """One row by its id, again and again, outside of any transaction: as quick as the database can be.

    On SQLite by a connection of its own, which only reads: with a write-ahead log a reader waits for nobody, so that
    an event loop may look (about 15 microseconds). On PostgreSQL by one of the pool, for which a thread has to wait.
    """

    def __init__(self, database: Database, statement: Select[*tuple[Any, ...]]) -> None:
        self._database, self._statement = database, statement
        self._sql = str(statement.compile(dialect=database.engine.dialect)) if database.is_sqlite else ""
        self._own: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    def row(self, row_id: str) -> tuple[Any, ...] | None:
        """The row as the database has it now; None when there is none. Raises Busy."""
        if not self._database.is_sqlite:
            engine = self._database.engine.execution_options(isolation_level="AUTOCOMMIT")
            with _busy_in_our_words(), engine.connect() as connection:
                found = connection.execute(self._statement, {"id": row_id}).one_or_none()
                return None if found is None else tuple(found)
        try:
            with self._lock:
                self._own = self._own or self._opened()
                found = self._own.execute(self._sql, (row_id,)).fetchone()
        except sqlite3.Error as error:
            raise Busy("The database is busy or cannot be reached", retry_after_seconds=5) from error
        return None if found is None else tuple(found)

    def _opened(self) -> sqlite3.Connection:
        file = Path(self._database.engine.url.database or "").absolute()
        address = f"{file.as_uri()}?mode=ro"
        opened = sqlite3.connect(address, uri=True, timeout=0.05, isolation_level=None, check_same_thread=False)
        self._database.on_dispose(opened.close)
        return opened


def is_retryable(error: BaseException) -> bool:
    """Whether the same transaction, run once more, may succeed: PostgreSQL chose it as a deadlock's victim."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in RETRYABLE_SQLSTATES


@contextmanager
def _busy_in_our_words() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise Busy("All database connections are in use", retry_after_seconds=5) from error
    except OperationalError as error:
        state = getattr(error.orig, "sqlstate", None)
        text = str(error.orig)
        if "database is locked" in text or state in UNAVAILABLE_SQLSTATES or (state is None and "connection" in text):
            raise Busy("The database is busy or cannot be reached", retry_after_seconds=5) from error
        if "disk is full" in text or "disk I/O" in text:
            raise Busy("The database cannot store anything at present", retry_after_seconds=30) from error
        raise


def _create_engine(url: str, pool_size: int, timeout_seconds: int) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=timeout_seconds,
            hide_parameters=True,
            connect_args={"timeout": timeout_seconds, "check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=timeout_seconds,
        pool_pre_ping=True,
        hide_parameters=True,  # errors are logged, and parameters are people's names and addresses (T48)
        connect_args={"connect_timeout": timeout_seconds, "options": f"-c lock_timeout={timeout_seconds}s"},
    )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is deferred; ours is in _begin_sqlite
    _switch_to_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _switch_to_wal(connection: Any) -> None:
    # Processes that open a new file together: this one pragma does not wait for its turn, whatever the timeout
    # (3 of 300 runs failed, and none with the loop).
    for tries_left in reversed(range(WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if not tries_left:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once when another one wrote in between,
    # whatever the timeout (measured: 280 of 320). An immediate one waits its turn.
    writes = connection.get_execution_options().get("lanyard_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
