"""Transactions begin and end only in doors; the office takes a session and never commits."""

from __future__ import annotations

import ast

DOORS = (
    "app/web/",
    "app/cli.py",
    "app/cli/",
    "app/worker.py",
    "app/worker/",
    "app/doctor.py",
    "app/main.py",
    "app/db.py",
    "app/migrating.py",
)
ENDS = {"commit", "rollback", "begin"}  # `begin_nested` is a savepoint: the transaction goes on
STARTS = {"write", "read"}


def transactions_outside_doors(sources: dict[str, str]) -> list[str]:
    """Calls outside the doors that begin or end a transaction."""
    found = []
    for path, text in sources.items():
        if not path.startswith(DOORS):
            calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
            found += [f"{path}:{call.lineno} {ast.unparse(call.func)}" for call in calls if is_a_transaction(call.func)]
    return found


def is_a_transaction(function: ast.expr) -> bool:
    """`x.commit()`, `session.begin()`, `database.write()` and the like."""
    if not isinstance(function, ast.Attribute):
        return False
    owner = ast.unparse(function.value).rpartition(".")[2]
    return function.attr in ENDS or (function.attr in STARTS and owner in {"database", "db"})


def test_transactions_begin_and_end_only_in_doors(app_sources: dict[str, str]):
    assert transactions_outside_doors(app_sources) == []


def test_a_commit_in_the_office_is_found():
    office = {"app/issuing/awards.py": "def award(session):\n    session.commit()\n"}

    assert transactions_outside_doors(office) == ["app/issuing/awards.py:2 session.commit"]


def test_a_transaction_that_the_office_opens_is_found():
    office = {"app/issuing/awards.py": "with office.database.write() as session: ...\nwith session.begin(): ..."}

    assert len(transactions_outside_doors(office)) == 2


def test_a_door_may_open_one():
    assert transactions_outside_doors({"app/web/deps.py": "with database.write() as session: ..."}) == []
