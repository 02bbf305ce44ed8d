"""A key out of the documents in which issuers publish keys: DID and controlled documents, key documents, JWKs.

Everything here was written by strangers. A document says whose a key is (`controller`); whether that is the issuer is
for the verification to compare (T18). A key that is listed in a way that could be read in two ways is not found.
Source: DID Core, 5.2 and 5.3; Controlled Identifiers 1.0, "Retrieve Verification Method"; RFC 7517.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from app.credentials.keys import jwk_of_multibase, public_key_of
from app.credentials.timestamps import from_rfc3339
from app.credentials.verify.resolver import KeyFound, Missing, thumbprint_uri
from app.errors import InvalidInput

MAX_KEYS = 200  # of one document; more than any issuer ever had
_THUMBPRINT = "urn:ietf:params:oauth:jwk-thumbprint:"
_BEGINNING_OF_TIME = datetime(1, 1, 1, tzinfo=UTC)


def method_in(document: Any, name: str, *, subject: str) -> KeyFound | Missing:
    """The key called `name` among those that a DID or controlled document lists under `assertionMethod`.

    `subject` is the identifier that was resolved, and the document's own `id` must be it. The list may name a key of
    `verificationMethod` or hold one itself; short names ("#key-1") are read as the subject's. A name that is a
    thumbprint URI finds the key of those numbers. Other lists (`authentication` …) count for nothing.
    """
    if not isinstance(document, dict) or document.get("id") != subject:
        return Missing()
    methods = [method for method in _listed(document.get("verificationMethod")) if isinstance(method, dict)]
    found: list[KeyFound] = []
    for entry in _listed(document.get("assertionMethod")):
        if isinstance(entry, str):
            full = _absolute(entry, subject)
            candidates = [method for method in methods if _absolute(method.get("id"), subject) == full]
        else:
            candidates = [entry] if isinstance(entry, dict) else []
        for method in candidates:
            key = _key_of(method)
            if key is not None and (_absolute(method.get("id"), subject) == name or _has_thumbprint(key, name)):
                found.append(key)
    return _the_one(found)


def same_key_in(document: Any, key: KeyFound, *, subject: str) -> KeyFound | Missing:
    """The key of the same numbers among those that a document lists under `assertionMethod`, as it stands there."""
    return method_in(document, name_of(key), subject=subject)


def key_document(document: Any, name: str, *, url: str) -> KeyFound | Missing:
    """The key of a document that is one key: `id`, `controller` and `publicKeyMultibase` or `publicKeyJwk`.

    `url` is where it was found; its `id`, when it has one, must be that or the key's name.
    """
    if not isinstance(document, dict) or document.get("id", name) not in (name, url):
        return Missing()
    return _key_of(document) or Missing()


def bare_jwk(document: Any, *, controller: str) -> KeyFound | Missing:
    """The key of a document that is one bare JWK. Its `iss`, when it has one, is its controller, else `controller`."""
    if not isinstance(document, dict) or "kty" not in document:
        return Missing()
    stated = document.get("iss", controller)
    jwk = _public_jwk(document)
    return Missing() if jwk is None or not isinstance(stated, str) else KeyFound(jwk, controller=stated)


def in_jwks(document: Any, name: str, *, issuer_id: str) -> KeyFound | Missing:
    """The key called `name` (its `kid`, or its thumbprint URI) in an issuer's JWK set; `iss` is its controller.

    Of several issuers' keys of one name, this issuer's is taken (OB 3.0 Implementation Guide, "Key provenance").
    """
    entries = _listed(document.get("keys")) if isinstance(document, dict) else []
    found = []
    for entry in entries:
        key = bare_jwk(entry, controller=issuer_id)
        if isinstance(key, KeyFound) and (entry.get("kid") == name or _has_thumbprint(key, name)):
            found.append(key)
    return _the_one([key for key in found if key.controller == issuer_id] or found)


def listed_in(document: Any, *, subject: str) -> frozenset[str]:
    """The thumbprint URIs of all usable keys that a DID document or a JWK set publishes for this subject."""
    if not isinstance(document, dict):
        return frozenset()
    if "keys" in document:
        keys = [bare_jwk(entry, controller=subject) for entry in _listed(document["keys"])]
        return frozenset(name_of(key) for key in keys if isinstance(key, KeyFound) and key.controller == subject)
    if document.get("id") != subject:
        return frozenset()
    methods = [method for method in _listed(document.get("verificationMethod")) if isinstance(method, dict)]
    wanted = _listed(document.get("assertionMethod"))
    names = {_absolute(entry, subject) for entry in wanted if isinstance(entry, str)}
    chosen = [method for method in methods if _absolute(method.get("id"), subject) in names]
    found = [_key_of(method) for method in (*chosen, *(entry for entry in wanted if isinstance(entry, dict)))]
    return frozenset(name_of(key) for key in found if key is not None)


def name_of(key: KeyFound) -> str:
    """The name that a key has by its numbers alone: its thumbprint URI."""
    return thumbprint_uri(key.public_jwk)


def names_issuer(document: Any, issuer_id: str) -> bool:
    """Whether a JWK set says of any key that it is this issuer's: then it is the list of its keys."""
    entries = _listed(document.get("keys")) if isinstance(document, dict) else []
    return any(isinstance(entry, dict) and entry.get("iss") == issuer_id for entry in entries)


def _listed(value: Any) -> list[Any]:
    """A list, or the one value that stands for a list; nothing of a heap."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return listed if len(listed) <= MAX_KEYS else []


def _absolute(name: Any, subject: str) -> str | None:
    if not isinstance(name, str):
        return None
    return subject + name if name.startswith("#") else name


def _the_one(found: list[KeyFound]) -> KeyFound | Missing:
    """The only key of those found. One name for two keys is nobody's key."""
    if not found or any(key != found[0] for key in found):
        return Missing()
    return found[0]


def _has_thumbprint(key: KeyFound, name: str) -> bool:
    return name.startswith(_THUMBPRINT) and thumbprint_uri(key.public_jwk) == name


def _key_of(method: dict[str, Any]) -> KeyFound | None:
    """The key of a verification method; None when it has none that is safe, or says two things."""
    controller, jwks = method.get("controller"), []
    if not isinstance(controller, str):
        return None
    if "publicKeyMultibase" in method:
        jwks.append(_jwk_of_multibase(method["publicKeyMultibase"]))
    if "publicKeyJwk" in method:
        jwks.append(_public_jwk(method["publicKeyJwk"]))
    if not jwks or None in jwks or len({thumbprint_uri(jwk) for jwk in jwks if jwk is not None}) != 1:
        return None
    return KeyFound(jwks[-1] or {}, controller=controller, revoked_at=_end_of(method))


def _jwk_of_multibase(text: Any) -> dict[str, Any] | None:
    try:
        return jwk_of_multibase(text) if isinstance(text, str) else None
    except InvalidInput:
        return None


def _public_jwk(value: Any) -> dict[str, Any] | None:
    """The JWK itself when it is a safe public key. `iss` and other words about it are no part of it."""
    if not isinstance(value, dict) or not _is_plain(value):
        return None
    try:
        public_key_of(value)
    except InvalidInput:
        return None
    return {name: member for name, member in value.items() if name not in ("iss", "kid")}


def _is_plain(jwk: dict[str, Any]) -> bool:
    """Whether all members that decide what a key is are text, so that nothing below stumbles over them."""
    return all(isinstance(jwk.get(name, ""), str) for name in ("kty", "crv", "alg", "use", "x", "y", "n", "e")) and (
        isinstance(jwk.get("key_ops", []), list)
    )


def _end_of(method: dict[str, Any]) -> datetime | None:
    """When a key stopped counting: `revoked`, or `expires`, whichever is earlier. What cannot be read is long ago."""
    ends = [_moment(method[name]) for name in ("revoked", "expires") if name in method]
    return min(ends, default=None)


def _moment(value: Any) -> datetime:
    try:
        return from_rfc3339(value) if isinstance(value, str) else _BEGINNING_OF_TIME
    except (InvalidInput, ValueError, OverflowError):
        return _BEGINNING_OF_TIME
