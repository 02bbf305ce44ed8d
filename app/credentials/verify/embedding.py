"""Signed documents inside another: endorsements, and the achievements of a learner record. Each is on its own (OB3-45).

An endorsement that does not hold takes nothing from the badge, and a badge that holds adds nothing to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.credentials.jsonld.structure import escape
from app.credentials.report import domain_of
from app.credentials.verify.shape import HOLDING

ENDORSEMENT, RECORD = "endorsement", "verifiableCredential"
_HOLDERS = {"endorsement": ENDORSEMENT, "endorsementJwt": ENDORSEMENT, "verifiableCredential": RECORD}


@dataclass(frozen=True, slots=True)
class Part:
    """One signed document inside another, as an object or as a compact token, not judged yet.

    `holder_id` is the id of the object it is attached to, None when that has none.
    """

    place: str
    kind: str
    content: dict[str, Any] | str
    holder_id: str | None


def parts_of(document: dict[str, Any]) -> Iterator[Part]:
    """The signed documents that are directly inside a document, not those inside them, in the order they stand.

    Its own proofs are no part of what it says: no signature covers them, and anybody can add one.
    """
    return _inside({name: value for name, value in document.items() if name != "proof"}, "")


def _inside(value: dict[str, Any], pointer: str) -> Iterator[Part]:
    for name, item in value.items():
        if _leads_on(name, item):
            yield from _parts(f"{pointer}/{escape(name)}", name, item, value)


def _parts(pointer: str, member: str, value: Any, holder: dict[str, Any]) -> Iterator[Part]:
    if isinstance(value, list):
        for place, item in enumerate(value):
            if _leads_on(member, item):
                yield from _parts(f"{pointer}/{place}", member, item, holder)
    elif member in _HOLDERS:
        identifier = holder.get("id")
        yield Part(pointer, _HOLDERS[member], value, identifier if isinstance(identifier, str) else None)
    else:
        yield from _inside(value, pointer)


def _leads_on(member: str, value: Any) -> bool:
    return isinstance(value, HOLDING) or (member in _HOLDERS and isinstance(value, str))


def own_ids_of(document: dict[str, Any]) -> frozenset[str]:
    """What a document's proof vouches for: the document, its issuer, and an achievement at the issuer's own host."""
    issuer = _part(document.get("issuer"), "id") or document.get("issuer")
    achievement = _part(_part(document.get("credentialSubject"), "achievement"), "id")
    found = {document.get("id"), issuer}
    if isinstance(achievement, str) and isinstance(issuer, str) and _are_of_one_host(achievement, issuer):
        found.add(achievement)
    return frozenset(identifier for identifier in found if isinstance(identifier, str))


def _are_of_one_host(address: str, issuer: str) -> bool:
    if not address.startswith(("https://", "http://")):
        return False  # no host vouches for it
    host = domain_of(issuer)
    if issuer.startswith("did:web:"):
        host = host.partition(":")[0].lower()  # a did:web names its port, and an address is compared without
    return domain_of(address) == host


def ids_of(document: dict[str, Any], part: Part) -> frozenset[str]:
    """What an endorsement inside this document may be about: what it is attached to, and the document's main parts."""
    subject = document.get("credentialSubject")
    achievement = subject.get("achievement") if isinstance(subject, dict) else None
    creator = achievement.get("creator") if isinstance(achievement, dict) else None
    named = (document, document.get("issuer"), subject, achievement, creator)
    found = {value.get("id") if isinstance(value, dict) else value for value in named if isinstance(value, dict | str)}
    return frozenset(identifier for identifier in {*found, part.holder_id} if isinstance(identifier, str))


def _part(value: Any, member: str) -> Any:
    return value.get(member) if isinstance(value, dict) else None
