"""Public JWKs read strictly: one spelling, no private members, nothing weak, and the algorithms each may check."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from app.credentials.keys import weak
from app.credentials.multibase import from_base64url
from app.errors import InvalidInput

PublicKey = ed25519.Ed25519PublicKey | rsa.RSAPublicKey | ec.EllipticCurvePublicKey

_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
_EDDSA = frozenset({"EdDSA", "Ed25519"})  # RFC 9864 gave the same signature a second name
_RSA = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
_CURVES: dict[str, tuple[ec.EllipticCurve, int]] = {"P-256": (ec.SECP256R1(), 32), "P-384": (ec.SECP384R1(), 48)}
# Key type and curve -> the algorithms such a key can serve. A curve serves one; what an RSA key serves, it should say.
_ALGORITHMS = {
    ("OKP", "Ed25519"): _EDDSA,
    ("RSA", None): _RSA,
    ("EC", "P-256"): frozenset({"ES256"}),
    ("EC", "P-384"): frozenset({"ES384"}),
}
_ED25519_BYTES = 32
_RSA_BITS = range(2048, 8193)
_RSA_EXPONENT = b"\x01\x00\x01"


def public_key_of(jwk: dict[str, Any]) -> PublicKey:
    """The key object of a public JWK: Ed25519, RSA of 2048 to 8192 bits with exponent 65537, P-256 or P-384.

    Raises InvalidInput for private members, another use or algorithm, non-canonical numbers, unsafe points and weak
    moduli. Source: RFC 7517, RFC 7518 section 6, RFC 8037.
    """
    algorithms_of(jwk)
    match jwk["kty"]:
        case "OKP":
            return _ed25519(_text(jwk, "x"))
        case "RSA":
            return _rsa(_text(jwk, "n"), _text(jwk, "e"))
        case _:
            return _elliptic(jwk["crv"], _text(jwk, "x"), _text(jwk, "y"))


def algorithms_of(jwk: dict[str, Any]) -> frozenset[str]:
    """The JOSE algorithms that a public JWK may check: the one it states, else those of its kind (T15).

    Looks at what the key says of itself and not at its numbers. Raises InvalidInput as `public_key_of` does.
    """
    if leaked := sorted(_PRIVATE_MEMBERS & jwk.keys()):
        raise InvalidInput("A public key must not carry private members", members=leaked)
    kty, curve = jwk.get("kty"), jwk.get("crv")
    kind = (kty, None) if kty == "RSA" else (kty, curve)
    if not all(isinstance(part, str | None) for part in kind) or kind not in _ALGORITHMS:
        raise InvalidInput("This kind of key is not supported", kty=str(kty)[:40], crv=str(curve)[:40])
    possible = _ALGORITHMS[kind]
    stated = jwk.get("alg")
    if "alg" in jwk and (not isinstance(stated, str) or stated not in possible):
        raise InvalidInput("The key says it is for an algorithm that does not fit its kind")
    operations = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        raise InvalidInput("The key says it is not for checking signatures")
    return possible if stated is None or possible is _EDDSA else frozenset({stated})


def _text(jwk: dict[str, Any], member: str) -> str:
    text = jwk.get(member)
    if not isinstance(text, str) or not text:
        raise InvalidInput("A member of the key is missing", member=member)
    return text


# Judging a key takes longer than checking a signature with it, and badges of one issuer share a key.
@lru_cache(maxsize=512)
def _ed25519(x: str) -> ed25519.Ed25519PublicKey:
    data = from_base64url(x)
    if len(data) != _ED25519_BYTES:
        raise InvalidInput("This is not an Ed25519 key")
    weak.refuse_ed25519(data)
    return ed25519.Ed25519PublicKey.from_public_bytes(data)


@lru_cache(maxsize=512)
def _rsa(modulus_text: str, exponent_text: str) -> rsa.RSAPublicKey:
    modulus, exponent = from_base64url(modulus_text), from_base64url(exponent_text)
    if modulus[0] == 0 or exponent[0] == 0:
        raise InvalidInput("A number of the key has leading zeros")
    n = int.from_bytes(modulus, "big")
    if n.bit_length() not in _RSA_BITS or exponent != _RSA_EXPONENT:
        raise InvalidInput("An RSA key has 2048 to 8192 bits and the exponent 65537")
    weak.refuse_modulus(n)
    return rsa.RSAPublicNumbers(int.from_bytes(exponent, "big"), n).public_key()


@lru_cache(maxsize=512)
def _elliptic(curve_name: str, x_text: str, y_text: str) -> ec.EllipticCurvePublicKey:
    curve, size = _CURVES[curve_name]
    x, y = from_base64url(x_text), from_base64url(y_text)
    if (len(x), len(y)) != (size, size):
        raise InvalidInput(f"This is not a {curve_name} key")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, b"\x04" + x + y)
    except ValueError as error:
        raise InvalidInput(f"This {curve_name} key is not a point of the curve") from error
