"""No ORM relationship: foreign keys by table name, joins in queries. A lazy load is a query that nobody sees."""

from __future__ import annotations

import ast


def relationships(sources: dict[str, str]) -> list[str]:
    """Calls of SQLAlchemy's `relationship` or `backref`."""
    return [
        f"{path}:{node.lineno}"
        for path, text in sources.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"relationship", "backref"}
    ]


def test_no_table_of_the_service_has_a_relationship(app_sources: dict[str, str]):
    assert relationships(app_sources) == []


def test_a_relationship_is_found():
    assert relationships({"app/issuing/awards.py": "x = 1\nlearner = orm.relationship('Learner')\n"}) == [
        "app/issuing/awards.py:2"
    ]
