"""Pictures that are handed in to be verified, and those that are no badge or made to do harm (B15, B41, B44, T21)."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zlib
from collections.abc import Callable

import httpx
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.credentials import baking, png
from app.issuing import award_status, awards
from app.issuing.awards import Award
from app.service import Service

MEBIBYTE = 1_048_576


def picture(file_format: str = "PNG") -> bytes:
    """A small picture without a badge."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, format=file_format)
    return out.getvalue()


def with_texts(*chunks: bytes) -> bytes:
    """A PNG with these texts, each a whole iTXt chunk."""
    head, *tail = png.read(picture()).chunks
    return png.write((head, *(png.Chunk(b"iTXt", chunk) for chunk in chunks), *tail))


def huge(side_pixels: int) -> bytes:
    """A PNG that says it is this wide and high, and holds next to nothing."""
    head = png.Chunk(b"IHDR", struct.pack(">IIBBBBB", side_pixels, side_pixels, 8, 6, 0, 0, 0))
    return png.write((head, png.Chunk(b"IDAT", zlib.compress(bytes(5))), png.Chunk(b"IEND", b"")))


def hand_in(client: TestClient, content: bytes) -> httpx.Response:
    """The file as the page sends it; whatever it is, it is called a PNG."""
    return client.post(
        "/verify", files={"file": ("badge.png", content, "image/png")}, headers={"Accept": "application/json"}
    )


A_BADGE = b"openbadgecredential\0\0\0\0\0a.b.c"
NO_BADGES = {
    "no chunk": (picture(), "none"),
    "cut": (picture()[:50], "image"),
    "a JPEG": (picture("JPEG"), "not_text"),
    "two badges": (with_texts(A_BADGE, A_BADGE), "ambiguous"),
    "60,000 pixels square": (huge(60_000), "image"),
    "a web page behind the end": (with_texts(A_BADGE) + b"<script>alert(1)</script>", "image"),
}


@pytest.mark.parametrize(("content", "code"), NO_BADGES.values(), ids=NO_BADGES.keys())
def test_a_picture_that_is_no_badge_is_422_and_says_why(client: TestClient, content: bytes, code: str):
    answer = hand_in(client, content)

    assert (answer.status_code, answer.json()["checks"][0]["code"]) == (422, code)
    assert answer.json()["detail"].endswith(".")


def test_a_picture_with_empty_json_in_it_is_not_good(client: TestClient):
    answer = hand_in(client, baking.bake(picture(), "{}"))

    assert (answer.status_code, answer.json()["verdict"]) == (200, "broken")


def test_a_text_that_unpacks_to_a_hundred_megabytes_is_422_and_never_unpacked(client: TestClient):
    bomb = with_texts(b"openbadgecredential\0\1\0\0\0" + zlib.compress(bytes(100 * MEBIBYTE), level=9))
    hand_in(client, picture())

    tracemalloc.start()
    answer = hand_in(client, bomb)
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (answer.status_code, answer.json()["checks"][0]["code"]) == (422, "too_large")
    assert most_bytes < 20 * MEBIBYTE


def text_in(content: bytes) -> str:
    """The badge in a picture as another reader of PNG finds it."""
    with Image.open(io.BytesIO(content)) as opened:
        opened.load()
        return str(opened.text["openbadgecredential"])


def test_signs_and_curly_quotes_go_into_the_picture_and_come_out_byte_for_byte(
    client: TestClient, make_award: Callable[..., Award], make_achievement: Callable
):
    award = make_award(make_achievement(name="BLS® Provider – “Refresher”"))
    document, baked = (client.get(f"/b/{award.id}{form}").content for form in (".json", ".png"))

    # A reader that takes the text for Latin-1, as old ones do, has the same bytes too.
    assert text_in(baked).encode("latin-1") == text_in(baked).encode() == document
    assert json.loads(document)["name"] == "BLS® Provider – “Refresher”"
    assert hand_in(client, baked).json()["verdict"] == "good"
    tampered = document.replace(b"BLS\\u00ae", b"BLS\\u2122")
    assert tampered != document
    assert hand_in(client, baking.bake(baked, tampered)).json()["verdict"] == "broken"


def test_after_a_correction_the_picture_carries_the_new_document_and_no_other(
    client: TestClient, service: Service, award: Award
):
    address = f"/b/{award.id}"
    before = client.get(f"{address}.png").content
    with service.database.write() as session:
        award_status.reissue(session, service.office, awards.by_id(session, award.id), actor="test")

    after = client.get(f"{address}.png").content

    assert text_in(before) != text_in(after)
    assert text_in(after).encode() == client.get(f"{address}.json").content
    assert after.count(b"iTXt") == after.count(b"openbadgecredential\0") == 1
    assert hand_in(client, after).json()["verdict"] == "good"
