"""ID tokens of OpenID Connect: who somebody is, as their provider signed it for us alone, in answer to our question.

Pure: the provider's keys and the moment are handed in. Source: OpenID Connect Core 1.0, 3.1.3.7; RFC 7515, RFC 8725.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.credentials.signed_tokens import BadToken, claims_of, seconds

SKEW_SECONDS = 120
LONGEST_LIFE_SECONDS = 86_400
MAX_ID_CHARACTERS = 255
# What may stand in the header: nothing that brings its own key (`jwk`, `jku`, `x5c` …) or a rule unknown here (`crit`).
_HEADER_MEMBERS = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"})


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
    """Who the token says it is. Raises BadToken for any other issuer, reader, question or moment, and UnknownKey."""
    claims = claims_of(token, keys, algorithms=_ALGORITHMS, header_members=_HEADER_MEMBERS)
    _check_for_us(claims, issuer=issuer, client_id=client_id, nonce=nonce)
    _check_times(claims, int(now.timestamp()))
    return _said(claims, issuer)


def _check_for_us(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str) -> None:
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if claims.get("iss") != issuer:
        raise BadToken("it is of another provider")
    if not isinstance(audiences, list) or client_id not in audiences:
        raise BadToken("it is for somebody else")
    if claims.get("azp", client_id) != client_id or (len(audiences) > 1 and "azp" not in claims):
        raise BadToken("it does not say that it is for us alone")
    stated = claims.get("nonce")
    if not isinstance(stated, str) or not hmac.compare_digest(stated.encode(), nonce.encode()):
        raise BadToken("it answers another question than ours")


def _check_times(claims: Mapping[str, Any], now: int) -> None:
    issued, ends = seconds(claims.get("iat")), seconds(claims.get("exp"))
    if issued is None or ends is None:
        raise BadToken("it does not say when it was made and when it ends")
    if not issued - SKEW_SECONDS <= now < ends + SKEW_SECONDS or ends - issued > LONGEST_LIFE_SECONDS:
        raise BadToken("it is not of this moment")
    if now < (seconds(claims.get("nbf")) or 0) - SKEW_SECONDS:
        raise BadToken("it is not good yet")


def _said(claims: Mapping[str, Any], issuer: str) -> IdToken:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= MAX_ID_CHARACTERS or not subject.isprintable():
        raise BadToken("it does not say who it is")
    email, name, methods = claims.get("email"), claims.get("name"), claims.get("amr")
    return IdToken(
        iss=issuer,
        sub=subject,
        email=email if isinstance(email, str) else None,
        is_email_verified=claims.get("email_verified") is True,
        name=" ".join(name.split())[:200] or None if isinstance(name, str) else None,
        authenticated_at=seconds(claims.get("auth_time")),
        methods=tuple(each for each in methods if isinstance(each, str)) if isinstance(methods, list) else (),
    )
