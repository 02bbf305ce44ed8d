"""Where an SVG begins, and where badges stand in it, by byte positions. The drawing itself is never written anew.

Strict about XML, as every reader of it must agree: entities and declarations are refused, nothing is ever fetched.
Source: XML 1.0, Namespaces in XML 1.0; Open Badges 3.0, "Baked Badge", SVG (B38, B42, T22).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from app.errors import UnreadableImage

NAMESPACE = "http://www.w3.org/2000/svg"
PREFIX = "openbadges"
BADGE_NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
LEGACY_BADGE_NAMESPACE = "http://openbadges.org"  # Open Badges 1.x and 2.0
# Room for the largest PNG that may be uploaded, in base64, and the largest credential.
MAX_BYTES = 7 * 1_048_576
MAX_ELEMENTS = 50_000
MAX_DEPTH = 100
MAX_ATTRIBUTES = 200  # of one element
MAX_TEXT_CHARACTERS = 2 * 1_048_576 + 4_096  # of all badges: one of each generation and blanks around

_NAME = re.compile(r"<([^\s/>]+)")
_UNITS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}
_DEEP = "The drawing is nested too deeply"
_DECLARES = "The drawing declares entities or attributes of its own. Save it as plain SVG"


@dataclass(frozen=True, slots=True)
class Carrier:
    """One element of a badge namespace. `start` and `end` are byte positions; `is_plain`: no element is inside it."""

    namespace: str
    name: str
    verify: str | None
    text: str
    start: int
    end: int
    is_plain: bool


@dataclass(frozen=True, slots=True)
class Svg:
    """The root element of a drawing and the badges in it.

    `name` is the root's name as written (`svg:svg`), `start` and `end` are where its tag stands, `is_empty` says
    whether that tag closes itself. `prefix_means` is the namespace that the root gives to the prefix `openbadges`.
    """

    name: str
    start: int
    end: int
    is_empty: bool
    prefix_means: str | None
    unit: str  # the encoding in which ASCII text can be put into the file
    carriers: tuple[Carrier, ...]


def looks_like(data: bytes) -> bool:
    """Whether the bytes begin as XML does, so that it is worth parsing them. HTML does, too."""
    head = data[:4_096]
    unit = _unit(head)
    return head.decode(unit, errors="replace").lstrip("\ufeff\u00ef\u00bb\u00bf \t\r\n").startswith("<")


def read(data: bytes, *, max_bytes: int = MAX_BYTES, max_elements: int = MAX_ELEMENTS) -> Svg:
    """The root and the badges of an SVG in any encoding of XML, with a byte order mark or without.

    Raises UnreadableImage with a `code`: not_svg, too_large, malformed_xml, declarations, too_deep, too_many_elements,
    too_many_attributes.
    """
    if len(data) > max_bytes:
        raise UnreadableImage("The image is larger than is accepted", code="too_large", limit_bytes=max_bytes)
    walk = _Walk(data, max_elements)
    try:
        walk.parser.Parse(data, True)  # noqa: FBT003 - a C function without names: this is all of it
    except expat.ExpatError as error:
        if walk.tag_start is None:
            raise _not_svg() from error
        raise UnreadableImage("The drawing is not well-formed XML", code="malformed_xml") from error
    # What Python's codecs say of an encoding that is named and does not exist.
    except (LookupError, ValueError) as error:
        raise _not_svg() from error
    return walk.result()


def splice(data: bytes, image: Svg, payload: str, *, declares: str) -> bytes:
    """The same bytes with every badge taken out and `payload` as the root's first child.

    `declares` (` xmlns:…="…"` or nothing) goes into the root's tag behind its name. Both must be ASCII.
    """
    unit = image.unit
    name_end = image.start + (len(image.name) + 1) * _width(unit)
    inside = payload.encode(unit)
    tag_end = image.end
    if image.is_empty:  # <svg/> becomes <svg>…</svg>; it draws nothing in any case
        tag_end -= len("/>".encode(unit))
        raw_name = data[image.start + _width(unit) : name_end]
        inside = ">".encode(unit) + inside + "</".encode(unit) + raw_name + ">".encode(unit)
    pieces = [data[:name_end], declares.encode(unit), data[name_end:tag_end], inside]
    at = image.end
    for carrier in image.carriers:
        pieces.append(data[at : carrier.start])
        at = carrier.end
    return b"".join([*pieces, data[at:]])


@dataclass
class _Open:
    """A badge whose end tag was not seen yet, or whose end position is not known yet (`depth` 0)."""

    namespace: str
    name: str
    verify: str | None
    start: int
    depth: int
    text: list[str] = field(default_factory=list)
    is_plain: bool = True


class _Walk:
    """One pass over a document. Expat says where an event begins; where a tag ends is where the next event begins."""

    def __init__(self, data: bytes, max_elements: int) -> None:
        self.tag_start: int | None = None
        self._data = data
        self._max_elements = max_elements
        self._tag_end: int | None = None
        self._prefix_means: str | None = None
        self._elements = self._depth = self._characters = 0
        self._open: _Open | None = None
        self._carriers: list[Carrier] = []
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True  # one call for many lines
        parser.StartNamespaceDeclHandler = self._declared
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        # Entities are bombs and thefts, and a declared attribute would stand in an element without being written there.
        for handler in ("EntityDecl", "AttlistDecl", "ElementDecl", "NotationDecl", "SkippedEntity"):
            setattr(parser, f"{handler}Handler", _refuse_declaration)

    def result(self) -> Svg:
        """What was found, after the whole document was read."""
        if self.tag_start is None or self._tag_end is None:  # pragma: no cover - a document has a root and its end
            raise _not_svg()
        unit = _unit(self._data)
        tag = self._data[self.tag_start : self._tag_end].decode(unit)
        match = _NAME.match(tag)
        if match is None:  # pragma: no cover - expat has read this tag
            raise _not_svg()
        return Svg(
            name=match[1],
            start=self.tag_start,
            end=self._tag_end,
            is_empty=tag.endswith("/>"),
            prefix_means=self._prefix_means,
            unit=unit,
            carriers=tuple(self._carriers),
        )

    def _declared(self, prefix: str | None, uri: str | None) -> None:
        if self.tag_start is None and prefix == PREFIX:
            self._prefix_means = uri

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._between()
        namespace, _, local = name.rpartition(" ")
        if self.tag_start is None:
            if local != "svg" or namespace not in (NAMESPACE, ""):
                raise _not_svg()
            self.tag_start = self.parser.CurrentByteIndex
            self.parser.DefaultHandler = self._between
        self._elements += 1
        self._depth += 1
        self._check_limits(attributes)
        if self._open is not None:
            self._open.is_plain = False
        elif namespace in (BADGE_NAMESPACE, LEGACY_BADGE_NAMESPACE):
            start = self.parser.CurrentByteIndex
            self._open = _Open(namespace, local, attributes.get("verify"), start, self._depth)
            self.parser.CharacterDataHandler = self._text

    def _check_limits(self, attributes: dict[str, str]) -> None:
        if self._elements > self._max_elements:
            raise UnreadableImage(
                "The drawing has too many parts", code="too_many_elements", limit_items=self._max_elements
            )
        if self._depth > MAX_DEPTH:
            raise UnreadableImage(_DEEP, code="too_deep", limit_depth=MAX_DEPTH)
        if len(attributes) > MAX_ATTRIBUTES:
            raise UnreadableImage("The drawing has too many attributes", code="too_many_attributes")

    def _end(self, name: str) -> None:
        del name
        self._between()
        if self._open is not None and self._open.depth == self._depth:
            self._open.depth = 0
            self.parser.CharacterDataHandler = None
            self.parser.DefaultHandler = self._between
        self._depth -= 1

    def _text(self, text: str) -> None:
        self._characters += len(text)
        if self._open is None or self._characters > MAX_TEXT_CHARACTERS:
            raise UnreadableImage("The badge inside this drawing is too large", code="too_large")
        self._open.text.append(text)

    def _between(self, text: str = "") -> None:
        """Anything at all begins here: it is the end of the tag before."""
        del text
        here = self.parser.CurrentByteIndex
        if self.tag_start is not None and self._tag_end is None:
            self._tag_end = here
        opened = self._open
        if opened is not None and opened.depth == 0:
            text = "".join(opened.text)
            self._carriers.append(
                Carrier(opened.namespace, opened.name, opened.verify, text, opened.start, here, opened.is_plain)
            )
            self._open = None
        self.parser.DefaultHandler = None


def _refuse_declaration(*declared: object) -> None:
    del declared
    raise UnreadableImage(_DECLARES, code="declarations")


def _not_svg() -> UnreadableImage:
    return UnreadableImage("The file is not an SVG image", code="not_svg")


def _unit(data: bytes) -> str:
    """The encoding to write ASCII in. Latin-1 stands for all in which an ASCII character is its one byte."""
    return _UNITS.get(data[:2], "latin-1")


def _width(unit: str) -> int:
    return 1 if unit == "latin-1" else 2
