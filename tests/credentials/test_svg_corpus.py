"""Drawings that others make, and drawings that nobody honest makes: what is read out of each (B38, B41, B42, T22)."""

from __future__ import annotations

import pytest

from app.credentials import baking, svg
from app.errors import UnreadableCredential, UnreadableImage

SVG = 'xmlns="http://www.w3.org/2000/svg"'
OB3 = 'xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"'
OB2 = 'xmlns:openbadges="http://openbadges.org"'
TOKEN = '<openbadges:credential verify="a.b.c"/>'
JSON = '<openbadges:credential><![CDATA[{"a":1}]]></openbadges:credential>'
HOSTED = '<openbadges:assertion verify="https://old.example/1"><![CDATA[{"old":1}]]></openbadges:assertion>'
DRAWING = '<path d="M0 0h8v8z"/>'
DTD = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
BOMB = "".join(f'<!ENTITY b{n + 1} "{f"&b{n};" * 10}">' for n in range(9))

MANY = " ".join(f'a{n}=""' for n in range(201))


def drawing(inside: str, *, root: str = f"{SVG} {OB3}", before: str = "", after: str = "") -> str:
    return f"{before}<svg {root}>{inside}{DRAWING}</svg>{after}"


READ = {
    "a token": (drawing(TOKEN), "a.b.c"),
    "a token, with an end tag": (drawing('<openbadges:credential verify="a.b.c"></openbadges:credential>'), "a.b.c"),
    "a token, with blanks around": (drawing('<openbadges:credential verify=" a.b.c\n"/>'), "a.b.c"),
    "a token, blanks inside": (drawing('<openbadges:credential verify="a.b.c"> \n </openbadges:credential>'), "a.b.c"),
    "a document": (drawing(JSON), '{"a":1}'),
    "a document on lines of its own": (drawing(JSON.replace("{", "\n  {").replace("}", "}\r\n")), '{"a":1}'),
    "a document as plain text": (
        drawing("<openbadges:credential>{&quot;a&quot;:1}</openbadges:credential>"),
        '{"a":1}',
    ),
    "a document by characters": (drawing("<openbadges:credential>&#123;&#x7d;</openbadges:credential>"), "{}"),
    "a document in split CDATA": (
        drawing('<openbadges:credential><![CDATA[{"a":"]]]]><![CDATA[>"}]]></openbadges:credential>'),
        '{"a":"]]>"}',
    ),
    "a document with a comment in it": (
        drawing("<openbadges:credential>{<!-- hello --><?p i?>}</openbadges:credential>"),
        "{}",
    ),
    "a document in letters of Vietnam": (
        drawing(JSON.replace("1", '"Šárka Nguyễn 李 🩺"')),
        '{"a":"Šárka Nguyễn 李 🩺"}',
    ),
    "a declaration": (drawing(TOKEN, before='<?xml version="1.0" encoding="utf-8" standalone="no"?>\n'), "a.b.c"),
    "a byte order mark": ("\ufeff" + drawing(TOKEN), "a.b.c"),
    "a byte order mark and a declaration": (
        "\ufeff" + drawing(TOKEN, before='<?xml version="1.0" encoding="UTF-8"?>'),
        "a.b.c",
    ),
    "blank lines first": ("\n\n  " + drawing(TOKEN), "a.b.c"),
    "a long comment first": (drawing(TOKEN, before=f"<!--{'licence ' * 20_000}-->"), "a.b.c"),
    "an instruction first": (drawing(TOKEN, before='<?xml-stylesheet href="http://a.example/x.css"?>'), "a.b.c"),
    "something behind": (drawing(TOKEN, after="\n<!-- Generator: Adobe Illustrator -->\n"), "a.b.c"),
    "a DOCTYPE of SVG 1.1": (drawing(TOKEN, before=DTD), "a.b.c"),
    "a DOCTYPE without address": (drawing(TOKEN, before="<!DOCTYPE svg>"), "a.b.c"),
    "a DOCTYPE with nothing in it": (drawing(TOKEN, before="<!DOCTYPE svg [ ]>"), "a.b.c"),
    "a prefixed root": (f'<svg:svg xmlns:svg="http://www.w3.org/2000/svg" {OB3}>{TOKEN}</svg:svg>', "a.b.c"),
    "a root without namespace": (f"<svg {OB3}>{TOKEN}</svg>", "a.b.c"),
    "the namespace on the element": (
        drawing(TOKEN.replace(" verify", f" {OB3} verify"), root=SVG),
        "a.b.c",
    ),
    "another prefix": (
        drawing('<ob:credential xmlns:ob="https://purl.imsglobal.org/ob/v3p0" verify="a.b.c"/>', root=SVG),
        "a.b.c",
    ),
    "no prefix": (
        drawing('<credential xmlns="https://purl.imsglobal.org/ob/v3p0" verify="a.b.c"/>', root=SVG),
        "a.b.c",
    ),
    "as the last child": (f"<svg {SVG} {OB3}>{DRAWING}{TOKEN}</svg>", "a.b.c"),
    "inside a group": (drawing(f"<g><g>{TOKEN}</g></g>"), "a.b.c"),
    "a 2.0 token": (drawing('<openbadges:assertion verify="d.e.f"/>', root=f"{SVG} {OB2}"), "d.e.f"),
    "a 2.0 hosted badge": (drawing(HOSTED, root=f"{SVG} {OB2}"), '{"old":1}'),
    "a 1.x address": (
        drawing('<openbadges:assertion verify="https://old.example/1"/>', root=f"{SVG} {OB2}"),
        "https://old.example/1",
    ),
    "both generations": (drawing(f"{HOSTED.replace('assertion v', f'assertion {OB2} v')}{TOKEN}"), "a.b.c"),
    "both generations, the newer first": (
        drawing(f"{TOKEN}{HOSTED.replace('assertion v', f'assertion {OB2} v')}"),
        "a.b.c",
    ),
    "a namesake of nobody": (drawing(f'<credential verify="x.y.z"/>{TOKEN}'), "a.b.c"),
    "the prefix of somebody else": (
        drawing(f'<openbadges:credential xmlns:openbadges="urn:x" verify="x.y.z"/>{TOKEN}'),
        "a.b.c",
    ),
    "a comment that looks like a badge": (drawing(f"<!-- {TOKEN} -->{TOKEN}"), "a.b.c"),
    "a CDATA that looks like a badge": (drawing(f"<desc><![CDATA[{TOKEN}]]></desc>{TOKEN}"), "a.b.c"),
    "a script beside it": (drawing(f"<script>alert(1)</script>{TOKEN}"), "a.b.c"),
}

REFUSED = {
    "no badge": (drawing(""), "none"),
    "an empty drawing": (f"<svg {SVG}/>", "none"),
    "a namespace that is almost right": (
        drawing(TOKEN, root=f'{SVG} xmlns:openbadges="http://purl.imsglobal.org/ob/v3p0"'),
        "none",
    ),
    "a 3.0 element in the 2.0 namespace": (drawing(TOKEN, root=f"{SVG} {OB2}"), "none"),
    "a 2.0 element in the 3.0 namespace": (drawing('<openbadges:assertion verify="a.b.c"/>'), "none"),
    "two tokens": (drawing(TOKEN + TOKEN), "ambiguous"),
    "a token and a document": (drawing(TOKEN + JSON), "ambiguous"),
    "two under two prefixes": (
        drawing(f'{TOKEN}<x:credential xmlns:x="https://purl.imsglobal.org/ob/v3p0" verify="d.e.f"/>'),
        "ambiguous",
    ),
    "two, one of them deep inside": (drawing(f"{TOKEN}<g><g>{TOKEN}</g></g>"), "ambiguous"),
    "two 2.0 badges": (drawing(HOSTED + HOSTED, root=f"{SVG} {OB2}"), "ambiguous"),
    "a token and a document in one": (
        drawing(JSON.replace("credential>", 'credential verify="a.b.c">', 1)),
        "ambiguous",
    ),
    "a signed 2.0 badge with another document": (
        drawing(HOSTED.replace("https://old.example/1", "a.b.c"), root=f"{SVG} {OB2}"),
        "ambiguous",
    ),
    "nothing in it": (drawing("<openbadges:credential/>"), "malformed_text"),
    "an empty token": (drawing('<openbadges:credential verify=""/>'), "malformed_text"),
    "blanks only": (drawing("<openbadges:credential> \n </openbadges:credential>"), "malformed_text"),
    "elements in it": (drawing("<openbadges:credential>{<g/>}</openbadges:credential>"), "malformed_text"),
    "a badge in a badge": (drawing(f"<openbadges:credential>{TOKEN}</openbadges:credential>"), "malformed_text"),
    "a badge above one mebibyte": (drawing(JSON.replace("1", f'"{"x" * 1_048_576}"')), "too_large"),
    "a token above one mebibyte": (drawing(TOKEN.replace("a.b.c", f"a.{'b' * 1_048_576}.c")), "too_large"),
    "many bytes of few letters": (drawing(JSON.replace("1", f'"{"李" * 400_000}"')), "too_large"),
    "no end": (drawing(TOKEN)[:-6], "malformed_xml"),
    "two roots": (drawing(TOKEN) * 2, "malformed_xml"),
    "a page behind": (drawing(TOKEN) + "<script>alert(1)</script>", "malformed_xml"),
    "tags that cross": (drawing(f"<g><a></g></a>{TOKEN}"), "malformed_xml"),
    "a prefix that means nothing": (drawing(TOKEN, root=SVG), "malformed_xml"),
    "one attribute twice": (drawing(TOKEN.replace("verify", 'verify="x.y.z" verify')), "malformed_xml"),
    "one attribute twice by two prefixes": (
        drawing('<openbadges:credential xmlns:a="urn:x" xmlns:b="urn:x" a:v="1" b:v="2" verify="a.b.c"/>'),
        "malformed_xml",
    ),
    "an ampersand": (drawing(TOKEN.replace("a.b.c", "a.b.c&d")), "malformed_xml"),
    "a null": (drawing(TOKEN.replace("a.b.c", "a.b.c\x00")), "malformed_xml"),
    "a control as a reference": (drawing(TOKEN.replace("a.b.c", "a.b.c&#1;")), "malformed_xml"),
    "an entity": (drawing(TOKEN, before='<!DOCTYPE svg [<!ENTITY a "b">]>'), "declarations"),
    "an entity for the badge": (
        drawing("<openbadges:credential>&j;</openbadges:credential>", before="<!DOCTYPE svg [<!ENTITY j '{}'>]>"),
        "declarations",
    ),
    "a file as an entity": (
        drawing(
            "<openbadges:credential>&f;</openbadges:credential>",
            before='<!DOCTYPE svg [<!ENTITY f SYSTEM "file:///etc/passwd">]>',
        ),
        "declarations",
    ),
    "an address as an entity": (
        drawing("", before='<!DOCTYPE svg [<!ENTITY f SYSTEM "http://169.254.169.254/">]>'),
        "declarations",
    ),
    "a parameter entity": (
        drawing(TOKEN, before='<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://a.example/x.dtd"> %x;]>'),
        "declarations",
    ),
    "an entity of the DTD that is not loaded": (drawing("&logo;", before=DTD), "declarations"),
    "an entity that nobody declares": (drawing("&nbsp;"), "malformed_xml"),
    "a billion laughs": (drawing("&b9;", before=f'<!DOCTYPE svg [<!ENTITY b0 "ha">{BOMB}]>'), "declarations"),
    "a quadratic blow-up": (
        drawing("&a;" * 1_000, before=f'<!DOCTYPE svg [<!ENTITY a "{"a" * 100_000}">]>'),
        "declarations",
    ),
    "an attribute by declaration": (
        drawing(
            "<openbadges:credential/>", before='<!DOCTYPE svg [<!ATTLIST openbadges:credential verify CDATA "a.b.c">]>'
        ),
        "declarations",
    ),
    "a notation": (drawing(TOKEN, before='<!DOCTYPE svg [<!NOTATION n SYSTEM "x">]>'), "declarations"),
    "an element by declaration": (drawing(TOKEN, before="<!DOCTYPE svg [<!ELEMENT svg ANY>]>"), "declarations"),
    "100 levels": (drawing("<g>" * 100 + "</g>" * 100), "too_deep"),
    "100,000 levels": (drawing("<g>" * 100_000), "too_deep"),
    "50,000 elements": (drawing("<a/>" * 50_000), "too_many_elements"),
    "201 attributes": (drawing(f"<g {MANY}/>"), "too_many_attributes"),
    "more than 7 MiB": (drawing(f"<!--{' ' * svg.MAX_BYTES}-->"), "too_large"),
    "a web page": ("<!DOCTYPE html><html><body><svg/></body></html>", "not_svg"),
    "a web page as XML": ('<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', "not_svg"),
    "a root of another namespace": (f'<svg xmlns="urn:x" {OB3}>{TOKEN}</svg>', "not_svg"),
    "a namesake as the root": (f"<SVG {SVG} {OB3}>{TOKEN}</SVG>", "not_svg"),
    "an encoding that there is not": (drawing(TOKEN, before='<?xml version="1.0" encoding="klingon"?>'), "not_svg"),
    "an encoding of more than one byte": (
        drawing(TOKEN, before='<?xml version="1.0" encoding="shift_jis"?>'),
        "not_svg",
    ),
    "a codec that is none of letters": (drawing(TOKEN, before='<?xml version="1.0" encoding="zlib"?>'), "not_svg"),
    "a declaration of UTF-16 in UTF-8": (drawing(TOKEN, before='<?xml version="1.0" encoding="utf-16"?>'), "not_svg"),
}

ENCODED = {
    "UTF-16, little end first": ("\ufeff" + drawing(JSON.replace("1", '"é李"'))).encode("utf-16-le"),
    "UTF-16, big end first": ("\ufeff" + drawing(JSON.replace("1", '"é李"'))).encode("utf-16-be"),
    "UTF-16 with a declaration": drawing(
        JSON.replace("1", '"é李"'), before='<?xml version="1.0" encoding="UTF-16"?>'
    ).encode("utf-16"),
    "UTF-8": drawing(JSON.replace("1", '"é李"')).encode(),
    "US-ASCII by characters": drawing(JSON.replace("1", '"é李"').replace("<![CDATA[", "").replace("]]>", "")).encode(
        "ascii", "xmlcharrefreplace"
    ),
}


def refusal(data: bytes) -> str:
    with pytest.raises((UnreadableCredential, UnreadableImage)) as caught:
        baking.extract(data)
    return str(caught.value.facts["code"])


@pytest.mark.parametrize("name", READ)
def test_the_badge_in_an_honest_drawing_is_read(name: str):
    text, content = READ[name]

    assert baking.extract(text.encode()).decode() == content


@pytest.mark.parametrize("name", ENCODED)
def test_the_encoding_of_a_drawing_makes_no_difference(name: str):
    assert baking.extract(ENCODED[name]).decode() == '{"a":"é李"}'


@pytest.mark.parametrize(("encoding", "letter"), [("iso-8859-1", "é"), ("windows-1252", "“"), ("koi8-r", "Ж")])
def test_a_drawing_in_an_old_alphabet_is_read(encoding: str, letter: str):
    text = drawing(JSON.replace("1", f'"{letter}"'), before=f'<?xml version="1.0" encoding="{encoding}"?>')

    assert baking.extract(text.encode(encoding)).decode() == f'{{"a":"{letter}"}}'


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_drawing_with_one_badge_is_refused(name: str):
    text, code = REFUSED[name]

    assert refusal(text.encode()) == code


def test_a_drawing_that_is_only_deep_enough_is_read():
    assert baking.extract(drawing("<g>" * 98 + TOKEN + "</g>" * 98).encode()) == b"a.b.c"


@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff\xfe", b"<", b"\xef\xbb\xbf<", "<svg/>".encode("utf-32")])
def test_a_few_bytes_are_no_drawing(data: bytes):
    assert refusal(data) in {"not_svg", "not_png"}


def test_there_are_cases_enough():
    assert len(READ) + len(REFUSED) + len(ENCODED) >= 90
