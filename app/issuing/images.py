"""Badge and issuer images, kept by the digest of their bytes; never changed, never deleted.

A picture that was drawn is kept in both forms: the PNG, by whose digest it is known everywhere, and the SVG. The PNG
itself says in a text chunk which SVG it was drawn from, so the two cannot come apart.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials import png, svg
from app.db import Base, claim
from app.errors import NotFound
from app.projections import drawing
from app.projections.drawing import Drawing

_KEYWORD = b"Drawing\0"
_DIGEST = re.compile(rb"[0-9a-f]{64}")
NO_IMAGE = "There is no such image"


class Image(Base):
    """A PNG, as uploaded or drawn, or the SVG that a PNG was drawn from."""

    __tablename__ = "images"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes]
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG that was checked, with its size in pixels; `drawn_from` is its SVG, None if it was not drawn."""

    png: bytes
    width: int
    height: int
    drawn_from: bytes | None = None

    @property
    def sha256(self) -> str:
        """By which the picture is known everywhere."""
        return hashlib.sha256(self.png).hexdigest()


def check(content: bytes) -> Picture:
    """What somebody uploaded, PNG or SVG, as a picture that may be kept. Raises UnreadableImage.

    A drawing is built anew and drawn, which may take seconds: call this outside a transaction.
    """
    if svg.looks_like(content):
        return of_drawing(drawing.accept(content))
    info = png.check_upload(content)
    return Picture(_without_link(content), info.width, info.height)


def of_drawing(drawn: Drawing) -> Picture:
    """A drawing as the picture that is kept: its PNG names the SVG."""
    link = png.Chunk(b"tEXt", _KEYWORD + hashlib.sha256(drawn.svg).hexdigest().encode())
    head, *tail = png.read(drawn.png).chunks
    return Picture(png.write((head, link, *tail)), drawn.width, drawn.height, drawn_from=drawn.svg)


def keep(session: Session, picture: Picture) -> str:
    """Keep a picture in all its forms; the SHA-256 of its PNG in hex."""
    contents = (picture.png,) if picture.drawn_from is None else (picture.png, picture.drawn_from)
    digests = [hashlib.sha256(content).hexdigest() for content in contents]
    for sha256, content in zip(digests, contents, strict=True):
        facts = {"content": content, "width": picture.width, "height": picture.height, "created_at": clock.now()}
        claim(session, Image, sha256=sha256, **facts)
    return digests[0]


def content(session: Session, sha256: str) -> bytes:
    """The bytes of a PNG. Raises NotFound."""
    return _png(session, sha256).content


def as_drawing(session: Session, sha256: str) -> bytes:
    """The SVG that a PNG was drawn from, or one that shows the PNG; always the same. Raises NotFound."""
    image = _png(session, sha256)
    link = next((chunk for chunk in png.read(image.content).chunks if _is_link(chunk)), None)
    found = session.get(Image, link.data.removeprefix(_KEYWORD).decode()) if link is not None else None
    if found is not None:
        return found.content
    return drawing.around(image.content, width=image.width, height=image.height)


def _png(session: Session, sha256: str) -> Image:
    image = session.get(Image, sha256)
    if image is None or not image.content.startswith(png.SIGNATURE):
        raise NotFound(NO_IMAGE)
    return image


def _without_link(upload: bytes) -> bytes:
    """The upload as it is, unless it claims to be drawn from something of ours."""
    chunks = png.read(upload).chunks
    kept = tuple(chunk for chunk in chunks if not _is_link(chunk))
    return upload if len(kept) == len(chunks) else png.write(kept)


def _is_link(chunk: png.Chunk) -> bool:
    return (
        chunk.type == b"tEXt"
        and chunk.data.startswith(_KEYWORD)
        and _DIGEST.fullmatch(chunk.data, len(_KEYWORD)) is not None
    )
