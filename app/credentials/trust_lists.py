"""Registries of issuers that somebody vouches for, as files: a plain list of identifiers, or DCC's JSON form.

Being in a list says that the list's keeper knows the issuer; it is shown beside the verdict and never changes it (B63).
Source of the JSON form: `registry.json` of the Digital Credentials Consortium, as issuer-registry-client reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.credentials import strict_json
from app.errors import InvalidInput, MalformedJson, TooLarge

MAX_BYTES = 16 * 1_048_576
MAX_ISSUERS = 200_000
_ISSUER_ID = re.compile(r"(?:did:[a-z0-9]+:|https?://)[^\s\x00-\x20\x7f<>\"#]{1,2000}")


@dataclass(frozen=True, slots=True)
class TrustList:
    """One registry: its name, and what it calls each issuer (None = it gives no name)."""

    name: str
    issuers: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class TrustLists:
    """All registries of a service, in the order in which its operator trusts them."""

    lists: tuple[TrustList, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lists)

    def naming(self, issuer_id: str) -> tuple[str, ...]:
        """The names of the lists in which an issuer stands, by exactly this identifier."""
        return tuple(each.name for each in self.lists if issuer_id in each.issuers)


def read(content: bytes, *, name: str) -> TrustList:
    """A registry out of a file's bytes. Raises InvalidInput, whose sentence names the line or the place."""
    text = _text(content, name)
    is_json = text.lstrip().startswith(("{", "["))
    issuers = _from_json(text, name) if is_json else _from_lines(text.splitlines(), name)
    if not issuers:
        raise InvalidInput(f"The trust list {name} names no issuer")
    if len(issuers) > MAX_ISSUERS:
        raise InvalidInput(f"The trust list {name} names more than {MAX_ISSUERS} issuers")
    return TrustList(name, issuers)


def _text(content: bytes, name: str) -> str:
    if len(content) > MAX_BYTES:
        raise InvalidInput(f"The trust list {name} is larger than {MAX_BYTES} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidInput(f"The trust list {name} is not UTF-8 text in line {line}", line=line) from error


def _from_lines(lines: Iterable[str], name: str) -> dict[str, str | None]:
    """One issuer a line; `#` and what follows it is a comment."""
    issuers: dict[str, str | None] = {}
    for number, line in enumerate(lines, start=1):
        issuer_id = line.partition("#")[0].strip()
        if not issuer_id:
            continue
        if not _ISSUER_ID.fullmatch(issuer_id):
            raise InvalidInput(
                f"Line {number} of the trust list {name} is no issuer: {issuer_id[:80]!r} is neither a DID nor an "
                "http address",
                line=number,
            )
        issuers[issuer_id] = None
    return issuers


def _from_json(text: str, name: str) -> dict[str, str | None]:
    try:
        document = strict_json.loads(text, max_bytes=MAX_BYTES, max_nodes=10 * MAX_ISSUERS)
    except (MalformedJson, TooLarge) as error:
        line = error.facts.get("line")
        place = f" in line {line}" if line else ""
        raise InvalidInput(f"The trust list {name} cannot be read{place}: {error.detail}", **error.facts) from error
    registry = document.get("registry", document.get("entries")) if isinstance(document, dict) else None
    if not isinstance(registry, dict):
        raise InvalidInput(f'The trust list {name} is JSON without an object "registry" that maps issuers to facts')
    issuers: dict[str, str | None] = {}
    for issuer_id, facts in registry.items():
        if not _ISSUER_ID.fullmatch(issuer_id):
            line = text.count("\n", 0, max(0, text.find(f'"{issuer_id}"'))) + 1
            sentence = f"Line {line} of the trust list {name} is no issuer: {issuer_id[:80]!r} is neither a DID nor an"
            raise InvalidInput(f"{sentence} http address", line=line)
        issuers[issuer_id] = _name_of(facts)
    return issuers


def _name_of(facts: Any) -> str | None:
    named = facts.get("name") if isinstance(facts, dict) else None
    return named[:200] if isinstance(named, str) and named else None
