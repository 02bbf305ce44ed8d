"""Images are kept by their digest: checked once, stored once, never changed."""

from __future__ import annotations

import hashlib
import io

import pytest
from PIL import Image as Picture
from sqlalchemy import func, select

from app.errors import NotFound, UnreadableImage
from app.issuing import images
from app.issuing.images import Image


def png(width: int = 64, height: int = 64, colour: str = "navy") -> bytes:
    """A plain PNG."""
    buffer = io.BytesIO()
    Picture.new("RGB", (width, height), colour).save(buffer, "PNG")
    return buffer.getvalue()


def keep(desk, content: bytes) -> str:
    with desk.write() as session:
        return images.keep(session, content)


def test_an_image_is_named_by_its_digest_and_comes_back_byte_for_byte(desk):
    content = png()

    sha256 = keep(desk, content)

    assert sha256 == hashlib.sha256(content).hexdigest()
    with desk.read() as session:
        assert images.content(session, sha256) == content
        row = session.get(Image, sha256)
    assert (row.width, row.height) == (64, 64)


def test_the_same_image_is_stored_once(desk):
    assert keep(desk, png()) == keep(desk, png())
    keep(desk, png(colour="teal"))

    with desk.read() as session:
        assert session.scalar(select(func.count()).select_from(Image)) == 2


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0JFIF"],
    ids=["nothing", "gif", "svg", "only a signature", "jpeg"],
)
def test_what_is_no_png_is_refused_and_not_stored(desk, content):
    with pytest.raises(UnreadableImage):
        keep(desk, content)

    with desk.read() as session:
        assert session.scalar(select(func.count()).select_from(Image)) == 0


def test_a_png_that_was_cut_or_changed_is_refused(desk):
    content = png()

    for broken in (content[:-12], content[: len(content) // 2], content.replace(b"IDAT", b"IDAX")):
        with pytest.raises(UnreadableImage):
            keep(desk, broken)


@pytest.mark.parametrize("sha256", ["", "0" * 64, "../../etc/passwd", "%2e%2e/"])
def test_an_image_that_is_not_there_is_not_found(desk, sha256):
    with desk.read() as session, pytest.raises(NotFound):
        images.content(session, sha256)
