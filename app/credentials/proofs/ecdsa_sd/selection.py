"""Parts of a document by JSON Pointer, and the same document with a name for everything that has none.

Source: ECDSA Cryptosuites 1.0, section 3.4 ("Selective Disclosure Functions").
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from app.errors import InvalidInput

SKOLEM = "urn:x-blank:"


def named(document: dict[str, Any]) -> dict[str, Any]:
    """A copy in which every object without an `id` has one, `urn:x-blank:` and a number (skolemisation).

    A document that uses such names itself is refused. Raises InvalidInput.
    """
    count = 0

    def copied(value: Any) -> Any:
        nonlocal count
        if isinstance(value, list):
            return [copied(item) for item in value]
        if isinstance(value, str) and value.startswith(SKOLEM):
            raise InvalidInput("The document has a name in it that is kept for nameless things")
        if not isinstance(value, dict):
            return value
        made = {name: item if name == "@context" else copied(item) for name, item in value.items()}
        if "id" not in value:
            made["id"] = f"{SKOLEM}{count}"
            count += 1
        return made

    result: dict[str, Any] = copied(document)
    return result


def selected(document: dict[str, Any], pointers: Iterable[str]) -> dict[str, Any] | None:
    """The parts at JSON Pointers, each with the `id` and `type` of everything above it; None for no pointers.

    Raises InvalidInput for a pointer to nothing.
    """
    chosen = _Chosen(document)
    found = False
    for pointer in pointers:
        found = True
        place = chosen
        for name in _names(pointer):
            place = place.inside(name)
        place.whole = True
    result = chosen.value() if found else None
    if isinstance(result, dict) and "@context" in document:
        result = {"@context": copy.deepcopy(document["@context"]), **result}
    return result


class _Chosen:
    """What is chosen of one value: all of it, or parts."""

    def __init__(self, source: Any) -> None:
        self.source = source
        self.whole = False
        self.parts: dict[Any, _Chosen] = {}

    def inside(self, name: str) -> _Chosen:
        key: Any = name
        if isinstance(self.source, list):
            key = int(name) if name.isascii() and name.isdecimal() and str(int(name)) == name else -1
        exists = 0 <= key < len(self.source) if isinstance(key, int) else _has(self.source, key)
        if not exists:
            raise InvalidInput("A pointer points at nothing", pointer=name[:100])
        return self.parts.setdefault(key, _Chosen(self.source[key]))

    def value(self) -> Any:
        if self.whole or not isinstance(self.source, dict | list):
            return copy.deepcopy(self.source)
        if isinstance(self.source, list):
            return [part.value() for _, part in sorted(self.parts.items())]
        always = {name: copy.deepcopy(self.source[name]) for name in ("id", "type") if name in self.source}
        return always | {name: part.value() for name, part in self.parts.items()}


def _has(source: Any, name: str) -> bool:
    return isinstance(source, dict) and name in source


def _names(pointer: str) -> list[str]:
    """The reference tokens of a JSON Pointer (RFC 6901)."""
    if pointer and not pointer.startswith("/"):
        raise InvalidInput("This is not a JSON Pointer", pointer=pointer[:100])
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
