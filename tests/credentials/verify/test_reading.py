"""Whatever somebody hands in gets an answer in words (B15, B36, B37, B44, T13, T14, T21)."""

from __future__ import annotations

import base64
import io
import json
import zlib
from typing import Any

import pytest
from PIL import Image

from app.credentials import png
from app.credentials.baking import bake
from app.credentials.report import Outcome, Verdict


def picture(file_format: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, format=file_format)
    return out.getvalue()


PICTURE = picture()
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>'


def with_chunks(*chunks: png.Chunk) -> bytes:
    head, *tail = png.read(PICTURE).chunks
    return png.write((head, *chunks, *tail))


def itxt(text: bytes, *, keyword: bytes = b"openbadgecredential", language: bytes = b"") -> png.Chunk:
    """A compressed chunk, as some bakers write it."""
    return png.Chunk(b"iTXt", keyword + b"\x00\x01\x00" + language + b"\x00\x00" + zlib.compress(text, level=9))


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "none"),
        (b"   \n", "none"),
        ("", "none"),
        (b"hello", "none"),
        (b"https://badges.example/b/1", "none"),
        (b"[]", "none"),
        (b'"text"', "none"),
        (b"null", "none"),
        (b"<!doctype html><p>hello", "none"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'><svg xmlns='http://www.w3.org/2000/svg'/></html>", "none"),
        (b"<?xml version='1.0'?><svg/>", "none"),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", "none"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "image"),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'/>", "image"),
        (b"{", "malformed_json"),
        (b"{}{}", "malformed_json"),
        (b'{"issuer":"good","issuer":"evil"}', "malformed_json"),
        (b'{"a":NaN}', "malformed_json"),
        (b'{"a":1e400}', "malformed_json"),
        (b'{"a":"\\ud800"}', "malformed_json"),
        (b'{"a":' + b"9" * 5_000 + b"}", "malformed_json"),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "malformed_json"),
        (b'{"a":[' + b"1," * 20_000 + b"1]}", "malformed_json"),
        (b'{"a":[' + b"1," * 500 + b"1]}", "too_large"),
        (b'{"a":"' + b"x" * 1_048_576 + b'"}', "too_large"),
        (b"\xff\xfe\x00", "not_text"),
        (picture("JPEG"), "not_text"),
        (picture("GIF"), "not_text"),
        ("a.b.c", "token_malformed"),
        ("eyJhbGciOiJSUzI1NiJ9.e30", "token_malformed"),
        ("eyJhbGciOiJSUzI1NiJ9.e30.!!", "token_malformed"),
        ("eyJhbGciOiJSUzI1NiIsImFsZyI6IkVTMjU2In0.e30.AA", "token_malformed"),
        ("eyJhbGciOiJub25lIn0.e30.", "alg_not_allowed"),
        (PICTURE, "none"),
        (PICTURE[:50], "image"),
        (PICTURE + b"<script>", "image"),
        (bake(PICTURE, "a.b.c").replace(b"a.b.c", b"a.b.d"), "image"),
        (with_chunks(itxt(bytes(20 * 1_048_576))), "too_large"),
        (with_chunks(itxt(b"a.b.c"), itxt(b"d.e.f")), "ambiguous"),
    ],
    ids=lambda value: None if isinstance(value, str) and len(value) < 30 else "input",
)
def test_what_is_no_badge_is_unreadable_and_says_why(world: Any, document: bytes | str, code: str):
    report = world.verify(document)

    assert (report.verdict, report["format"].code) == (Verdict.UNREADABLE, code)
    assert report.sentence.endswith(".")
    assert report.document is None
    assert {check.code for check in report.checks[1:]} == {"not_checked"}


def test_a_heap_of_parts_is_refused_in_a_token_too(world: Any):
    claims = {f"m{number}": 1 for number in range(5_000)}

    assert world.verify(world.token(claims))["format"].code == "too_large"


@pytest.mark.parametrize("document", [b"{}", bake(PICTURE, "{}"), b'{"@context":[],"proof":[]}'])
def test_empty_json_is_no_badge(world: Any, document: bytes):
    """B44: a verifier once called any JSON in a picture a valid badge."""
    report = world.verify(document)

    assert report["schema"].outcome is Outcome.FAILED
    assert not report.is_good


@pytest.mark.parametrize("keyword", [b"openbadgecredential", b"openbadges"])
@pytest.mark.parametrize("language", [b"", b"en"])
def test_a_badge_that_another_baker_wrote_is_good(world: Any, honest: Any, keyword: bytes, language: bytes):
    document = with_chunks(itxt(honest.json, keyword=keyword, language=language))

    assert world.verify(document).verdict is Verdict.GOOD


@pytest.mark.parametrize("name", ["BLS® Provider – “Refresher”", "Cafe\u0301", "Café"], ids=ascii)
def test_a_name_is_the_same_letter_for_letter_in_every_form(world: Any, make_achievement: Any, name: str):
    """B15, and T13: what is signed is not composed anew."""
    badge = world.badge(achievement=make_achievement(name=name))

    baked = [bake(image, form) for image in (PICTURE, DRAWING) for form in (badge.json, badge.jwt)]
    for form in (badge.json, badge.jwt, *baked):
        assert world.verify(form).credential.achievement_name == name


def test_a_badge_in_unescaped_utf_8_is_the_same_badge(world: Any, make_achievement: Any):
    badge = world.badge(achievement=make_achievement(name="BLS®"))
    plain = json.dumps(json.loads(badge.json), ensure_ascii=False, indent=2)

    assert world.verify(plain.encode()).verdict is Verdict.GOOD
    assert world.verify(bake(PICTURE, plain)).verdict is Verdict.GOOD
    assert world.verify(bake(DRAWING, plain)).verdict is Verdict.GOOD
    assert world.verify(bake(DRAWING, plain).decode()).verdict is Verdict.GOOD
    assert world.verify(plain.replace("BLS®", "BLS™")).verdict is Verdict.BROKEN


@pytest.mark.parametrize("form", ["json", "jwt"])
@pytest.mark.parametrize("image", [PICTURE, DRAWING], ids=["png", "svg"])
def test_a_badge_in_a_picture_is_good_and_its_tampered_twin_is_broken(
    world: Any, honest: Any, stranger: Any, image: bytes, form: str
):
    credential = getattr(honest, form)
    claims = json.loads(honest.json) | {"name": "Another name"}
    forged = json.dumps(claims) if form == "json" else world.token(claims, key=stranger.token)

    assert world.verify(bake(image, credential)).verdict is Verdict.GOOD
    assert not world.verify(bake(image, forged)).is_good


@pytest.mark.parametrize("image", [PICTURE, DRAWING], ids=["png", "svg"])
def test_of_a_picture_with_both_generations_the_newer_one_is_judged(world: Any, honest: Any, image: bytes):
    older = json.dumps({"@context": "https://w3id.org/openbadges/v2", "id": "https://old.example/1"})

    assert world.verify(bake(image, honest.json, assertion=older)).verdict is Verdict.GOOD


@pytest.mark.parametrize("place", ["issuer", "achievement"])
def test_a_picture_may_stand_inside_the_badge_as_data(world: Any, document: Any, picture: bytes, place: str):
    """B48: as the logo of the issuer and as the picture of the achievement."""
    holder = document["issuer"] if place == "issuer" else document["credentialSubject"]["achievement"]
    holder["image"] = {"id": "data:image/png;base64," + base64.b64encode(picture).decode(), "type": "Image"}

    assert world.verify(world.signed(document)).verdict is Verdict.GOOD


def test_a_badge_with_a_picture_of_two_megabytes_inside_is_refused_in_words(world: Any, document: Any):
    """B48: the limit."""
    picture = "data:image/png;base64," + "A" * 2_097_152
    document["credentialSubject"]["achievement"]["image"] = {"id": picture, "type": "Image"}

    report = world.verify(document)

    assert (report.verdict, report["format"].code) == (Verdict.UNREADABLE, "too_large")
