"""How a system proves who it is when it asks for an access token: a token that it signed, for us, good once.

Pure: its keys and the moment are handed in, and whether it was shown before is for the caller to know. Source: SMART
App Launch 2, "Asymmetric authentication"; RFC 7523.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.credentials.keys.public import algorithms_of, public_key_of
from app.credentials.signed_tokens import MAX_KEYS, BadToken, claims_of, seconds, unverified
from app.errors import InvalidInput

ALGORITHMS = frozenset({"RS384", "ES384"})
LONGEST_LIFE_SECONDS = 300
SKEW_SECONDS = 10
MAX_ID_CHARACTERS = 255
# An address of keys (`jku`) may stand there and is never followed: keys are those of the registration.
_HEADER_MEMBERS = frozenset({"alg", "kid", "typ", "jku"})
_KEY_MEMBERS = ("kty", "kid", "n", "e", "crv", "x", "y", "alg", "use", "key_ops")


@dataclass(frozen=True, slots=True)
class Assertion:
    """A proof that holds: its id, and when it ends."""

    jti: str
    expires_at: datetime


def client_of(token: str) -> str:
    """Who the token says it is of, believed by nobody yet. Raises BadToken."""
    stated = unverified(token).get("iss")
    if not isinstance(stated, str):
        raise BadToken("it does not say whose it is")
    return stated


def read(token: str, keys: Mapping[str, Any], *, client_id: str, audience: str, now: datetime) -> Assertion:
    """The proof that this client is who it says. Raises BadToken, and UnknownKey for a key that is not in the set."""
    claims = claims_of(token, keys, algorithms=ALGORITHMS, header_members=_HEADER_MEMBERS)
    stated = claims.get("aud")
    audiences = [stated] if isinstance(stated, str) else stated
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise BadToken("issuer and subject are not the client")
    if not isinstance(audiences, list) or audience not in audiences:
        raise BadToken("it is for another server")
    moment, ends, jti = int(now.timestamp()), seconds(claims.get("exp")), claims.get("jti")
    if ends is None or ends <= moment or ends > moment + LONGEST_LIFE_SECONDS + SKEW_SECONDS:
        raise BadToken("it has ended, or is good for longer than five minutes")
    if any((seconds(claims.get(name)) or 0) > moment + SKEW_SECONDS for name in ("iat", "nbf")):
        raise BadToken("it is not good yet")
    if not isinstance(jti, str) or not 1 <= len(jti) <= MAX_ID_CHARACTERS:
        raise BadToken("it has no id of its own")
    return Assertion(jti, datetime.fromtimestamp(ends, UTC))


def usable_keys(document: Any) -> dict[str, Any] | None:
    """The keys of a set that may check RS384 or ES384 and have a name, their public members only; None without any."""
    stated = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(stated, list) or len(stated) > MAX_KEYS:
        return None
    found = [{name: key[name] for name in _KEY_MEMBERS if name in key} for key in stated if _is_sound(key)]
    return {"keys": found} if found else None


def _is_sound(key: Any) -> bool:
    if not isinstance(key, dict) or not isinstance(key.get("kid"), str):
        return False
    try:
        public_key_of(key)
        return not ALGORITHMS.isdisjoint(algorithms_of(key))
    except InvalidInput:
        return False
