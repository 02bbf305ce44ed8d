"""A drawing that somebody uploaded, built anew from what a badge may be made of, and as a PNG (T22, B42).

What nobody sees in a still picture (scripts, animation, handlers, comments, editors' notes) is left out; what would be
seen and cannot be kept (style sheets, text that needs a font, filters, pictures from elsewhere) is refused in words,
so that a badge never looks different from what was uploaded.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import fromstring

from app.credentials import bounded, png, svg
from app.errors import UnreadableImage
from app.projections.drawing import values
from app.projections.drawing.budget import check_work
from app.projections.drawing.vocabulary import COMMON, DROPPED, ELEMENTS, PRESENTATION, UNWRAPPED

MAX_UPLOAD_BYTES = 2 * 1_048_576
MAX_UPLOAD_ELEMENTS = 5_000
MAX_PICTURES = 4
MOST_PIXELS_OF_A_PICTURE = 2_048  # a side
SIDE_PIXELS = 600  # of the PNG, the longer side
MOST_TIMES_AS_WIDE = 5
_RENDER_SECONDS = 10.0
_RENDER_PROGRAM = Path(__file__).with_name("render_program.py")

_XLINK = "{http://www.w3.org/1999/xlink}"
_EMBEDDED = "data:image/png;base64,"
_SPACES = re.compile(r"[ \t\r\n]+")
_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
_MEASURE = re.compile(r"([0-9.]{1,12})(px|pt|mm|cm|in|)", re.ASCII)
_ADVICE = {
    "style": "It has a style sheet. Save it with presentation attributes instead of CSS",
    "text": "It has text, which looks different on every machine. Turn the text into outlines",
    "image": "It has a picture that is not a PNG inside the file itself. Embed pictures as PNG",
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing that is safe to show, and the same as a PNG, with the PNG's size in pixels."""

    svg: bytes
    png: bytes
    width: int
    height: int


@dataclass
class _Building:
    """What is counted over the whole drawing."""

    pictures: int = 0
    title: str = ""
    ids: set[str] = field(default_factory=set)


def accept(data: bytes) -> Drawing:
    """The drawing in an uploaded SVG. Raises UnreadableImage with a `code` when it cannot be a badge's image."""
    rebuilt, width, height = rebuild(data)
    return Drawing(svg=rebuilt, png=_render(rebuilt, width, height), width=width, height=height)


def rebuild(data: bytes) -> tuple[bytes, int, int]:
    """The drawing as UTF-8 SVG of allowed elements only, with width and height in pixels. Raises UnreadableImage.

    The same input gives the same bytes, and what comes out goes in again unchanged.
    """
    svg.read(data, max_bytes=MAX_UPLOAD_BYTES, max_elements=MAX_UPLOAD_ELEMENTS)
    old: ET.Element = fromstring(data)  # entities were refused by `read`, and are again here
    if old.tag != f"{{{svg.NAMESPACE}}}svg":
        raise UnreadableImage("The file is not an SVG image", code="not_svg")
    box = _box(old)
    width, height = _pixels(box[2], box[3])
    building = _Building()
    children = _children(old, building)
    root = ET.Element("svg", {"xmlns": svg.NAMESPACE, "viewBox": " ".join(f"{each:g}" for each in box)})
    root.attrib |= {"width": str(width), "height": str(height), "role": "img"}
    root.attrib |= {name: value for name, value in _attributes(old, {}, building).items() if name in PRESENTATION}
    if building.title:
        ET.SubElement(root, "title").text = building.title
    root.extend(children)
    check_work(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)), width, height


def _children(old: ET.Element, building: _Building) -> list[ET.Element]:
    found = []
    for child in old:
        space, _, name = str(child.tag).rpartition("}")
        # Comments and instructions have no name at all; other namespaces are the notes of editors, or a badge.
        if space != f"{{{svg.NAMESPACE}" or name in DROPPED:
            if name == "title" and space and not building.title:
                building.title = _printable("".join(child.itertext()))
        elif name in UNWRAPPED:
            found.append(_group(child, building))
        elif name in ELEMENTS:
            found.append(_element(child, name, building))
        else:
            raise _refused(name)
    return found


def _group(old: ET.Element, building: _Building) -> ET.Element:
    new = ET.Element("g", _attributes(old, {}, building))
    new.extend(_children(old, building))
    return new


def _element(old: ET.Element, name: str, building: _Building) -> ET.Element:
    new = ET.Element(name, _attributes(old, ELEMENTS[name], building))
    if name == "image":
        new.set("href", _picture(_href(old), building))
    new.extend(_children(old, building))
    return new


def _attributes(old: ET.Element, own: dict[str, values.Check], building: _Building) -> dict[str, str]:
    """The attributes that say something allowed, by name; what stands in `style` goes before (as CSS has it)."""
    stated = {name: value for name, value in old.attrib.items() if not name.startswith("{")}
    if (href := _href(old)) and "href" in own:
        stated["href"] = href
    allowed = COMMON | own | PRESENTATION
    styled = {name: value for name, value in _declarations(stated.pop("style", "")) if name in PRESENTATION}
    found = {}
    for name in sorted((stated | styled).keys() & allowed.keys()):
        for value in (styled.get(name), stated.get(name)):
            checked = None if value is None else allowed[name](value.strip(" \t\r\n"))
            if checked is not None:
                found[name] = checked
                break
    if "id" in found:
        if found["id"] in building.ids:  # of two with one id, a reference means the first
            del found["id"]
        else:
            building.ids.add(found["id"])
    return found


def _declarations(style: str) -> list[tuple[str, str]]:
    pairs = [part.partition(":") for part in style.split(";")]
    return [(name.strip().lower(), value.replace("!important", "").strip()) for name, _, value in pairs]


def _href(old: ET.Element) -> str:
    return (old.get("href") or old.get(f"{_XLINK}href") or "").strip()


def _picture(href: str, building: _Building) -> str:
    """An embedded PNG that decodes, written in one spelling."""
    building.pictures += 1
    if building.pictures > MAX_PICTURES or not href.startswith(_EMBEDDED):
        raise _refused("image")
    try:
        content = base64.b64decode(_SPACES.sub("", href.removeprefix(_EMBEDDED)), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refused("image") from error
    info = png.check_upload(content)
    if max(info.width, info.height) > MOST_PIXELS_OF_A_PICTURE:
        raise UnreadableImage("A picture inside the drawing is too large", code="dimensions")
    return _EMBEDDED + base64.b64encode(content).decode()


def _box(root: ET.Element) -> tuple[float, float, float, float]:
    """The part of the plane that is seen: the viewBox, or what width and height say."""
    stated = root.get("viewBox")
    try:
        numbers = [float(each) for each in re.split(r"[ \t\r\n,]+", stated.strip())] if stated is not None else []
    except ValueError:
        numbers = []
    if stated is None:
        numbers = [0.0, 0.0, *(_measure(root.get(side, "")) for side in ("width", "height"))]
    # Written in six digits, so that what comes out is the same when it goes in again.
    rounded = [float(f"{number:g}") for number in numbers]
    if len(rounded) != 4 or not all(abs(each) < 1e6 for each in rounded) or min(rounded[2:]) < 1e-3:  # noqa: PLR2004
        raise UnreadableImage("The drawing does not say how large it is: give it a viewBox", code="dimensions")
    return rounded[0], rounded[1], rounded[2], rounded[3]


def _measure(text: str) -> float:
    match = _MEASURE.fullmatch(text.strip())
    try:
        return float(match[1]) * _UNITS[match[2]] if match else 0.0
    except ValueError:  # "1.2.3"
        return 0.0


def _pixels(width: float, height: float) -> tuple[int, int]:
    if max(width, height) > MOST_TIMES_AS_WIDE * min(width, height):
        raise UnreadableImage("The drawing is much too long for its breadth", code="dimensions")
    scale = SIDE_PIXELS / max(width, height)
    return round(width * scale), round(height * scale)


def _render(drawing: bytes, width: int, height: int) -> bytes:
    try:
        picture = bounded.run(_RENDER_PROGRAM, drawing, str(width), str(height), seconds=_RENDER_SECONDS)
    except bounded.TookTooLong as error:
        raise UnreadableImage("The drawing takes too long to draw; make it simpler", code="too_much_work") from error
    if picture is None:
        raise UnreadableImage("The drawing cannot be drawn", code="not_decodable")
    return picture


def _refused(name: str) -> UnreadableImage:
    kind = {"tspan": "text", "textPath": "text", "tref": "text"}.get(name, name)
    sentence = _ADVICE.get(kind, "It has something that a badge cannot have, and without it would look different")
    return UnreadableImage(f"This drawing cannot be a badge. {sentence}", code="element", element=_printable(name)[:40])


def _printable(text: str) -> str:
    kept = "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Cn", "Co"} else " " for c in text)
    return " ".join(kept.split())[:200]
