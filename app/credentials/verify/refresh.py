"""A newer form of a document, from the address where its issuer offers one: asked once, and only after a valid proof.

Source: OB 3.0, "Verification", refresh step; 1EdTech Credential Refresh Service 1.0 (OB3-43).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.credentials.report import Check
from app.credentials.verify import reading
from app.credentials.verify.finding import REFRESH, Stop, passed, unknown
from app.credentials.verify.resolver import DocumentFound, Resolver
from app.credentials.verify.shape import is_uri, issuer_id, moment, objects, types_of

SERVICE = "1EdTechCredentialRefresh"
_NO_ANSWER = "Its issuer offers newer forms of it, but none could be had, so this form was checked."


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What the service gave: a newer form to judge instead, or None; and the check that says so."""

    newer: reading.SignedDocument | None
    check: Check


def service_of(document: dict[str, Any]) -> str | None:
    """The address of the document's refresh service; None when it has none of the kind known here."""
    for service in objects(document.get("refreshService")):
        if SERVICE in types_of(service) and is_uri(service.get("id")):
            return str(service["id"])
    return None


def ask(
    url: str,
    document: dict[str, Any],
    *,
    resolve: Resolver,
    is_proven: Callable[[reading.SignedDocument], bool],
) -> Refreshed:
    """The newer form of a proven document, if what the service answers is that: nothing here can harm the old form."""
    match resolve.document(url):
        case DocumentFound(content, is_gone=False):
            try:
                offered = reading.read(content)
            except Stop:
                return Refreshed(None, unknown(REFRESH, "not_readable", _NO_ANSWER))
        case _:
            return Refreshed(None, unknown(REFRESH, "unreachable", _NO_ANSWER))
    said = offered.said
    if said.get("id") != document["id"] or issuer_id(said) != issuer_id(document):
        return Refreshed(None, unknown(REFRESH, "another_document", _NO_ANSWER))
    begins = moment(said.get("validFrom"))
    if begins is None or begins <= moment(document["validFrom"]):
        return Refreshed(None, passed(REFRESH, "newest", "Its issuer offers no newer form of it."))
    if not is_proven(offered):
        return Refreshed(None, unknown(REFRESH, "not_proven", _NO_ANSWER))
    sentence = "Its issuer offers a newer form of it, and it is the newer form that was checked."
    return Refreshed(offered, passed(REFRESH, "newer", sentence))
