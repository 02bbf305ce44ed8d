"""The floor under every other test: empty tables on both databases, and no way out of this machine."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import text

from app.db import Database


def test_a_test_runs_on_both_databases_with_tables_of_its_own(database: Database):
    with database.write() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS scratch (id INTEGER)"))
        session.execute(text("INSERT INTO scratch VALUES (1)"))

    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM scratch")).scalar() >= 1


def test_a_connection_to_another_machine_is_refused():
    with pytest.raises((RuntimeError, UserWarning)), socket.socket() as outgoing:
        outgoing.connect(("192.0.2.1", 80))


def test_a_server_on_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
