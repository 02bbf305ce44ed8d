"""docs/conformance.md names, for every row of the checklist, a test that is there; a whole run sees it pass."""

from __future__ import annotations

import ast

import pytest

from tests.conformance.table import LAST_ROW, LATER, PAGE, function_of, not_shown, rows

TESTS = PAGE.parents[1] / "tests"
SAMPLE = """
| OB3-01 | Contexts in their order | `credentials/test_ob3.py::test_contexts` |
| OB3-02 | Extensions where they are used | `a/test_b.py::test_c`, `a/test_b.py::test_d` |
"""


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_row_of_the_checklist_stands_once_and_in_order(page: str):
    assert [row.number for row in rows(page)] == list(range(1, LAST_ROW + 1))


def test_every_row_says_what_it_demands_and_names_a_test(page: str):
    bare = [row.number for row in rows(page) if not row.demand or (not row.tests and row.number not in LATER)]

    assert bare == []


def test_every_named_test_is_there(page: str):
    functions: dict[str, set[str]] = {}
    for row in rows(page):
        for test in row.tests:
            file, _, name = test.partition("::")
            if file not in functions:
                tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
                functions[file] = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            assert name in functions[file], f"OB3-{row.number:02} names {test}"


def test_a_row_whose_test_did_not_run_is_found():
    ran = {"credentials/test_ob3.py::test_contexts", "a/test_b.py::test_c"}

    assert not_shown(SAMPLE, ran) == ["OB3-02 names a/test_b.py::test_d, which did not run"]
    assert not_shown(SAMPLE, {*ran, "a/test_b.py::test_d"}) == []


def test_a_test_is_named_without_its_parameters():
    assert function_of("tests/a/test_b.py::test_c[sqlite-1]") == "a/test_b.py::test_c"
