"""Every part of ADL's conformance data for xAPI 1.0.3: the valid ones are read, the invalid ones are refused.

Which are invalid is found out from the data: from their names, and by a walk that knows only which members the standard
requires of a thing of that shape. Nothing is listed by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.errors import MalformedJson
from app.lms.base import Unreadable
from tests.beside import beside
from tests.lms.xapi_statements import letterbox, statement

FOLDER = Path(__file__).resolve().parents[3] / "shared/conformance/lms/xapi/adl-templates-1.0.3"
PLACES = {
    "activities": "object",
    "agents": "actor",
    "contexts": "context",
    "groups": "actor",
    "results": "result",
    "substatements": "object",
    "verbs": "verb",
}
IDENTIFIERS = {"mbox", "mbox_sha1sum", "openid", "account"}
FILES = sorted(FOLDER.glob("*/*.json"))


def in_a_statement(file: Path) -> bytes:
    """The part in its place of a valid statement; a whole statement as it is."""
    if file.parent.name == "statements":
        return file.read_bytes()
    made = statement(**{PLACES[file.parent.name]: json.loads(file.read_bytes())})
    if str(made["verb"].get("id", "")).endswith("/voided"):  # which only statements can be
        made["object"] = {"objectType": "StatementRef", "id": made["id"]}
    return json.dumps(made).encode()


def is_incomplete(kind: str, part: Any) -> bool:
    """Whether a member is missing that the standard requires of a part of this kind, or of a part within."""
    required = {
        "account": {"homePage", "name"},
        "activity": {"id"},
        "reference": {"id"},
        "statement": {"actor", "verb", "object"},
        "verb": {"id"},
    }.get(kind, set())
    found = IDENTIFIERS & part.keys()
    if not required <= part.keys() or len(found) > 1:
        return True
    if (kind == "agent" and not found) or (kind == "group" and not found and not part.get("member")):
        return True
    return any(is_incomplete(kind_of(name, within), within) for name, within in parts_within(part))


def parts_within(part: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The parts that are members of a part, one by one."""
    return [
        (name, within)
        for name, value in part.items()
        for within in (value if isinstance(value, list) else [value])
        if isinstance(within, dict) and name not in {"definition", "extensions", "result", "score", "display"}
    ]


def kind_of(name: str, part: dict[str, Any]) -> str:
    """What a part is: it says so itself, or its name does."""
    stated = {"Agent": "agent", "Group": "group", "Activity": "activity", "StatementRef": "reference"}
    stated |= {"SubStatement": "statement"}
    by_name = {"actor": "agent", "member": "agent", "object": "activity", "instructor": "agent", "team": "group"}
    return stated.get(part.get("objectType", ""), by_name.get(name, name))


def is_invalid(file: Path) -> bool:
    """Whether the file's name says so, a text stands where a map of languages belongs, or a member is missing."""
    try:
        part = json.loads(file.read_bytes(), object_pairs_hook=unique)
    except KeyError:
        return True
    definition = part.get("definition", {})
    flat = any(not isinstance(definition.get(name, {}), dict) for name in ("name", "description"))
    kinds = {"statements": "statement", "contexts": "context", "results": "result", "verbs": "verb"}
    kind = kinds.get(file.parent.name) or kind_of("", part)
    if kind in {"", "actor"}:
        kind = "activity" if file.parent.name == "activities" else "agent"
    return "invalid" in file.stem or flat or is_incomplete(kind, part)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, unless a name comes twice."""
    if len(dict(pairs)) != len(pairs):
        raise KeyError("twice")
    return dict(pairs)


def test_the_data_hold_both_kinds():
    beside("conformance", "lms", "xapi", "adl-templates-1.0.3")
    invalid = [file for file in FILES if is_invalid(file)]

    assert len(FILES) > 100
    assert len(invalid) > 35
    assert len(FILES) - len(invalid) > 60
    assert {file.parent.name for file in FILES} == {*PLACES, "statements"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_part_is_read_when_it_is_valid_and_refused_when_it_is_not(file: Path):
    try:
        item = letterbox().one(in_a_statement(file))
    except MalformedJson:
        item = Unreadable("malformed", "", "")

    assert isinstance(item, Unreadable) == is_invalid(file), item
