"""What definitions may refer to: credentials, skills, units, frameworks, programmes and pathways of the issuer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.issuing import definitions, pathways
from app.issuing.definitions import Kind
from app.issuing.pathways import worlds
from app.stacking.condition_text import Names, names_of
from app.stacking.world import World
from app.web.languages import gettext as _
from app.web.staff.definitions.shapes import Source

Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Choices:
    """`options` for selects; `known` and `labels` for lists: what may be written -> short name, and the other way."""

    world: World
    names: Names
    options: Mapping[Source, Options]
    known: Mapping[Source, Mapping[str, str]]
    labels: Mapping[Source, Mapping[str, str]]


def of_issuer(session: Session, issuer_id: str) -> Choices:
    """Everything that forms of this issuer offer."""
    world = worlds.of(session, issuer_id).world
    names = names_of(world)
    frameworks = definitions.all_of(session, issuer_id, Kind.FRAMEWORK)
    rows = pathways.all_of(session, issuer_id)
    paths = {row.slug: pathways.current_facts(session, row).name for row in rows}
    credentials = sorted(world.credentials.values(), key=lambda each: each.abbreviation.casefold())
    options = {
        Source.CREDENTIAL: [(each.id, f"{each.abbreviation}: {each.name}") for each in credentials],
        Source.SKILL: _sorted({each.id: each.name for each in world.skills.values()}),
        Source.CE_UNIT: [(slug, slug) for slug in sorted(world.contact_hours)],
        Source.FRAMEWORK: _sorted({each.slug: str(each.facts["name"]) for each in frameworks}),
        Source.PROGRAMME: _sorted({each.id: each.name for each in world.programmes.values()}),
        Source.PATHWAY: _sorted(paths),
    }
    by_name = {name.casefold(): slug for slug, name in paths.items()} | {slug: slug for slug in paths}
    return Choices(
        world,
        names,
        {source: [("", _("Choose one")), *found] for source, found in options.items()},
        {Source.CREDENTIAL: names.credentials, Source.PATHWAY: by_name},
        {Source.CREDENTIAL: names.labels},
    )


def _sorted(found: Mapping[str, str]) -> Options:
    return sorted(found.items(), key=lambda pair: (pair[1].casefold(), pair[0]))
