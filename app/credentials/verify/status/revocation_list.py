"""The 1EdTech Revocation List: a plain document at an address that the signed badge names.

It carries no signature, so it says only what its own address answers. Source: 1EdTech Revocation List 1.0.
"""

from __future__ import annotations

from typing import Any

from app.credentials import strict_json
from app.credentials.model import StatusPurpose
from app.credentials.report import Check
from app.credentials.verify.resolver import DocumentFound, Missing, Resolver, Unreachable
from app.credentials.verify.shape import is_uri, issuer_id
from app.credentials.verify.status.saying import doubt, judged
from app.errors import MalformedJson, TooLarge

ENTRY = "1EdTechRevocationList"


def check(entry: dict[str, Any], document: dict[str, Any], *, resolve: Resolver) -> Check:
    """What the list at the entry's address says of the document. Raises Stop for any doubt about it."""
    url = entry.get("id")
    if not isinstance(url, str) or not is_uri(url):
        raise doubt("entry_malformed", "Its revocation list is not named as the standard says")
    issuer = issuer_id(document) or ""
    listed = _fetched(url, resolve)
    # It is unsigned, so its own words prove nothing; but one that says it is another list was put there by mistake.
    if listed.get("id", url) != url:
        raise doubt("list_differs", "What is at the address of the revocation list is not that list")
    named = listed.get("issuer", issuer)
    if (named.get("id") if isinstance(named, dict) else named) != issuer:
        raise doubt("list_issuer", "The revocation list is not from the issuer of this badge")
    return judged(StatusPurpose.REVOCATION, issuer, is_set=_is_revoked(listed, document["id"]))


def _fetched(url: str, resolve: Resolver) -> dict[str, Any]:
    match resolve.document(url):
        case Unreachable() | Missing():
            raise doubt("list_unreachable", "We could not reach the issuer's revocation list")
        case DocumentFound(is_gone=True):
            raise doubt("list_unreachable", "We could not reach the issuer's revocation list")
        case DocumentFound(content):
            try:
                listed = strict_json.loads(content)
            except (MalformedJson, TooLarge) as error:
                raise doubt("list_unreadable", "The revocation list cannot be read") from error
    if not isinstance(listed, dict):
        raise doubt("list_unreadable", "The revocation list cannot be read")
    return listed


def _is_revoked(listed: dict[str, Any], credential_id: str) -> bool:
    """Whether the list names the credential. An entry means "revoked" unless it says otherwise."""
    revoked = listed.get("revokedCredential")
    entries = [revoked] if isinstance(revoked, dict) else revoked
    if not isinstance(entries, list) or not all(_is_entry(entry) for entry in entries):
        raise doubt("list_malformed", "The revocation list is not written as the standard says")
    return any(entry["id"] == credential_id and entry.get("revoked", True) for entry in entries)


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("id"), str) and isinstance(entry.get("revoked", True), bool)
