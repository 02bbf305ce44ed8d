"""Text forms of bytes in keys, signatures and tokens, each with exactly one accepted spelling (T19)."""

from __future__ import annotations

import base64
import binascii

from app.errors import InvalidInput

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_PAIRS_AT_ONCE = 5  # numbers of this size are what Python is quick with
_AT_ONCE = 58 ** (2 * _PAIRS_AT_ONCE)
# What only the other alphabet has, and padding, become something that is in none.
_TO_STANDARD_ALPHABET = bytes.maketrans(b"-_+/=", b"+/!!!")
_DIGITS = {character: value for value, character in enumerate(_ALPHABET)}
_MAX_BASE58_CHARACTERS = 140  # the longest text that is read here is a P-384 signature of 96 bytes: 133 characters


def base58btc(data: bytes) -> str:
    """Multibase text: `z` and the base58btc digits of `data`."""
    number = int.from_bytes(data, "big")
    pairs = []  # the last first
    while number:
        number, part = divmod(number, _AT_ONCE)
        for _ in range(_PAIRS_AT_ONCE):
            part, pair = divmod(part, len(_PAIRS))
            pairs.append(_PAIRS[pair])
    digits = "".join(reversed(pairs)).lstrip("1")
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


def from_base58btc(text: str) -> bytes:
    """The bytes of multibase base58btc text of at most 140 characters. Raises InvalidInput."""
    if not text.startswith("z") or len(text) > _MAX_BASE58_CHARACTERS:
        raise InvalidInput("This is not multibase base58btc text of a key or signature")
    number = 0
    try:
        for start in range(1, len(text), 2 * _PAIRS_AT_ONCE):
            characters = text[start : start + 2 * _PAIRS_AT_ONCE]
            part = 0
            for character in characters:
                part = part * 58 + _DIGITS[character]
            number = number * 58 ** len(characters) + part
    except KeyError as error:
        raise InvalidInput("A character does not belong to base58btc", character=error.args[0]) from error
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url(data: bytes) -> str:
    """Base64url text without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of base64url text; padding, blanks and stray bits at the end are refused. Raises InvalidInput."""
    try:
        standard = text.encode("ascii").translate(_TO_STANDARD_ALPHABET) + b"=" * (-len(text) % 4)
        data = binascii.a2b_base64(standard, strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidInput("This is not base64url text") from error
    # Only behind the last whole group of four characters could there be bits that no byte takes.
    if base64url(data[len(data) // 3 * 3 :]) != text[len(text) // 4 * 4 :]:
        raise InvalidInput("This base64url text is not the one spelling of its bytes")
    return data
