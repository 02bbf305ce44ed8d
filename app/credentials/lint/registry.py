"""What a rule is, and the document as rules read it: without ever failing on a wrong shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

Found = Iterator[tuple[str, str]]  # JSON Pointer and sentence

_HOLDING = (dict, list)
_URI = re.compile(r'[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>"{}|\\^`\x7f]+')


class Kind(StrEnum):
    """What kind of document a rule is for."""

    BADGE = "badge"
    ENDORSEMENT = "endorsement"
    RECORD = "learner record"
    STATUS_LIST = "status list"


_KINDS = {
    "BitstringStatusListCredential": Kind.STATUS_LIST,
    "EndorsementCredential": Kind.ENDORSEMENT,
    "ClrCredential": Kind.RECORD,
}
# Of a named issuer, for people to read; a status list is for programs.
CREDENTIALS = frozenset({Kind.BADGE, Kind.ENDORSEMENT, Kind.RECORD})
# Of a person.
OF_A_PERSON = frozenset({Kind.BADGE, Kind.RECORD})
# What is signed on its own was looked at when it was signed, by the rules of its time.
_SIGNED_PARTS = frozenset({"endorsement", "verifiableCredential"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach: the rule and clause that it breaks, where (JSON Pointer, "" = the document), and a sentence."""

    rule: str
    clause: str
    pointer: str
    sentence: str


class Document:
    """An unsigned document and all objects inside it, each with its pointer; found once, read by every rule.

    Signed documents that it holds are not among them.
    """

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self.objects: list[tuple[str, dict[str, Any]]] = []
        _collect(root, "", self.objects)
        self._by_type: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        for pointer, each in self.objects:
            named = each.get("type", [])
            for name in named if isinstance(named, list) else (named,):
                self._by_type.setdefault(str(name), []).append((pointer, each))
        self._members = [
            (parent, name, value) for parent, each in self.objects for name, value in each.items() if name != "@context"
        ]
        self._named: dict[str, list[tuple[str, str, Any]]] = {}
        for member in self._members:
            self._named.setdefault(member[1], []).append(member)
        self.kind = next((_KINDS[name] for name in map(str, types(root)) if name in _KINDS), Kind.BADGE)

    def type_names(self) -> Iterable[str]:
        """The types of all objects, each once."""
        return self._by_type

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
        """Every member of every object: its parent's pointer, name, value. `@context` is left to safe mode."""
        return self._members

    def named(self, names: Collection[str]) -> list[tuple[str, str, Any]]:
        """Those of the members that have one of these names."""
        return [member for name in names if name in self._named for member in self._named[name]]

    def names(self) -> Iterable[str]:
        """The names of all members, each once."""
        return self._named


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its name, the clause it enforces, the documents it is for and what finds breaches."""

    name: str
    clause: str
    kinds: frozenset[Kind]
    find: Callable[[Document], Found]


RULES: list[Rule] = []


@cache
def rules_for(kind: Kind) -> tuple[Rule, ...]:
    """The rules of such a document. They are all known once the package was imported."""
    return tuple(rule for rule in RULES if kind in rule.kinds)


def rule(
    name: str, clause: str, *, kind: Kind | frozenset[Kind] | None = Kind.BADGE
) -> Callable[[Callable[[Document], Found]], Callable[[Document], Found]]:
    """Register a function as the rule of this name; `kind` None is for every document."""
    kinds = frozenset({kind} if isinstance(kind, Kind) else kind or Kind)

    def register(find: Callable[[Document], Found]) -> Callable[[Document], Found]:
        RULES.append(Rule(name, clause, kinds, find))
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


def _collect(value: Any, pointer: str, found: list[tuple[str, dict[str, Any]]]) -> None:
    if isinstance(value, dict):
        found.append((pointer, value))
        for name, item in value.items():
            if type(item) is not str and isinstance(item, _HOLDING) and name not in _SIGNED_PARTS:
                _collect(item, f"{pointer}/{name}", found)
    else:
        for position, item in enumerate(value):
            if type(item) is not str and isinstance(item, _HOLDING):
                _collect(item, f"{pointer}/{position}", found)
