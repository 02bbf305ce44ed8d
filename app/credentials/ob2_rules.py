"""Rules that an assertion of Open Badges 2.0 must keep before it may be signed: a function each, naming its clause."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from app.credentials.lint.registry import Finding, Found
from app.credentials.ob2 import CONTEXT
from app.credentials.timestamps import from_rfc3339
from app.errors import InvalidInput

_MEMBERS = frozenset({"@context", "id", "type", "recipient", "badge", "verification", "issuedOn", "expires"}) | {
    "image",
    "evidence",
    "narrative",
    "related",
}
# Version 7 is refused by the official validator (OB3-73); version 1 would tell the machine and the time.
_ID = re.compile(r"https?://[^\s<>\"]+|urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_HASH = re.compile(r"sha256\$[0-9a-f]{64}")
_RULES: list[tuple[str, str, Callable[[dict[str, Any]], Found]]] = []


def examine(assertion: dict[str, Any]) -> tuple[Finding, ...]:
    """Everything that is wrong with an unsigned assertion; empty when it may be signed."""
    return tuple(_breaches(assertion))


def _breaches(assertion: dict[str, Any]) -> Iterator[Finding]:
    for name, clause, find in _RULES:
        for pointer, sentence in find(assertion):
            yield Finding(name, clause, pointer, sentence)


def _rule(name: str, clause: str) -> Callable[[Callable[[dict[str, Any]], Found]], Callable[[dict[str, Any]], Found]]:
    def register(find: Callable[[dict[str, Any]], Found]) -> Callable[[dict[str, Any]], Found]:
        _RULES.append((name, clause, find))
        return find

    return register


@_rule("OB2-01", "OB 2.0, Assertion: @context, type and members of the class")
def _class(assertion: dict[str, Any]) -> Found:
    if assertion.get("@context") != CONTEXT or assertion.get("type") != "Assertion":
        yield "", "An assertion names the 2.0 context and the type Assertion"
    for stranger in sorted(assertion.keys() - _MEMBERS):
        yield f"/{stranger}", "An assertion has no such member"


@_rule("OB2-02", "OB 2.0, Assertion.id; official validator: a web address or a UUID of version 1 to 5")
def _identity(assertion: dict[str, Any]) -> Found:
    if not _ID.fullmatch(str(assertion.get("id"))):
        yield "/id", "The id must be a web address or a random UUID (version 4)"


@_rule("OB2-03", "OB 2.0, IdentityObject: hashed, with salt; a plain address is never published")
def _recipient(assertion: dict[str, Any]) -> Found:
    stated = assertion.get("recipient")
    recipient = stated if isinstance(stated, dict) else {}
    if recipient.get("type") != "email" or recipient.get("hashed") is not True or not recipient.get("salt"):
        yield "/recipient", "The recipient must be an e-mail address, hashed with a salt"
    if not _HASH.fullmatch(str(recipient.get("identity"))):
        yield "/recipient/identity", "The identity must be sha256$ and 64 hex digits"


@_rule("OB2-04", "OB 2.0, Assertion.badge: the address of a BadgeClass")
def _badge(assertion: dict[str, Any]) -> Found:
    if not _ADDRESS.fullmatch(str(assertion.get("badge"))):
        yield "/badge", "The badge must be named by its web address"


@_rule("OB2-05", "OB 2.0, VerificationObject: SignedBadge with the address of its key as creator")
def _verification(assertion: dict[str, Any]) -> Found:
    stated = assertion.get("verification")
    verification = stated if isinstance(stated, dict) else {}
    if verification.get("type") != "SignedBadge" or not _ADDRESS.fullmatch(str(verification.get("creator"))):
        yield "/verification", "A signed assertion must name its key"


@_rule("OB2-06", "OB 2.0, Assertion.issuedOn and expires: date and time with a zone, in this order")
def _moments(assertion: dict[str, Any]) -> Found:
    moments = {}
    for name in ("issuedOn", "expires"):
        try:
            moments[name] = from_rfc3339(str(assertion[name])) if name in assertion else None
        except InvalidInput:
            yield f"/{name}", "A moment must be written like 2026-03-01T09:00:00Z"
            return
    issued, expires = moments["issuedOn"], moments["expires"]
    if issued is None:
        yield "/issuedOn", "An assertion must say when it was issued"
    elif expires is not None and expires < issued:
        yield "/expires", "The badge would end before it was issued"


@_rule("OB2-07", "JSON-LD 1.0: null takes a member away, and an empty array says nothing")
def _nothing_empty(assertion: dict[str, Any]) -> Found:
    pending: list[tuple[str, Any]] = [("", assertion)]
    while pending:
        pointer, value = pending.pop()
        if value is None or value in ("", [], {}):
            yield pointer, "A member that says nothing must be left out"
        elif isinstance(value, dict):
            pending += [(f"{pointer}/{name}", member) for name, member in value.items()]
        elif isinstance(value, list):
            pending += [(f"{pointer}/{place}", item) for place, item in enumerate(value)]
