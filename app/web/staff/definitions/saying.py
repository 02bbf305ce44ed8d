"""What a list says of a definition, in one line."""

from __future__ import annotations

from typing import Any

from app.issuing import definitions
from app.issuing.definitions import Definition, Kind
from app.issuing.definitions.kinds import (
    CeUnitFacts,
    CreditTransferFacts,
    EquivalenceFacts,
    FrameworkFacts,
    ProgrammeFacts,
    RecognisedFacts,
    RoleFacts,
    SkillFacts,
    UnitFacts,
)
from app.stacking import conditions
from app.stacking.world import World
from app.web import condition_words
from app.web.languages import gettext as _
from app.web.languages import ngettext


def name_of(world: World, found: Definition) -> str:
    """What people call it: its name, or what it says where it has none."""
    facts: Any = definitions.facts_of(found)
    match facts:
        case EquivalenceFacts(source=source, target=target, direction="both"):
            return _("%(source)s and %(target)s", source=world.label(source), target=world.label(target))
        case EquivalenceFacts(source=source, target=target):
            return _("%(source)s as %(target)s", source=world.label(source), target=world.label(target))
        case CreditTransferFacts(source=source, programme=programme):
            known = world.programmes.get(programme)
            asks = condition_words.said(world, conditions.read(source))
            return _("%(source)s for %(programme)s", source=asks, programme=known.name if known else programme)
        case _:
            return str(facts.name)


def line_of(world: World, found: Definition) -> str:
    """What it says, beside its name."""
    facts = definitions.facts_of(found)
    match facts:
        case SkillFacts(category=category, decay_months=months):
            fades = ngettext("fades after %(num)s month", "fades after %(num)s months", months) if months else ""
            said = [category, fades]
        case RoleFacts(requires=requires, requires_credentials=needed):
            skills = ngettext("%(num)s skill", "%(num)s skills", len(requires)) if requires else ""
            said = [skills, ", ".join(map(world.label, needed))]
        case UnitFacts(mandatory=mandatory):
            said = [", ".join(world.label(each.credential) for each in mandatory)]
        case EquivalenceFacts():
            said = [facts.approved_by, _("on some pathways") if facts.pathways is not None else ""]
        case RecognisedFacts():
            said = [facts.abbreviation, facts.issued_by]
        case ProgrammeFacts():
            said = [facts.provider, facts.award]
        case CreditTransferFacts():
            number = f"{facts.credits.normalize():f}"
            said = [_("%(number)s credits", number=number)]
        case CeUnitFacts():
            number = f"{facts.contact_hours.normalize():f}"
            said = [_("%(number)s contact hours", number=number)]
        case FrameworkFacts():
            said = [facts.url]
    return ", ".join(each for each in said if each)


def kind_of(text: str) -> Kind | None:
    """The kind that an address names; None for none."""
    return Kind(text) if text in set(Kind) else None
