"""What the data model asks of every credential and presentation; one rule a function, each raising a refusal.

Source: VC Data Model 2.0, sections 4 and 5; for credentials that name the older context, VC Data Model 1.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from app.credentials.jsonld.contexts import VC_V1, VC_V2
from app.credentials.timestamps import from_rfc3339
from app.credentials.vc import related
from app.credentials.vc.refusal import refused
from app.credentials.verify.shape import is_uri, types_of
from app.errors import InvalidInput

CREDENTIAL = "VerifiableCredential"
PRESENTATION = "VerifiablePresentation"
ENVELOPED_CREDENTIAL = "EnvelopedVerifiableCredential"
STATUS_ENTRY = "BitstringStatusListEntry"

# Members whose objects must say what type they are; an id, where there is one, is an address.
_TYPED = ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence")
_DATES = {VC_V2: ("validFrom", "validUntil"), VC_V1: ("issuanceDate", "expirationDate")}
_TEXT_MEMBERS = frozenset({"@value", "@language", "@direction"})

Document = dict[str, Any]


def check_credential(credential: Document) -> None:
    """Refuse what is no conforming credential, signed or not. Raises CredentialRefused."""
    for rule in _CREDENTIAL_RULES:
        rule(credential)


def check_presentation(presentation: Document) -> None:
    """Refuse what is no conforming presentation, signed or not; credentials in it are looked at by whoever verifies.

    Raises CredentialRefused.
    """
    _has_contexts(presentation)
    _has_type(presentation, PRESENTATION)
    _has_good_id(presentation, "")
    holder = presentation.get("holder", "did:")
    if not is_uri(holder.get("id") if isinstance(holder, dict) else holder) and "holder" in presentation:
        raise refused("holder", "/holder", "The holder is an address, or an object with one as its id")
    for position, held in enumerate(credentials_of(presentation)):
        if not isinstance(held, dict):
            raise refused("not_an_object", f"/verifiableCredential/{position}", "A credential in it is no object")


def credentials_of(presentation: Document) -> list[Any]:
    """What stands in `verifiableCredential`, one or a list; [] when there is nothing."""
    held = presentation.get("verifiableCredential", [])
    return held if isinstance(held, list) else [held]


def is_of_first_model(document: Document) -> bool:
    """Whether a document is of data model 1.1; its contexts were looked at before."""
    return bool(document["@context"][0] == VC_V1)


def validity(credential: Document) -> tuple[datetime | None, datetime | None]:
    """From when and until when a credential is good, under the names of its data model. Raises CredentialRefused."""
    begin, end = _DATES[credential["@context"][0]]
    return moment_of(credential, begin), moment_of(credential, end)


def moment_of(holder: Document, member: str, pointer: str = "") -> datetime | None:
    """The moment that a member names, with its zone; None when there is no such member. Raises CredentialRefused.

    Source: XML Schema 1.1 part 2, dateTimeStamp, within the years 0001 to 9999.
    """
    if member not in holder:
        return None
    try:
        return from_rfc3339(holder[member] if isinstance(holder[member], str) else "")
    except InvalidInput as error:
        raise refused("date", f"{pointer}/{member}", "This is not a date and time with a time zone") from error


def objects_of(document: Document, member: str) -> Iterator[tuple[str, Document]]:
    """Each object in a member that holds one or several, with its pointer. Raises CredentialRefused for another value.

    An absent member has none; an empty list is refused.
    """
    if member not in document:
        return
    value = document[member]
    listed = value if isinstance(value, list) else [value]
    if not listed:
        raise refused("empty", f"/{member}", f"There is nothing in {member}")
    for position, item in enumerate(listed):
        pointer = f"/{member}/{position}" if isinstance(value, list) else f"/{member}"
        if not isinstance(item, dict) or not item:
            raise refused("not_an_object", pointer, f"{member} holds something that is no object, or an empty one")
        yield pointer, item


def _has_contexts(document: Document) -> None:
    named = document.get("@context")
    if not isinstance(named, list) or not named:
        raise refused("context.missing", "/@context", "@context must be a list that begins with the base context")
    if named[0] not in (VC_V2, VC_V1):
        raise refused("context.order", "/@context/0", f"The first context must be {VC_V2}")


def _has_type(document: Document, wanted: str) -> None:
    kinds = document.get("type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    if not listed or not all(isinstance(kind, str) and kind for kind in listed):
        raise refused("type", "/type", "type must be one text or several")
    if wanted not in listed:
        raise refused("type", "/type", f"type must name {wanted}")


def _is_credential(document: Document) -> None:
    _has_type(document, CREDENTIAL)


def _has_good_id(document: Document, pointer: str) -> None:
    """Section 4.4: one address, or none at all."""
    if "id" in document and not is_uri(document["id"]):
        raise refused("id", f"{pointer}/id", "An id is one address")


def _has_one_id(document: Document) -> None:
    _has_good_id(document, "")


def _has_issuer(document: Document) -> None:
    issuer = document.get("issuer")
    if not is_uri(issuer.get("id") if isinstance(issuer, dict) else issuer):
        raise refused("issuer", "/issuer", "The issuer is an address, or an object with one as its id")


def _has_subject(document: Document) -> None:
    if "credentialSubject" not in document:
        raise refused("subject", "/credentialSubject", "There is no credentialSubject")
    for pointer, subject in objects_of(document, "credentialSubject"):
        _has_good_id(subject, pointer)


def _has_dates(document: Document) -> None:
    begin, end = validity(document)
    if begin is None and document["@context"][0] == VC_V1:
        raise refused("date", "/issuanceDate", "A credential of the first data model has an issuance date")
    if begin is not None and end is not None and end < begin:
        raise refused("date.order", "", "It would end before it begins")


def _has_typed_parts(document: Document) -> None:
    for member in _TYPED:
        for pointer, part in objects_of(document, member):
            kinds = part.get("type")
            listed = kinds if isinstance(kinds, list) else [kinds]
            if not listed or not all(isinstance(kind, str) and kind for kind in listed):
                raise refused("type", f"{pointer}/type", f"{member} must say what type it is")
            _has_good_id(part, pointer)
    for pointer, schema in objects_of(document, "credentialSchema"):
        if "id" not in schema:
            raise refused("id", f"{pointer}/id", "A credentialSchema needs the address of its schema")


def _has_status_entries(document: Document) -> None:
    """Bitstring Status List 1.0, section 2.1."""
    for pointer, entry in objects_of(document, "credentialStatus"):
        if STATUS_ENTRY not in types_of(entry):
            continue
        index, size = entry.get("statusListIndex"), entry.get("statusSize", 1)
        if not isinstance(index, str) or not index.isascii() or not index.isdigit():
            raise refused("status", f"{pointer}/statusListIndex", "statusListIndex is a whole number, written as text")
        if not isinstance(entry.get("statusPurpose"), str) or not entry["statusPurpose"]:
            raise refused("status", f"{pointer}/statusPurpose", "statusPurpose is missing")
        if not is_uri(entry.get("statusListCredential")):
            raise refused("status", f"{pointer}/statusListCredential", "statusListCredential is an address")
        if entry.get("id") == entry["statusListCredential"]:
            raise refused("status", f"{pointer}/id", "The id of an entry is not the address of its list")
        if type(size) is not int or size < 1 or (size > 1 and not isinstance(entry.get("statusMessage"), list)):
            raise refused("status", f"{pointer}/statusSize", "A statusSize above one needs a statusMessage")


def _has_texts(document: Document) -> None:
    """Sections 4.6 and 11.1: a name is a text, or one with its language and direction, or several such."""
    issuer = document["issuer"]
    for holder, pointer in ((document, ""), *(((issuer, "/issuer"),) if isinstance(issuer, dict) else ())):
        for member in ("name", "description"):
            value = holder.get(member, "")
            for text in value if isinstance(value, list) else [value]:
                _check_text(text, f"{pointer}/{member}")


def _check_text(text: Any, pointer: str) -> None:
    if isinstance(text, str):
        return
    is_text = isinstance(text, dict) and text.keys() <= _TEXT_MEMBERS and isinstance(text.get("@value"), str)
    if not is_text:
        raise refused("text", pointer, "This must be a text, or one with its language and direction")


def _has_related_resources(document: Document) -> None:
    related.check(list(objects_of(document, "relatedResource")))


_CREDENTIAL_RULES: tuple[Callable[[Document], None], ...] = (
    _has_contexts,
    _is_credential,
    _has_one_id,
    _has_issuer,
    _has_subject,
    _has_dates,
    _has_typed_parts,
    _has_status_entries,
    _has_texts,
    _has_related_resources,
)
