"""Text forms of bytes in keys, signatures and tokens, each with exactly one accepted spelling (T19)."""

from __future__ import annotations

import base64
import binascii

from app.errors import InvalidInput

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS = {character: value for value, character in enumerate(_ALPHABET)}
_MAX_BASE58_CHARACTERS = 128  # the longest text that is read here is a 64-byte signature: 88 characters


def base58btc(data: bytes) -> str:
    """Multibase text: `z` and the base58btc digits of `data`."""
    number = int.from_bytes(data, "big")
    digits = ""
    while number:
        number, digit = divmod(number, 58)
        digits = _ALPHABET[digit] + digits
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


def from_base58btc(text: str) -> bytes:
    """The bytes of multibase base58btc text of at most 128 characters. Raises InvalidInput."""
    if not text.startswith("z") or len(text) > _MAX_BASE58_CHARACTERS:
        raise InvalidInput("This is not multibase base58btc text of a key or signature")
    number = 0
    for character in text[1:]:
        if character not in _DIGITS:
            raise InvalidInput("A character does not belong to base58btc", character=character)
        number = number * 58 + _DIGITS[character]
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url(data: bytes) -> str:
    """Base64url text without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of base64url text; padding, blanks and stray bits at the end are refused. Raises InvalidInput."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidInput("This is not base64url text") from error
    if base64url(data) != text:
        raise InvalidInput("This base64url text is not the one spelling of its bytes")
    return data
