"""Pictures that others make, and that nobody honest makes: what is read out of each (B36, B37, B41, B46, T21)."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.credentials import baking, png
from app.credentials.png import Chunk
from app.errors import UnreadableCredential, UnreadableImage

OB3, OB2 = b"openbadgecredential", b"openbadges"
TOKEN = b"a.b.c"
END = Chunk(b"IEND", b"")


def ihdr(width: int = 4, height: int = 4, depth: int = 8, colour: int = 6, *rest: int) -> Chunk:
    return Chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, *(rest or (0, 0, 0))))


def idat(row: int = 17, rows: int = 4) -> Chunk:
    return Chunk(b"IDAT", zlib.compress(bytes(row * rows)))


def text(
    body: bytes = TOKEN, *, keyword: bytes = OB3, packed: bool = False, tag: bytes = b"", name: bytes = b""
) -> Chunk:
    flags = b"\x01\x00" if packed else b"\x00\x00"
    return Chunk(
        b"iTXt", keyword + b"\x00" + flags + tag + b"\x00" + name + b"\x00" + (zlib.compress(body) if packed else body)
    )


def old(body: bytes = TOKEN, *, keyword: bytes = OB2) -> Chunk:
    return Chunk(b"tEXt", keyword + b"\x00" + body)


def packed_old(body: bytes = TOKEN, *, keyword: bytes = OB2) -> Chunk:
    return Chunk(b"zTXt", keyword + b"\x00\x00" + zlib.compress(body, 9))


def picture(
    *between: Chunk, head: Chunk | None = None, pixels: tuple[Chunk, ...] = (), behind: tuple[Chunk, ...] = ()
) -> bytes:
    return png.write((head or ihdr(), *between, *(pixels or (idat(),)), *behind, END))


def made(**options: object) -> bytes:
    """A picture that Pillow wrote, with a badge before its pixels."""
    out = io.BytesIO()
    mode = str(options.pop("mode", "RGBA"))
    Image.new(mode, (9, 7)).save(out, format="PNG", **options)
    return with_badge(out.getvalue())


def with_badge(data: bytes, chunk: Chunk | None = None) -> bytes:
    head, *tail = png.read(data).chunks
    return png.write((head, chunk or text(), *tail))


def animated() -> bytes:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue", "green")]
    out = io.BytesIO()
    frames[0].save(out, format="PNG", save_all=True, append_images=frames[1:])
    return with_badge(out.getvalue())


def spoilt(change: Callable[[bytearray], object]) -> bytes:
    data = bytearray(picture(text()))
    change(data)
    return bytes(data)


def behind_head(data: bytes) -> bytes:
    """Raw bytes just behind the header of a picture with a badge."""
    whole = picture(text())
    return whole[:33] + data + whole[33:]


READ = {
    "the plain form": (picture(text()), TOKEN),
    "packed": (picture(text(packed=True)), TOKEN),
    "with a language tag": (picture(text(tag=b"en")), TOKEN),
    "with a long language tag": (picture(text(tag=b"zh-Hant-CN-x-private1-private2")), TOKEN),
    "with a translated keyword": (picture(text(name="Zertifikat 证书".encode())), TOKEN),
    "packed, with both": (picture(text(packed=True, tag=b"de", name="für".encode())), TOKEN),
    "in letters of many alphabets": (picture(text('{"n":"Šárka 李 🩺"}'.encode())), '{"n":"Šárka 李 🩺"}'.encode()),
    "packed, in letters of many alphabets": (picture(text("Ž李🩺".encode(), packed=True)), "Ž李🩺".encode()),
    "behind the pixels": (picture(behind=(text(),)), TOKEN),
    "among other texts": (picture(text(keyword=b"XML:com.adobe.xmp"), text(), old(b"x", keyword=b"Author")), TOKEN),
    "a document of half a mebibyte": (
        picture(text(b'{"a":"' + b"x" * 524_288 + b'"}')),
        b'{"a":"' + b"x" * 524_288 + b'"}',
    ),
    "exactly one mebibyte": (picture(text(b"x" * 1_048_576)), b"x" * 1_048_576),
    "exactly one mebibyte, packed": (picture(text(b"x" * 1_048_576, packed=True)), b"x" * 1_048_576),
    "the keyword of 2.0": (picture(text(keyword=OB2)), TOKEN),
    "the keyword of 2.0, packed": (picture(text(keyword=OB2, packed=True)), TOKEN),
    "an address as in 1.0": (picture(old(b"https://old.example/1")), b"https://old.example/1"),
    "tEXt": (picture(old(keyword=OB3)), TOKEN),
    "zTXt": (picture(packed_old(keyword=OB3)), TOKEN),
    "zTXt of 2.0": (picture(packed_old()), TOKEN),
    "tEXt in Latin-1": (picture(old("BLS® é".encode("latin-1"))), "BLS® é".encode()),
    "tEXt in UTF-8": (picture(old("BLS® 李".encode())), "BLS® 李".encode()),
    "both generations": (picture(text(b"old", keyword=OB2), text()), TOKEN),
    "both generations, the newer first": (picture(text(), old(b"old")), TOKEN),
    "a large text of an editor beside it": (picture(old(b"x" * 3_000_000, keyword=b"Comment"), text()), TOKEN),
    "a packed bomb of an editor beside it": (picture(packed_old(bytes(30_000_000), keyword=b"Comment"), text()), TOKEN),
    "a keyword that begins alike": (picture(text(b"no", keyword=b"openbadgecredentials"), text()), TOKEN),
    "a keyword in other letters": (picture(text(b"no", keyword=b"OpenBadgeCredential"), text()), TOKEN),
    "a keyword with a blank": (picture(text(b"no", keyword=b"openbadges "), text()), TOKEN),
    "animated": (animated(), TOKEN),
    "interlaced": (picture(text(), head=ihdr(4, 4, 8, 6, 0, 0, 1)), TOKEN),
    "with a palette": (made(mode="P"), TOKEN),
    "with a palette of two colours": (made(mode="P", bits=1), TOKEN),
    "black and white": (made(mode="1"), TOKEN),
    "grey": (made(mode="L"), TOKEN),
    "grey, sixteen bits": (made(mode="I;16"), TOKEN),
    "grey, half transparent": (made(mode="LA"), TOKEN),
    "with a transparent colour": (made(mode="RGB", transparency=(0, 0, 0)), TOKEN),
    "with a colour profile": (made(icc_profile=b"x" * 2_000), TOKEN),
    "with a resolution": (made(dpi=(300, 300)), TOKEN),
    "with Exif": (made(exif=b"Exif\x00\x00" + bytes(40)), TOKEN),
    "pixels in many pieces": (
        picture(text(), pixels=tuple(Chunk(b"IDAT", each.to_bytes(1, "big")) for each in idat().data)),
        TOKEN,
    ),
    "an empty piece of pixels": (picture(text(), pixels=(Chunk(b"IDAT", b""), idat())), TOKEN),
    "a chunk of one's own": (picture(Chunk(b"prVt", b"x"), text()), TOKEN),
    "one pixel": (picture(text(), head=ihdr(1, 1)), TOKEN),
    "4,096 pixels a side": (picture(text(), head=ihdr(4_096, 4_096)), TOKEN),
    "1,000 chunks": (picture(*[old(b"x", keyword=b"a")] * 996, text()), TOKEN),
}

REFUSED = {
    "nothing": (b"", "not_png"),
    "the signature alone": (png.SIGNATURE, "truncated"),
    "the signature with line ends of Unix": (picture(text()).replace(b"\r\n", b"\n", 1), "not_png"),
    "a blank before": (b" " + picture(text()), "not_png"),
    "no badge": (picture(), "none"),
    "no badge, but the word": (picture(old(b"openbadgecredential", keyword=b"Comment")), "none"),
    "the keyword in a chunk of one's own": (picture(Chunk(b"prVt", OB3 + b"\x00\x00\x00\x00\x00a.b.c")), "none"),
    "two badges": (picture(text(), text()), "ambiguous"),
    "two badges, before and behind the pixels": (picture(text(), behind=(text(b"d.e.f"),)), "ambiguous"),
    "two badges in two kinds of chunk": (picture(text(), packed_old(keyword=OB3)), "ambiguous"),
    "two 2.0 badges": (picture(old(), text(keyword=OB2)), "ambiguous"),
    "a chunk that ends behind the keyword": (picture(Chunk(b"iTXt", OB3)), "malformed_text"),
    "a chunk that ends in the flags": (picture(Chunk(b"iTXt", OB3 + b"\x00\x00")), "malformed_text"),
    "a chunk that ends in the language": (picture(Chunk(b"iTXt", OB3 + b"\x00\x00\x00en")), "malformed_text"),
    "a chunk that ends in the translation": (
        picture(Chunk(b"iTXt", OB3 + b"\x00\x00\x00en\x00Badge")),
        "malformed_text",
    ),
    "a flag that there is not": (picture(Chunk(b"iTXt", OB3 + b"\x00\x02\x00\x00\x00a")), "malformed_text"),
    "a packing that there is not": (
        picture(Chunk(b"iTXt", OB3 + b"\x00\x01\x07\x00\x00" + zlib.compress(b"a"))),
        "malformed_text",
    ),
    "packed by the flag, and plain": (picture(Chunk(b"iTXt", OB3 + b"\x00\x01\x00\x00\x00a.b.c")), "malformed_text"),
    "half of what was packed": (picture(Chunk(b"iTXt", text(b"x" * 99, packed=True).data[:-5])), "malformed_text"),
    "more than what was packed": (picture(Chunk(b"iTXt", text(packed=True).data + b"x")), "malformed_text"),
    "packed with another dictionary": (picture(Chunk(b"zTXt", OB2 + b"\x00\x00\x78\xbb" + bytes(8))), "malformed_text"),
    "packed by gzip": (picture(Chunk(b"zTXt", OB2 + b"\x00\x00\x1f\x8b" + bytes(20))), "malformed_text"),
    "Latin-1 where UTF-8 is said": (picture(text("é".encode("latin-1"))), "malformed_text"),
    "UTF-16": (picture(text("a.b.c".encode("utf-16"))), "malformed_text"),
    "half a surrogate": (picture(text(b"\xed\xa0\x80")), "malformed_text"),
    "an overlong letter": (picture(text(b"\xc0\xaf")), "malformed_text"),
    "one byte above one mebibyte": (picture(text(b"x" * 1_048_577)), "too_large"),
    "one byte above one mebibyte, packed": (picture(text(b"x" * 1_048_577, packed=True)), "too_large"),
    "a bomb of 100 MiB": (picture(text(bytes(104_857_600), packed=True)), "too_large"),
    "a bomb in zTXt": (picture(packed_old(bytes(104_857_600))), "too_large"),
    "a tEXt above one mebibyte": (picture(old(b"x" * 1_048_577)), "too_large"),
    "more than 5 MiB": (picture(old(b"x" * png.MAX_BYTES, keyword=b"a"), text()), "too_large"),
    "1,001 chunks": (picture(*[old(b"x", keyword=b"a")] * 997, text()), "too_many_chunks"),
    "60,000 pixels a side": (picture(text(), head=ihdr(60_000, 60_000)), "dimensions"),
    "one side too long": (picture(text(), head=ihdr(1, 4_097)), "dimensions"),
    "no pixels wide": (picture(text(), head=ihdr(0, 4)), "dimensions"),
    "2^31 pixels wide": (picture(text(), head=ihdr(2**31, 1)), "dimensions"),
    "a depth that there is not": (picture(text(), head=ihdr(4, 4, 16, 3)), "header"),
    "a colour that there is not": (picture(text(), head=ihdr(4, 4, 8, 1)), "header"),
    "an interlace that there is not": (picture(text(), head=ihdr(4, 4, 8, 6, 0, 0, 2)), "header"),
    "a filter that there is not": (picture(text(), head=ihdr(4, 4, 8, 6, 0, 1, 0)), "header"),
    "a header of Apple": (png.write((Chunk(b"CgBI", b"PH\x00\x02"), ihdr(), text(), idat(), END)), "chunk_type"),
    "a text before the header": (png.write((text(), ihdr(), idat(), END)), "header"),
    "two headers": (picture(ihdr(), text()), "order"),
    "no picture": (png.write((ihdr(), text(), END)), "order"),
    "a badge in the middle of the pixels": (picture(pixels=(idat(), text(), idat())), "order"),
    "a palette behind the pixels": (picture(text(), behind=(Chunk(b"PLTE", bytes(3)),)), "order"),
    "no end": (png.write((ihdr(), text(), idat())), "truncated"),
    "something behind": (picture(text()) + b"\x00", "trailing_bytes"),
    "an archive behind": (picture(text()) + b"PK\x03\x04" + bytes(40), "trailing_bytes"),
    "a second picture behind": (picture(text()) * 2, "trailing_bytes"),
    "another badge behind the end": (
        picture(text())[:-12] + picture(text(b"d.e.f"))[-12:] + picture(text()),
        "trailing_bytes",
    ),
    "a wrong checksum of the badge": (spoilt(lambda data: data.__setitem__(33 + 8 + 30, 0x58)), "checksum"),
    "a wrong checksum of the header": (spoilt(lambda data: data.__setitem__(29, data[29] ^ 1)), "checksum"),
    "a wrong checksum of the end": (spoilt(lambda data: data.__setitem__(-1, data[-1] ^ 1)), "checksum"),
    "a length that is too small": (spoilt(lambda data: data.__setitem__(36, data[36] - 1)), "checksum"),
    "a length beyond the file": (
        spoilt(lambda data: data.__setitem__(slice(33, 37), b"\x7f\xff\xff\xff")),
        "truncated",
    ),
    "a length below nothing": (spoilt(lambda data: data.__setitem__(slice(33, 37), b"\xff\xff\xff\xff")), "truncated"),
    "zeros in between": (behind_head(bytes(12)), "chunk_type"),
    "a name of digits": (picture(Chunk(b"1234", b""), text()), "chunk_type"),
    "a name with the reserved letter": (picture(Chunk(b"prvt", b""), text()), "chunk_type"),
    "a part that everybody must know": (picture(Chunk(b"MUST", b""), text()), "chunk_type"),
}


def outcome(data: bytes) -> bytes | str:
    """The badge, or the code of the refusal; anything else that is raised fails the test."""
    try:
        return baking.extract(data)
    except (UnreadableCredential, UnreadableImage) as error:
        return str(error.facts["code"])


@pytest.mark.parametrize("name", READ)
def test_the_badge_in_an_honest_picture_is_read(name: str):
    data, badge = READ[name]

    assert outcome(data) == badge


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_with_one_badge_is_refused(name: str):
    data, code = REFUSED[name]

    assert outcome(data) == code


ROOMY = [name for name, (data, _) in READ.items() if len(png.read(data).chunks) < png.MAX_CHUNKS]


@pytest.mark.parametrize("name", ROOMY)
def test_baking_into_any_honest_picture_replaces_its_badge_and_keeps_the_rest(name: str):
    data = READ[name][0]

    baked = baking.bake(data, "d.e.f")

    assert baking.extract(baked) == b"d.e.f"
    assert baking.bake(baked, "d.e.f") == baked
    kept = [chunk for chunk in png.read(data).chunks if chunk.data.partition(b"\x00")[0] not in (OB2, OB3)]
    assert [chunk for chunk in png.read(baked).chunks if b"d.e.f" not in chunk.data] == kept


CHUNKS = st.builds(
    Chunk,
    st.sampled_from([b"IHDR", b"PLTE", b"IDAT", b"IEND", b"iTXt", b"tEXt", b"zTXt", b"acTL", b"prVt", b"ABCD"]),
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from([ihdr().data, idat().data, text().data, text(packed=True).data, old().data, b""]),
    ),
)


@settings(deadline=None, max_examples=400)
@given(chunks=st.lists(CHUNKS, max_size=8), tail=st.binary(max_size=4), whole=st.booleans())
def test_any_row_of_chunks_is_read_or_refused_in_words(chunks: list[Chunk], tail: bytes, whole: bool):  # noqa: FBT001
    data = png.write((ihdr(), *chunks, idat(), END) if whole else tuple(chunks)) + tail

    assert outcome(data)


@settings(deadline=None, max_examples=400)
@given(data=st.data(), name=st.sampled_from(sorted(READ)))
def test_a_damaged_picture_gives_its_badge_or_a_refusal_and_never_another(data: st.DataObject, name: str):
    damaged = bytearray(READ[name][0])
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))

    assert outcome(bytes(damaged)) in {READ[name][1], *CODES}


CODES = {
    "not_png", "truncated", "checksum", "chunk_type", "header", "order", "dimensions", "too_many_chunks",
    "trailing_bytes", "none", "not_svg",
}  # fmt: skip
