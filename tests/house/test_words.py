"""Names say what a thing is; an open end names its issue."""

from __future__ import annotations

import ast
import re

VAGUE = {"util", "utils", "helper", "helpers", "manager", "managers", "misc", "common"}
OPEN_END = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b(?!\(#\d+\))")  # in halves, not to find itself


def vague_names(sources: dict[str, str]) -> list[str]:
    """Files, classes and functions with a name that could mean anything."""
    found = []
    for path, text in sources.items():
        parts = path.removesuffix(".py").split("/")
        found += [f"{path} is vague" for part in parts if words(part) & VAGUE]
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and words(node.name) & VAGUE:
                found.append(f"{path}:{node.lineno} {node.name}")
    return found


def words(name: str) -> set[str]:
    """`KeyManager` and `key_manager` -> key, manager."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}


def open_ends(texts: dict[str, str]) -> list[str]:
    """Lines with an open end that names no issue."""
    return [
        f"{path}:{number}"
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if OPEN_END.search(line)
    ]


def test_no_name_of_the_service_is_vague(app_sources: dict[str, str]):
    assert vague_names(app_sources) == []


def test_a_vague_name_is_found():
    bad = {"app/issuing/utils.py": "", "app/keystores/files.py": "class KeyManager: ...\ndef award_helper(): ..."}

    assert len(vague_names(bad)) == 3


def test_every_open_end_names_an_issue(project_texts: dict[str, str]):
    code = {path: text for path, text in project_texts.items() if path.endswith((".py", ".html", ".css", ".js"))}

    assert open_ends(code) == []


def test_an_open_end_without_an_issue_is_found():
    text = "# TO" + "DO: later\n# TO" + "DO(#12): see there\n# FIX" + "ME\n"

    assert open_ends({"a.py": text}) == ["a.py:1", "a.py:3"]
