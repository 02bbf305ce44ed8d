"""VC-JWT: the credential as a signed token (OB 3.0 "JSON Web Token Proof Format", OB3-27 to OB3-33).

The payload is the credential itself with `iss jti nbf sub exp` beside its members. Tokens are put together and read
here and not by PyJWT: the private key may live where it cannot reach it, and it takes duplicate members, NaN and stray
padding. Issued are RS256 and ES256; read are the RS, PS and ES families and EdDSA, each with a key of its kind.
"""

from __future__ import annotations

import codecs
from typing import Any, Literal

from app.credentials import strict_json
from app.credentials.keys import SigningKey, algorithms_of, public_key_of
from app.credentials.multibase import base64url, from_base64url
from app.credentials.proofs import HOLDS, Verdict, fails
from app.credentials.raw_signatures import holds
from app.credentials.timestamps import from_rfc3339, seconds
from app.errors import InvalidInput, MalformedJson, TooLarge, UnreadableCredential

REGISTERED_CLAIMS = frozenset({"iss", "jti", "nbf", "sub", "exp", "iat", "aud"})

_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519"})
_HEADER_MEMBERS = frozenset({"alg", "kid", "jwk", "typ", "cty", "iss"})
_TYPES = frozenset({"jwt", "vc+jwt", "vc+ld+jwt", "vc-ld+jwt"})
_NESTED = frozenset({"jwt", "application/jwt"})
_MAX_TOKEN_CHARACTERS = 1_400_000  # a megabyte in base64url

Typ = Literal["JWT", "vc+jwt"]


def sign(document: dict[str, Any], *, key: SigningKey, typ: Typ = "JWT") -> str:
    """The compact token of an unsigned document; its header is `alg`, `kid`, `typ` and nothing else.

    Raises InvalidInput when the document lacks what the claims repeat.
    """
    header = {"alg": str(key.algorithm), "kid": key.verification_method, "typ": typ}
    parts = (strict_json.dumps(header), strict_json.dumps({**document, **claims_of(document)}))
    signing_input = ".".join(base64url(part) for part in parts)
    return f"{signing_input}.{base64url(key.sign(signing_input.encode('ascii')))}"


def claims_of(document: dict[str, Any]) -> dict[str, Any]:
    """The registered claims that repeat a document (OB3-32): `exp` only with `validUntil`, `sub` with a subject id.

    Understands data model 1.1 dates too. Raises InvalidInput when `issuer` or `id` is missing or a date is none.
    """
    issuer = document.get("issuer")
    issuer_id = issuer.get("id") if isinstance(issuer, dict) else issuer
    if not isinstance(issuer_id, str) or not isinstance(document.get("id"), str):
        raise InvalidInput("A token needs the id of the credential and of its issuer")
    claims: dict[str, Any] = {"iss": issuer_id, "jti": document["id"]}
    subject = document.get("credentialSubject")
    first = subject[0] if isinstance(subject, list) and subject else subject
    if isinstance(first, dict) and isinstance(first.get("id"), str):
        claims["sub"] = first["id"]
    for claim, names in (("nbf", ("validFrom", "issuanceDate")), ("exp", ("validUntil", "expirationDate"))):
        date = next((document[name] for name in names if name in document), None)
        if date is not None:
            claims[claim] = seconds(from_rfc3339(date if isinstance(date, str) else ""))
    return claims


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token, without checking its signature.

    Raises UnreadableCredential with a `code`: `token.malformed`, `alg_not_allowed`, `header_not_allowed`, `token.type`.
    """
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _MAX_TOKEN_CHARACTERS:  # noqa: PLR2004 - header, payload, signature
        raise UnreadableCredential("This is not a compact signed token", code="token.malformed")
    try:
        header, claims = (strict_json.loads(_without_mark(from_base64url(part))) for part in parts[:2])
        from_base64url(parts[2])
    except (InvalidInput, TooLarge) as error:
        raise UnreadableCredential(f"The token cannot be read: {error.detail}", code="token.malformed") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise UnreadableCredential("Header and payload of a token are objects", code="token.malformed")
    _check_header(header)
    return header, claims


def _without_mark(data: bytes) -> bytes:
    """The bytes as they are. Raises MalformedJson for a byte order mark, which other readers of tokens do not take."""
    if data.startswith(codecs.BOM_UTF8):
        raise MalformedJson("It begins with a byte order mark")
    return data


def _check_header(header: dict[str, Any]) -> None:
    if not isinstance(header.get("alg"), str) or header["alg"] not in _ALGORITHMS:
        raise UnreadableCredential("The token's algorithm is not one for credentials", code="alg_not_allowed")
    if strangers := sorted(header.keys() - _HEADER_MEMBERS):
        raise UnreadableCredential(
            "The token's header has members that are not allowed", code="header_not_allowed", members=strangers[:10]
        )
    if not isinstance(header.get("kid", ""), str) or not isinstance(header.get("jwk", {}), dict):
        raise UnreadableCredential("The token's header names its key in a wrong way", code="header_not_allowed")
    if not isinstance(header.get("cty", ""), str) or header.get("cty", "").lower() in _NESTED:
        raise UnreadableCredential("The token holds another token and no credential", code="header_not_allowed")
    if str(header.get("typ", "JWT")).lower() not in _TYPES:
        raise UnreadableCredential("The token says that it is not a credential", code="token.type")


def verify(token: str, public_jwk: dict[str, Any]) -> Verdict:
    """Whether a token was signed with this key. Says nothing of whose key it is, of claims, dates or status.

    The key says which algorithms it serves, and the header names one of those. Raises nothing for a bad token or key.
    """
    try:
        header, _ = read(token)
    except UnreadableCredential as error:
        return fails(error.facts["code"], error.detail)
    return check_signature(token, header, public_jwk)


def check_signature(token: str, header: dict[str, Any], public_jwk: dict[str, Any]) -> Verdict:
    """As `verify`, for a token whose header `read` returned."""
    try:
        key = public_key_of(public_jwk)
    except InvalidInput as error:
        return fails("key.unacceptable", error.detail)
    if header["alg"] not in algorithms_of(public_jwk):
        return fails("alg_not_allowed", "The token's algorithm is not the one of the issuer's key.")
    signing_input, _, signature = token.rpartition(".")
    if not holds(key, header["alg"], signing_input.encode("ascii"), from_base64url(signature)):
        return fails("signature.invalid", "The token was changed after it was signed, or another key signed it.")
    return HOLDS


def document_of(claims: dict[str, Any]) -> dict[str, Any]:
    """The credential in a token's claims: the payload without the registered claims, or the `vc` of data model 1.1."""
    wrapped = claims.get("vc")
    if isinstance(wrapped, dict) and "@context" not in claims:
        return wrapped
    return {name: value for name, value in claims.items() if name not in REGISTERED_CLAIMS}


def mismatched_claims(claims: dict[str, Any]) -> tuple[str, ...]:
    """The claims that are missing or say something else than the credential beside them (OB3-32, OB3-33, T18)."""
    try:
        expected = claims_of(document_of(claims))
    except InvalidInput:
        return ("iss", "jti")
    names = ("iss", "jti", "sub", "nbf", "exp")
    return tuple(name for name in names if (name in claims or name in expected) and not _same(claims, expected, name))


def _same(claims: dict[str, Any], expected: dict[str, Any], name: str) -> bool:
    claimed, wanted = claims.get(name), expected.get(name)
    return type(claimed) is type(wanted) and claimed == wanted
