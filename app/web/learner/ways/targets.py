"""What pages let one choose: roles, pathways and skills of several issuers, by one text each.

`role:northfield/role-nurse`, `pathway:northfield/ladder`, `skill:northfield/sk-teamwork@3`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.errors import NotFound
from app.issuing.plans import Aim, Aims
from app.web.languages import gettext as _
from app.web.learner.ways import places
from app.web.learner.ways.places import NOTHING_HERE, Place
from app.web.signed_in import Visitor

MOST = 200  # characters


@dataclass(frozen=True, slots=True)
class Choices:
    """What one issuer offers to choose; pairs of a value and a label."""

    title: str
    options: tuple[tuple[str, str], ...]


def chosen(session: Session, person: Visitor, text: str) -> tuple[Place, Aim]:
    """The place and the aim that a text names. Raises NotFound, also where the learner is not known."""
    aims, colon, rest = text.partition(":")
    issuer, slash, name = rest.partition("/")
    if len(text) > MOST or not (colon and slash and name) or aims not in set(Aims):
        raise NotFound(NOTHING_HERE)
    level: int | None = None
    if aims == Aims.SKILL:
        name, _at, number = name.partition("@")
        level = int(number) if number.isascii() and number.isdigit() and len(number) == 1 else None
    return places.at(session, person, issuer), Aim(Aims(aims), name, level)


def role(session: Session, person: Visitor, text: str) -> tuple[Place, Aim]:
    """The same of a role that is there. Raises NotFound for anything else."""
    place, aim = chosen(session, person, text)
    if aim.aims is not Aims.ROLE or aim.name not in place.world.roles:
        raise NotFound(NOTHING_HERE)
    return place, aim


def value_of(place: Place, aims: Aims, name: str) -> str:
    """The text that names a role or a pathway."""
    return f"{aims}:{place.issuer.slug}/{name}"


def roles(found: Iterable[Place]) -> list[Choices]:
    """The roles of each issuer that has any."""
    return _choices(found, Aims.ROLE, _("Roles"))


def all_of(found: Iterable[Place]) -> list[Choices]:
    """Roles first, then pathways, of each issuer that has any."""
    among = list(found)
    return [*_choices(among, Aims.ROLE, _("Roles")), *_choices(among, Aims.PATHWAY, _("Pathways"))]


def _choices(found: Iterable[Place], aims: Aims, title: str) -> list[Choices]:
    made = []
    for place in found:
        named = place.world.roles if aims is Aims.ROLE else place.world.pathways
        names = sorted(((each.name, each.id) for each in named.values()), key=lambda one: one[0].casefold())
        if names:
            options = tuple((value_of(place, aims, slug), name) for name, slug in names)
            made.append(Choices(f"{title}: {place.issuer.name}", options))
    return made
