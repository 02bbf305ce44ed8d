"""Whether a signature holds, by the name of its JOSE algorithm: the one place that calls the cryptography of others."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from app.credentials.keys import PublicKey

_HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
_CURVE_OF = {"ES256": ("secp256r1", 32), "ES384": ("secp384r1", 48)}


def holds(key: PublicKey, algorithm: str, data: bytes, signature: bytes) -> bool:
    """Whether `signature` was made over `data` with this key; False also when the algorithm is not one of the key's.

    ECDSA signatures are r and s side by side, as JOSE and Multikey write them, and DER is none; (r, -s) holds where
    (r, s) does, since many signers do not choose between the two. PSS salts are as long as the hash.
    Source: RFC 7518, sections 3.3 to 3.5; RFC 8037.
    """
    try:
        match key:
            case ed25519.Ed25519PublicKey():
                if algorithm not in ("EdDSA", "Ed25519"):
                    return False
                key.verify(signature, data)
            case rsa.RSAPublicKey():
                digest = _HASHES.get(algorithm[2:])
                if digest is None or algorithm[:2] not in ("RS", "PS"):
                    return False
                key.verify(signature, data, _padding(algorithm, digest), digest)
            case ec.EllipticCurvePublicKey():
                curve, size = _CURVE_OF.get(algorithm, ("", 0))
                if key.curve.name != curve or len(signature) != 2 * size:
                    return False
                r, s = (int.from_bytes(part, "big") for part in (signature[:size], signature[size:]))
                key.verify(encode_dss_signature(r, s), data, ec.ECDSA(_HASHES[algorithm[2:]]))
    except InvalidSignature:
        return False
    return True


def _padding(algorithm: str, digest: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
    if algorithm.startswith("PS"):
        return padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
    return padding.PKCS1v15()
