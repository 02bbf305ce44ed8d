"""Builders for tests of gaps, plans and the lattice: a word or two for each thing, everything else as it mostly is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.stacking import conditions
from app.stacking.conditions import Condition
from app.stacking.holdings import Holding, Proof, Standing
from app.stacking.renewal import Validity, ValidityKind
from app.stacking.world import (
    Credential,
    Equivalence,
    Kind,
    Mode,
    Node,
    Pathway,
    Role,
    Skill,
    SkillAt,
    StackType,
    World,
)

TODAY = date(2026, 7, 1)


def levels(stated: Mapping[str, int] | None) -> tuple[SkillAt, ...]:
    return tuple(SkillAt(*each) for each in (stated or {}).items())


def badge(
    name: str,
    skills: Mapping[str, int] | None = None,
    *,
    hours: float = 10,
    price: float = 100,
    needs: Any = None,
    months: int | None = None,
    kind: Kind = Kind.MICRO,
    **facts: Any,
) -> Credential:
    """A credential; `needs` is another one, or a condition as plain data; `months` = how long it is good."""
    return Credential(
        id=name,
        kind=kind,
        name=name.title(),
        abbreviation=name.upper(),
        skills=levels(skills),
        hours=Decimal(str(hours)),
        price=Decimal(str(price)),
        validity=Validity(ValidityKind.MONTHS, months) if months else Validity(),
        prerequisites=condition(needs) if needs else None,
        **facts,
    )


def condition(stated: Any) -> Condition:
    return conditions.read({"credential": stated} if isinstance(stated, str) else stated)


def everything(*names: str) -> dict[str, Any]:
    return {"all_of": [{"credential": each} for each in names]}


def role(skills: Mapping[str, int] | None = None, *credentials: str, name: str = "role") -> Role:
    return Role(name, name.title(), levels(skills), credentials)


def held(name: str, issued: date = TODAY, *, until: date | None = None, **skills: int) -> Holding:
    proofs = tuple(Proof(skill, level, issued) for skill, level in skills.items())
    return Holding(f"{name}@{issued}", name, issued, until, Standing.ACTIVE, proofs)


def same(source: str, target: str, **facts: Any) -> Equivalence:
    return Equivalence(f"{source}-{target}", source, target, **facts)


def pathway(
    *nodes: tuple[str, Any, str | None], name: str = "pw", kind: StackType = StackType.VERTICAL, **facts: Any
) -> Pathway:
    """Nodes as (id, condition, stack that it awards), one level above the other; the last one completes it."""
    built = tuple(
        Node(each, each.title(), condition(stated), level, awards=awards)
        for level, (each, stated, awards) in enumerate(nodes, 1)
    )
    return Pathway(name, 1, name.title(), kind, Mode.PROGRESSIVE, built, built[-1].id, **facts)


def world(
    *credentials: Credential,
    fading: Mapping[str, int] | None = None,
    priorities: Mapping[str, int] | None = None,
    categories: Mapping[str, str] | None = None,
    pathways: Iterable[Pathway] = (),
    **more: Any,
) -> World:
    """A world of these credentials; its skills are those that they give, with months of decay where stated."""
    priorities, categories = priorities or {}, categories or {}
    names = {each.skill for one in credentials for each in one.skills} | set(fading or {}) | set(priorities)
    stacks = {node.awards for each in pathways for node in each.nodes if node.awards}
    known = {each.id for each in credentials}
    made = [Credential(each, Kind.STACK, each, each.upper(), inherits_skills=True) for each in sorted(stacks - known)]
    skills = [
        Skill(each, each, (fading or {}).get(each), categories.get(each, ""), priorities.get(each, 3))
        for each in sorted(names)
    ]
    return World(credentials=[*credentials, *made], skills=skills, pathways=pathways, **more)
