"""What things are called in the texts of conditions, and conditions as such a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.stacking.conditions import (
    AllOf,
    AnyOf,
    Condition,
    HasCredential,
    HasNode,
    HasSkill,
    Measure,
    MinSum,
    NOf,
)
from app.stacking.world import World

NUMBER = re.compile(r"\d{1,40}(?:\.\d{1,40})?", re.ASCII)
KEYWORDS = frozenset(
    {
        "and", "or", "not", "of", "any", "all", "at", "least", "level", "node", "skill", "ever", "from", "hours",
        "hour", "academic", "credits",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """What things may be called in a text -> their short names; `labels` the other way round.

    The keys are short names as they are, and in small letters everything that people may write instead.
    """

    credentials: Mapping[str, str] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    nodes: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


def names_of(world: World, nodes: Iterable[tuple[str, str]] = ()) -> Names:
    """The names of a world; `nodes` are ids and names of steps.

    A credential is written by its abbreviation, unless another one is called so too: then by its short name alone.
    """
    short = {slug.casefold(): slug for slug in world.credentials}
    owners: dict[str, set[str]] = {}
    for each in world.credentials.values():
        owners.setdefault(each.abbreviation.casefold(), set()).add(each.id)
    alone = {
        text: next(iter(slugs))
        for text, slugs in owners.items()
        if len(slugs) == 1 and short.get(text, *slugs) in slugs and _can_bequoted(text)
    }
    steps = list(nodes)
    return Names(
        credentials=alone | short | _themselves(world.credentials),
        skills={each.name.casefold(): each.id for each in world.skills.values()} | _themselves(world.skills),
        units=_themselves(world.contact_hours),
        nodes={name.casefold(): id_ for id_, name in steps} | _themselves(id_ for id_, _name in steps),
        labels={slug: world.credentials[slug].abbreviation for slug in alone.values()},
    )


def _themselves(slugs: Iterable[str]) -> dict[str, str]:
    own = list(slugs)
    return {slug.casefold(): slug for slug in own} | {slug: slug for slug in own}


def write(condition: Condition, labels: Mapping[str, str] | None = None) -> str:
    """A text that `read` reads back to an equal condition; credentials are called by their labels."""
    called = labels or {}

    def name(slug: str) -> str:
        return quoted(called.get(slug, slug))

    def listed(of: Iterable[Condition]) -> str:
        return "(" + ", ".join(write(each, called) for each in of) + ")"

    match condition:
        case HasCredential(credential, ever):
            said = f"ever {name(credential)}" if ever else name(credential)
        case HasNode(node):
            said = f"node {quoted(node)}"
        case HasSkill(skill, at_least):
            said = f"skill {quoted(skill)} at {at_least}"
        case AllOf(of):
            said = " and ".join(_inner(each, called) for each in of) if len(of) > 1 else f"all of {listed(of)}"
        case AnyOf(of):
            said = f"any of {listed(of)}"
        case NOf(n, of):
            said = f"{n} of {listed(of)}"
        case MinSum(measure, at_least, of, unit):
            amount = f"{at_least:f}"
            said = f"{amount} {_measured(measure, unit)} from ({', '.join(map(name, of))})"
    return said


def _inner(condition: Condition, labels: Mapping[str, str]) -> str:
    said = write(condition, labels)
    return f"({said})" if isinstance(condition, AllOf) and len(condition.of) > 1 else said


def _measured(measure: Measure, unit: str | None) -> str:
    match measure:
        case Measure.HOURS:
            return "hours"
        case Measure.ACADEMIC_CREDITS:
            return "academic credits"
        case Measure.CE:
            return quoted(unit or "")


def quoted(name: str) -> str:
    """A name as it stands in a text: in quotes where it would be taken for something else."""
    is_plain = re.fullmatch(r'[^\s(),"“”]+', name) and name.casefold() not in KEYWORDS and not NUMBER.fullmatch(name)
    return name if is_plain else f'"{name}"'


def _can_bequoted(text: str) -> bool:
    return text == text.strip() != "" and not re.search(r'["“”\n\r]', text)
