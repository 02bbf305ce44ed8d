"""Icons on badges: they read small and in grey, stay where they belong, and change no badge that has none."""

from __future__ import annotations

import hashlib
import io
import itertools
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from app.projections.drawing import Icon, Shape, draw_badge, svg_badge
from app.projections.drawing.icons import path_of
from app.projections.drawing.values import path as as_path

# SHA-256 of the SVG of PHLB in each shape, without and with a level, as they were drawn before there were icons.
# Badges point to the digests of their images: what was drawn once is drawn so for ever.
BEFORE_ICONS = {
    ("shield", None): "f881d317e4fd9156", ("shield", 3): "1ff7bbc7d89471f8",
    ("circle", None): "c9bd61de9b13e5b1", ("circle", 3): "456a5ffade30ba81",
    ("hexagon", None): "c1ac3ddc5c9f2e92", ("hexagon", 3): "e9fc1b24957b65bb",
    ("ribbon", None): "9847cfce8b4ae9e7", ("ribbon", 3): "a9974a5d1c0c4a4b",
    ("leaf", None): "2370c529571af6e9", ("leaf", 3): "457bc8ec9e2aa851",
    ("square", None): "7be4a68d027ce7a8", ("square", 3): "b861e581985885c5",
}  # fmt: skip

FILLS = ("#0b4f6c", "#f2d7a0", "#777777", "#5b2a86", "#ffffff")


def facts(**changes: Any) -> dict[str, Any]:
    usual = {"shape": Shape.HEXAGON, "fill": "#0b4f6c", "accent": "#f2b134", "abbreviation": "PHLB"}
    return usual | {"name": "Phlebotomy Fundamentals", "level": 3, "icon": Icon.DROP} | changes


def pixels(**changes: Any) -> Image.Image:
    return Image.open(io.BytesIO(draw_badge(**facts(**changes)))).convert("RGBA")


@pytest.mark.parametrize(("shape", "level"), BEFORE_ICONS)
def test_a_badge_without_an_icon_is_drawn_as_before_there_were_icons(shape: str, level: int | None):
    drawn = svg_badge(**facts(shape=Shape(shape), level=level, icon=None))

    assert hashlib.sha256(drawn).hexdigest()[:16] == BEFORE_ICONS[shape, level]


@pytest.mark.parametrize("shape", Shape)
def test_the_same_icon_gives_the_same_bytes_and_each_icon_others(shape: Shape):
    drawn = {svg_badge(**facts(shape=shape, icon=icon)) for icon in (None, *Icon)}

    assert len(drawn) == len(Icon) + 1
    assert svg_badge(**facts(shape=shape)) == svg_badge(**facts(shape=shape))


@pytest.mark.parametrize("icon", Icon)
def test_an_icon_is_nothing_but_a_path(icon: Icon):
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(svg_badge(**facts(icon=icon))).iter()}  # noqa: S314 - we wrote it ourselves

    assert as_path(path_of(icon)) == path_of(icon)
    assert tags <= {"svg", "title", "defs", "clipPath", "g", "path", "rect"}


@pytest.mark.parametrize(("icon", "fill"), list(zip(Icon, itertools.cycle(FILLS), strict=False)))
def test_an_icon_has_three_to_one_at_64_pixels_in_grey(icon: Icon, fill: str):
    with_it = pixels(icon=icon, fill=fill, name="", abbreviation="A", level=None)

    strip = with_it.crop((220, 150, 380, 320)).convert("L").resize((17, 18), Image.Resampling.LANCZOS)
    light = sorted(strip.tobytes())
    assert contrast_of_grey(light[2], light[-3]) >= 3  # the third darkest and lightest: not a single stray pixel


def contrast_of_grey(dark: int, light: int) -> float:
    """WCAG 2.2, "contrast ratio", of two shades of grey from 0 to 255."""
    one, other = (
        ((value / 255 + 0.055) / 1.055) ** 2.4 if value > 10 else value / 255 / 12.92 for value in (light, dark)
    )
    return (one + 0.05) / (other + 0.05)


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize(
    ("abbreviation", "name", "level"),
    [("WWWWWWWWWWWWWW", "Basic Life Support for Care Providers", None), ("PHLB", "Phlebotomy Fundamentals", 4)],
)
def test_what_stands_with_an_icon_stays_off_the_rim(shape: Shape, abbreviation: str, name: str, level: int | None):
    plain = {"shape": shape, "accent": "#0b4f6c", "abbreviation": ".", "name": "", "level": None, "icon": None}
    changes = {"abbreviation": abbreviation, "name": name, "level": level, "icon": Icon.SYRINGE}
    with_it, without = pixels(**plain | changes), pixels(**plain)

    rim = edge_of(without, 20)
    nothing = Image.new("RGBA", (600, 600))
    assert white_box(Image.composite(with_it, nothing, rim)) == white_box(Image.composite(without, nothing, rim))


def white_box(image: Image.Image) -> tuple[int, int, int, int] | None:
    return image.convert("L").point(lambda value: 255 if value > 250 else 0).getbbox()


def edge_of(image: Image.Image, distance: int) -> Image.Image:
    """A mask of what lies within `distance` of the outline."""
    alpha = image.getchannel("A").point(lambda value: 255 if value > 128 else 0)
    inside = alpha
    for dx, dy in itertools.product((-distance, 0, distance), repeat=2):
        moved = Image.new("L", alpha.size)
        moved.paste(alpha, (dx, dy))
        inside = Image.composite(inside, Image.new("L", alpha.size), moved)
    return Image.composite(Image.new("L", alpha.size), alpha, inside)


@pytest.mark.parametrize("shape", Shape)
def test_with_an_icon_the_abbreviation_can_still_be_told_apart_at_64_pixels_in_grey(shape: Shape):
    def small(abbreviation: str) -> bytes:
        image = pixels(shape=shape, abbreviation=abbreviation).convert("LA").resize((64, 64), Image.Resampling.LANCZOS)
        return image.getchannel(0).tobytes()

    one, other = small("PHLB"), small("PHLD")
    assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) > 75
