"""The two proof values of `ecdsa-sd-2023` as bytes and as facts (ECDSA Cryptosuites 1.0, sections 3.5.2 to 3.5.7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from app.credentials.data_integrity import ProofProblem
from app.credentials.multibase import base64url, from_base64url
from app.credentials.proofs.ecdsa_sd import cbor
from app.errors import InvalidInput

BASE, DERIVED = b"\xd9\x5d\x00", b"\xd9\x5d\x01"
SIGNATURE_BYTES = 64
LABEL_BYTES = HMAC_KEY_BYTES = 32
_PUBLIC_KEY_BYTES = 35  # the prefix of P-256 and a compressed point
_PARTS = 5

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BaseValue:
    """What the issuer gives to the holder, who must keep it: whoever has it can show any part of the badge."""

    base_signature: bytes
    public_key: bytes  # of the one-time key, as Multikey bytes
    hmac_key: bytes
    signatures: list[bytes]  # one for each statement that may be hidden, in the order of the statements
    mandatory_pointers: list[str]  # JSON Pointers to what may not be hidden

    def text(self) -> str:
        """The `proofValue`."""
        return _text(
            BASE, [self.base_signature, self.public_key, self.hmac_key, self.signatures, self.mandatory_pointers]
        )


@dataclass(frozen=True, slots=True)
class DerivedValue:
    """What a holder shows beside a part of the badge."""

    base_signature: bytes
    public_key: bytes
    signatures: list[bytes]  # one for each statement shown that might have been hidden, in order
    labels: dict[int, bytes]  # number of a blank node in the canonical form of what is shown -> its signed label
    mandatory_indexes: list[int]  # which of the statements shown are those that may not be hidden

    def text(self) -> str:
        """The `proofValue`."""
        return _text(
            DERIVED, [self.base_signature, self.public_key, self.signatures, self.labels, self.mandatory_indexes]
        )


def parse_base(text: str) -> BaseValue:
    """The facts of a base proof value. Raises ProofProblem."""
    signature, key, hmac_key, signatures, pointers = _parts(text, BASE)
    return BaseValue(
        _bytes(signature, SIGNATURE_BYTES),
        _bytes(key, _PUBLIC_KEY_BYTES),
        _bytes(hmac_key, HMAC_KEY_BYTES),
        _list(signatures, lambda each: _bytes(each, SIGNATURE_BYTES)),
        _list(pointers, lambda each: _of(str, each)),
    )


def parse_derived(text: str) -> DerivedValue:
    """The facts of a derived proof value. Raises ProofProblem, `proof.base` for what only the holder should have."""
    signature, key, signatures, labels, indexes = _parts(text, DERIVED)
    return DerivedValue(
        _bytes(signature, SIGNATURE_BYTES),
        _bytes(key, _PUBLIC_KEY_BYTES),
        _list(signatures, lambda each: _bytes(each, SIGNATURE_BYTES)),
        {number: _bytes(label, LABEL_BYTES) for number, label in _of(dict, labels).items()},
        _list(indexes, lambda each: _of(int, each)),
    )


def _text(header: bytes, parts: list[Any]) -> str:
    return "u" + base64url(header + cbor.dumps(parts))


def _parts(text: str, header: bytes) -> list[Any]:
    try:
        if not text.startswith("u"):
            raise _malformed()
        data = from_base64url(text[1:])
        if data.startswith(BASE) and header != BASE:
            raise ProofProblem("proof.base", "It is the form for its holder, who shows a part of it to others.")
        parts = cbor.loads(data.removeprefix(header)) if data.startswith(header) else None
    except InvalidInput as error:
        raise _malformed() from error
    if not isinstance(parts, list) or len(parts) != _PARTS:
        raise _malformed()
    return parts


def _malformed() -> ProofProblem:
    return ProofProblem("proof.malformed", "The proof value is not one of ecdsa-sd-2023.")


def _of(kind: type[T], value: Any) -> T:
    if not isinstance(value, kind):
        raise _malformed()
    return value


def _bytes(value: Any, size: int) -> bytes:
    if len(_of(bytes, value)) != size:
        raise _malformed()
    return bytes(value)


def _list(value: Any, read: Callable[[Any], T]) -> list[T]:
    return [read(item) for item in _of(list, value)]
