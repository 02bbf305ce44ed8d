"""Images are kept by their digest: checked once, stored once, never changed."""

from __future__ import annotations

import base64
import hashlib
import io

import pytest
from PIL import Image as Picture
from sqlalchemy import func, select

from app.errors import NotFound, UnreadableImage
from app.issuing import images
from app.issuing.images import Image
from app.projections import drawing


def png(width: int = 64, height: int = 64, colour: str = "navy") -> bytes:
    """A plain PNG."""
    buffer = io.BytesIO()
    Picture.new("RGB", (width, height), colour).save(buffer, "PNG")
    return buffer.getvalue()


def keep(desk, content: bytes) -> str:
    with desk.write() as session:
        return images.keep(session, images.check(content))


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
    [b"", b"GIF89a", b"<svg>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0JFIF"],
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


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 1"><path d="M0 0h3v1z"/></svg>'


def test_a_drawing_is_kept_as_a_png_and_as_what_it_was_drawn_from(desk):
    sha256 = keep(desk, SVG)

    with desk.read() as session:
        shown, drawn = images.content(session, sha256), images.as_drawing(session, sha256)
        row = session.get(Image, sha256)
    assert hashlib.sha256(shown).hexdigest() == sha256
    assert (row.width, row.height) == Picture.open(io.BytesIO(shown)).size == (600, 200)
    assert b'<path d="M0 0h3v1z" />' in drawn
    assert drawn == images.check(SVG).drawn_from


def test_the_same_drawing_is_stored_once(desk):
    assert keep(desk, SVG) == keep(desk, SVG)

    with desk.read() as session:
        assert session.scalar(select(func.count()).select_from(Image)) == 2


def test_a_drawing_is_found_by_its_png_only(desk):
    sha256 = keep(desk, SVG)

    with desk.read() as session:
        digest = hashlib.sha256(images.as_drawing(session, sha256)).hexdigest()
        assert session.get(Image, digest) is not None
        for look in (images.content, images.as_drawing):
            with pytest.raises(NotFound):
                look(session, digest)


def test_a_png_that_nobody_drew_is_a_drawing_around_the_same_pixels(desk):
    content = png(64, 32)

    sha256 = keep(desk, content)

    with desk.read() as session:
        drawn = images.as_drawing(session, sha256)
        assert drawn == images.as_drawing(session, sha256)
    assert base64.b64encode(content) in drawn
    assert b'viewBox="0 0 64 32"' in drawn
    assert drawing.accept(drawn).width == 600


def test_a_png_that_claims_to_be_drawn_from_something_of_ours_is_kept_without_the_claim(desk):
    shown = images.check(SVG).png
    keep(desk, SVG)

    sha256 = keep(desk, shown)

    with desk.read() as session:
        kept = images.content(session, sha256)
        assert b"<image" in images.as_drawing(session, sha256)
    assert kept != shown
    assert Picture.open(io.BytesIO(kept)).tobytes() == Picture.open(io.BytesIO(shown)).tobytes()


@pytest.mark.parametrize("content", [SVG[:-3], SVG.replace(b"path", b"text"), SVG.replace(b"viewBox", b"box")])
def test_a_drawing_that_cannot_be_a_badge_is_refused_and_not_stored(desk, content):
    with pytest.raises(UnreadableImage):
        keep(desk, content)

    with desk.read() as session:
        assert session.scalar(select(func.count()).select_from(Image)) == 0
