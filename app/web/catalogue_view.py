"""What the catalogue shows: the search as it was asked, one page of cards, and what the filters may be set to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from app.errors import NotFound
from app.issuing import achievement_facts, finding, issuers
from app.issuing.finding import Choice, Hit, Place
from app.issuing.issuers import Issuer
from app.issuing.listing import ACADEMIC
from app.web import catalogue_query, tongues, words
from app.web.catalogue_query import Query, Understood
from app.web.languages import gettext as _
from app.web.representations import is_id

ON_A_PAGE = 24
ON_THE_PAGE_OF_AN_ISSUER = 12


@dataclass(frozen=True, slots=True)
class Card:
    """An achievement in a list. `language` is that of its name."""

    id: str
    path: str
    name: str
    abbreviation: str
    language: str
    image_path: str
    details: str
    issuer_name: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, as text, and the search without it. `left` = how many there would be then, if counted."""

    text: str
    rest: Query
    address: str
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a filter, as a form offers it."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class CatalogueView:
    """One page of the catalogue. `path` is where the form leads; `next_address` None on the last page."""

    path: str
    query: Query
    problems: Mapping[str, str]
    count: int
    cards: tuple[Card, ...]
    next_address: str | None
    is_first: bool
    chips: tuple[Chip, ...]
    issuers: tuple[Option, ...] | None  # None = the page is one issuer's
    levels: tuple[Option, ...]
    kinds: tuple[Option, ...]
    credits: tuple[Option, ...]
    skills: tuple[str, ...]
    is_empty: bool  # nothing can be earned here at all

    @property
    def filters_set(self) -> int:
        """How many filters beside the words are set."""
        return len([name for name in self.query.asked if name != "q"])


def catalogue_view(
    session: Session, query: Query, *, path: str, after: Place | None, issuer: Issuer | None = None
) -> CatalogueView:
    """The page that a search asks for; of one issuer when one is named, else of all."""
    query = query.without("issuer") if issuer else query
    understood = _understood(session, query, issuer)
    wanted = understood.wanted
    limit = ON_THE_PAGE_OF_AN_ISSUER if issuer else ON_A_PAGE
    found, count = finding.find(session, wanted, limit=limit, after=after), finding.count(session, wanted)
    offered = finding.choices(session, wanted)
    chips = _chips(query, path, {choice.value: choice.name for choice in offered.issuers})
    if not count:
        chips = [_with_count(session, chip, issuer) for chip in chips]
    return CatalogueView(
        path=path,
        query=query,
        problems=understood.problems,
        count=count,
        cards=tuple(card(hit) for hit in found.hits),
        next_address=query.address(path, after=found.then) if found.then else None,
        is_first=after is None,
        chips=tuple(chips),
        issuers=None if issuer else _options(offered.issuers, query.issuer, str),
        levels=tuple(Option(str(level), words.level(level), query.level == str(level)) for level in words.LEVELS),
        kinds=_options(offered.kinds, query.kind, words.kind),
        credits=_options(offered.units, query.credit, _unit),
        skills=offered.skills,
        is_empty=not count and not query.asked,
    )


def card(hit: Hit) -> Card:
    """One found achievement."""
    facts = achievement_facts.parse(hit.version.facts)
    length = [words.hours(facts.hours)] if facts.hours else []
    told = tongues.told(facts)
    cost = [words.price(facts.price)] if facts.price else []
    return Card(
        id=hit.version.achievement_id,
        path=f"/achievements/{hit.version.achievement_id}",
        name=told.name,
        abbreviation=facts.abbreviation,
        language=told.language,
        image_path=f"/images/{hit.version.image_sha256}.png",
        details=" · ".join([*length, *cost, *words.credits(facts)]),
        issuer_name=hit.issuer.name,
    )


def _understood(session: Session, query: Query, issuer: Issuer | None) -> Understood:
    """The search with the issuer that it names; a slug that nobody has finds nothing."""
    if issuer is not None:
        return catalogue_query.understand(query, issuer_id=issuer.id)
    if not query.issuer:
        return catalogue_query.understand(query, issuer_id=None)
    try:
        found = issuers.by_slug(session, query.issuer).id if is_id(query.issuer) else ""
    except NotFound:
        found = ""
    return catalogue_query.understand(query, issuer_id=found)


def _chips(query: Query, path: str, issuer_names: Mapping[str, str]) -> list[Chip]:
    said: dict[str, Callable[[str], str]] = {
        "q": lambda text: _("Name: %(what)s", what=text),
        "issuer": lambda text: _("Issuer: %(what)s", what=issuer_names.get(text, text)),
        "skill": lambda text: _("Skill: %(what)s", what=text),
        "level": _level,
        "hours_from": lambda text: _("At least %(length)s", length=_hours(text)),
        "hours_to": lambda text: _("At most %(length)s", length=_hours(text)),
        "kind": lambda text: _("Kind: %(what)s", what=words.kind(text)),
        "credit": lambda text: _("Credit: %(what)s", what=_unit(text)),
    }
    understood = catalogue_query.understand(query, issuer_id=None).problems
    return [
        Chip(said[name](getattr(query, name)), query.without(name), query.without(name).address(path))
        for name in query.asked
        if name not in understood
    ]


def _with_count(session: Session, chip: Chip, issuer: Issuer | None) -> Chip:
    return replace(chip, left=finding.count(session, _understood(session, chip.rest, issuer).wanted))


def _options(found: tuple[Choice, ...], chosen: str, name: Callable[[str], str]) -> tuple[Option, ...]:
    """What can be chosen, with how many each would leave; what is chosen is there also when it leaves none."""
    options = [
        Option(choice.value, f"{name(choice.name)} ({choice.count})", is_chosen=choice.value == chosen)
        for choice in found
    ]
    if chosen and not any(option.is_chosen for option in options):
        options.append(Option(chosen, f"{name(chosen)} (0)", is_chosen=True))
    return tuple(options)


def _level(text: str) -> str:
    word = words.level(int(text))
    return (
        _("Level: %(what)s or higher", what=word) if int(text) < max(words.LEVELS) else _("Level: %(what)s", what=word)
    )


def _hours(text: str) -> str:
    return words.hours(Decimal(text.replace(",", ".")))


def _unit(name: str) -> str:
    return _("academic credits") if name == ACADEMIC else name
