"""Public keys as Multikey text (`z6Mk…`, `zDn…`, `z82L…`). Source: Controlled Identifiers 1.0, section 2.2.2."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.credentials.keys.public import public_key_of
from app.credentials.multibase import base58btc, base64url, from_base58btc
from app.errors import InvalidInput

_ED25519_PREFIX = b"\xed\x01"
_ED25519_BYTES = 32
# Prefix -> the curve, its JOSE name, and the bytes of a coordinate.
_CURVES: dict[bytes, tuple[ec.EllipticCurve, str, int]] = {
    b"\x80\x24": (ec.SECP256R1(), "P-256", 32),
    b"\x81\x24": (ec.SECP384R1(), "P-384", 48),
}


def multibase_of(jwk: dict[str, Any]) -> str:
    """The Multikey text of an Ed25519, P-256 or P-384 public JWK. Raises InvalidInput for any other key."""
    return base58btc(multikey_bytes(jwk))


def multikey_bytes(jwk: dict[str, Any]) -> bytes:
    """The prefix and the key, an elliptic point compressed: what Multikey text spells. Raises InvalidInput."""
    match public_key_of(jwk):
        case ed25519.Ed25519PublicKey() as key:
            return _ED25519_PREFIX + key.public_bytes_raw()
        case ec.EllipticCurvePublicKey() as key:
            point = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
            return next(prefix for prefix, (_, name, _size) in _CURVES.items() if name == jwk["crv"]) + point
        case rsa.RSAPublicKey():
            raise InvalidInput("An RSA key is not written as a Multikey here")


def jwk_of_multibase(text: str) -> dict[str, Any]:
    """The public JWK of Multikey text. Raises InvalidInput unless it is the one spelling of a safe key."""
    data = from_base58btc(text)
    if base58btc(data) != text:
        raise InvalidInput("This Multikey is not the one spelling of its bytes")
    return jwk_of_multikey_bytes(data)


def jwk_of_multikey_bytes(data: bytes) -> dict[str, Any]:
    """The public JWK of a prefix and a key. Raises InvalidInput, also for a key that is not safe."""
    prefix, key = data[:2], data[2:]
    if prefix == _ED25519_PREFIX and len(key) == _ED25519_BYTES:
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(key)}
    elif prefix in _CURVES:
        jwk = _jwk_of_point(key, *_CURVES[prefix])
    else:
        raise InvalidInput("This Multikey is not an Ed25519, P-256 or P-384 key")
    public_key_of(jwk)
    return jwk


def _jwk_of_point(point: bytes, curve: ec.EllipticCurve, name: str, size: int) -> dict[str, Any]:
    if len(point) != size + 1 or point[0] not in (2, 3):
        raise InvalidInput(f"This Multikey is not a compressed {name} key")
    try:
        numbers = ec.EllipticCurvePublicKey.from_encoded_point(curve, point).public_numbers()
    except ValueError as error:
        raise InvalidInput(f"This {name} key is not a point of the curve") from error
    x, y = (base64url(number.to_bytes(size, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": name, "x": x, "y": y}
