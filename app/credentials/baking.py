"""A credential into and out of a PNG or an SVG. Pixels and drawing stay as they are, byte for byte.

Source: Open Badges 3.0 and 2.0, "Baked Badge". PNG: one uncompressed `iTXt` chunk with the keyword
`openbadgecredential` (2.0: `openbadges`). SVG: one element `openbadges:credential` (2.0: `openbadges:assertion`) as the
root's first child, with a token in `verify` or a document as CDATA.
"""

from __future__ import annotations

import re
import zlib
from xml.sax.saxutils import quoteattr

from app.credentials import png, strict_json, svg
from app.errors import MalformedJson, TooLarge, UnreadableCredential

KEYWORD = b"openbadgecredential"
LEGACY_KEYWORD = b"openbadges"  # Open Badges 2.0, and OB 3.0 badges put there by mistake (B37)
MAX_CREDENTIAL_BYTES = 1_048_576

_TEXT_CHUNKS = (b"iTXt", b"tEXt", b"zTXt")
_ELEMENTS = {svg.BADGE_NAMESPACE: "credential", svg.LEGACY_BADGE_NAMESPACE: "assertion"}
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", re.ASCII)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_NONE = "There is no badge inside this picture"
_TWO = "There are two badges in this picture; it must be one"
_UNREADABLE = "The badge inside this picture cannot be read"


def bake(image: bytes, credential: bytes | str | None = None, *, assertion: bytes | str | None = None) -> bytes:
    """The same picture with this credential in it, or its Open Badges 2.0 form (`assertion`), or both.

    Documents are written ASCII-escaped; the same input gives the same bytes. Any badge that was in the picture is
    taken out, of either standard: artwork that was exported from another badge would otherwise carry a stranger's
    badge, and the reader's order would decide which one counts (B41). Raises UnreadableImage, TooLarge, or
    UnreadableCredential when what should be baked is no text.
    """
    newer = None if credential is None else _text(credential)
    older = None if assertion is None else _text(assertion)
    if newer is None and older is None:
        raise UnreadableCredential("There is nothing to bake", code="none")
    if svg.looks_like(image):
        return _bake_svg(image, newer, older)
    return _bake_png(image, newer, older)


def extract(image: bytes) -> bytes:
    """The credential in a PNG or SVG as UTF-8 bytes, as it was baked; of a document in an SVG without outer blanks.

    Reads what others write: compressed text, a language tag, the older `tEXt` and `zTXt`, an element anywhere in a
    drawing. A 3.0 form goes before a 2.0 form, since a picture may carry both of one badge; two of the same are
    refused. Raises UnreadableImage, or UnreadableCredential with `code` `none`, `ambiguous`, `malformed_text` or
    `too_large`.
    """
    if svg.looks_like(image):
        return _extract_svg(image)
    chunks = png.read(image).chunks
    for keyword in (KEYWORD, LEGACY_KEYWORD):
        found = [chunk for chunk in chunks if _keyword(chunk) == keyword]
        if len(found) > 1:
            raise UnreadableCredential(_TWO, code="ambiguous")
        if found:
            return _content(found[0])
    raise UnreadableCredential(_NONE, code="none")


def _bake_png(image: bytes, newer: bytes | None, older: bytes | None) -> bytes:
    chunks = [chunk for chunk in png.read(image).chunks if _keyword(chunk) not in (KEYWORD, LEGACY_KEYWORD)]
    # Keyword, NUL, not compressed, method 0, no language tag, no translated keyword.
    baked = [
        png.Chunk(type=b"iTXt", data=keyword + b"\x00\x00\x00\x00\x00" + text)
        for keyword, text in ((KEYWORD, newer), (LEGACY_KEYWORD, older))
        if text is not None
    ]
    first_pixels = next(position for position, chunk in enumerate(chunks) if chunk.type == b"IDAT")
    chunks[first_pixels:first_pixels] = baked
    result = png.write(tuple(chunks))
    if len(result) > png.MAX_BYTES or len(chunks) > png.MAX_CHUNKS:
        raise TooLarge("The image is too large to carry the credential", limit_bytes=png.MAX_BYTES)
    return result


def _bake_svg(image: bytes, newer: bytes | None, older: bytes | None) -> bytes:
    drawing = svg.read(image)
    first = svg.BADGE_NAMESPACE if newer is not None else svg.LEGACY_BADGE_NAMESPACE
    # The standards put the prefix on the root. Where the root gives it another meaning, the element has its own.
    declares = f' xmlns:{svg.PREFIX}="{first}"' if drawing.prefix_means is None else ""
    means = first if declares else drawing.prefix_means
    payload = "".join(
        _element(namespace, text.decode(), declared=means == namespace)
        for namespace, text in ((svg.BADGE_NAMESPACE, newer), (svg.LEGACY_BADGE_NAMESPACE, older))
        if text is not None
    )
    result = svg.splice(image, drawing, payload, declares=declares)
    if len(result) > svg.MAX_BYTES:
        raise TooLarge("The image is too large to carry the credential", limit_bytes=svg.MAX_BYTES)
    return result


def _element(namespace: str, text: str, *, declared: bool) -> str:
    name = f"{svg.PREFIX}:{_ELEMENTS[namespace]}"
    own = "" if declared else f' xmlns:{svg.PREFIX}="{namespace}"'
    if _TOKEN.fullmatch(text):
        return f'<{name}{own} verify="{text}"></{name}>'
    if not text.startswith("{"):
        raise UnreadableCredential("The credential to bake is neither a token nor a document", code="malformed_text")
    verify = f" verify={quoteattr(_address(text))}" if namespace == svg.LEGACY_BADGE_NAMESPACE else ""
    # `>` stands in texts only, never between them; so the CDATA section cannot be ended from inside (B38).
    return f"<{name}{own}{verify}><![CDATA[{text.replace(']]>', ']]' + chr(92) + 'u003e')}]]></{name}>"


def _address(assertion: str) -> str:
    """Where a hosted assertion lives, escaped for ASCII; it is its id."""
    try:
        address = strict_json.loads(assertion).get("id")
    except (MalformedJson, TooLarge) as error:
        raise UnreadableCredential("The assertion to bake is not JSON", code="malformed_text") from error
    if not isinstance(address, str) or not address.isascii() or not address.isprintable():
        raise UnreadableCredential("The assertion to bake has no address", code="malformed_text")
    return address


def _extract_svg(image: bytes) -> bytes:
    carriers = svg.read(image).carriers
    for namespace, name in _ELEMENTS.items():
        found = [each for each in carriers if (each.namespace, each.name) == (namespace, name)]
        if len(found) > 1:
            raise UnreadableCredential(_TWO, code="ambiguous")
        if found:
            return _carried(found[0])
    raise UnreadableCredential(_NONE, code="none")


def _carried(carrier: svg.Carrier) -> bytes:
    """The token in `verify`, else the document inside. Of a hosted 2.0 badge `verify` is only the address (OB3-50)."""
    verify, text = (carrier.verify or "").strip(), carrier.text.strip()
    if not carrier.is_plain:
        raise UnreadableCredential(_UNREADABLE, code="malformed_text")
    is_hosted = carrier.namespace == svg.LEGACY_BADGE_NAMESPACE and not _TOKEN.fullmatch(verify)
    if verify and text and not is_hosted:
        # Two forms of one badge, of which a reader may take either: they could say different things.
        raise UnreadableCredential(_TWO, code="ambiguous")
    content = (text or verify).encode()
    if not content:
        raise UnreadableCredential(_UNREADABLE, code="malformed_text")
    if len(content) > MAX_CREDENTIAL_BYTES:
        raise UnreadableCredential("The badge inside this picture is too large", code="too_large")
    return content


def _text(credential: bytes | str) -> bytes:
    text = credential.encode() if isinstance(credential, str) else credential
    if not text or b"\x00" in text or not _is_utf8(text):
        raise UnreadableCredential("The credential to bake is not UTF-8 text", code="malformed_text")
    if text.lstrip().startswith(b"{"):
        text = _escaped(text.strip())
    if len(text) > MAX_CREDENTIAL_BYTES:
        raise TooLarge("The credential is too large to bake", limit_bytes=MAX_CREDENTIAL_BYTES)
    return text


def _escaped(document: bytes) -> bytes:
    """The same JSON in ASCII: readers have taken UTF-8 for Latin-1, and the signature failed (B15)."""
    if document.isascii():
        return document
    return _BEYOND_ASCII.sub(_escape, document.decode()).encode("ascii")


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


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
        raise UnreadableCredential(_UNREADABLE, code="malformed_text")
    content = _unpack(method, text) if flag == b"\x01" else text
    if len(content) > MAX_CREDENTIAL_BYTES:
        raise UnreadableCredential("The badge inside this picture is too large", code="too_large")
    if not _is_utf8(content):
        raise UnreadableCredential("The badge inside this picture is not UTF-8 text", code="malformed_text")
    return content


def _unpack(method: bytes, packed: bytes) -> bytes:
    if method != b"\x00":
        raise UnreadableCredential(_UNREADABLE, code="malformed_text")
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed, MAX_CREDENTIAL_BYTES + 1)
    except zlib.error as error:
        raise UnreadableCredential(_UNREADABLE, code="malformed_text") from error
    if len(content) > MAX_CREDENTIAL_BYTES:
        raise UnreadableCredential("The badge inside this picture is too large", code="too_large")
    if not unpacker.eof or unpacker.unused_data:
        raise UnreadableCredential(_UNREADABLE, code="malformed_text")
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
