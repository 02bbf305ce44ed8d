"""Whether a badge belongs to the person somebody asks about. Source: OB 3.0, "Verification", optional last step."""

from __future__ import annotations

from typing import Any

from app.credentials import identity
from app.credentials.report import Check
from app.credentials.verify.finding import RECIPIENT, failed, passed, unknown
from app.credentials.verify.shape import objects
from app.errors import InvalidInput

_NAMES = frozenset({"name", "ext:name"})  # two people may share one, so a name is no proof of who it is
_HASH = "sha256$"


def check(document: dict[str, Any], recipient: str) -> Check:
    """The `recipient` check for an e-mail address or another identifier, as somebody typed it.

    Unknown when the badge states nothing of that kind, or only by a kind of hash that is not trusted any more.
    """
    candidates = _candidates(recipient)
    subject = document["credentialSubject"]
    if recipient.strip() and subject.get("id") == recipient.strip():
        return passed(RECIPIENT, "matches", "It was awarded to the person you asked about.")
    entries = [entry for entry in objects(subject.get("identifier")) if _is_about(entry, recipient)]
    readable = [entry for entry in entries if not entry["hashed"] or entry["identityHash"].lower().startswith(_HASH)]
    if any(_matches(entry, candidate) for entry in readable for candidate in candidates):
        return passed(RECIPIENT, "matches", "It was awarded to the person you asked about.")
    if len(readable) < len(entries):
        return unknown(RECIPIENT, "hash_unknown", "It names its holder in a way that cannot be compared safely.")
    if not entries:
        return unknown(RECIPIENT, "not_stated", "It does not name its holder in a way that can be compared with this.")
    return failed(RECIPIENT, "differs", "It was not awarded to the person you asked about.")


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
