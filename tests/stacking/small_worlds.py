"""Small worlds of every shape, and planning in them by trying everything with the evaluator alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from app.stacking.conditions import AllOf, AnyOf, Condition, HasCredential, HasNode, HasSkill, Measure, MinSum, NOf
from app.stacking.evaluate import evaluate, meets, settle
from app.stacking.holdings import Holding, Standing, proofs_of
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

AS_OF = date(2026, 7, 1)
SKILLS = ("sk-a", "sk-b", "sk-c")
BADGES = ("mc-1", "mc-2", "mc-3", "mc-4", "mc-5")
STACKS = ("st-1", "st-2")
OTHERS = ("px-1", "ext-1")
NAMES = (*BADGES, *STACKS, *OTHERS)


@dataclass(frozen=True)
class Small:
    """A world, somebody in it, and what they aim at."""

    world: World
    pathway: Pathway
    role: Role
    holdings: tuple[Holding, ...]

    def with_holdings(self, holdings: Iterable[Holding]) -> Small:
        return replace(self, holdings=tuple(holdings))


@dataclass(frozen=True, order=True)
class Price:
    """What a set costs, in the order in which it matters."""

    hours: Decimal
    price: Decimal
    count: int
    ids: tuple[str, ...]


@cache
def conditions(
    *, nodes: tuple[str, ...] = (), names: tuple[str, ...] = NAMES, ever: bool = False
) -> st.SearchStrategy[Condition]:
    leaves: list[st.SearchStrategy[Any]] = [
        st.builds(HasCredential, st.sampled_from(names), st.booleans() if ever else st.just(value=False)),
        st.builds(HasCredential, st.sampled_from(names)),
        st.builds(HasSkill, st.sampled_from(SKILLS), st.integers(1, 3)),
        st.builds(
            MinSum,
            st.just(Measure.ACADEMIC_CREDITS),
            st.integers(1, 6).map(Decimal),
            st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True).map(tuple),
        ),
    ]
    if nodes:
        leaves.append(st.builds(HasNode, st.sampled_from(nodes)))
    return st.recursive(
        st.one_of(leaves),
        lambda inner: st.one_of(
            st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
            st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
            st.builds(NOf, st.just(2), st.lists(inner, min_size=2, max_size=4).map(tuple)),
        ),
        max_leaves=5,
    )


@cache
def levels(fewest: int, most: int) -> st.SearchStrategy[tuple[SkillAt, ...]]:
    by_skill = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3), min_size=fewest, max_size=most)
    return by_skill.map(lambda each: tuple(SkillAt(*one) for one in sorted(each.items())))


@st.composite
def small(draw: st.DrawFn) -> Small:
    ever = draw(st.booleans())
    months = st.sampled_from([None, 6, 12, 24])
    badges = [
        Credential(
            id=name,
            kind=Kind.MICRO,
            name=name,
            abbreviation=name.upper(),
            skills=draw(levels(0, 2)),
            hours=Decimal(draw(st.sampled_from([1, 1, 2, 3, 8]))),
            academic_credits=Decimal(draw(st.integers(0, 3))),
            price=Decimal(draw(st.sampled_from([0, 10, 10, 30]))),
            prerequisites=draw(st.one_of(st.none(), st.none(), conditions())),
        )
        for name in BADGES
    ]
    others = [Credential(name, Kind.PARTNER, name, name.upper(), skills=draw(levels(0, 2))) for name in OTHERS]
    # A stack would inherit what an expired badge proved, which plans do not count on.
    stacks = [Credential(name, Kind.STACK, name, name.upper(), inherits_skills=not ever) for name in STACKS]
    pathway = _pathway(draw, ever=ever)
    world = World(
        credentials=[*badges, *others, *stacks],
        skills=[Skill(each, each, draw(months)) for each in SKILLS],
        equivalences=draw(st.lists(_equivalences(), max_size=2, unique_by=lambda each: each.id)),
        pathways=[pathway],
    )
    credentials = draw(st.lists(st.sampled_from(STACKS + BADGES), max_size=1)) if draw(st.booleans()) else []
    role = Role("role", "Role", draw(levels(2, 3)), tuple(credentials))
    holdings = draw(st.lists(holding(world, (*BADGES, *OTHERS)), max_size=3, unique_by=lambda each: each.id))
    return Small(world, pathway, role, tuple(holdings))


def _pathway(draw: st.DrawFn, *, ever: bool) -> Pathway:
    nodes = (
        Node("n1", "First", draw(conditions(ever=ever, names=(*BADGES, *OTHERS))), awards="st-1"),
        Node("n2", "Second", draw(conditions(nodes=("n1",), names=(*BADGES, "st-1"), ever=ever)), 2, awards="st-2"),
        Node("n3", "Third", draw(conditions(nodes=("n1", "n2"), ever=ever)), 3),
    )
    entry = draw(st.one_of(st.none(), conditions(names=BADGES)))
    return Pathway("pw", 1, "Pathway", StackType.VERTICAL, Mode.PROGRESSIVE, nodes, "n3", entry)


@st.composite
def _equivalences(draw: st.DrawFn) -> Equivalence:
    return Equivalence(
        id=draw(st.sampled_from(["eq-1", "eq-2"])),
        source=draw(st.sampled_from(NAMES)),
        target=draw(st.sampled_from(NAMES)),
        both=draw(st.booleans()),
        pathways=draw(st.sampled_from([None, None, frozenset({"pw"})])),
        max_age_months=draw(st.sampled_from([None, 12])),
        valid_until=draw(st.sampled_from([None, None, AS_OF, AS_OF - timedelta(days=1)])),
    )


@st.composite
def holding(draw: st.DrawFn, world: World, names: tuple[str, ...], *, good: bool = False) -> Holding:
    name = draw(st.sampled_from(names))
    issued = AS_OF - timedelta(days=draw(st.sampled_from([0, 100, 300, 500, 1000])))
    ends = None if good else draw(st.sampled_from([None, None, AS_OF, AS_OF - timedelta(days=1)]))
    standing = Standing.ACTIVE if good else draw(st.sampled_from([*[Standing.ACTIVE] * 4, Standing.REVOKED]))
    return Holding(f"{name}@{issued}", name, issued, ends, standing, proofs_of(world, name, issued))


def got(world: World, credential: str) -> Holding:
    """An award of today."""
    return Holding(f"got:{credential}", credential, AS_OF, proofs=proofs_of(world, credential, AS_OF))


class ByHand:
    """Planning by trying every set of badges, with nothing but the evaluator."""

    def __init__(self, small: Small, *, is_joined: bool = True) -> None:
        self.small = small
        self.joined = (small.pathway,) if is_joined else ()
        self.base = self.settled(small.holdings)
        self._after: dict[frozenset[str], tuple[Holding, ...]] = {}

    def settled(self, holdings: Iterable[Holding]) -> tuple[Holding, ...]:
        return settle(self.small.world, self.joined, holdings, AS_OF)[1]

    def after(self, taken: Iterable[str]) -> tuple[Holding, ...]:
        key = frozenset(taken)
        if key not in self._after:
            fresh = [
                Holding(f"new:{each}", each, AS_OF, proofs=proofs_of(self.small.world, each, AS_OF)) for each in key
            ]
            self._after[key] = self.settled([*self.base, *fresh])
        return self._after[key]

    def may_take(self, credential: str, after: Iterable[str]) -> bool:
        asked = self.small.world.credentials[credential].prerequisites
        return asked is None or meets(self.small.world, asked, self.after(after), AS_OF).is_met

    def can_take_all(self, wanted: Iterable[str]) -> bool:
        left, taken = set(wanted), list[str]()
        while left:
            able = [each for each in sorted(left) if self.may_take(each, taken)]
            if not able:
                return False
            left -= set(able)
            taken += able
        return True

    def is_complete(self, taken: Iterable[str]) -> bool:
        return evaluate(self.small.world, self.small.pathway, self.after(taken), AS_OF).is_complete

    def enters(self, taken: Iterable[str]) -> bool:
        entry = self.small.pathway.entry
        return entry is None or meets(self.small.world, entry, self.after(taken), AS_OF, pathway="pw").is_met

    def matches_the_role(self, taken: Iterable[str]) -> bool:
        held, role = self.after(taken), self.small.role
        asked = AllOf(
            (
                *(HasSkill(each.skill, each.level) for each in role.requires),
                *map(HasCredential, role.requires_credentials),
            )
        )
        return meets(self.small.world, asked, held, AS_OF).is_met

    def price(self, ids: Iterable[str]) -> Price:
        known = [self.small.world.credentials[each] for each in sorted(ids)]
        hours, money = sum((each.hours for each in known), Decimal(0)), sum((each.price for each in known), Decimal(0))
        return Price(hours, money, len(known), tuple(each.id for each in known))

    def ways(self, is_met: Any) -> list[Price]:
        """Every set of badges that can be taken and that reaches the target, cheapest first."""
        sets = [each for count in range(len(BADGES) + 1) for each in combinations(BADGES, count)]
        return sorted(self.price(each) for each in sets if is_met(each) and self.can_take_all(each))
