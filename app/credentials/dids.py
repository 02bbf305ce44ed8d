"""DIDs that are keys themselves, so that nobody has to be asked: did:key and did:jwk."""

from __future__ import annotations

from typing import Any

from app.credentials import strict_json
from app.credentials.keys import jwk_of_multibase, public_key_of
from app.credentials.multibase import from_base64url
from app.errors import InvalidInput, TooLarge

DID_KEY = "did:key:"
DID_JWK = "did:jwk:"
_MAX_JWK_BYTES = 2_048


def is_self_describing(name: str) -> bool:
    """Whether a DID or DID URL is of a method whose key is in the name."""
    return name.startswith((DID_KEY, DID_JWK))


def key_of(name: str) -> tuple[str, dict[str, Any]]:
    """The DID and the public JWK of a did:key or did:jwk, with its one fragment or with none.

    Raises InvalidInput for another fragment, another spelling, a key that is not safe or not for signatures.
    Source: did:key method (Ed25519, P-256, P-384); did:jwk method.
    """
    did, hash_sign, fragment = name.partition("#")
    if did.startswith(DID_KEY):
        text = did.removeprefix(DID_KEY)
        jwk, only_fragment = jwk_of_multibase(text), text
    elif did.startswith(DID_JWK):
        jwk, only_fragment = _jwk(did.removeprefix(DID_JWK)), "0"
    else:
        raise InvalidInput("This DID is not a key")
    if hash_sign and fragment != only_fragment:
        raise InvalidInput("This DID has no such key")
    return did, jwk


def _jwk(text: str) -> dict[str, Any]:
    try:
        jwk = strict_json.loads(from_base64url(text), max_bytes=_MAX_JWK_BYTES)
    except TooLarge as error:
        raise InvalidInput("The key in this DID is too large") from error
    if not isinstance(jwk, dict):
        raise InvalidInput("This DID does not hold a key")
    public_key_of(jwk)
    return jwk
