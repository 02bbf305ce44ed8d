"""Waiting for what another thread does on PostgreSQL."""

from __future__ import annotations

import time

from sqlalchemy import text

from app.db import Database

WAITED_FOR = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def wait_until_a_lock_is_waited_for(database: Database, seconds: float = 20.0) -> None:
    """Wait until some transaction waits for what another one holds."""
    end = time.monotonic() + seconds
    while True:
        with database.read() as session:
            if session.execute(text(WAITED_FOR)).scalar_one():
                return
        assert time.monotonic() < end, "nobody waits for anything"
        time.sleep(0.02)
