"""What an issuer's stacks are made of, as plain facts: credentials, skills, units, equivalences, pathways. Pure.

Everything is named by its short name (slug) in the issuer's catalogue; a credential is an achievement of the issuer or
one of somebody else's that it recognises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.stacking.conditions import Condition
from app.stacking.renewal import Validity


class Kind(StrEnum):
    """Where a credential comes from. Only a micro-credential can stand in a plan; a stack is made by a pathway."""

    MICRO = "micro"
    STACK = "stack"
    EXTERNAL = "external"
    PARTNER = "partner"


class StackType(StrEnum):
    """How the nodes of a pathway relate: one upon the other, side by side, or specialism on top of either."""

    VERTICAL = "vertical"
    HORIZONTAL = "horizontal"
    VALUE_ADDED = "value_added"


class Mode(StrEnum):
    """Whether the order matters. Conditions alone decide; the mode is what people are told."""

    PROGRESSIVE = "progressive"
    INDEPENDENT = "independent"


class OnLoss(StrEnum):
    """What becomes of a stack when a badge that it was built on is revoked and nothing takes its place."""

    KEEP = "keep"
    SUSPEND = "suspend"
    REVOKE = "revoke"


class OnNewVersion(StrEnum):
    """What a new version means to those who are on the way: they stay for a while, or go on under the new one."""

    GRANDFATHER = "grandfather"
    MIGRATE = "migrate"


@dataclass(frozen=True, slots=True)
class SkillAt:
    """A skill at a level from 1 (novice) to 5 (expert)."""

    skill: str
    level: int


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of continuing education in a unit."""

    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill. `decay_months` after the award that proved it, it is stale; None = it does not fade."""

    id: str
    name: str
    decay_months: int | None = None
    category: str = ""
    priority: int = 3  # 1 (may wait) to 5 (patient safety)


@dataclass(frozen=True, slots=True)
class Credential:
    """What can be earned or recognised. `inherits_skills`: the skills are those of what it was built on."""

    id: str
    kind: Kind
    name: str
    abbreviation: str
    skills: tuple[SkillAt, ...] = ()
    hours: Decimal = Decimal(0)
    academic_credits: Decimal = Decimal(0)
    ce: tuple[Amount, ...] = ()
    price: Decimal = Decimal(0)
    validity: Validity = field(default_factory=Validity)
    grace_days: int = 0
    prerequisites: Condition | None = None
    inherits_skills: bool = False
    issuer: str = ""
    formats: frozenset[str] = frozenset()  # course, workshop, on_the_job, self_study
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Equivalence:
    """`source` counts as `target` in conditions, one hop and never further; it never makes an award.

    `pathways` None = everywhere, prerequisites, gaps and transfers included. The last day of `valid_until` counts.
    """

    id: str
    source: str
    target: str
    both: bool = False
    pathways: frozenset[str] | None = None
    max_age_months: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def directions(self) -> tuple[tuple[str, str], ...]:
        """From what to what it leads."""
        one = (self.source, self.target)
        return (one, (self.target, self.source)) if self.both else (one,)


@dataclass(frozen=True, slots=True)
class Node:
    """One step of a pathway. With `awards` it is a milestone: whoever completes it is awarded that stack."""

    id: str
    name: str
    condition: Condition
    level: int = 1
    required: bool = True  # a hint for display: the completion node's condition alone decides
    awards: str | None = None


@dataclass(frozen=True, slots=True)
class Pathway:
    """One published version of a pathway."""

    id: str
    number: int
    name: str
    stack_type: StackType
    mode: Mode
    nodes: tuple[Node, ...]
    completion: str
    entry: Condition | None = None
    description: str = ""
    on_component_loss: OnLoss = OnLoss.KEEP
    on_new_version: OnNewVersion = OnNewVersion.GRANDFATHER
    grandfather_months: int = 0
    by_id: Mapping[str, Node] = field(init=False, repr=False, compare=False)
    awarded_by: Mapping[str, str] = field(init=False, repr=False, compare=False)  # stack -> node

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {node.id: node for node in self.nodes})
        object.__setattr__(self, "awarded_by", {node.awards: node.id for node in self.nodes if node.awards})


@dataclass(frozen=True, slots=True)
class Programme:
    """A formal programme to which credit can be transferred."""

    id: str
    name: str
    provider: str
    award: str
    total_credits: Decimal


@dataclass(frozen=True, slots=True)
class CreditTransfer:
    """Whoever meets `source` has `credits` in a programme: at once, or once they are enrolled in it."""

    id: str
    source: Condition
    programme: str
    credits: Decimal
    on_award: bool = False
    max_age_months: int | None = None
    agreement_from: date | None = None
    agreement_until: date | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A job as skills with levels, and credentials that it cannot be done without. No degree needed to match."""

    id: str
    name: str
    requires: tuple[SkillAt, ...]
    requires_credentials: tuple[str, ...] = ()


class World:
    """Everything that evaluation needs to know, with the look-ups made once. Treat it as immutable."""

    def __init__(
        self,
        *,
        credentials: Iterable[Credential] = (),
        skills: Iterable[Skill] = (),
        contact_hours: Mapping[str, Decimal] | None = None,
        equivalences: Iterable[Equivalence] = (),
        pathways: Iterable[Pathway] = (),
        programmes: Iterable[Programme] = (),
        transfers: Iterable[CreditTransfer] = (),
        roles: Iterable[Role] = (),
    ) -> None:
        self.credentials = {each.id: each for each in credentials}
        self.skills = {each.id: each for each in skills}
        self.contact_hours = dict(contact_hours or {})  # CE unit -> contact hours that one of it is
        self.equivalences = tuple(sorted(equivalences, key=lambda each: each.id))
        self.pathways = {each.id: each for each in pathways}  # the newest published version of each
        self.programmes = {each.id: each for each in programmes}
        self.transfers = tuple(sorted(transfers, key=lambda each: each.id))
        self.roles = {each.id: each for each in roles}
        self.counts_as: dict[str, list[tuple[str, Equivalence]]] = {}
        for each in self.equivalences:
            for source, target in each.directions:
                self.counts_as.setdefault(source, []).append((target, each))

    def label(self, credential: str) -> str:
        """How a credential is called in a sentence: its abbreviation, or its short name when it is not known."""
        found = self.credentials.get(credential)
        return found.abbreviation if found else credential

    def converted(self, amount: Amount, unit: str) -> Decimal:
        """An amount in another unit, by contact hours; 0 where a unit is not known."""
        if amount.unit == unit:
            return amount.amount
        one, other = self.contact_hours.get(amount.unit), self.contact_hours.get(unit)
        return amount.amount * one / other if one is not None and other else Decimal(0)
