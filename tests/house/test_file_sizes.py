"""A file of more than 400 lines becomes a folder; a function of more than 40 becomes two."""

from __future__ import annotations

import ast

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 40


def long_files(sources: dict[str, str]) -> list[str]:
    """Files above the cap."""
    return [path for path, text in sources.items() if len(text.splitlines()) > MOST_LINES]


def long_functions(sources: dict[str, str]) -> list[str]:
    """Functions above the cap; the docstring and the signature do not count."""
    found = []
    for path, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                if body and (body[-1].end_lineno or 0) - body[0].lineno + 1 > MOST_LINES_OF_A_FUNCTION:
                    found.append(f"{path}:{node.lineno} {node.name}")
    return found


def test_no_file_of_the_service_is_over_400_lines(app_sources: dict[str, str]):
    assert long_files(app_sources) == []


def test_no_function_of_the_service_is_over_40_lines(app_sources: dict[str, str]):
    assert long_functions(app_sources) == []


def test_a_long_file_is_found():
    assert long_files({"app/long.py": "x = 1\n" * 401, "app/short.py": "x = 1\n" * 400}) == ["app/long.py"]


def test_a_long_function_is_found():
    long = "def tale():\n" + "    x = 1\n" * 41

    assert long_functions({"app/a.py": long}) == ["app/a.py:1 tale"]
