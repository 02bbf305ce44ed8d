"""A credential into and out of a drawing, which stays as it is byte for byte (OB3-50, OB3-51, OB3-52, B38, B41)."""

from __future__ import annotations

import json
from collections.abc import Callable
from xml.etree.ElementTree import Element, tostring

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from app.credentials import baking, strict_json, svg
from app.errors import TooLarge, UnreadableCredential, UnreadableImage

OB3 = "https://purl.imsglobal.org/ob/v3p0"
OB2 = "http://openbadges.org"
BODY = '<g id="é"><path d="M0 0h8v8z"/><!-- a > b --></g>'
DRAWING = f'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox=\'0 0 8 8\' >{BODY}\n</svg>\n'
DRAWINGS = {
    "plain": DRAWING.encode(),
    "byte order mark": b"\xef\xbb\xbf" + DRAWING.encode(),
    "UTF-16": DRAWING.encode("utf-16"),
    "UTF-16, big end first": ("\ufeff" + DRAWING).encode("utf-16-be"),
    "old alphabet": DRAWING.replace("?>", ' encoding="iso-8859-1"?>').encode("latin-1"),
    "prefixed root": f'<s:svg xmlns:s="http://www.w3.org/2000/svg" xmlns="http://www.w3.org/2000/svg">{BODY}</s:svg>'.encode(),
    "DOCTYPE": DRAWING.replace(
        "?>", '?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd">'
    ).encode(),
    "long comment": DRAWING.replace("?>", f"?><!-- {'<svg> ' * 10_000} -->").encode(),
    "line ends of Windows": DRAWING.replace("\n", "\r\n").encode(),
    "greater-than in an attribute": DRAWING.replace("viewBox", 'aria-label="a > b" viewBox').encode(),
}
DOCUMENT = strict_json.dumps({"name": "A ]]> B", "text": "Šárka ® 🩺"})


def parsed(data: bytes) -> Element:
    return fromstring(data)


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize("credential", [b"a.b.c", DOCUMENT], ids=["token", "document"])
def test_a_credential_comes_out_as_it_was_and_the_drawing_stays(name: str, credential: bytes):
    baked = baking.bake(DRAWINGS[name], credential)

    assert baking.extract(baked) == credential.replace(b"]]>", b"]]\\u003e")
    root = parsed(baked)
    root.remove(root[0])
    assert tostring(root) == tostring(parsed(DRAWINGS[name]))


@pytest.mark.parametrize("name", DRAWINGS)
def test_only_two_places_of_the_file_change(name: str):
    """The declaration of the prefix and the element; everything before, between and behind are the bytes that were."""
    plain = DRAWINGS[name]

    baked = baking.bake(plain, "a.b.c")

    unit = svg.read(plain).unit
    declares = f' xmlns:openbadges="{OB3}"'.encode(unit)
    element = '<openbadges:credential verify="a.b.c"></openbadges:credential>'.encode(unit)
    assert baked.count(declares) == baked.count(element) == 1
    assert baked.replace(declares, b"").replace(element, b"") == plain


def test_a_token_stands_in_verify_and_nothing_inside():
    first = parsed(baking.bake(DRAWING.encode(), "a.b.c"))[0]

    assert (first.tag, first.attrib, first.text) == (f"{{{OB3}}}credential", {"verify": "a.b.c"}, None)


def test_a_document_stands_inside_without_verify():
    first = parsed(baking.bake(DRAWING.encode(), DOCUMENT))[0]

    assert (first.tag, first.attrib) == (f"{{{OB3}}}credential", {})
    assert json.loads(first.text or "") == json.loads(DOCUMENT)


def test_letters_beyond_ascii_are_written_as_escapes():
    plain = '{"name":"Šárka ® 🩺 李","é":1}'

    for image in (DRAWING.encode(), DRAWING.encode("utf-16")):
        found = baking.extract(baking.bake(image, plain))
        assert found.isascii()
        assert json.loads(found) == json.loads(plain)


@pytest.mark.parametrize("name", DRAWINGS)
def test_baking_again_replaces_and_gives_the_same_bytes(name: str):
    once = baking.bake(DRAWINGS[name], DOCUMENT)

    assert baking.bake(baking.bake(DRAWINGS[name], "x.y.z"), DOCUMENT) == once
    assert baking.bake(once, DOCUMENT) == once


@pytest.mark.parametrize(
    "stranger",
    [
        f'<openbadges:assertion xmlns:openbadges="{OB2}" verify="x.y.z"/>',
        f'<o:credential xmlns:o="{OB3}"><![CDATA[{{}}]]></o:credential >',
        f'<g><o:credential xmlns:o="{OB3}" verify="x.y.z"/></g>',
        f'<o:anything xmlns:o="{OB3}"><g/><o:credential/></o:anything>',
    ],
)
def test_a_strangers_badge_in_the_artwork_is_taken_out(stranger: str):
    artwork = DRAWING.replace("\n</svg>", f"{stranger}\n</svg>").encode()

    baked = baking.bake(artwork, "a.b.c")

    assert baking.extract(baked) == b"a.b.c"
    assert b"x.y.z" not in baked
    assert baked.count(b"credential") == 2


def test_both_generations_can_be_in_one_drawing_and_each_has_its_own_namespace():
    older = '{"id":"https://old.example/1"}'

    baked = baking.bake(DRAWING.encode(), "a.b.c", assertion=older)

    first, second = parsed(baked)[:2]
    assert (first.tag, second.tag) == (f"{{{OB3}}}credential", f"{{{OB2}}}assertion")
    assert (second.get("verify"), second.text) == ("https://old.example/1", older)
    assert baking.extract(baked) == b"a.b.c"
    assert baking.bake(baked, "a.b.c", assertion=older) == baked


def test_a_2_0_badge_alone_is_baked_in_the_way_of_its_standard():
    baked = baking.bake(DRAWING.encode(), assertion="a.b.c")

    assert f'xmlns:openbadges="{OB2}"'.encode() in baked
    assert baked.count(b"xmlns:openbadges") == 1
    assert parsed(baked)[0].attrib == {"verify": "a.b.c"}
    assert baking.extract(baked) == b"a.b.c"


def test_a_drawing_that_was_baked_for_the_older_standard_is_baked_for_the_newer_one():
    baked = baking.bake(baking.bake(DRAWING.encode(), assertion="x.y.z"), "a.b.c")

    assert parsed(baked)[0].tag == f"{{{OB3}}}credential"
    assert baking.extract(baked) == b"a.b.c"
    assert b"x.y.z" not in baked


@pytest.mark.parametrize(
    "empty", ["<svg/>", "<svg />", f'<svg xmlns:openbadges="{OB3}"/>', "<é:svg xmlns:é='http://www.w3.org/2000/svg'/>"]
)
def test_an_empty_drawing_can_carry_a_badge(empty: str):
    assert baking.extract(baking.bake(empty.encode(), DOCUMENT)) == DOCUMENT.replace(b"]]>", b"]]\\u003e")


@pytest.mark.parametrize("credential", [b"hello", b"https://old.example/1", b"a.b", b"<a/>", b"", b"a\x00b"])
def test_only_a_token_or_a_document_is_baked(credential: bytes):
    with pytest.raises(UnreadableCredential):
        baking.bake(DRAWING.encode(), credential)


@pytest.mark.parametrize(
    "assertion", ['{"a":1}', '{"id":1}', '{"id":"https://é"}', '{"id":"a\\nb"}', '{"id":', '{"id":"a","id":"b"}']
)
def test_a_hosted_badge_without_an_address_is_not_baked(assertion: str):
    with pytest.raises(UnreadableCredential):
        baking.bake(DRAWING.encode(), assertion=assertion)


def test_an_address_with_every_sign_is_quoted():
    address = "https://old.example/?a=1&b=<\"'>"

    baked = baking.bake(DRAWING.encode(), assertion=json.dumps({"id": address}))

    assert parsed(baked)[0].get("verify") == address


def test_nothing_is_not_baked():
    with pytest.raises(UnreadableCredential):
        baking.bake(DRAWING.encode())


def test_a_drawing_too_large_to_carry_the_badge_is_refused():
    full = DRAWING.replace("<!--", f"<!--{'x' * (svg.MAX_BYTES - 1_000)}").encode()

    with pytest.raises(TooLarge):
        baking.bake(full, b'{"a":"' + b"x" * 2_000 + b'"}')


@pytest.mark.parametrize("data", [b"<svg>", b"<html/>", b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>"])
def test_what_is_no_drawing_is_not_baked(data: bytes):
    with pytest.raises(UnreadableImage):
        baking.bake(data, "a.b.c")


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=80)


@settings(deadline=None)
@given(member=TEXTS, text=TEXTS, name=st.sampled_from(sorted(DRAWINGS)))
def test_any_document_comes_out_of_any_drawing(member: str, text: str, name: str):
    document = json.dumps({member: text + "]]>" + text}, ensure_ascii=False)

    assert json.loads(baking.extract(baking.bake(DRAWINGS[name], document))) == json.loads(document)


PIECES = st.sampled_from([
    b"<svg", b' xmlns="http://www.w3.org/2000/svg"', b' xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"', b">",
    b"/>", b"<openbadges:credential", b' verify="a.b.c"', b"</openbadges:credential>", b"</svg>", b"<![CDATA[", b"]]>",
    b"{}", b"<!--", b"-->", b"<!DOCTYPE svg", b" [", b"<!ENTITY a 'b'>", b"]>", b"&a;", b"&#0;", b"<?x ", b"?>",
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"<g", b"</g>", b" ", b"'", b'"', "é".encode(),
])  # fmt: skip


def outcome(work: Callable[[], bytes]) -> bytes | str:
    """What came out, or the code of the refusal; anything else that is raised fails the test."""
    try:
        return work()
    except (UnreadableImage, UnreadableCredential) as error:
        return str(error.facts["code"])


@settings(deadline=None, max_examples=400)
@given(pieces=st.lists(PIECES, max_size=14) | st.lists(st.binary(max_size=6), max_size=10))
def test_anything_at_all_is_read_or_refused_in_words(pieces: list[bytes]):
    baked = outcome(lambda: baking.bake(b"".join(pieces), "d.e.f"))

    assert baked
    if isinstance(baked, bytes):
        assert baking.extract(baked) == b"d.e.f"
        assert parsed(baked).tag.endswith("svg")


@settings(deadline=None, max_examples=300)
@given(data=st.data(), name=st.sampled_from(sorted(DRAWINGS)))
def test_a_damaged_drawing_is_read_or_refused_in_words(data: st.DataObject, name: str):
    damaged = bytearray(baking.bake(DRAWINGS[name], DOCUMENT))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))

    assert outcome(lambda: baking.extract(bytes(damaged)))
