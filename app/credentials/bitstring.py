"""Status bits and their encoded form, and the permutation that makes status indexes look random.

Source: Bitstring Status List v1.0. Bit 0 is the left-most bit of the first byte; several libraries read it from the
other end, so a vector test holds the order.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Iterable

from app.errors import InvalidInput

MINIMUM_BITS = 131_072
MAX_ENCODED_CHARACTERS = 1_048_576
MAX_DECODED_BYTES = 4 * 1_048_576

# No modification time and "unknown" system, so that the same bits give the same bytes (and ETag) on every machine.
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_FEISTEL_ROUNDS = 8


def encode(set_indexes: Iterable[int], size_bits: int) -> str:
    """The `encodedList` with exactly these bits set: "u" and the unpadded base64url of GZIP.

    The same arguments give the same text, always. Raises ValueError for an index outside the list, or a size that is
    below 131,072 or no multiple of eight. Source: Bitstring Status List v1.0, "Bitstring Generation Algorithm".
    """
    return encode_packed(pack(set_indexes, size_bits))


def pack(set_indexes: Iterable[int], size_bits: int) -> bytes:
    """The bits themselves, eight to a byte. Raises ValueError as `encode` does."""
    if size_bits < MINIMUM_BITS or size_bits % 8:
        raise ValueError(f"a status list has at least {MINIMUM_BITS} bits and whole bytes, not {size_bits}")
    bits = bytearray(size_bits // 8)
    for index in set_indexes:
        if not 0 <= index < size_bits:
            raise ValueError(f"index {index} is not in a list of {size_bits} bits")
        bits[index // 8] |= 0x80 >> (index % 8)
    return bytes(bits)


def encode_packed(bits: bytes) -> str:
    """The `encodedList` of what `pack` made."""
    return "u" + base64.urlsafe_b64encode(_gzip(bits)).rstrip(b"=").decode("ascii")


def decode(encoded: str, *, max_bytes: int = MAX_DECODED_BYTES) -> bytes:
    """The bits of an `encodedList` that somebody else made; at least 16 KiB, at most `max_bytes`.

    Strict (T23): one GZIP member, whose checksum holds, and nothing behind it; canonical base64url. Memory stays
    within the limit whatever the input is. Raises InvalidInput with a `code`.
    """
    if len(encoded) > MAX_ENCODED_CHARACTERS:
        raise InvalidInput("The status list is larger than is accepted", code="list_too_large")
    bits = _gunzip(_base64url(encoded), max_bytes)
    if len(bits) * 8 < MINIMUM_BITS:
        raise InvalidInput("The status list is shorter than the standard allows", code="list_too_short")
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """Whether the bit at this 0-based index is set. Raises InvalidInput when the list has no such index."""
    if not 0 <= index < len(bits) * 8:
        raise InvalidInput("The status list has no entry with this number", code="index_out_of_range", index=index)
    return bool(bits[index // 8] & (0x80 >> (index % 8)))


def value_at(bits: bytes, index: int, size: int) -> int:
    """The number in the entry at this 0-based index of a list whose entries have `size` bits, highest bit first.

    Raises InvalidInput when the list has no such entry, or fewer entries than the standard allows.
    """
    if len(bits) * 8 < MINIMUM_BITS * size:
        raise InvalidInput("The status list is shorter than the standard allows", code="list_too_short")
    if not 0 <= index < len(bits) * 8 // size:
        raise InvalidInput("The status list has no entry with this number", code="index_out_of_range", index=index)
    value = 0
    for place in range(index * size, (index + 1) * size):
        value = value << 1 | is_set(bits, place)
    return value


def permute(counter: int, *, size: int, key: bytes) -> int:
    """The place of `counter` in a keyed shuffle of range(size): every place is taken once, in an order nobody guesses.

    A Feistel network over the smallest even number of bits that holds `size`, walked until it falls into the range.
    The same key, size and counter give the same place for ever. Raises ValueError outside range(size).
    """
    if not 0 <= counter < size:
        raise ValueError(f"counter {counter} is not in range({size})")
    half_bits = max(1, ((size - 1).bit_length() + 1) // 2)
    place = _feistel(counter, half_bits, key)
    while place >= size:  # the network permutes a domain below 4 * size, so the walk is short and must return
        place = _feistel(place, half_bits, key)
    return place


def _feistel(value: int, half_bits: int, key: bytes) -> int:
    mask = (1 << half_bits) - 1
    left, right = value >> half_bits, value & mask
    # Hashing the key first accepts keys of any length, which the keyed mode of BLAKE2 does not.
    round_key = hashlib.sha256(b"lanyard status index permutation\x00" + key).digest()
    for number in range(_FEISTEL_ROUNDS):
        message = bytes((number, half_bits)) + right.to_bytes(8, "big")
        digest = hashlib.blake2b(message, key=round_key, digest_size=8).digest()
        left, right = right, left ^ (int.from_bytes(digest, "big") & mask)
    return (left << half_bits) | right


def _gzip(data: bytes) -> bytes:
    # Scattered bits repeat nothing but their zeros. Looking for runs only makes them smaller than a search for any
    # repetition does, and 300 times as fast: 2 ms instead of 600 for a million entries of which 50,000 are set.
    packer = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    body = packer.compress(data) + packer.flush()
    return _GZIP_HEADER + body + zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")


def _gunzip(packed: bytes, max_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        data = unpacker.decompress(packed, max_bytes + 1)
    except zlib.error as error:
        raise InvalidInput("The status list is not packed with GZIP", code="list_not_gzip") from error
    if len(data) > max_bytes:
        raise InvalidInput("The status list is larger than is accepted", code="list_too_large")
    if not unpacker.eof:
        raise InvalidInput("The status list ends too early", code="list_truncated")
    if unpacker.unused_data:
        raise InvalidInput("Something stands behind the end of the status list", code="list_trailing_bytes")
    return data


def _base64url(encoded: str) -> bytes:
    """Refuses padding, other alphabets and stray bits: two texts must never mean the same bytes (B55)."""
    body = encoded[1:]
    if not encoded.startswith("u") or _BASE64URL.fullmatch(body) is None or len(body) % 4 == 1:
        raise InvalidInput("The status list is not written in base64url with the prefix u", code="list_not_base64url")
    data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii") != body:
        raise InvalidInput("The status list is not written in base64url with the prefix u", code="list_not_base64url")
    return data
