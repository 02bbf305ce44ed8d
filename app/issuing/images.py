"""Badge and issuer images, kept by the digest of their bytes; never changed, never deleted."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.credentials import png
from app.db import Base, claim
from app.errors import NotFound


class Image(Base):
    """A PNG, as uploaded or drawn."""

    __tablename__ = "images"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes]
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime]


def keep(session: Session, content: bytes) -> str:
    """Check and keep a PNG; its SHA-256 in hex. Raises UnreadableImage."""
    info = png.check_upload(content)
    sha256 = hashlib.sha256(content).hexdigest()
    facts = {"content": content, "width": info.width, "height": info.height, "created_at": clock.now()}
    claim(session, Image, sha256=sha256, **facts)
    return sha256


def content(session: Session, sha256: str) -> bytes:
    """The bytes of an image. Raises NotFound."""
    image = session.get(Image, sha256)
    if image is None:
        raise NotFound("There is no such image")
    return image.content
