"""Rules on status entries in badges and on published status lists."""

from __future__ import annotations

import re
from typing import Any

from app.credentials.lint.registry import CREDENTIALS, Document, Found, Kind, is_uri, rule, types
from app.credentials.model import StatusPurpose

_PURPOSES = frozenset(purpose.value for purpose in StatusPurpose)
_INDEX = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_ENCODED_LIST = re.compile(r"uH4sI[A-Za-z0-9_\-]+", re.ASCII)  # multibase u, then base64url of a GZIP header


def _is_purpose(value: Any) -> bool:
    return isinstance(value, str) and value in _PURPOSES


@rule("OB3-55", "Bitstring Status List 1.0, BitstringStatusListEntry", kind=CREDENTIALS)
def status_entries(document: Document) -> Found:
    """The index is text, and the entry's id is not the list's address."""
    stated = document.root.get("credentialStatus", [])
    single = not isinstance(stated, list)
    for position, each in enumerate([stated] if single else stated):
        pointer = "/credentialStatus" if single else f"/credentialStatus/{position}"
        if not isinstance(each, dict) or each.get("type") != "BitstringStatusListEntry":
            yield pointer, "A status must be a BitstringStatusListEntry"
            continue
        index = each.get("statusListIndex")
        if not isinstance(index, str) or not _INDEX.fullmatch(index):
            yield f"{pointer}/statusListIndex", "The index must be a whole number, written as text"
        if not _is_purpose(each.get("statusPurpose")):
            yield f"{pointer}/statusPurpose", "The purpose must be revocation or suspension"
        list_url = each.get("statusListCredential")
        if not is_uri(list_url) or not is_uri(each.get("id")) or each.get("id") == list_url:
            yield pointer, "A status needs the list's address and an id of its own"


@rule("OB3-56", "Bitstring Status List 1.0, BitstringStatusListCredential", kind=Kind.STATUS_LIST)
def status_list(document: Document) -> Found:
    """Verifiers compare the purpose as text and look for the list's type in the subject."""
    subject = document.at("credentialSubject")
    if "VerifiableCredential" not in types(document.root):
        yield "/type", "The type must name VerifiableCredential"
    if "BitstringStatusList" not in types(subject) or not _is_purpose(subject.get("statusPurpose")):
        yield "/credentialSubject", "The subject must be a BitstringStatusList of one purpose"
    if not is_uri(subject.get("id")) or subject.get("id") == document.root.get("id"):
        yield "/credentialSubject/id", "The list itself needs an id that is not the credential's"
    if not is_uri(document.root.get("issuer")):
        yield "/issuer", "The issuer of the list must be the address of the badges' issuer"


@rule("OB3-57", "Bitstring Status List 1.0, encodedList: multibase u, base64url, GZIP", kind=Kind.STATUS_LIST)
def encoded_list(document: Document) -> Found:
    """Only the form is looked at; the length is bitstring.py's promise."""
    if not _ENCODED_LIST.fullmatch(str(document.at("credentialSubject").get("encodedList"))):
        yield "/credentialSubject/encodedList", "The list must be the multibase text of compressed bits"
