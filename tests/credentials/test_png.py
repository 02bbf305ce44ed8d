"""A PNG is read part by part and strictly; what is odd about it is named (T21, B44)."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from app.credentials import png
from app.errors import UnreadableImage


def picture(*, file_format: str = "PNG", size: tuple[int, int] = (12, 8), mode: str = "RGBA") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, format=file_format)
    return out.getvalue()


def chunks_of(data: bytes) -> list[png.Chunk]:
    return list(png.read(data).chunks)


def header(*, width: int = 1, height: int = 1, depth: int = 8, colour: int = 6) -> png.Chunk:
    return png.Chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


PIXELS = png.Chunk(b"IDAT", zlib.compress(b"\x00\x00\x00\x00\x00"))
END = png.Chunk(b"IEND", b"")


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableImage) as caught:
        png.read(data)
    return str(caught.value.facts["code"])


def test_a_png_is_read_into_its_parts_and_written_back_byte_for_byte():
    data = picture()

    image = png.read(data)

    assert (image.width, image.height) == (12, 8)
    assert png.write(image.chunks) == data


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_still_png_can_be_uploaded(mode: str):
    assert png.check_upload(picture(mode=mode)) == png.PngInfo(width=12, height=8)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_png"),
        (picture(file_format="JPEG", mode="RGB"), "not_png"),
        (picture(file_format="GIF", mode="P"), "not_png"),
        (b"8BPS\x00\x01" + bytes(200), "not_png"),
        (b"<!doctype html><script>alert(1)</script>", "not_png"),
        (b"%PDF-1.7", "not_png"),
        (picture()[:-1], "truncated"),
        (picture()[:40], "truncated"),
        (png.SIGNATURE, "truncated"),
        (picture() + b"<script>alert(1)</script>", "trailing_bytes"),
        (picture() + picture(), "trailing_bytes"),
    ],
    ids=["nothing", "jpeg", "gif", "psd", "html", "pdf", "cut", "cut early", "bare", "web page behind", "second image"],
)
def test_what_is_no_whole_png_is_refused(data: bytes, code: str):
    assert refusal(data) == code


def test_a_wrong_checksum_is_refused():
    data = bytearray(picture())
    data[20] ^= 1

    assert refusal(bytes(data)) == "checksum"


@pytest.mark.parametrize(
    ("chunks", "code"),
    [
        ((PIXELS, END), "header"),
        ((png.Chunk(b"IHDR", b"\x00" * 12), PIXELS, END), "header"),
        ((header(depth=3), PIXELS, END), "header"),
        ((header(colour=5), PIXELS, END), "header"),
        ((header(), header(), PIXELS, END), "order"),
        ((header(), END), "order"),
        ((header(), PIXELS, png.Chunk(b"tEXt", b"a\x00b"), PIXELS, END), "order"),
        ((header(colour=3), PIXELS, png.Chunk(b"PLTE", b"\x00\x00\x00"), END), "order"),
        ((header(), PIXELS, png.Chunk(b"IEND", b"x")), "order"),
        ((header(), png.Chunk(b"ABCD", b""), PIXELS, END), "chunk_type"),
        ((header(), png.Chunk(b"a\x00CD", b""), PIXELS, END), "chunk_type"),
        ((header(width=0), PIXELS, END), "dimensions"),
        ((header(width=60_000, height=60_000), PIXELS, END), "dimensions"),
        ((header(width=4_097), PIXELS, END), "dimensions"),
        ((header(), *[png.Chunk(b"tEXt", b"a\x00b")] * 1_000, PIXELS, END), "too_many_chunks"),
        ((header(), png.Chunk(b"IDAT", bytes(5 * 1_048_576)), END), "too_large"),
    ],
)
def test_parts_that_are_wrong_or_out_of_order_are_refused(chunks: tuple[png.Chunk, ...], code: str):
    assert refusal(png.write(chunks)) == code


def test_a_length_that_points_beyond_the_file_is_refused():
    data = png.SIGNATURE + struct.pack(">I", 0xFFFF_FFFF) + b"IHDR" + bytes(40)

    assert refusal(data) == "truncated"


def test_a_well_formed_file_with_broken_pixels_is_no_upload():
    broken = png.write((header(width=64, height=64), png.Chunk(b"IDAT", b"not packed"), END))

    with pytest.raises(UnreadableImage, match="decoded"):
        png.check_upload(broken)


def test_a_picture_with_half_its_pixels_is_no_upload():
    half = png.write((header(width=64, height=64), png.Chunk(b"IDAT", zlib.compress(bytes(100))), END))

    with pytest.raises(UnreadableImage, match="decoded"):
        png.check_upload(half)


def test_a_text_bomb_inside_a_png_is_no_upload():
    bomb = png.Chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(20 * 1_048_576), level=9))
    parts = chunks_of(picture())

    with pytest.raises(UnreadableImage, match="decoded"):
        png.check_upload(png.write((parts[0], bomb, *parts[1:])))


def test_an_animated_png_is_read_but_is_no_upload():
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    data = io.BytesIO()
    frames[0].save(data, format="PNG", save_all=True, append_images=frames[1:])

    assert png.read(data.getvalue()).width == 4
    with pytest.raises(UnreadableImage, match="animated"):
        png.check_upload(data.getvalue())


@pytest.mark.parametrize("data", [picture(file_format="JPEG", mode="RGB"), b"8BPS", b"<html>", b"%!PS-Adobe EPSF"])
def test_another_format_under_the_name_of_png_is_no_upload(data: bytes):
    with pytest.raises(UnreadableImage, match="not a PNG"):
        png.check_upload(data)
