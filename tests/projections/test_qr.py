"""The QR code of a badge's address: what cameras need, and the same bytes every time."""

from __future__ import annotations

import io

import pytest
import segno
from defusedxml.ElementTree import fromstring
from PIL import Image

from app.projections import qr

URL = "https://badges.example/b/Yw3u0JYd5m2ZxwqA1B2C3D"


def modules(picture: bytes, side: int) -> list[list[bool]]:
    """Which modules of a picture are dark, each looked at in its middle."""
    with Image.open(io.BytesIO(picture)) as opened:
        grey = opened.convert("L")
    scale = grey.width // side
    return [
        [grey.getpixel((x * scale + scale // 2, y * scale + scale // 2)) == 0 for x in range(side)] for y in range(side)
    ]


@pytest.mark.parametrize(
    "url", [URL, "http://localhost:8321/b/Yw3u0JYd5m2ZxwqA1B2C3D", f"https://{'long.' * 40}example/b/x"]
)
def test_the_picture_is_the_code_with_four_light_modules_around_it(url: str):
    side = qr.side(url)

    found = modules(qr.as_png(url), side)

    code = [[bool(each) for each in row] for row in segno.make(url, error="m", micro=False).matrix]
    assert [row[4:-4] for row in found[4:-4]] == code
    assert not any(any(row) for row in (*found[:4], *found[-4:]))
    assert not any(any((*row[:4], *row[-4:])) for row in found)


def test_the_picture_is_large_enough_for_paper_and_modules_are_whole_pixels():
    with Image.open(io.BytesIO(qr.as_png(URL))) as opened:
        assert opened.width == opened.height >= 600
        assert opened.width % qr.side(URL) == 0


def test_the_drawing_has_a_title_a_size_to_scale_from_and_nothing_that_runs():
    root = fromstring(qr.as_svg(URL, title="QR code & <more>"))

    space = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{space}title") == "QR code & <more>"
    assert root.get("viewBox") == f"0 0 {qr.side(URL)} {qr.side(URL)}"
    assert {each.tag.removeprefix(space) for each in root.iter()} <= {"svg", "title", "path", "g"}


def test_the_same_address_gives_the_same_bytes():
    assert qr.as_png(URL) == qr.as_png(URL)
    assert qr.as_svg(URL, title="x") == qr.as_svg(URL, title="x")
    assert qr.as_png(URL) != qr.as_png(f"{URL}x")
