"""Compact signed tokens of others: one algorithm and one key at a time, strict JSON, canonical base64url.

Pure: the keys are handed in. What the claims have to say is for `id_tokens` and `client_assertions` to know.
Source: RFC 7515, RFC 8725.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import jwt

from app.credentials import strict_json
from app.credentials.keys.public import PublicKey, algorithms_of, public_key_of
from app.credentials.multibase import from_base64url
from app.errors import InvalidInput, MalformedJson, TooLarge

MAX_TOKEN_CHARACTERS = 50_000
MAX_KEYS = 100
_SEGMENTS = 3


class BadToken(Exception):
    """The token may not be acted on; the text says why, for the log."""


class UnknownKey(BadToken):
    """It names a key that is not in the set: the set may be an old one."""


def claims_of(
    token: str, keys: Mapping[str, Any], *, algorithms: Collection[str], header_members: Collection[str]
) -> dict[str, Any]:
    """The claims, once the signature holds. Raises BadToken, and UnknownKey for a key that is not in the set.

    `header_members` are what may stand in the header: nothing that brings its own key, or a rule unknown here (`crit`).
    """
    header = header_of(token)
    if not header.keys() <= set(header_members):
        raise BadToken("its header has members that are not accepted")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise BadToken("its algorithm is not one that is accepted")
    key = _key(keys, header.get("kid"), algorithm)
    try:
        # A key object and one algorithm, so that no public key is ever taken for a shared secret (T15).
        jwt.decode(token, key, algorithms=[algorithm], options={"verify_aud": False, "verify_exp": False,
                   "verify_iat": False, "verify_nbf": False, "verify_iss": False, "verify_sub": False,
                   "verify_jti": False})  # fmt: skip
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise BadToken(f"its signature does not hold: {type(error).__name__}") from error
    return unverified(token)


def header_of(token: str) -> dict[str, Any]:
    """The header, believed by nobody yet. Raises BadToken for what is no token."""
    return _object(_segments(token)[0])


def unverified(token: str) -> dict[str, Any]:
    """The claims, believed by nobody yet. Raises BadToken for what is no token."""
    return _object(_segments(token)[1])


def seconds(value: Any) -> int | None:
    """A claim that is a moment, in seconds since 1970; None for anything else."""
    return int(value) if not isinstance(value, bool) and isinstance(value, int | float) else None


def _segments(token: str) -> list[str]:
    segments = token.split(".")
    if len(token) > MAX_TOKEN_CHARACTERS or len(segments) != _SEGMENTS:
        raise BadToken("it is not a compact token")
    return segments


def _object(segment: str) -> dict[str, Any]:
    try:
        value = strict_json.loads(from_base64url(segment))
    except (InvalidInput, MalformedJson, TooLarge) as error:
        raise BadToken("a part of it is not strict JSON in canonical base64url") from error
    if not isinstance(value, dict):
        raise BadToken("a part of it is not a JSON object")
    return value


def _key(keys: Mapping[str, Any], kid: Any, algorithm: str) -> PublicKey:
    """The one key that is meant: by its name, or the only one that fits when the token names none."""
    stated = keys.get("keys")
    found = [each for each in stated[:MAX_KEYS] if isinstance(each, dict)] if isinstance(stated, list) else []
    named = [each for each in found if each.get("kid") == kid] if kid is not None else found
    fitting = [key for each in named if (key := _fitting(each, algorithm)) is not None]
    if len(fitting) != 1:
        raise UnknownKey("it names no single key of the set that fits")
    return fitting[0]


def _fitting(stated: dict[str, Any], algorithm: str) -> PublicKey | None:
    try:
        return public_key_of(stated) if algorithm in algorithms_of(stated) else None
    except InvalidInput:
        return None
