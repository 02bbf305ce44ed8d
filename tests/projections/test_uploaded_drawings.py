"""Uploaded drawings are built anew: what nobody sees is left out, what cannot be kept is refused (T22, B42)."""

from __future__ import annotations

import base64
import io
import re

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.credentials import png
from app.errors import UnreadableImage
from app.projections.drawing import accept, svg_badge, uploaded
from app.projections.drawing.shapes import Shape
from app.projections.drawing.vocabulary import COMMON, ELEMENTS, PRESENTATION

SVG = "http://www.w3.org/2000/svg"
BOX = '<rect width="8" height="8"/>'


def drawing(inside: str, *, root: str = 'viewBox="0 0 8 8"', before: str = "") -> bytes:
    text = f'{before}<svg xmlns="{SVG}" xmlns:xlink="http://www.w3.org/1999/xlink" {root}>{inside}</svg>'
    return text.encode()


def rebuilt(data: bytes) -> str:
    return uploaded.rebuild(data)[0].decode()


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableImage) as caught:
        uploaded.rebuild(data)
    return str(caught.value.facts["code"])


def embedded(size: tuple[int, int] = (4, 4), file_format: str = "PNG") -> str:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, format=file_format)
    return f"data:image/{file_format.lower()};base64," + base64.b64encode(out.getvalue()).decode()


PLAIN = rebuilt(drawing(BOX))

# Each leaves just the box behind: nothing of it is seen in a still picture.
LEFT_OUT = {
    "a script": f"<script>alert(1)</script>{BOX}",
    "a script from elsewhere": f'<script href="https://evil.example/x.js"/>{BOX}',
    "a script of xlink": f'<script xlink:href="data:text/javascript,alert(1)"/>{BOX}',
    "a script inside a group that is no drawing": f"<metadata><g><script>alert(1)</script></g></metadata>{BOX}",
    "a script of HTML": f'<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>{BOX}',
    "a page of HTML": f'<h:iframe xmlns:h="http://www.w3.org/1999/xhtml" src="javascript:alert(1)"/>{BOX}',
    "a handler": '<rect width="8" height="8" onclick="alert(1)" onload="alert(1)" ONERROR="alert(1)"/>',
    "a handler in an event attribute of animation": '<rect width="8" height="8" onbegin="alert(1)" onend="alert(1)"/>',
    "an animation": '<rect width="8" height="8"><animate attributeName="href" to="javascript:alert(1)"/></rect>',
    "a set of a link": '<rect width="8" height="8"><set attributeName="href" to="javascript:alert(1)"/></rect>',
    "a moving link": '<rect width="8" height="8"><animateTransform attributeName="transform" to="9"/></rect>',
    "a listener": f'<handler type="click">alert(1)</handler><listener event="click"/>{BOX}',
    "a comment": f"<!-- --><!--<script>alert(1)</script>-->{BOX}",
    "an instruction": f'<?xml-stylesheet href="https://evil.example/x.css"?><?php system("id") ?>{BOX}',
    "the notes of an editor": f'<i:namedview xmlns:i="http://www.inkscape.org/namespaces/inkscape"><i:grid/></i:namedview>{BOX}',
    "an attribute of an editor": '<rect xmlns:i="urn:x" i:label="A" width="8" height="8"/>',
    "a link by xlink on a shape": '<rect width="8" height="8" xlink:href="http://169.254.169.254/"/>',
    "a class": '<rect width="8" height="8" class="a b" data-x="y" aria-label="z" tabindex="0"/>',
    "a base": '<rect width="8" height="8" xml:base="https://evil.example/" xml:space="preserve"/>',
    "a fill from elsewhere": '<rect width="8" height="8" fill="url(https://evil.example/x.svg#a)"/>',
    "a mask from a file": '<rect width="8" height="8" mask="url(file:///etc/p#a)" clip-path="url(//evil.example)"/>',
    "a filter by attribute": '<rect width="8" height="8" filter="url(#f)" marker-end="url(#m)" cursor="url(x)"/>',
    "an address in a style": '<rect width="8" height="8" style="fill:url(https://evil.example);background:url(x)"/>',
    "an expression in a style": '<rect width="8" height="8" style="fill:expression(alert(1));-moz-binding:url(x)"/>',
    "an escape in a style": '<rect width="8" height="8" style="f\\69ll:red;@import url(x)"/>',
    "nonsense for a number": '<rect width="8" height="8" x="calc(1px)" y="var(--a)" rx="1;2" ry="NaN"/>',
    "nonsense for a path": '<rect width="8" height="8" transform="rotate(alert)" opacity="url(#a)"/>',
    "an id with a sign in it": '<rect width="8" height="8" id="a\'b"/>',
    "a view and a cursor": f'<view viewBox="0 0 1 1"/><cursor href="https://evil.example"/>{BOX}',
    "a sound": f'<audio src="https://evil.example/a.ogg"/><video href="x"/><canvas/>{BOX}',
    "a badge": f'<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" verify="a.b.c"/>{BOX}',
    "a description": f"<desc>A &lt;script&gt;</desc>{BOX}",
}

REFUSED = {
    "a style sheet": (drawing(f"<style>rect{{fill:red}}</style>{BOX}"), "element"),
    "an import": (drawing(f'<style>@import "https://evil.example/x.css";</style>{BOX}'), "element"),
    "HTML in the drawing": (
        drawing("<foreignObject><b xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>"),
        "element",
    ),
    "text": (drawing("<text>BLS</text>"), "element"),
    "a filter": (drawing('<filter id="f"><feImage href="https://evil.example"/></filter>'), "element"),
    "a pattern": (drawing('<pattern id="p" width="1e-9" height="1e-9"/>'), "element"),
    "a marker": (drawing('<marker id="m"/>'), "element"),
    "a drawing in the drawing": (drawing("<svg/>"), "element"),
    "a choice": (drawing("<switch/>"), "element"),
    "an element that there is not": (drawing("<blink/>"), "element"),
    "an element in other letters": (drawing("<SCRIPT>alert(1)</SCRIPT>"), "element"),
    "a picture from elsewhere": (drawing('<image href="https://evil.example/a.png"/>'), "element"),
    "a picture from inside the house": (drawing('<image xlink:href="http://169.254.169.254/"/>'), "element"),
    "a picture from a file": (drawing('<image href="file:///etc/passwd"/>'), "element"),
    "a picture without address": (drawing("<image/>"), "element"),
    "a JPEG": (drawing(f'<image href="{embedded(file_format="JPEG")}"/>'), "element"),
    "a drawing as a picture": (drawing('<image href="data:image/svg+xml,&lt;svg/&gt;"/>'), "element"),
    "a page as a picture": (drawing('<image href="data:text/html;base64,PGI+"/>'), "element"),
    "a picture that is none": (drawing('<image href="data:image/png;base64,AAAA"/>'), "not_png"),
    "a picture in letters that are none": (drawing('<image href="data:image/png;base64,!!!!"/>'), "element"),
    "a large picture": (drawing(f'<image href="{embedded((2_049, 1))}"/>'), "dimensions"),
    "many pictures": (drawing(f'<image href="{embedded()}"/>' * 5), "element"),
    "an entity": (drawing(BOX, before='<!DOCTYPE svg [<!ENTITY a "b">]>'), "declarations"),
    "a file as an entity": (
        drawing("&a;", before='<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        "declarations",
    ),
    "an attribute by declaration": (
        drawing(BOX, before='<!DOCTYPE svg [<!ATTLIST rect onload CDATA "alert(1)">]>'),
        "declarations",
    ),
    "no size": (drawing(BOX, root=""), "dimensions"),
    "no width": (drawing(BOX, root='viewBox="0 0 0 8"'), "dimensions"),
    "a size below nothing": (drawing(BOX, root='viewBox="0 0 -8 8"'), "dimensions"),
    "a size that is no number": (drawing(BOX, root='viewBox="0 0 NaN inf"'), "dimensions"),
    "a size beyond the sky": (drawing(BOX, root='viewBox="0 0 1e30 1e30"'), "dimensions"),
    "a size in three numbers": (drawing(BOX, root='viewBox="0 8 8"'), "dimensions"),
    "a size in per cent": (drawing(BOX, root='width="100%" height="100%"'), "dimensions"),
    "a ribbon": (drawing(BOX, root='viewBox="0 0 800 8"'), "dimensions"),
    "something inside itself": (drawing('<g id="a"><use href="#a"/></g>'), "contains_itself"),
    "two inside each other": (
        drawing('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'),
        "contains_itself",
    ),
    "a mask of itself": (drawing('<mask id="a"><rect mask="url(#a)"/></mask>'), "contains_itself"),
    "a billion laughs by use": (
        drawing(
            "".join(
                f'<g id="a{n}">{f"<use href=#Qa{n - 1}Q/>".replace("#Q", chr(34) + "#").replace("Q", chr(34)) * 10}</g>'
                for n in range(1, 9)
            )
            + '<g id="a0"><rect/></g>'
        ),
        "too_much_work",
    ),
    "a thousand masks": (drawing('<mask id="m"/>' + '<rect mask="url(#m)"/>' * 1_000), "too_much_work"),
    "a thousand dashes": (drawing('<path d="M0 0h8" stroke-dasharray="0.0001"/>' * 1_000), "too_much_work"),
    "a path without end": (drawing(f'<path d="M0 0{"h1" * 700_000}"/>'), "too_much_work"),
    "a chain without end": (
        drawing("".join(f'<g id="a{n}"><use href="#a{n + 1}"/></g>' for n in range(2_000))),
        "too_deep",
    ),
    "five thousand shapes": (drawing("<g/>" * 5_000), "too_many_elements"),
    "a hundred levels": (drawing("<g>" * 100 + "</g>" * 100), "too_deep"),
    "more than 2 MiB": (drawing(f"<!--{' ' * uploaded.MAX_UPLOAD_BYTES}-->"), "too_large"),
    "no namespace": (b"<svg viewBox='0 0 8 8'><rect/></svg>", "not_svg"),
    "a web page": (b"<!doctype html><svg/>", "not_svg"),
    "half a drawing": (drawing(BOX)[:-3], "malformed_xml"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_nobody_sees_is_left_out(name: str):
    assert rebuilt(drawing(LEFT_OUT[name])) == PLAIN


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_kept_is_refused(name: str):
    data, code = REFUSED[name]

    assert refusal(data) == code


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ('<rect style="fill:#f00; stroke : blue !important;x:1" fill="green"/>', '<rect fill="#f00" stroke="blue" />'),
        ("<rect fill=\"url('#a')\"/>", '<rect fill="url(#a)" />'),
        ('<rect fill="url(#a) red"/>', '<rect fill="url(#a) red" />'),
        ('<rect fill="url(#a) url(https://evil.example)"/>', '<rect fill="url(#a)" />'),
        ('<rect fill="rgb(1, 2, 3)" color="hsla(9 5% 5%)"/>', '<rect color="hsla(9 5% 5%)" fill="rgb(1, 2, 3)" />'),
        ('<use xlink:href="#a"/>', '<use href="#a" />'),
        ('<use href="https://evil.example/x.svg#a"/>', "<use />"),
        ('<a href="javascript:alert(1)" fill="red"><rect/></a>', '<g fill="red"><rect /></g>'),
        ('<rect id="a"/><circle id="a"/>', '<rect id="a" /><circle />'),
        ('<path d="M0,0 l-1e-3.5.5z" transform="translate(1 2) rotate(-3,4,5)"/>',
         '<path d="M0,0 l-1e-3.5.5z" transform="translate(1 2) rotate(-3,4,5)" />'),
        ("<title>A &lt;b&gt; &amp; c</title><rect/>", "<title>A &lt;b&gt; &amp; c</title><rect />"),
    ],
)  # fmt: skip
def test_what_draws_is_kept_in_one_spelling(stated: str, kept: str):
    found = re.search(r'role="img">(.*)</svg>', rebuilt(drawing(stated)), re.DOTALL)

    assert found is not None
    assert found[1] == kept


@pytest.mark.parametrize(
    ("root", "size"),
    [
        ('viewBox="0 0 8 8"', (600, 600)),
        ('viewBox="-1,-1 30 10"', (600, 200)),
        ('width="10mm" height="2cm"', (300, 600)),
        ('width="8" height="8"', (600, 600)),
        ('width="1" height="9" viewBox="0 0 4 3"', (600, 450)),
    ],
)
def test_a_drawing_of_any_honest_size_fits_into_600_pixels(root: str, size: tuple[int, int]):
    found = accept(drawing(BOX, root=root))

    assert (found.width, found.height) == size
    assert (png.check_upload(found.png).width, png.check_upload(found.png).height) == size


def test_the_picture_shows_what_was_drawn():
    red = f'<image x="4" width="4" height="8" preserveAspectRatio="none" href="{embedded()}"/>'
    data = drawing(f'<rect width="4" height="8" fill="#00f"/>{red}')

    picture = Image.open(io.BytesIO(accept(data).png)).convert("RGB")

    assert (picture.getpixel((100, 300)), picture.getpixel((500, 300))) == ((0, 0, 255), (255, 0, 0))


def test_the_same_drawing_gives_the_same_bytes():
    assert accept(drawing(BOX)) == accept(drawing(BOX))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_the_encoding_makes_no_difference(encoding: str):
    assert rebuilt(drawing(BOX).decode().encode(encoding)) == PLAIN


@pytest.mark.parametrize("shape", Shape)
def test_our_own_drawings_stay_as_they_look(shape: Shape):
    own = svg_badge(shape=shape, fill="#123456", accent=None, abbreviation="BLS", name="Basic Life Support", level=3)

    again = accept(own)

    assert uploaded.rebuild(again.svg)[0] == again.svg
    assert uploaded._render(own, 600, 600) == again.png


NAMES = st.sampled_from(sorted([*ELEMENTS, "script", "style", "set", "animate", "a", "text", "foreignObject", "title"]))
ATTRIBUTES = st.sampled_from(
    sorted([*COMMON, *PRESENTATION, "href", "xlink:href", "d", "style", "onload", "x", "width", "points", "class"])
)
VALUES = st.sampled_from([
    "", "0", "1", "-1e9", "100%", "#a", "url(#a)", "url(#b)", "javascript:alert(1)", "https://evil.example/", "red",
    "#fff", "M0 0L8 8z", "0 0 8 8", "a", "b", "fill:url(https://evil.example/)", "fill:red", "none", "scale(2)",
    "data:text/html,x", "\u0000"[:0], "currentColor", "0.001", "nonzero", "&#10;1",
])  # fmt: skip
ELEMENT = st.tuples(NAMES, st.dictionaries(ATTRIBUTES, VALUES, max_size=4))
TREES = st.recursive(
    ELEMENT.map(lambda e: (*e, ())),
    lambda inner: st.tuples(NAMES, st.dictionaries(ATTRIBUTES, VALUES, max_size=4), st.lists(inner, max_size=4)),
    max_leaves=12,
)


def written(tree: tuple[str, dict[str, str], list[object]]) -> str:
    name, attributes, children = tree
    stated = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{stated}>{''.join(written(child) for child in children)}</{name}>"


@settings(deadline=None, max_examples=300)
@given(trees=st.lists(TREES, max_size=3))
def test_whatever_comes_out_is_only_what_is_allowed_and_goes_in_again_unchanged(trees):
    try:
        found = rebuilt(drawing("".join(written(tree) for tree in trees)))
    except UnreadableImage:
        return

    for element in fromstring(found).iter():
        name = element.tag.removeprefix(f"{{{SVG}}}")
        assert name in {*ELEMENTS, "svg", "title"}
        assert element.attrib.keys() <= {
            *ELEMENTS.get(name, ()),
            *COMMON,
            *PRESENTATION,
            "viewBox",
            "width",
            "height",
            "role",
            "href",
        }
    for never in ("javascript", "evil", "data:text", "onload", "script", "<set", "<style"):
        assert never not in found
    assert rebuilt(found.encode()) == found
