"""Where an achievement leads: what is built on it, what it opens, which roles need it, what credit it is worth.

All of it follows from the issuer's definitions and pathways, so it is found once for each state of them.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.issuing.pathways import worlds
from app.issuing.pathways.worlds import Known
from app.stacking import lattice
from app.stacking.conditions import Condition, HasCredential, HasNode, leaves
from app.stacking.lattice import LeadsTo
from app.stacking.lattice.leads import asks_nothing
from app.stacking.world import CreditTransfer, Kind, Role, World
from app.web import condition_words, tongues

MOST_KEPT = 4096
MOST_ROLES = 8  # that a page names


@dataclass(frozen=True, slots=True)
class Link:
    """Something with a page of its own; `path` None = it has none here."""

    name: str
    abbreviation: str
    path: str | None
    language: str | None = None  # of the name, where it is there in several


@dataclass(frozen=True, slots=True)
class InPathway:
    """A pathway, and the names of its steps that ask for it, or for a skill that it shows."""

    name: str
    path: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AwardedBy:
    """How a stack comes about: the step of a pathway that awards it, and what that asks for, as a phrase."""

    pathway: str
    path: str
    step: str
    needs: str


@dataclass(frozen=True, slots=True)
class LeadsView:
    """Where an achievement leads. `is_start`: it asks for nothing before, and something is built on it."""

    is_start: bool
    prerequisites: str | None  # as a sentence; None also where `before` says it all
    before: tuple[Link, ...]  # what the prerequisites name
    pathways: tuple[InPathway, ...]
    stacks: tuple[Link, ...]
    opens: tuple[Link, ...]
    needed_by: tuple[str, ...]  # roles that cannot be done without it, by name
    useful_to: tuple[str, ...]  # roles that ask for a skill that it shows
    credit: tuple[str, ...]  # sentences
    counts_as: tuple[str, ...]  # sentences
    awarded_by: tuple[AwardedBy, ...]

    @property
    def is_somewhere(self) -> bool:
        """Whether it leads anywhere."""
        return bool(self.pathways or self.stacks or self.opens or self.needed_by or self.useful_to or self.credit)


_leads: OrderedDict[tuple[str, str], LeadsTo] = OrderedDict()


def leads_view(session: Session, issuer_id: str, achievement_id: str, *, today: date) -> LeadsView | None:
    """Where it leads on a day; None = the issuer has no pathways, roles or credit, so there is nothing to say."""
    known = worlds.of(session, issuer_id)
    world, name = known.world, known.slugs.get(achievement_id)
    credential = world.credentials.get(name) if name else None
    if name is None or credential is None:
        return None
    asked = credential.prerequisites
    if not (world.pathways or world.roles or world.transfers or asked):
        return None
    leads = _found(known, name)
    roles = [world.roles[each] for each in leads.roles]
    agreed = [each for each in world.transfers if each.id in leads.transfers and _is_agreed(each, today)]
    return LeadsView(
        is_start=credential.kind is Kind.MICRO and asks_nothing(credential) and leads.is_somewhere,
        prerequisites=_before(known, asked),
        before=tuple(link_to(known, each) for each in condition_words.names_in(asked)) if asked else (),
        pathways=_pathways(known, leads),
        stacks=tuple(link_to(known, each) for each in leads.stacks if each != name),
        opens=tuple(link_to(known, each) for each in leads.credentials),
        needed_by=_names([role for role in roles if name in role.requires_credentials]),
        useful_to=_names([role for role in roles if name not in role.requires_credentials]),
        credit=tuple(condition_words.transfer(world, each, alone=name) for each in agreed),
        counts_as=tuple(
            condition_words.equivalence(world, each)
            for each in world.equivalences
            if name in {source for source, _target in each.directions}
            and (each.valid_until is None or today <= each.valid_until)
        ),
        awarded_by=awarded_by(known, name),
    )


def awarded_by(known: Known, stack: str) -> tuple[AwardedBy, ...]:
    """The steps of published pathways that award a stack; none for what is no stack."""
    world = known.world
    return tuple(
        AwardedBy(
            pathway.name,
            f"/pathways/{known.pathway_ids[pathway.id]}",
            node.name,
            condition_words.said(world, node.condition, pathway),
        )
        for pathway in world.pathways.values()
        for node in pathway.nodes
        if node.awards == stack
    )


def link_to(known: Known, name: str) -> Link:
    """A credential by its short name, with its page if it is an achievement of the issuer."""
    credential = known.world.credentials.get(name)
    if credential is None:
        return Link(name, name, None)
    is_own = credential.kind in {Kind.MICRO, Kind.STACK}
    path = f"/achievements/{known.ids[name]}" if is_own else None
    called, tag = tongues.named(known.names[name]) if name in known.names else (credential.name, None)
    return Link(called, credential.abbreviation, path, tag)


def _before(known: Known, asked: Condition | None) -> str | None:
    if asked is None or (isinstance(asked, HasCredential) and not asked.ever):
        return None
    return condition_words.sentence(condition_words.said(known.world, asked))


def _found(known: Known, name: str) -> LeadsTo:
    key = (known.mark, name)
    found = _leads.get(key)
    if found is None:
        found = _leads[key] = _leads_to(known.world, name)
        while len(_leads) > MOST_KEPT:
            _leads.popitem(last=False)
    return found


def _leads_to(world: World, name: str) -> LeadsTo:
    """Where it leads; a stack also to the steps that ask for the step by which it was awarded."""
    found = lattice.leads_to(world, name)
    nodes, stacks = set(found.nodes), set(found.stacks)
    for pathway in world.pathways.values():
        ahead = [pathway.awarded_by[name]] if name in pathway.awarded_by else []
        while ahead:
            step = HasNode(ahead.pop())
            for node in pathway.nodes:
                if step in leaves(node.condition) and (pathway.id, node.id) not in nodes:
                    nodes.add((pathway.id, node.id))
                    stacks |= {node.awards, *lattice.leads_to(world, node.awards).stacks} if node.awards else set()
                    ahead.append(node.id)
    return replace(found, nodes=tuple(sorted(nodes)), stacks=tuple(sorted(stacks)))


def _pathways(known: Known, leads: LeadsTo) -> tuple[InPathway, ...]:
    steps: dict[str, list[str]] = {}
    for pathway, node in leads.nodes:
        steps.setdefault(pathway, []).append(known.world.pathways[pathway].by_id[node].name)
    return tuple(
        InPathway(known.world.pathways[each].name, f"/pathways/{known.pathway_ids[each]}", tuple(names))
        for each, names in steps.items()
    )


def _names(roles: list[Role]) -> tuple[str, ...]:
    return tuple(role.name for role in roles[:MOST_ROLES])


def _is_agreed(each: CreditTransfer, today: date) -> bool:
    begun = each.agreement_from is None or each.agreement_from <= today
    return begun and (each.agreement_until is None or today <= each.agreement_until)
