"""What a rule is, and the document as rules read it: without ever failing on a wrong shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Found = Iterator[tuple[str, str]]  # JSON Pointer and sentence

_URI = re.compile(r'[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>"{}|\\^`\x7f]+')


class Kind(StrEnum):
    """What kind of document a rule is for."""

    BADGE = "badge"
    STATUS_LIST = "status list"


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach: the rule and clause that it breaks, where (JSON Pointer, "" = the document), and a sentence."""

    rule: str
    clause: str
    pointer: str
    sentence: str


class Document:
    """An unsigned document and all objects inside it, each with its pointer; found once, read by every rule."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self.objects = list(_objects(root))
        self._by_type: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        for pointer, each in self.objects:
            for name in types(each):
                self._by_type.setdefault(str(name), []).append((pointer, each))
        self._members = [
            (f"{pointer}/{name}", name, value)
            for pointer, each in self.objects
            for name, value in each.items()
            if name != "@context"
        ]
        self.kind = Kind.STATUS_LIST if "BitstringStatusListCredential" in types(root) else Kind.BADGE

    def of(self, type_name: str) -> list[tuple[str, dict[str, Any]]]:
        """The objects of a type, with their pointers."""
        return self._by_type.get(type_name, [])

    def at(self, *path: str) -> dict[str, Any]:
        """The object at a path of member names; an empty one when there is none, so that rules report what lacks."""
        here: Any = self.root
        for name in path:
            here = here.get(name) if isinstance(here, dict) else None
        return here if isinstance(here, dict) else {}

    def members(self) -> list[tuple[str, str, Any]]:
        """Every member of every object: pointer, name, value. `@context` is left to safe mode."""
        return self._members


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its name, the clause it enforces, the documents it is for (None = all) and what finds breaches."""

    name: str
    clause: str
    kind: Kind | None
    find: Callable[[Document], Found]

    def check(self, document: Document) -> Iterator[Finding]:
        """The breaches in a document."""
        for pointer, sentence in self.find(document):
            yield Finding(self.name, self.clause, pointer, sentence)


RULES: list[Rule] = []


def rule(
    name: str, clause: str, *, kind: Kind | None = Kind.BADGE
) -> Callable[[Callable[[Document], Found]], Callable[[Document], Found]]:
    """Register a function as the rule of this name."""

    def register(find: Callable[[Document], Found]) -> Callable[[Document], Found]:
        RULES.append(Rule(name, clause, kind, find))
        return find

    return register


def types(each: dict[str, Any]) -> list[Any]:
    """The types of an object, however they are written."""
    named = each.get("type", [])
    return named if isinstance(named, list) else [named]


def is_uri(value: Any) -> bool:
    """Whether a value is an absolute URI."""
    return isinstance(value, str) and _URI.fullmatch(value) is not None


def is_text(value: Any) -> bool:
    """Whether a value is text with something in it."""
    return isinstance(value, str) and value.strip() != ""


def _objects(value: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield pointer, value
        for name, item in value.items():
            yield from _objects(item, f"{pointer}/{name}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _objects(item, f"{pointer}/{position}")
