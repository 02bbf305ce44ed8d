"""A badge attached to a PDF is read; a PDF made to harm ends in words, and in its own process (§3, T21)."""

from __future__ import annotations

import io
import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter

from app.credentials import baking, bounded, pdf
from app.errors import UnreadableCredential

TOKEN = b"eyJhbGciOiJFUzI1NiJ9.e30.AAAA"
DOCUMENT = b'{"@context":["https://www.w3.org/ns/credentials/v2"],"name":"caf\\u00e9"}'
OLDER = b'{"@context":"https://w3id.org/openbadges/v2"}'
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h8v8z"/></svg>'


def with_files(*files: bytes, password: str | None = None) -> bytes:
    """An honest PDF of one page with these files attached."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    for number, content in enumerate(files):
        writer.add_attachment(f"file-{number:03}", content)
    if password is not None:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def written(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF of these objects, numbered from 1, with a right table of where they are."""
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
    return out + start + b"trailer<</Size %d %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(out))


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n" % (entries, len(content)) + content + b"\nendstream"


CATALOG = b"<</Type/Catalog/Names<</EmbeddedFiles<</Names[(a)2 0 R]>>>>>>"
FILE = b"<</Type/Filespec/F(a)/EF<</F 3 0 R>>>>"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, format="PNG")
    return out.getvalue()


def refusal(document: bytes) -> str:
    with pytest.raises(UnreadableCredential) as caught:
        pdf.extract(document)
    return str(caught.value.facts["code"])


READ = {
    "a document": (with_files(DOCUMENT), DOCUMENT),
    "a token": (with_files(TOKEN + b"\n"), TOKEN),
    "a document of Windows": (with_files(b"\xef\xbb\xbf" + DOCUMENT + b"\r\n"), DOCUMENT),
    "a baked PNG": (with_files(baking.bake(picture(), DOCUMENT)), DOCUMENT),
    "a baked SVG": (with_files(baking.bake(DRAWING, TOKEN)), TOKEN),
    "among other files": (with_files(b"notes", b"{}", picture(), DRAWING, b"<a/>", DOCUMENT, b"\xff\x00"), DOCUMENT),
    "the same one twice": (with_files(DOCUMENT, baking.bake(DRAWING, DOCUMENT)), DOCUMENT),
    "both generations": (with_files(OLDER, DOCUMENT), DOCUMENT),
    "the older generation alone": (with_files(OLDER), OLDER),
    "written by hand": (written(CATALOG, FILE, stream(TOKEN)), TOKEN),
    "packed": (written(CATALOG, FILE, stream(zlib.compress(DOCUMENT), b"/Filter/FlateDecode")), DOCUMENT),
    "packed twice": (
        written(CATALOG, FILE, stream(zlib.compress(zlib.compress(DOCUMENT)), b"/Filter[/FlateDecode/FlateDecode]")),
        DOCUMENT,
    ),
}

LOOP = b"<</Type/Catalog/Names<</EmbeddedFiles 2 0 R>>>>"
REFUSED = {
    "nothing attached": (with_files(), "none"),
    "no badge attached": (with_files(b"hello", b"{}", picture()), "none"),
    "two badges": (with_files(DOCUMENT, TOKEN), "ambiguous"),
    "two of the older generation": (with_files(OLDER, OLDER.replace(b"}", b',"a":1}')), "ambiguous"),
    "a password": (with_files(DOCUMENT, password="x"), "malformed_pdf"),
    "only the beginning": (b"%PDF-1.7\n", "malformed_pdf"),
    "half a file": (with_files(DOCUMENT)[:300], "malformed_pdf"),
    "a file of zeros": (b"%PDF-1.7\n" + bytes(100_000), "malformed_pdf"),
    "a root that is none": (written(b"42"), "malformed_pdf"),
    "a root of itself": (written(b"1 0 R"), "malformed_pdf"),
    "a bomb of 200 MiB": (
        written(CATALOG, FILE, stream(zlib.compress(bytes(200 * 1_048_576), 9), b"/Filter/FlateDecode")),
        "malformed_pdf",
    ),
    "a bomb in a bomb": (
        written(
            CATALOG,
            FILE,
            stream(zlib.compress(zlib.compress(bytes(400 * 1_048_576), 9), 9), b"/Filter[/FlateDecode/FlateDecode]"),
        ),
        "malformed_pdf",
    ),
    "a hundred packings": (
        written(CATALOG, FILE, stream(b"x", b"/Filter[%s]" % (b"/FlateDecode" * 100))),
        "malformed_pdf",
    ),
    "a runaway of runs": (
        written(CATALOG, FILE, stream(b"\x81a" * 1_000_000, b"/Filter/RunLengthDecode")),
        "malformed_pdf",
    ),
    "names in a circle": (written(LOOP, b"<</Kids[2 0 R]>>"), "none"),
    "an address of itself": (written(LOOP, b"2 0 R"), "malformed_pdf"),
    "a file in itself": (written(CATALOG, b"<</EF<</F 2 0 R>>>>"), "malformed_pdf"),
    "arrays without end": (written(CATALOG, b"[" * 200_000), "malformed_pdf"),
    "a length beyond the sky": (
        written(CATALOG, FILE, b"<</Length 99999999999>>stream\nx\nendstream"),
        "malformed_pdf",
    ),
    "a table that points nowhere": (written(CATALOG, trailer=b"/Root 1 0 R/Prev 0"), "none"),
    "more than 5 MiB": (b"%PDF-1.7\n" + bytes(pdf.MAX_BYTES), "too_large"),
}


@pytest.mark.parametrize("name", READ)
def test_the_badge_attached_to_a_pdf_is_read(name: str):
    document, badge = READ[name]

    assert pdf.extract(document) == badge


@pytest.mark.parametrize("name", REFUSED)
def test_a_pdf_without_one_badge_is_refused(name: str):
    document, code = REFUSED[name]

    assert refusal(document) == code


def test_of_very_many_attachments_only_the_first_twenty_are_looked_at():
    assert refusal(with_files(*[b"%d" % number for number in range(20)], DOCUMENT)) == "none"


def test_a_badge_that_is_too_large_is_not_read():
    assert refusal(with_files(json.dumps({"@context": "x" * 6_000_000}).encode())) in {
        "none",
        "malformed_pdf",
        "too_large",
    }


@settings(deadline=None, max_examples=5)
@given(data=st.data())
def test_a_damaged_pdf_is_read_or_refused_in_words(data: st.DataObject):
    damaged = bytearray(READ["written by hand"][0])
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(5, len(damaged) - 1))] = data.draw(st.integers(0, 255))

    try:
        pdf.extract(bytes(damaged))
    except UnreadableCredential as error:
        code = error.facts["code"]
    else:
        code = "read"
    assert code in {"read", "none", "malformed_pdf", "too_large"}


# -- the process of its own -------------------------------------------------------------------------------


def test_work_that_does_not_end_is_ended(tmp_path):
    program = tmp_path / "endless.py"
    program.write_text("while True: pass")

    with pytest.raises(bounded.TookTooLong):
        bounded.run(program, b"", seconds=0.5)


def test_work_that_dies_gives_nothing(tmp_path):
    program = tmp_path / "dying.py"
    program.write_text("import os; print('half', flush=True); os.abort()")

    assert bounded.run(program, b"", seconds=10) is None


def test_the_process_knows_nothing_of_our_surroundings(tmp_path, monkeypatch):
    monkeypatch.setenv("LANYARD_SECRET", "hidden")
    program = tmp_path / "curious.py"
    program.write_text("import os, sys; print(sorted(os.environ), sys.argv[1:], sys.stdin.read())")

    told = bounded.run(program, b"given", "an argument", seconds=10)

    assert told is not None
    assert b"LANYARD" not in told
    assert b"['an argument'] given" in told
