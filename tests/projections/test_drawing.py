from __future__ import annotations

import io
import itertools
import time
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from app.errors import InvalidInput
from app.projections.drawing import Shape, draw_badge, svg_badge
from app.projections.drawing.colours import NEAR_BLACK, WHITE, contrast, palette
from app.projections.drawing.lettering import writable

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "",
    " ",
    "\x00\x01",
    "\ud800",
    "</text><script>alert(1)</script>",
    '"/><image href="http://169.254.169.254/"/>',
    "&xxe;",
    "]]>",
    "{{7*7}}",
    "\u202eevil",
    "护理基础",
    "مريم",
    "Ελληνικά",
    "🏥",
    "e\u0301\u0301\u0301\u0301",
    "x" * 5000,
    "a b " * 2000,
    "\n\n",
    "i\u0307",
    "\u0301",
    "\ufdfa" * 50,
]


def facts(**changes: Any):
    wanted = {
        "shape": Shape.HEXAGON,
        "fill": "#0b4f6c",
        "accent": "#f2b134",
        "abbreviation": "PHLB",
        "name": "Phlebotomy Fundamentals",
        "level": 3,
    }
    return wanted | changes


def pixels(**changes: Any):
    return Image.open(io.BytesIO(draw_badge(**facts(**changes)))).convert("RGBA")


@pytest.mark.parametrize("shape", Shape)
def test_every_shape_is_a_png_of_600_by_600_with_a_clear_ground(shape: Shape):
    raw = draw_badge(**facts(shape=shape))
    image = Image.open(io.BytesIO(raw))

    assert (image.format, image.size) == ("PNG", (600, 600))
    assert image.convert("RGBA").getpixel((1, 1))[3] == 0
    assert image.convert("RGBA").getpixel((300, 420))[3] == 255
    assert len(raw) < 100_000


@pytest.mark.parametrize("shape", Shape)
def test_nothing_touches_the_edge_of_the_canvas(shape: Shape):
    image = pixels(shape=shape)

    left, top, right, bottom = image.getchannel("A").getbbox()
    assert min(left, top, 600 - right, 600 - bottom) >= 1


def test_shapes_differ():
    assert len({draw_badge(**facts(shape=shape)) for shape in Shape}) == len(Shape)


def test_the_same_input_gives_the_same_bytes():
    assert draw_badge(**facts()) == draw_badge(**facts())
    assert svg_badge(**facts()) == svg_badge(**facts())


@pytest.mark.parametrize(
    "change",
    [
        {"abbreviation": "PHLC"},
        {"name": "Phlebotomy"},
        {"level": 4},
        {"level": None},
        {"accent": None},
        {"fill": "#5b2a86"},
    ],
)
def test_every_fact_can_be_seen(change: dict[str, Any]):
    assert draw_badge(**facts(**change)) != draw_badge(**facts())


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("shape", Shape)
def test_hostile_words_are_drawn_as_words_or_left_out(shape: Shape, hostile: str):
    svg = svg_badge(**facts(shape=shape, abbreviation=hostile, name=hostile))

    found = {element.tag for element in ET.fromstring(svg).iter()}  # noqa: S314 - we wrote it ourselves
    assert found <= {SVG + tag for tag in ("svg", "title", "defs", "clipPath", "g", "path", "rect")}
    assert draw_badge(**facts(shape=shape, abbreviation=hostile, name=hostile)).startswith(b"\x89PNG")


def test_the_svg_has_no_script_style_font_or_reference():
    root = ET.fromstring(svg_badge(**facts()))  # noqa: S314 - we wrote it ourselves

    names = {name for element in root.iter() for name in element.attrib}
    assert names.isdisjoint({"href", "style", "onload", "font-family", "{http://www.w3.org/1999/xlink}href"})
    assert root.find(SVG + "title").text == "Badge: Phlebotomy Fundamentals (PHLB)"


@pytest.mark.parametrize("length", [1, 2, 4, 7, 10, 14, 60])
@pytest.mark.parametrize("shape", Shape)
def test_an_abbreviation_of_any_length_stays_on_the_fill(shape: Shape, length: int):
    with_it = pixels(shape=shape, abbreviation="W" * length, name="", level=None, accent="#0b4f6c")
    without = pixels(shape=shape, abbreviation=".", name="", level=None, accent="#0b4f6c")

    assert with_it.getchannel("A").tobytes() == without.getchannel("A").tobytes()
    assert white_box(with_it) is not None
    rim = Image.composite(with_it, Image.new("RGBA", (600, 600)), edge_of(without, 20))
    assert white_box(rim) == white_box(Image.composite(without, Image.new("RGBA", (600, 600)), edge_of(without, 20)))


def white_box(image: Image.Image):
    return image.convert("L").point(lambda value: 255 if value > 250 else 0).getbbox()


def edge_of(image: Image.Image, distance: int):
    """A mask of what lies within `distance` of the outline."""
    alpha = image.getchannel("A").point(lambda value: 255 if value > 128 else 0)
    inside = alpha
    for dx, dy in itertools.product((-distance, 0, distance), repeat=2):
        moved = Image.new("L", alpha.size)
        moved.paste(alpha, (dx, dy))
        inside = Image.composite(inside, Image.new("L", alpha.size), moved)
    return Image.composite(Image.new("L", alpha.size), alpha, inside)


@pytest.mark.parametrize(
    "fill", [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in itertools.product((0, 64, 119, 170, 255), repeat=3)]
)
def test_words_have_seven_to_one_on_any_fill_and_the_rim_three_to_one(fill: str):
    for accent in (None, fill, "#ffffff", "#000000", "#f2b134"):
        found = palette(fill=fill, accent=accent)

        assert contrast(found.ink, found.fill) >= 7
        assert contrast(found.accent, found.fill) >= 3
        assert found.ink in {WHITE, NEAR_BLACK}


@pytest.mark.parametrize("fill", ["#0b4f6c", "#5b2a86", "#3d3d3d", "#1b5e20", "#f2b134", "#ffffff"])
def test_a_fill_that_reads_already_is_not_changed(fill: str):
    assert palette(fill=fill, accent=None).fill == fill


def test_contrast_is_that_of_wcag():
    assert contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("shape", Shape)
def test_the_abbreviation_can_be_told_apart_at_64_pixels_in_grey(shape: Shape):
    def small(abbreviation: str) -> bytes:
        image = pixels(shape=shape, abbreviation=abbreviation).convert("LA").resize((64, 64), Image.Resampling.LANCZOS)
        return image.getchannel(0).tobytes()

    one, other = small("PHLB"), small("PHLD")
    assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) > 150
    assert max(one) - min(one) > 100


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_a_level_fills_as_many_bars(level: int):
    root = ET.fromstring(svg_badge(**facts(level=level)))  # noqa: S314 - we wrote it ourselves

    bars = [bar.get("fill") for bar in root.iter(SVG + "rect")]
    assert len(bars) == 5
    assert bars.count(WHITE) == level


@pytest.mark.parametrize("level", [0, 6, -1])
def test_a_level_that_does_not_exist_is_refused(level: int):
    with pytest.raises(InvalidInput):
        svg_badge(**facts(level=level))


@pytest.mark.parametrize(
    "colour", ["", "red", "#fff", "#12345g", "0b4f6c", "#0b4f6c;x", '#0b4f6c"/>', "url(#x)", "#0b4f6c\n"]
)
@pytest.mark.parametrize("field", ["fill", "accent"])
def test_what_is_no_colour_is_refused(field: str, colour: str):
    with pytest.raises(InvalidInput) as refused:
        svg_badge(**facts(**{field: colour}))

    assert refused.value.facts["pointer"] == f"/{field}"


def test_a_name_in_another_script_leaves_the_rest_of_the_badge_as_it_is():
    assert draw_badge(**facts(name="护理基础")) == draw_badge(**facts(name=""))


def test_letters_with_marks_are_written_with_them():
    assert writable("Ää") == writable("ÄÄ")
    assert writable("Ä") != writable("A")
    assert [len(glyph.marks) for glyph in writable("ÅŻÉ")] == [1, 1, 1]
    assert writable("Œuvre ß") == writable("OEUVRE SS")
    assert writable("Ж") is None


def test_every_letter_and_digit_of_latin_1_can_be_written():
    letters = [character for character in map(chr, range(33, 256)) if character.isalnum()]

    assert [character for character in letters if not writable(character)] == []


@pytest.mark.parametrize("name", ["A" * 2000, "ab cd " * 300, "Grundlagen der Pflege " * 5])
def test_a_long_name_is_drawn_in_reasonable_time(name: str):
    began = time.perf_counter()

    for shape in Shape:
        draw_badge(**facts(shape=shape, name=name))

    assert time.perf_counter() - began < 5
