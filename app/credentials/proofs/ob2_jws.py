"""The signed badge of Open Badges 2.0: a compact JWS, RS256, over the assertion. Source: OB 2.0, "Signed Badges"."""

from __future__ import annotations

from typing import Any

import jwt

from app.credentials import strict_json
from app.credentials.keys import SigningKey, public_key_of
from app.credentials.model import Algorithm
from app.credentials.multibase import base64url
from app.credentials.proofs import HOLDS, Verdict, fails
from app.errors import InvalidInput

ALGORITHM = "RS256"  # the only one that the standard has, and the official validator reads no other


def sign(assertion: bytes, *, key: SigningKey) -> str:
    """The token of an assertion's bytes. Raises InvalidInput for a key that is no RSA key, KeyUnavailable.

    The header names the algorithm and no more: the assertion itself names its key, as `verification.creator`.
    """
    if key.algorithm is not Algorithm.RS256:
        raise InvalidInput("Open Badges 2.0 are signed with an RSA key")
    signing_input = ".".join(base64url(part) for part in (strict_json.dumps({"alg": ALGORITHM}), assertion))
    return f"{signing_input}.{base64url(key.sign(signing_input.encode('ascii')))}"


def verify(token: str, public_jwk: dict[str, Any]) -> Verdict:
    """Whether this key signed the token, with RS256 whatever the header says. Raises nothing for a bad token or key."""
    try:
        key = public_key_of(public_jwk)
    except InvalidInput as error:
        return fails("key.unacceptable", error.detail)
    try:
        jwt.PyJWS(algorithms=[ALGORITHM]).decode(token, key=key, algorithms=[ALGORITHM])
    except (jwt.InvalidTokenError, jwt.InvalidKeyError, TypeError, ValueError):
        return fails("signature.invalid", "The assertion was changed after it was signed, or another key signed it.")
    return HOLDS
