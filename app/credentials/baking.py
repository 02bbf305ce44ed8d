"""A credential into and out of a PNG.

Source: Open Badges 3.0, "Baked Badge", PNG: one uncompressed `iTXt` chunk with the keyword `openbadgecredential`.
"""

from __future__ import annotations

import zlib

from app.credentials import png
from app.errors import TooLarge, UnreadableCredential

KEYWORD = b"openbadgecredential"
LEGACY_KEYWORD = b"openbadges"  # Open Badges 2.0, and OB 3.0 badges put there by mistake (B37)
MAX_CREDENTIAL_BYTES = 1_048_576

_TEXT_CHUNKS = (b"iTXt", b"tEXt", b"zTXt")


def bake(image: bytes, credential: bytes | str) -> bytes:
    """The same picture with this credential in it; pixels are untouched, and the same input gives the same bytes.

    Any credential that was in the picture is taken out, of Open Badges 2.0 too: artwork that was exported from another
    badge would otherwise carry a stranger's badge, and the reader's order would decide which one counts (B41).
    Raises UnreadableImage, TooLarge, or UnreadableCredential when the credential is no text.
    """
    text = _text(credential)
    chunks = [chunk for chunk in png.read(image).chunks if _keyword(chunk) not in (KEYWORD, LEGACY_KEYWORD)]
    # Keyword, NUL, not compressed, method 0, no language tag, no translated keyword.
    baked = png.Chunk(type=b"iTXt", data=KEYWORD + b"\x00\x00\x00\x00\x00" + text)
    first_pixels = next(position for position, chunk in enumerate(chunks) if chunk.type == b"IDAT")
    chunks.insert(first_pixels, baked)
    result = png.write(tuple(chunks))
    if len(result) > png.MAX_BYTES or len(chunks) > png.MAX_CHUNKS:
        raise TooLarge("The image is too large to carry the credential", limit_bytes=png.MAX_BYTES)
    return result


def extract(image: bytes) -> bytes:
    """The credential in a PNG as UTF-8 bytes, byte for byte as it was baked.

    Reads what others write: compressed text, a language tag, the older `tEXt` and `zTXt`. An `openbadgecredential`
    goes before an `openbadges`, since a picture may carry a 3.0 and a 2.0 form of one badge; two of the same keyword
    are refused. Raises UnreadableImage, or UnreadableCredential with `code` `none`, `ambiguous`, `malformed_text` or
    `too_large`.
    """
    chunks = png.read(image).chunks
    for keyword in (KEYWORD, LEGACY_KEYWORD):
        found = [chunk for chunk in chunks if _keyword(chunk) == keyword]
        if len(found) > 1:
            raise UnreadableCredential("There are two badges in this picture; it must be one", code="ambiguous")
        if found:
            return _content(found[0])
    raise UnreadableCredential("There is no badge inside this picture", code="none")


def _text(credential: bytes | str) -> bytes:
    text = credential.encode() if isinstance(credential, str) else credential
    if not text or b"\x00" in text or not _is_utf8(text):
        raise UnreadableCredential("The credential to bake is not UTF-8 text", code="malformed_text")
    if len(text) > MAX_CREDENTIAL_BYTES:
        raise TooLarge("The credential is too large to bake", limit_bytes=MAX_CREDENTIAL_BYTES)
    return text


def _keyword(chunk: png.Chunk) -> bytes | None:
    """The keyword of a text chunk; None for any other chunk."""
    return chunk.data.partition(b"\x00")[0] if chunk.type in _TEXT_CHUNKS else None


def _content(chunk: png.Chunk) -> bytes:
    rest = chunk.data.partition(b"\x00")[2]
    if chunk.type == b"tEXt":
        return _utf8(rest)
    if chunk.type == b"zTXt":
        return _utf8(_unpack(rest[:1], rest[1:]))
    flag, method = rest[:1], rest[1:2]
    _language, first, tail = rest[2:].partition(b"\x00")
    _translated, second, text = tail.partition(b"\x00")
    if flag not in (b"\x00", b"\x01") or not first or not second:
        raise UnreadableCredential("The badge inside this picture cannot be read", code="malformed_text")
    content = _unpack(method, text) if flag == b"\x01" else text
    if len(content) > MAX_CREDENTIAL_BYTES:
        raise UnreadableCredential("The badge inside this picture is too large", code="too_large")
    if not _is_utf8(content):
        raise UnreadableCredential("The badge inside this picture is not UTF-8 text", code="malformed_text")
    return content


def _unpack(method: bytes, packed: bytes) -> bytes:
    if method != b"\x00":
        raise UnreadableCredential("The badge inside this picture cannot be read", code="malformed_text")
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed, MAX_CREDENTIAL_BYTES + 1)
    except zlib.error as error:
        raise UnreadableCredential("The badge inside this picture cannot be read", code="malformed_text") from error
    if len(content) > MAX_CREDENTIAL_BYTES:
        raise UnreadableCredential("The badge inside this picture is too large", code="too_large")
    if not unpacker.eof or unpacker.unused_data:
        raise UnreadableCredential("The badge inside this picture cannot be read", code="malformed_text")
    return content


def _utf8(text: bytes) -> bytes:
    """Old chunks are Latin-1 by the letter, yet bakers put UTF-8 into them; what decodes as UTF-8 was UTF-8 (B15)."""
    if len(text) > MAX_CREDENTIAL_BYTES:
        raise UnreadableCredential("The badge inside this picture is too large", code="too_large")
    return text if _is_utf8(text) else text.decode("latin-1").encode()


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
