"""A credential out of a PDF, where it is an attached file: JSON, a token, or a baked picture.

PDF is a format with loops, streams within streams and a dozen packings, so it is taken apart in a process of its own.
Source: ISO 32000-1, "Embedded File Streams". No standard of Open Badges says how a badge is in a PDF.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

from app.credentials import baking, bounded, png, svg
from app.errors import UnreadableCredential, UnreadableImage

SIGNATURE = b"%PDF-"
MAX_BYTES = 5 * 1_048_576
SECONDS = 8.0
_PROGRAM = Path(__file__).with_name("pdf_program.py")
_LENGTH = struct.Struct(">I")
_TOKEN = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_OLDER = b"https://w3id.org/openbadges/v"


def looks_like(data: bytes) -> bool:
    """Whether the bytes begin as a PDF does."""
    return data.startswith(SIGNATURE)


def extract(document: bytes) -> bytes:
    """The one credential attached to a PDF, as UTF-8 bytes.

    A 3.0 form goes before a 2.0 form; the same bytes twice count once. Raises UnreadableCredential with `code` `none`,
    `ambiguous`, `too_large`, `too_much_work` or `malformed_pdf`.
    """
    if len(document) > MAX_BYTES:
        raise UnreadableCredential("The PDF is larger than is accepted", code="too_large", limit_bytes=MAX_BYTES)
    found = {badge for content in _attached(document) if (badge := _badge_in(content)) is not None}
    newer = {badge for badge in found if _OLDER not in badge}
    chosen = newer or found
    if not chosen:
        raise UnreadableCredential("There is no badge attached to this PDF", code="none")
    if len(chosen) > 1:
        raise UnreadableCredential("There are two badges attached to this PDF; it must be one", code="ambiguous")
    return chosen.pop()


def _attached(document: bytes) -> list[bytes]:
    try:
        written = bounded.run(_PROGRAM, document, seconds=SECONDS)
    except bounded.TookTooLong as error:
        raise UnreadableCredential("The PDF takes too long to read", code="too_much_work") from error
    if written is None:
        sentence = "The PDF cannot be read. It may be damaged, or need a password"
        raise UnreadableCredential(sentence, code="malformed_pdf")
    files, at = [], 0
    while at < len(written):
        (length,) = _LENGTH.unpack_from(written, at)
        at += _LENGTH.size
        files.append(written[at : at + length])
        at += length
    return files


def _badge_in(content: bytes) -> bytes | None:
    """What an attached file is, as a credential; None when it is something else, as most are."""
    if content.startswith(png.SIGNATURE) or svg.looks_like(content):
        try:
            return baking.extract(content)
        except (UnreadableImage, UnreadableCredential):
            return None
    text = content.removeprefix(b"\xef\xbb\xbf").strip()
    is_document = text.startswith(b"{") and b'"@context"' in text
    return text if is_document or _TOKEN.fullmatch(text) else None
