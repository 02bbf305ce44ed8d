"""ID tokens of OpenID Connect: who somebody is, as their provider signed it for us alone, in answer to our question.

Pure: the provider's keys and the moment are handed in. Source: OpenID Connect Core 1.0, 3.1.3.7; RFC 7515, RFC 8725.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

from app.credentials import strict_json
from app.credentials.keys.public import PublicKey, algorithms_of, public_key_of
from app.credentials.multibase import from_base64url
from app.errors import InvalidInput, MalformedJson, TooLarge

SKEW_SECONDS = 120
LONGEST_LIFE_SECONDS = 86_400
MAX_TOKEN_CHARACTERS = 50_000
MAX_KEYS = 100
MAX_ID_CHARACTERS = 255
_SEGMENTS = 3
# What may stand in the header: nothing that brings its own key (`jwk`, `jku`, `x5c` …) or a rule unknown here (`crit`).
_HEADER_MEMBERS = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"})


class BadIdToken(Exception):
    """The token may not be acted on; the text says why, for the log."""


class UnknownKey(BadIdToken):
    """It names a key that is not in the set: the set may be an old one."""


@dataclass(frozen=True, slots=True)
class IdToken:
    """Who it is. `email` counts where the provider vouches for it; `methods` is how it saw to that (RFC 8176)."""

    iss: str
    sub: str
    email: str | None = None
    is_email_verified: bool = False
    name: str | None = None
    authenticated_at: int | None = None  # seconds; None = the provider does not say
    methods: tuple[str, ...] = ()


def read(token: str, keys: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: datetime) -> IdToken:
    """Who the token says it is. Raises BadIdToken for any other issuer, reader, question or moment, and UnknownKey."""
    header = _header(token)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS:
        raise BadIdToken("its algorithm is not one that is accepted")
    key = _key(keys, header.get("kid"), algorithm)
    try:
        # A key object and one algorithm, so that no public key is ever taken for a shared secret (T15).
        jwt.decode(token, key, algorithms=[algorithm], options={"verify_aud": False, "verify_exp": False,
                   "verify_iat": False, "verify_nbf": False, "verify_iss": False, "verify_sub": False,
                   "verify_jti": False})  # fmt: skip
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise BadIdToken(f"its signature does not hold: {type(error).__name__}") from error
    claims = _object(token.split(".")[1])
    _check_for_us(claims, issuer=issuer, client_id=client_id, nonce=nonce)
    _check_times(claims, int(now.timestamp()))
    return _said(claims, issuer)


def _header(token: str) -> dict[str, Any]:
    if len(token) > MAX_TOKEN_CHARACTERS or token.count(".") != _SEGMENTS - 1:
        raise BadIdToken("it is not a compact token")
    header = _object(token.split(".", maxsplit=1)[0])
    if not header.keys() <= _HEADER_MEMBERS:
        raise BadIdToken("its header has members that are not accepted")
    return header


def _object(segment: str) -> dict[str, Any]:
    try:
        value = strict_json.loads(from_base64url(segment))
    except (InvalidInput, MalformedJson, TooLarge) as error:
        raise BadIdToken("a part of it is not strict JSON in canonical base64url") from error
    if not isinstance(value, dict):
        raise BadIdToken("a part of it is not a JSON object")
    return value


def _key(keys: Mapping[str, Any], kid: Any, algorithm: str) -> PublicKey:
    """The one key that is meant: by its name, or the only one that fits when the token names none."""
    stated = keys.get("keys")
    found = [each for each in stated[:MAX_KEYS] if isinstance(each, dict)] if isinstance(stated, list) else []
    named = [each for each in found if each.get("kid") == kid] if kid is not None else found
    fitting = [key for each in named if (key := _fitting(each, algorithm)) is not None]
    if len(fitting) != 1:
        raise UnknownKey("it names no single key of the provider's set that fits")
    return fitting[0]


def _fitting(stated: dict[str, Any], algorithm: str) -> PublicKey | None:
    try:
        return public_key_of(stated) if algorithm in algorithms_of(stated) else None
    except InvalidInput:
        return None


def _check_for_us(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str) -> None:
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if claims.get("iss") != issuer:
        raise BadIdToken("it is of another provider")
    if not isinstance(audiences, list) or client_id not in audiences:
        raise BadIdToken("it is for somebody else")
    if claims.get("azp", client_id) != client_id or (len(audiences) > 1 and "azp" not in claims):
        raise BadIdToken("it does not say that it is for us alone")
    stated = claims.get("nonce")
    if not isinstance(stated, str) or not hmac.compare_digest(stated.encode(), nonce.encode()):
        raise BadIdToken("it answers another question than ours")


def _check_times(claims: Mapping[str, Any], now: int) -> None:
    issued, ends = _seconds(claims.get("iat")), _seconds(claims.get("exp"))
    if issued is None or ends is None:
        raise BadIdToken("it does not say when it was made and when it ends")
    if not issued - SKEW_SECONDS <= now < ends + SKEW_SECONDS or ends - issued > LONGEST_LIFE_SECONDS:
        raise BadIdToken("it is not of this moment")
    if now < (_seconds(claims.get("nbf")) or 0) - SKEW_SECONDS:
        raise BadIdToken("it is not good yet")


def _said(claims: Mapping[str, Any], issuer: str) -> IdToken:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= MAX_ID_CHARACTERS or not subject.isprintable():
        raise BadIdToken("it does not say who it is")
    email, name, methods = claims.get("email"), claims.get("name"), claims.get("amr")
    return IdToken(
        iss=issuer,
        sub=subject,
        email=email if isinstance(email, str) else None,
        is_email_verified=claims.get("email_verified") is True,
        name=" ".join(name.split())[:200] or None if isinstance(name, str) else None,
        authenticated_at=_seconds(claims.get("auth_time")),
        methods=tuple(each for each in methods if isinstance(each, str)) if isinstance(methods, list) else (),
    )


def _seconds(value: Any) -> int | None:
    return int(value) if not isinstance(value, bool) and isinstance(value, int | float) else None
