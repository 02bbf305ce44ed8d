"""A strict reader and writer of PNG chunks that never touches pixels (T21, B44, B46).

Source: PNG (W3C Recommendation, third edition), "Datastream structure" and "Chunk specifications".
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zlib
from dataclasses import dataclass, field

from PIL import Image

from app.errors import UnreadableImage

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_BYTES = 5 * 1_048_576
MAX_CHUNKS = 1_000
MAX_SIDE_PIXELS = 4_096
# An upload leaves room for the credential that is baked in later: 1 MiB and one chunk.
MAX_UPLOAD_BYTES = 4 * 1_048_576 - 1_024
MAX_UPLOAD_CHUNKS = 900

_TYPE = re.compile(rb"[A-Za-z]{2}[A-Z][A-Za-z]")  # the third letter is reserved and upper case
_CRITICAL = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_ANIMATION = (b"acTL", b"fcTL", b"fdAT")
_IHDR_LENGTH = 13
_FRAME_LENGTH = 12  # length, type and checksum around the data of each chunk
_BIT_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}  # by colour type


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: four letters and what it holds. Length and checksum are made when it is written.

    Of a chunk that was read, `checksum` is the one that was found right; calculating it is most of the work.
    """

    type: bytes
    data: bytes
    checksum: int | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Png:
    """A well-formed PNG as its chunks, in order, with width and height in pixels."""

    width: int
    height: int
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class PngInfo:
    """The size in pixels of a picture that was decoded as a whole."""

    width: int
    height: int


def read(data: bytes, *, max_bytes: int = MAX_BYTES, max_chunks: int = MAX_CHUNKS) -> Png:
    """The chunks of a PNG, after every structural check: sizes, order, checksums, nothing behind the end.

    Raises UnreadableImage with a `code`. Pixels are not decoded. At most 4,096 pixels a side.
    """
    if not data.startswith(SIGNATURE):
        raise UnreadableImage("The file is not a PNG", code="not_png")
    if len(data) > max_bytes:
        raise UnreadableImage("The image is larger than is accepted", code="too_large", limit_bytes=max_bytes)
    chunks = _chunks(data, max_chunks)
    width, height = _size(chunks)
    _check_order(chunks)
    return Png(width=width, height=height, chunks=chunks)


def write(chunks: tuple[Chunk, ...]) -> bytes:
    """The file with these chunks, each with its right length and checksum; the same chunks give the same bytes."""
    parts = [SIGNATURE]
    for chunk in chunks:
        checksum = zlib.crc32(chunk.data, zlib.crc32(chunk.type)) if chunk.checksum is None else chunk.checksum
        parts += (struct.pack(">I", len(chunk.data)), chunk.type, chunk.data, struct.pack(">I", checksum))
    return b"".join(parts)


def check_upload(data: bytes) -> PngInfo:
    """Whether a picture that somebody uploaded can be a badge's image: a still PNG that decodes as a whole.

    The limits are below those of `read`, so that baking a credential in can never make it unreadable. Animated PNGs
    are refused: viewers disagree on which frame is the picture. Raises UnreadableImage.
    """
    image = read(data, max_bytes=MAX_UPLOAD_BYTES, max_chunks=MAX_UPLOAD_CHUNKS)
    if any(chunk.type in _ANIMATION for chunk in image.chunks):
        raise UnreadableImage("The image is animated; a badge needs a still one", code="animated")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
                picture.load()
    # Pillow raises whatever its decoder meets on hostile input; every one of them means the same here.
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, Warning, MemoryError) as error:
        raise UnreadableImage("The picture in the file cannot be decoded", code="not_decodable") from error
    except Image.DecompressionBombError as error:
        raise UnreadableImage("The picture is too large", code="dimensions") from error
    return PngInfo(width=image.width, height=image.height)


def _chunks(data: bytes, max_chunks: int) -> tuple[Chunk, ...]:
    chunks: list[Chunk] = []
    offset = len(SIGNATURE)
    while offset < len(data):
        if len(chunks) == max_chunks:
            raise UnreadableImage("The image has too many parts", code="too_many_chunks", limit_items=max_chunks)
        chunk = _chunk(data, offset)
        chunks.append(chunk)
        offset += _FRAME_LENGTH + len(chunk.data)
        if chunk.type == b"IEND":
            break
    if not chunks or chunks[-1].type != b"IEND":
        raise UnreadableImage("The image ends too early", code="truncated")
    if offset != len(data):
        # A polyglot: a PNG for one program, a web page or an archive for another.
        raise UnreadableImage("Something stands behind the end of the image", code="trailing_bytes")
    return tuple(chunks)


def _chunk(data: bytes, offset: int) -> Chunk:
    if len(data) - offset < _FRAME_LENGTH:
        raise UnreadableImage("The image ends too early", code="truncated")
    length, kind = struct.unpack_from(">I4s", data, offset)
    if _TYPE.fullmatch(kind) is None:
        raise UnreadableImage("The image has a part without a proper name", code="chunk_type")
    end = offset + 8 + length
    if end + 4 > len(data):
        raise UnreadableImage("The image ends too early", code="truncated")
    held = data[offset + 8 : end]
    checksum = zlib.crc32(held, zlib.crc32(kind))
    if checksum != int.from_bytes(data[end : end + 4], "big"):
        raise UnreadableImage("A checksum in the image is wrong", code="checksum", chunk=kind.decode("ascii"))
    if kind[:1].isupper() and kind not in _CRITICAL:
        raise UnreadableImage("The image has a part that no reader knows", code="chunk_type")
    return Chunk(kind, held, checksum)


def _size(chunks: tuple[Chunk, ...]) -> tuple[int, int]:
    header = chunks[0]
    if header.type != b"IHDR" or len(header.data) != _IHDR_LENGTH:
        raise UnreadableImage("The image does not begin with its header", code="header")
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", header.data)
    if not (0 < width <= MAX_SIDE_PIXELS and 0 < height <= MAX_SIDE_PIXELS):
        raise UnreadableImage(
            "The image has too many pixels, or none", code="dimensions", limit_side_pixels=MAX_SIDE_PIXELS
        )
    if depth not in _BIT_DEPTHS.get(colour, ()) or compression or filtering or interlace > 1:
        raise UnreadableImage("The header of the image is not one of PNG", code="header")
    return width, height


def _check_order(chunks: tuple[Chunk, ...]) -> None:
    kinds = [chunk.type for chunk in chunks]
    if kinds.count(b"IHDR") != 1 or kinds.count(b"PLTE") > 1 or chunks[-1].data:
        raise UnreadableImage("The parts of the image are not in order", code="order")
    pixels = [position for position, kind in enumerate(kinds) if kind == b"IDAT"]
    if not pixels or pixels[-1] - pixels[0] + 1 != len(pixels):
        raise UnreadableImage("The picture in the file is missing or in pieces", code="order")
    if b"PLTE" in kinds and kinds.index(b"PLTE") > pixels[0]:
        raise UnreadableImage("The parts of the image are not in order", code="order")
