"""Whether a badge belongs to the person somebody asks about. Source: OB 3.0, "Verification", optional last step."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from app.credentials import identity
from app.credentials.report import Check, Outcome
from app.credentials.verify.finding import RECIPIENT, failed, passed, unknown
from app.credentials.verify.shape import objects
from app.errors import InvalidInput

_NAMES = frozenset({"name", "ext:name"})  # two people may share one, so a name is no proof of who it is
_HASH = "sha256$"


Names = str | tuple[str, ...]
"""An e-mail address or another identifier of a person, or several of the same person."""
_MAILTO = "mailto:"
_ORDER = {Outcome.PASSED: 0, Outcome.FAILED: 1, Outcome.UNKNOWN: 2}


def check(document: dict[str, Any], recipient: Names) -> Check:
    """The `recipient` check for an e-mail address or another identifier, as somebody typed it; or for several.

    Unknown when the badge states nothing of that kind, or only by a kind of hash that is not trusted any more. Of
    several names of one person, one that matches is enough.
    """
    names = (recipient,) if isinstance(recipient, str) else recipient
    found = [_check(document, name) for name in names] or [_not_stated()]
    return min(found, key=lambda each: _ORDER[each.outcome])


def _check(document: dict[str, Any], recipient: str) -> Check:
    candidates = _candidates(recipient)
    subject = document["credentialSubject"]
    named = str(subject.get("id") or "")
    if recipient.strip() and named == recipient.strip():
        return _matching()
    if "@" in recipient and named.lower().startswith(_MAILTO):
        address = unquote(named[len(_MAILTO) :])
        return _matching() if _candidates(address) & candidates else _differing()
    entries = [entry for entry in objects(subject.get("identifier")) if _is_about(entry, recipient)]
    readable = [entry for entry in entries if not entry["hashed"] or entry["identityHash"].lower().startswith(_HASH)]
    if any(_matches(entry, candidate) for entry in readable for candidate in candidates):
        return _matching()
    if len(readable) < len(entries):
        return unknown(RECIPIENT, "hash_unknown", "It names its holder in a way that cannot be compared safely.")
    if not entries:
        return _not_stated()
    return _differing()


def _matching() -> Check:
    return passed(RECIPIENT, "matches", "It was awarded to the person you asked about.")


def _differing() -> Check:
    return failed(RECIPIENT, "differs", "It was not awarded to the person you asked about.")


def _not_stated() -> Check:
    return unknown(RECIPIENT, "not_stated", "It does not name its holder in a way that can be compared with this.")


def _candidates(recipient: str) -> set[str]:
    """What was typed, and its normalised form: other issuers hash addresses just as they were written."""
    typed = recipient.strip()
    try:
        return {typed, identity.normalise_email(typed)}
    except InvalidInput:
        return {typed}


def _is_about(entry: dict[str, Any], recipient: str) -> bool:
    kind = entry["identityType"]
    return kind not in _NAMES and (kind == "emailAddress") == ("@" in recipient)


def _matches(entry: dict[str, Any], candidate: str) -> bool:
    salt = entry.get("salt")
    return bool(candidate) and identity.matches(
        entry["identityHash"],
        hashed=entry["hashed"],
        salt=salt if isinstance(salt, str) else None,
        candidate=candidate,
    )
