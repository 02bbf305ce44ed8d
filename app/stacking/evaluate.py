"""What of a pathway a learner has, on a day, and why: every node and every condition answers for itself. Pure.

Conditions only ever gain by another award, so that evaluating again and again comes to an end, in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.stacking.conditions import AllOf, AnyOf, Condition, HasCredential, HasNode, HasSkill, Measure, MinSum, NOf
from app.stacking.holdings import Held, Holding, Proof, Standing, is_current, is_too_old, shown_by
from app.stacking.world import OnLoss, Pathway, World

NOTHING, WHOLE = Fraction(0), Fraction(1)
MADE = "made:"  # before the name of a stack that is only found complete, and not yet awarded


class Why(StrEnum):
    """Why a condition holds or does not."""

    HELD = "held"
    EQUIVALENT = "equivalent"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    NOT_YET = "not_yet"
    TOO_OLD = "too_old"  # it would count through an equivalence, if it were newer
    MISSING = "missing"
    NODE = "node"
    SKILL = "skill"
    SKILL_TOO_LOW = "skill_too_low"
    SKILL_FADED = "skill_faded"
    SKILL_MISSING = "skill_missing"
    COUNT = "count"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Because:
    """The reason of one condition. `name` is what it is about; `have` of `need` are counts, amounts or levels."""

    why: Why
    name: str = ""
    holding: Holding | None = None
    on: date | None = None
    have: Decimal = Decimal(0)
    need: Decimal = Decimal(0)


UNSAID = Because(Why.MISSING)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a condition comes to. `used`: ids of the holdings on which it holds, each once, in their order."""

    condition: Condition
    is_met: bool
    progress: Fraction
    because: Because
    parts: tuple[Finding, ...] = ()
    used: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A pathway as one learner stands in it on a day."""

    pathway: Pathway
    as_of: date
    nodes: Mapping[str, Finding]
    entry: Finding | None

    @property
    def complete(self) -> tuple[str, ...]:
        """The nodes that are complete, in the order of the pathway."""
        return tuple(node.id for node in self.pathway.nodes if self.nodes[node.id].is_met)

    @property
    def is_complete(self) -> bool:
        """Whether the pathway is."""
        return self.nodes[self.pathway.completion].is_met

    @property
    def progress(self) -> Fraction:
        """How far the completion node is, from 0 to 1."""
        return self.nodes[self.pathway.completion].progress


@dataclass(frozen=True, slots=True)
class Earned:
    """A stack that is complete and not held: the node that says so, and what it rests on."""

    pathway: Pathway
    node: str
    stack: str
    finding: Finding


def evaluate(
    world: World,
    pathway: Pathway,
    holdings: Iterable[Holding],
    as_of: date,
    *,
    kept: frozenset[str] = frozenset(),
    tells: bool = True,
) -> Evaluation:
    """Judge every node and the entry of a pathway. Cost: its leaves, times what counts as each.

    `tells` False: no reasons are worked out of what does not hold, where only the progress is wanted.
    """
    looking = _Looking(Held(world, holdings, as_of, pathway=pathway.id, kept=kept), pathway, tells=tells)
    nodes = {node.id: looking.node(node.id) for node in pathway.nodes}
    entry = looking.of(pathway.entry) if pathway.entry is not None else None
    return Evaluation(pathway, as_of, nodes, entry)


def meets(
    world: World, condition: Condition, holdings: Iterable[Holding], as_of: date, *, pathway: str | None = None
) -> Finding:
    """Judge a condition that names no node: an entry, a prerequisite, what credit is given for."""
    return _Looking(Held(world, holdings, as_of, pathway=pathway), None).of(condition)


def settle(
    world: World,
    pathways: Iterable[Pathway],
    holdings: Iterable[Holding],
    as_of: date,
    *,
    barred: frozenset[str] = frozenset(),
) -> tuple[tuple[Earned, ...], tuple[Holding, ...]]:
    """The stacks that are to be awarded, in an order in which they can be, and the holdings with them.

    One award may complete the next, also in another pathway: it goes on until nothing new is found. A stack that is
    held and good is left alone; so is one that is suspended, since only who suspended it can say that it counts, and
    one that is `barred`.
    """
    among, held = tuple(pathways), list(holdings)
    earned: list[Earned] = []
    looked, found_one = Held(world, held, as_of), True
    while found_one:
        found_one = False
        for pathway in among:
            looking = _Looking(looked.seen_from(pathway.id), pathway, tells=False, measures=False)
            for node in pathway.nodes:
                if node.awards is None or node.awards in barred or _is_held(held, node.awards, as_of):
                    continue
                finding = looking.node(node.id)
                if finding.is_met:
                    earned.append(Earned(pathway, node.id, node.awards, finding))
                    held.append(stack_holding(world, node.awards, finding, held, as_of))
                    looked, found_one = Held(world, held, as_of), True
    return tuple(earned), tuple(held)


def stack_holding(
    world: World, stack: str, finding: Finding, holdings: Iterable[Holding], issued: date, *, made: str = ""
) -> Holding:
    """A stack as a holding: its skills are those of what it rests on, each with the day of its own award."""
    used = set(finding.used)
    known = world.credentials.get(stack)
    return Holding(
        id=made or f"{MADE}{stack}",
        credential=stack,
        issued=issued,
        proofs=inherited(each for each in holdings if each.id in used) if known and known.inherits_skills else (),
    )


def inherited(holdings: Iterable[Holding]) -> tuple[Proof, ...]:
    """Per skill and level the newest proof among these, highest level first: a lower, newer one refreshes nothing."""
    best: dict[tuple[str, int], Proof] = {}
    for holding in holdings:
        for proof in holding.proofs:
            key = proof.skill, proof.level
            if key not in best or proof.on > best[key].on:
                best[key] = proof
    return tuple(sorted(best.values(), key=lambda each: (each.skill, -each.level)))


def after_loss(evaluation: Evaluation, node: str) -> OnLoss | None:
    """What to do with a stack that lost something it rests on; None = its node holds without it, so nothing.

    The evaluation is of the day, with `kept` naming what the stack still rests on: only the loss counts, and not that
    something else has expired since.
    """
    return None if evaluation.nodes[node].is_met else evaluation.pathway.on_component_loss


def _is_held(holdings: Iterable[Holding], stack: str, as_of: date) -> bool:
    return any(
        each.credential == stack and (each.standing is Standing.SUSPENDED or each.is_good(as_of)) for each in holdings
    )


class _Looking:
    """One pass over a pathway for one learner; every node is judged once.

    `tells`: reasons are worked out of what does not hold. `measures`: so is how far it is; without that, parts are
    only looked at until it is clear whether the whole holds.
    """

    def __init__(self, held: Held, pathway: Pathway | None, *, tells: bool = True, measures: bool = True) -> None:
        self._held, self._pathway, self._tells, self._measures = held, pathway, tells, measures
        self._done: dict[str, Finding] = {}
        self._open: set[str] = set()  # published pathways have no cycle; one that had would not run for ever

    def node(self, name: str) -> Finding:
        if name in self._done:
            return self._done[name]
        node = self._pathway.by_id.get(name) if self._pathway else None
        if node is None or name in self._open:
            return Finding(HasNode(name), is_met=False, progress=NOTHING, because=Because(Why.MISSING, name))
        self._open.add(name)
        found = self.of(node.condition)
        self._open.discard(name)
        self._done[name] = found
        return found

    def of(self, condition: Condition) -> Finding:
        match condition:
            case HasCredential():
                found = self._credential(condition)
            case HasNode():
                found = self._node(condition)
            case HasSkill():
                found = self._skill(condition)
            case MinSum():
                found = self._sum(condition)
            case AllOf(of):
                found = self._parts(condition, of, len(of))
            case AnyOf(of):
                found = self._parts(condition, of, 1)
            case NOf(n, of):
                found = self._parts(condition, of, n)
        return found

    def _parts(self, condition: Condition, of: tuple[Condition, ...], need: int) -> Finding:
        if self._measures:
            return _counted(condition, tuple(map(self.of, of)), need)
        met: list[Finding] = []
        for number, each in enumerate(of):
            if len(met) == need or len(met) + len(of) - number < need:
                break
            found = self.of(each)
            if found.is_met:
                met.append(found)
        if len(met) < need:
            return Finding(condition, is_met=False, progress=NOTHING, because=UNSAID)
        used = tuple(dict.fromkeys(one for each in met for one in each.used))
        return Finding(condition, is_met=True, progress=WHOLE, because=UNSAID, used=used)

    def _node(self, condition: HasNode) -> Finding:
        found = self.node(condition.node)
        because = Because(Why.NODE, condition.node)
        return Finding(condition, found.is_met, found.progress, because, (), found.used)

    def _credential(self, condition: HasCredential) -> Finding:
        held = self._held
        counting = (held.ever if condition.ever else held.now).get(condition.credential)
        if counting is not None:
            why = Why.HELD if counting.through is None else Why.EQUIVALENT
            because = Because(why, condition.credential, counting.holding, counting.holding.valid_until)
            return Finding(condition, is_met=True, progress=WHOLE, because=because, used=(counting.holding.id,))
        progress = NOTHING
        if (
            self._measures
            and self._pathway is not None
            and (node := self._pathway.awarded_by.get(condition.credential)) is not None
        ):
            progress = self.node(node).progress
        return Finding(condition, is_met=False, progress=progress, because=self._why_not(condition.credential))

    def _why_not(self, credential: str) -> Because:
        """The best that can be said: of the newest award of it, or of one that would count as it."""
        if not self._tells:
            return UNSAID
        own = [each for each in self._held.holdings if each.credential == credential]
        if own:
            newest = max(own, key=lambda each: (each.standing is Standing.ACTIVE, each.issued, each.id))
            if newest.standing is not Standing.ACTIVE:
                why = Why.REVOKED if newest.standing is Standing.REVOKED else Why.SUSPENDED
                return Because(why, credential, newest)
            if newest.issued > self._held.as_of:
                return Because(Why.NOT_YET, credential, newest, newest.issued)
            return Because(Why.EXPIRED, credential, newest, newest.valid_until)
        for each in reversed(self._held.holdings):
            for target, through in self._held.world.counts_as.get(each.credential, ()):
                if (
                    target == credential
                    and each.is_good(self._held.as_of)
                    and is_too_old(through, each, self._held.as_of)
                ):
                    return Because(Why.TOO_OLD, credential, each, each.issued)
        return Because(Why.MISSING, credential)

    def _skill(self, condition: HasSkill) -> Finding:
        skill, at_least = condition.skill, condition.at_least
        proof, need = self._held.skill(skill), Decimal(at_least)
        if proof is not None and proof.level >= at_least:
            because = Because(Why.SKILL, skill, on=proof.on, have=Decimal(proof.level), need=need)
            holding = shown_by(self._held, proof)
            used = () if holding is None else (holding.id,)
            return Finding(condition, is_met=True, progress=WHOLE, because=because, used=used)
        if proof is not None:
            because = Because(Why.SKILL_TOO_LOW, skill, on=proof.on, have=Decimal(proof.level), need=need)
            return Finding(condition, is_met=False, progress=NOTHING, because=because)
        faded = [
            each
            for holding in self._held.holdings
            if holding.is_good(self._held.as_of)
            for each in holding.proofs
            if each.skill == skill and not is_current(self._held.world, each, self._held.as_of)
        ]
        newest = max(faded, key=lambda each: each.on, default=None)
        why = Why.SKILL_FADED if newest else Why.SKILL_MISSING
        because = Because(why, skill, on=newest.on if newest else None, need=need)
        return Finding(condition, is_met=False, progress=NOTHING, because=because)

    def _sum(self, condition: MinSum) -> Finding:
        world, total, used = self._held.world, Decimal(0), []
        for name in condition.of:
            if name in self._held.itself and (amount := measured(world, name, condition)):
                total += amount
                used.append(self._held.now[name].holding.id)
        because = Because(Why.SUM, condition.unit or condition.measure.value, have=total, need=condition.at_least)
        is_met = total >= condition.at_least
        progress = WHOLE if is_met else Fraction(total) / Fraction(condition.at_least)
        return Finding(condition, is_met, progress, because, (), tuple(used))


def measured(world: World, credential: str, condition: MinSum) -> Decimal:
    """What a credential adds to a sum."""
    known = world.credentials.get(credential)
    if known is None:
        return Decimal(0)
    match condition.measure:
        case Measure.HOURS:
            return known.hours
        case Measure.ACADEMIC_CREDITS:
            return known.academic_credits
        case Measure.CE:
            return sum((world.converted(each, condition.unit or "") for each in known.ce), Decimal(0))


def _counted(condition: Condition, parts: tuple[Finding, ...], need: int) -> Finding:
    """So many of the parts; the progress is the mean of the best. It rests on the first of those that hold.

    An `all_of` of nothing holds, and an `any_of` of nothing never does.
    """
    met = [each for each in parts if each.is_met]
    is_met = len(met) >= need
    best = sorted((each.progress for each in parts), reverse=True)[:need]
    progress = WHOLE if is_met else sum(best, NOTHING) / need
    used = dict.fromkeys(one for each in (met[:need] if is_met else met) for one in each.used)
    because = Because(Why.COUNT, have=Decimal(len(met)), need=Decimal(need))
    return Finding(condition, is_met, progress, because, parts, tuple(used))
