"""A credential into a picture and out of it, as we and others bake (B15, B36, B37, B41, B46, T21)."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.credentials import baking, png, strict_json
from app.errors import TooLarge, UnreadableCredential, UnreadableImage


def picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(out, format="PNG")
    return out.getvalue()


PICTURE = picture()


def with_chunks(*chunks: png.Chunk) -> bytes:
    """The picture with these chunks between header and pixels."""
    head, *tail = png.read(PICTURE).chunks
    return png.write((head, *chunks, *tail))


def itxt(
    text: bytes,
    *,
    keyword: bytes = b"openbadgecredential",
    packed: bool = False,
    language: bytes = b"",
    translated: bytes = b"",
) -> png.Chunk:
    body = zlib.compress(text, level=9) if packed else text
    flags = b"\x01\x00" if packed else b"\x00\x00"
    return png.Chunk(b"iTXt", keyword + b"\x00" + flags + language + b"\x00" + translated + b"\x00" + body)


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableCredential) as caught:
        baking.extract(data)
    return str(caught.value.facts["code"])


def test_a_credential_comes_out_of_the_picture_byte_for_byte():
    credential = strict_json.dumps({"name": "BLS® Provider – “Refresher”"})

    assert baking.extract(baking.bake(PICTURE, credential)) == credential


@given(
    text=st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1, max_size=300).filter(
        lambda text: not text.lstrip().startswith("{")
    )
)
def test_any_text_comes_out_as_it_went_in(text: str):
    assert baking.extract(baking.bake(PICTURE, text)) == text.encode()


def test_a_document_with_letters_beyond_ascii_is_written_as_escapes():
    plain = '{"name":"Šárka ® 🩺 李"}'

    found = baking.extract(baking.bake(PICTURE, plain))

    assert found.isascii()
    assert strict_json.loads(found) == strict_json.loads(plain)


def test_both_generations_can_be_in_one_picture_and_each_has_its_own_chunk():
    baked = baking.bake(PICTURE, "a.b.c", assertion="d.e.f")

    texts = [chunk.data for chunk in png.read(baked).chunks if chunk.type == b"iTXt"]
    assert texts == [b"openbadgecredential\x00\x00\x00\x00\x00a.b.c", b"openbadges\x00\x00\x00\x00\x00d.e.f"]
    assert baking.extract(baked) == b"a.b.c"
    assert baking.bake(baked, "a.b.c", assertion="d.e.f") == baked


def test_a_2_0_badge_alone_is_baked_under_its_own_keyword():
    assert baking.bake(PICTURE, assertion="d.e.f") == with_pixels_after(itxt(b"d.e.f", keyword=b"openbadges"))


def with_pixels_after(chunk: png.Chunk) -> bytes:
    """The picture with this chunk just before the pixels."""
    chunks = list(png.read(PICTURE).chunks)
    chunks.insert([each.type for each in chunks].index(b"IDAT"), chunk)
    return png.write(tuple(chunks))


def test_what_is_baked_has_one_plain_chunk_before_the_pixels():
    chunks = png.read(baking.bake(PICTURE, "a.b.c")).chunks
    kinds = [chunk.type for chunk in chunks]

    assert chunks[kinds.index(b"iTXt")].data == b"openbadgecredential\x00\x00\x00\x00\x00a.b.c"
    assert kinds.count(b"iTXt") == 1
    assert kinds.index(b"iTXt") < kinds.index(b"IDAT")


def test_baking_leaves_every_other_byte_of_the_picture_alone():
    baked = png.read(baking.bake(PICTURE, "a.b.c")).chunks

    assert tuple(chunk for chunk in baked if chunk.type != b"iTXt") == png.read(PICTURE).chunks


def test_a_baked_picture_shows_the_same_pixels_and_checksums_that_strict_readers_accept():
    baked = Image.open(io.BytesIO(baking.bake(PICTURE, "a.b.c")))
    baked.load()

    assert baked.tobytes() == Image.open(io.BytesIO(PICTURE)).tobytes()
    assert baked.text["openbadgecredential"] == "a.b.c"


def walked(data: bytes) -> Iterator[bytes]:
    """The kinds of the chunks of a PNG, each with its checksum computed anew; our own reader has no part in it."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place = 8
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, content = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, place + 8 + length)
        assert (kind, checksum) == (kind, zlib.crc32(content, zlib.crc32(kind)))
        yield kind
        place += length + 12
    assert place == len(data)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("credential", ["a.b.c", "“ü”" * 130_000], ids=["short", "a megabyte"])
def test_every_chunk_of_a_baked_picture_has_its_length_and_checksum(mode: str, credential: str):
    """B46: a walk over the file as pngcheck does it."""
    out = io.BytesIO()
    Image.new(mode, (40, 30)).save(out, format="PNG")

    kinds = list(walked(baking.bake(out.getvalue(), credential)))

    assert (kinds[0], kinds[-1], kinds.count(b"iTXt")) == (b"IHDR", b"IEND", 1)


def test_the_walk_finds_a_wrong_checksum():
    baked = baking.bake(PICTURE, "a.b.c")

    with pytest.raises(AssertionError):
        list(walked(baked.replace(b"a.b.c", b"a.b.d")))


def test_the_same_badge_gives_the_same_bytes():
    assert baking.bake(PICTURE, "a.b.c") == baking.bake(PICTURE, b"a.b.c")


def test_baking_again_replaces_the_older_credential():
    first = baking.bake(PICTURE, "old.old.old")

    assert baking.bake(first, "a.b.c") == baking.bake(PICTURE, "a.b.c")


@pytest.mark.parametrize("kind", [b"tEXt", b"iTXt", b"zTXt"])
@pytest.mark.parametrize("keyword", [b"openbadges", b"openbadgecredential"])
def test_a_strangers_badge_in_the_artwork_is_taken_out(kind: bytes, keyword: bytes):
    artwork = with_chunks(png.Chunk(kind, keyword + b"\x00https://elsewhere.example/assertion"))

    assert baking.bake(artwork, "a.b.c") == baking.bake(PICTURE, "a.b.c")


def test_other_texts_in_the_artwork_stay():
    artwork = with_chunks(png.Chunk(b"tEXt", b"Author\x00Ana Ortiz"))

    assert b"Author\x00Ana Ortiz" in baking.bake(artwork, "a.b.c")


@pytest.mark.parametrize("credential", [b"", b"a\x00b", b"\xff\xfe"])
def test_only_text_is_baked(credential: bytes):
    with pytest.raises(UnreadableCredential, match="text"):
        baking.bake(PICTURE, credential)


def test_a_credential_above_one_mebibyte_is_not_baked():
    with pytest.raises(TooLarge):
        baking.bake(PICTURE, b"a" * 1_048_577)


def test_the_largest_upload_still_carries_the_largest_credential():
    parts = list(png.read(PICTURE).chunks)
    filler = png.Chunk(b"tEXt", b"Comment\x00" + b"x" * (png.MAX_UPLOAD_BYTES - len(PICTURE) - 20))
    upload = png.write((parts[0], filler, *parts[1:]))
    credential = b"a" * baking.MAX_CREDENTIAL_BYTES

    assert len(png.write(png.read(upload, max_bytes=png.MAX_UPLOAD_BYTES).chunks)) == png.MAX_UPLOAD_BYTES
    assert baking.extract(baking.bake(upload, credential)) == credential


@pytest.mark.parametrize(
    "chunk",
    [
        itxt(b"a.b.c"),
        itxt(b"a.b.c", packed=True),
        itxt(b"a.b.c", language=b"en", translated="Zertifikat ®".encode()),
        itxt(b"a.b.c", packed=True, language=b"en-GB", translated=b"Badge"),
        itxt(b"a.b.c", keyword=b"openbadges"),
        png.Chunk(b"tEXt", b"openbadges\x00a.b.c"),
        png.Chunk(b"tEXt", b"openbadgecredential\x00a.b.c"),
        png.Chunk(b"zTXt", b"openbadges\x00\x00" + zlib.compress(b"a.b.c")),
    ],
    ids=["plain", "packed", "language tag", "packed, tagged", "2.0 keyword", "tEXt 2.0", "tEXt", "zTXt"],
)
def test_what_other_bakers_write_is_read(chunk: png.Chunk):
    assert baking.extract(with_chunks(chunk)) == b"a.b.c"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_a_registered_sign_in_an_old_text_chunk_survives_either_way_it_was_written(encoding: str):
    chunk = png.Chunk(b"tEXt", b"openbadges\x00" + '{"name":"BLS®"}'.encode(encoding))

    assert baking.extract(with_chunks(chunk)).decode() == '{"name":"BLS®"}'


def test_a_picture_with_a_3_0_and_a_2_0_form_gives_the_3_0_one():
    data = with_chunks(itxt(b"https://old.example/1", keyword=b"openbadges"), itxt(b"a.b.c"))

    assert baking.extract(data) == b"a.b.c"


@pytest.mark.parametrize(
    "second", [itxt(b"d.e.f"), itxt(b"a.b.c"), png.Chunk(b"tEXt", b"openbadgecredential\x00d.e.f")]
)
def test_two_credentials_in_one_picture_are_refused(second: png.Chunk):
    assert refusal(with_chunks(itxt(b"a.b.c"), second)) == "ambiguous"


def test_a_picture_without_a_credential_says_so():
    assert refusal(PICTURE) == "none"


@pytest.mark.parametrize(
    ("chunk", "code"),
    [
        (itxt(b"\xff\xfe"), "malformed_text"),
        (png.Chunk(b"iTXt", b"openbadgecredential\x00\x00"), "malformed_text"),
        (png.Chunk(b"iTXt", b"openbadgecredential\x00\x00\x00en"), "malformed_text"),
        (png.Chunk(b"iTXt", b"openbadgecredential\x00\x02\x00\x00\x00x"), "malformed_text"),
        (png.Chunk(b"iTXt", b"openbadgecredential\x00\x01\x00\x00\x00not packed"), "malformed_text"),
        (png.Chunk(b"iTXt", b"openbadgecredential\x00\x01\x01\x00\x00" + zlib.compress(b"x")), "malformed_text"),
        (png.Chunk(b"iTXt", b"openbadgecredential\x00\x01\x00\x00\x00" + zlib.compress(b"xyz")[:-1]), "malformed_text"),
        (png.Chunk(b"iTXt", b"openbadgecredential\x00\x01\x00\x00\x00" + zlib.compress(b"x") + b"y"), "malformed_text"),
        (itxt(b"a" * 1_048_577), "too_large"),
        (itxt(bytes(20 * 1_048_576), packed=True), "too_large"),
        (png.Chunk(b"zTXt", b"openbadges\x00\x00" + zlib.compress(bytes(20 * 1_048_576))), "too_large"),
    ],
)
def test_a_chunk_that_holds_no_bounded_text_is_refused(chunk: png.Chunk, code: str):
    assert refusal(with_chunks(chunk)) == code


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\xe0", PICTURE[:100], PICTURE + b"<html>"])
def test_what_is_no_png_is_an_unreadable_image(data: bytes):
    with pytest.raises(UnreadableImage):
        baking.extract(data)
