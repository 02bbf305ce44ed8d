"""The picture of a link preview: badge, name, issuer, holder and state on 1200 by 630 pixels. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from app.projections.typesetting import press

WIDTH_PIXELS, HEIGHT_PIXELS = 1200, 630


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on the card. `holder` is a finished line ("Held by …"), empty when no name is shown."""

    language: str  # of the badge's words
    name: str
    abbreviation: str
    issuer: str
    holder: str
    tone: str
    state: str
    is_dimmed: bool
    address: str  # short, to be read and not clicked


def card(stated: Card, *, picture: str) -> bytes:
    """A PNG of just that size; `picture` is the badge's image as SVG. The same input gives the same bytes."""
    said = (stated.name, stated.abbreviation, stated.issuer, stated.holder, stated.state)
    found = press.words(said, language=stated.language)
    abbreviation = found.word(stated.abbreviation)
    name = found.word(stated.name, abbreviation)
    given = asdict(stated) | {
        "width": WIDTH_PIXELS,
        "height": HEIGHT_PIXELS,
        "fonts": press.families(stated.language),
        "name": name,
        "abbreviation": "" if abbreviation == name else abbreviation,
        "issuer": found.word(stated.issuer),
        "holder": found.word(stated.holder),
        "state": found.word(stated.state),
        "directions": {each: press.direction(getattr(stated, each)) for each in ("name", "issuer", "holder")},
        "picture": picture,
    }
    return press.png("card.typ", given)
