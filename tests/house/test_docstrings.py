"""Every public module, class and function of the service says what it promises."""

from __future__ import annotations

import ast
from collections.abc import Iterator

Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def without_a_promise(sources: dict[str, str]) -> list[str]:
    """Public things without a docstring."""
    found = []
    for path, text in sources.items():
        module = ast.parse(text)
        if not ast.get_docstring(module):
            found.append(f"{path}:1 module")
        found += [f"{path}:{node.lineno} {node.name}" for node in public(module) if not ast.get_docstring(node)]
    return found


def public(scope: ast.Module | ast.ClassDef) -> Iterator[Documented]:
    """Classes, functions and methods that others may use; what is inside a function is its own."""
    for node in scope.body:
        if isinstance(node, Documented) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


def test_everything_public_says_what_it_promises(app_sources: dict[str, str]):
    assert without_a_promise(app_sources) == []


def test_a_function_without_a_promise_is_found():
    bad = '"""A module."""\nclass Award:\n    """An award."""\n    def revoke(self): ...\n    def _hidden(self): ...\n'

    assert without_a_promise({"app/a.py": bad, "app/b.py": ""}) == ["app/a.py:4 revoke", "app/b.py:1 module"]
