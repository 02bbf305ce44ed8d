"""Which form of a thing an `Accept` header asks for. Pure: header in, form out.

An address that we signed answers always: a header that asks for nothing we have is disregarded (RFC 9110, section
12.5.1) and gets the default form. `*/*` and no header at all get the first form, which is the page wherever there is
one: link-preview bots ask like that, and must find the Open Graph tags (B94). Programs name a type, or use a suffix.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HTML = "text/html"
_MOST_RANGES = 40  # a longer header is no browser's


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a thing: its name, the suffix of its own address, and its media types, the default one first."""

    name: str
    suffix: str
    media_types: tuple[str, ...]


PAGE = Form("page", "", (HTML,))
CREDENTIAL_JSON = Form(
    "json", ".json", ("application/vc+ld+json", "application/vc", "application/ld+json", "application/json")
)
CREDENTIAL_JWT = Form("jwt", ".jwt", ("text/plain", "application/vc+jwt", "application/jwt"))
PICTURE = Form("png", ".png", ("image/png",))
DRAWING = Form("svg", ".svg", ("image/svg+xml",))
CERTIFICATE = Form("pdf", ".pdf", ("application/pdf",))
LINKED_DATA = Form("json", ".json", ("application/ld+json", "application/json"))
CTDL = Form("ctdl", ".jsonld", ("application/ld+json", "application/json"))


@dataclass(frozen=True, slots=True)
class Chosen:
    """A form and the media type to name it by."""

    form: Form
    media_type: str


@dataclass(frozen=True, slots=True)
class _Range:
    kind: str
    subtype: str
    quality: float

    @property
    def precision(self) -> int:
        return (self.kind != "*") + (self.subtype != "*")

    def covers(self, media_type: str) -> bool:
        kind, _, subtype = media_type.partition("/")
        return self.kind in ("*", kind) and self.subtype in ("*", subtype)


def choose(accept: str | None, forms: Sequence[Form]) -> Chosen:
    """The form and media type that the client likes best.

    Between equals the one named more exactly, then the one that the client names first (a verifier that writes
    `application/vc+jwt, application/json` can check a token's signature, and perhaps not the document's), then the
    earlier of `forms`, which stand in our order of preference; the first one is the default.
    """
    ranges = _ranges(accept or "*/*")
    best = Chosen(forms[0], forms[0].media_types[0])
    best_rank = (0.0, 0, 0)
    for form in forms:
        for media_type in form.media_types:
            rank = _rank(ranges, media_type)
            if rank[0] > 0 and rank > best_rank:
                best, best_rank = Chosen(form, media_type), rank
    return best


def takes(accept: str | None, form: Form) -> bool:
    """Whether a client takes a form at all; for doors that answer 406, as no address that we signed does."""
    ranges = _ranges(accept or "*/*")
    return any(_rank(ranges, media_type)[0] > 0 for media_type in form.media_types)


def media_type_of(accept: str | None, form: Form) -> str:
    """The media type to name a form by that the address chose already: the client's favourite among its types."""
    return choose(accept, [form]).media_type


def wants_page(accept: str | None) -> bool:
    """Whether a client names HTML and likes nothing else better, as browsers do; `*/*` alone is no such wish."""
    named = any(each.subtype == "html" and each.quality > 0 for each in _ranges(accept or ""))
    return named and choose(accept, [PAGE, LINKED_DATA]).form is PAGE


def _rank(ranges: list[_Range], media_type: str) -> tuple[float, int, int]:
    """Quality and precision of the most exact range that covers the type (RFC 9110, section 12.5.1), and its place."""
    covering = [each for each in ranges if each.covers(media_type)]
    if not covering:
        return 0.0, 0, 0
    found = max(covering, key=lambda each: each.precision)
    return found.quality, found.precision, -ranges.index(found)


def _ranges(accept: str) -> list[_Range]:
    """The readable ranges of a header; what cannot be read is passed over."""
    found = []
    for part in accept.split(",")[:_MOST_RANGES]:
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        kind, slash, subtype = name.partition("/")
        if name == "*":  # Java's URLConnection writes it so
            kind, slash, subtype = "*", "/", "*"
        if kind and slash and subtype:
            found.append(_Range(kind, subtype, _quality(parameters)))
    return found


def _quality(parameters: list[str]) -> float:
    text = next((each.removeprefix("q=") for each in parameters if each.startswith("q=")), "1")
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return min(quality, 1.0) if math.isfinite(quality) and quality > 0 else 0.0
