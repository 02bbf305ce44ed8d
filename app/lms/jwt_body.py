"""A signed token as a whole request body. One algorithm, one key by name, strict JSON, canonical base64url.

The algorithm is not a choice of the token: the key set holds RSA keys and RS256 is what is checked (T15). The header
may name `alg`, `kid`, `typ` and `cty`; anything that could bring its own key (`jwk`, `jku`, `x5c` …) or a rule that we
do not know (`crit`) is refused. Source: RFC 7515, RFC 7519, RFC 8725.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from app.errors import InvalidInput, TooLarge
from app.lms.reading import load

MAX_TOKEN_BYTES = 1_500_000
MAX_HEADER_BYTES = 4_096
MIN_KEY_BITS, MAX_KEY_BITS = 2_048, 8_192
MAX_URL_CHARACTERS = 500
MAX_KEYS = 100
_URL = re.compile(r"https://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/[!-~]*")
_KEY_MEMBERS = ("kty", "kid", "n", "e", "alg", "use")
_HEADER_MEMBERS = {"alg", "kid", "typ", "cty"}
_SEGMENTS = 3


class InvalidToken(Exception):
    """The body is not a token of the source; the text says why. `auth` turns it into DeliveryNotAuthentic."""


@dataclass(frozen=True, slots=True)
class Token:
    """The claims of a token that holds, as the bytes that were signed, and the name of the key."""

    claims: bytes = field(repr=False)
    kid: str


def claims_of(body: bytes, jwks: Mapping[str, Any], *, now: datetime, tolerance_seconds: int) -> Token:
    """The claims of a compact RS256 token signed by a key of `jwks`. Raises InvalidToken and nothing else."""
    token = body.strip(b" \t\r\n")
    segments = token.split(b".")
    if len(token) > MAX_TOKEN_BYTES or len(segments) != _SEGMENTS or len(segments[0]) > MAX_HEADER_BYTES:
        raise InvalidToken("the body is not a compact token")
    header, claims, signature = (_decoded(segment) for segment in segments)
    kid = _kid(_strict_object(header))
    key = public_key(jwks, kid)
    if key is None:
        raise InvalidToken("the token names a key that is not in the source's key set")
    try:
        key.verify(signature, segments[0] + b"." + segments[1], PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise InvalidToken("the token's signature does not hold") from error
    _check_times(_strict_object(claims), int(now.timestamp()), tolerance_seconds)
    return Token(claims, kid)


def named_key(body: bytes) -> str | None:
    """The name of the key that a token says it is signed with, believed by nobody yet; None where it names none."""
    segments = body.strip(b" \t\r\n").split(b".")
    if len(segments) != _SEGMENTS or len(segments[0]) > MAX_HEADER_BYTES:
        return None
    try:
        return _kid(_strict_object(_decoded(segments[0])))
    except InvalidToken:
        return None


def public_key(jwks: Mapping[str, Any], kid: str) -> RSAPublicKey | None:
    """The RSA key of that name; None if there is none, more than one, or it cannot be used for RS256."""
    keys = jwks.get("keys")
    named = [key for key in keys if isinstance(key, dict) and key.get("kid") == kid] if isinstance(keys, list) else []
    if len(named) != 1:
        return None
    key = named[0]
    if key.get("kty") != "RSA" or key.get("alg", "RS256") != "RS256" or key.get("use", "sig") != "sig":
        return None
    try:
        modulus, exponent = _integer(key.get("n")), _integer(key.get("e"))
        if not MIN_KEY_BITS <= modulus.bit_length() <= MAX_KEY_BITS:
            return None
        return RSAPublicNumbers(exponent, modulus).public_key()
    except (InvalidToken, ValueError):
        return None


def usable_keys(document: Any) -> dict[str, Any] | None:
    """The keys of a fetched set with which tokens can be checked, their public members only; None without any.

    A set may hold keys for other purposes: they are left out, and what is no set has none.
    """
    keys = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(keys, list) or len(keys) > MAX_KEYS:
        return None
    usable = [
        {name: key[name] for name in _KEY_MEMBERS if name in key}
        for key in keys
        if isinstance(key, dict) and isinstance(key.get("kid"), str) and public_key(document, key["kid"]) is not None
    ]
    return {"keys": usable} if usable else None


def jwks_url_problems(url: Any) -> list[str]:
    """What is wrong with the address of a key set in settings, one sentence each."""
    if not isinstance(url, str) or len(url) > MAX_URL_CHARACTERS or not _URL.fullmatch(url):
        return [f"`jwks_url` must be an https address without a port, of at most {MAX_URL_CHARACTERS} characters."]
    return []


def jwks_problems(jwks: Any) -> list[str]:
    """What is wrong with a key set in settings, one sentence each; an empty list when every key can be used."""
    if not isinstance(jwks, Mapping) or not isinstance(jwks.get("keys"), list) or not jwks["keys"]:
        return ["`jwks` must be a JSON Web Key Set: an object with a list `keys`."]
    problems = []
    for place, key in enumerate(jwks["keys"]):
        kid = key.get("kid") if isinstance(key, dict) else None
        if not isinstance(kid, str) or not kid:
            problems.append(f"Key {place} of `jwks` has no `kid`.")
        elif "d" in key:
            problems.append(f"Key “{kid[:100]}” of `jwks` is a private key; only public keys belong here.")
        elif public_key(jwks, kid) is None:
            problems.append(f"Key “{kid[:100]}” of `jwks` is not one RSA key of 2048 to 8192 bits for RS256.")
    return problems


def _decoded(segment: bytes) -> bytes:
    """Canonical base64url: decoding and encoding again gives the same text, so no token has two spellings."""
    try:
        data = base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))
    except (binascii.Error, ValueError) as error:
        raise InvalidToken("a part of the token is not base64url") from error
    if base64.urlsafe_b64encode(data).rstrip(b"=") != segment:
        raise InvalidToken("a part of the token is not canonical base64url")
    return data


def _strict_object(data: bytes) -> Mapping[str, Any]:
    try:
        value = load(data)
    except (InvalidInput, TooLarge) as error:
        raise InvalidToken("a part of the token is not strict JSON") from error
    if not isinstance(value, dict):
        raise InvalidToken("a part of the token is not a JSON object")
    return value


def _kid(header: Mapping[str, Any]) -> str:
    if not header.keys() <= _HEADER_MEMBERS:
        raise InvalidToken("the token's header has members that are not accepted")
    if header.get("alg") != "RS256":
        raise InvalidToken("the token's algorithm is not RS256")
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.upper() != "JWT":
        raise InvalidToken("the token's type is not JWT")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise InvalidToken("the token names no key")
    return kid


def _check_times(claims: Mapping[str, Any], now_seconds: int, tolerance_seconds: int) -> None:
    """`exp` and `nbf` hold where they are given (RFC 7519, 4.1.4 and 4.1.5); Canvas gives neither."""
    expires, begins = _seconds(claims.get("exp")), _seconds(claims.get("nbf"))
    if expires is not None and now_seconds >= expires + tolerance_seconds:
        raise InvalidToken("the token has expired")
    if begins is not None and now_seconds < begins - tolerance_seconds:
        raise InvalidToken("the token is not valid yet")


def _seconds(value: Any) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise InvalidToken("`exp` or `nbf` is not a number")
    return Decimal(value)


def _integer(text: Any) -> int:
    if not isinstance(text, str) or not text.isascii():
        raise InvalidToken("a number of the key is not text")
    return int.from_bytes(_decoded(text.rstrip("=").encode()), "big")
