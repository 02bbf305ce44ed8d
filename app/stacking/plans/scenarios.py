"""Many sets of new awards judged side by side, each together with what is held already.

Every answer is one whole number: its bit k says whether it is so for set k. "And" and "or" of two such numbers answer
for all the sets at once, so that the 65,536 choices among 16 badges cost little more than one. Conditions only gain by
an award, and so do these answers. They are those of `evaluate`, which the tests hold them to, but for one thing: what a
stack made on the way inherits from a badge that had expired is not counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

from app.stacking.conditions import AllOf, AnyOf, Condition, HasCredential, HasNode, HasSkill, MinSum, NOf
from app.stacking.evaluate import measured
from app.stacking.plans.ground import Ground
from app.stacking.world import Node, Pathway


class Scenarios:
    """Sets of credentials awarded today. `added`: credential -> the sets that it is in; `everywhere`: all sets.

    `stacks` None = look at every stack; otherwise only these can be made. `granted`: skills taken as given.
    """

    def __init__(
        self,
        ground: Ground,
        added: Mapping[str, int],
        everywhere: int,
        *,
        stacks: Collection[str] | None = None,
        granted: Collection[HasSkill] = (),
    ) -> None:
        self._ground, self._added, self.everywhere, self._granted = ground, added, everywhere, granted
        self._makers = {stack: makers for stack, makers in ground.awarding.items() if stacks is None or stack in stacks}
        self._made: dict[str, int] = {}
        self._nodes: dict[tuple[str, str], int] = {}
        self._known: dict[tuple[int, str | None], tuple[Condition, int]] = {}  # by id(), with what keeps it alive
        self._settle()

    def of(self, condition: Condition, pathway: Pathway | None) -> int:
        """The sets for which a condition holds, seen from a pathway; None = from everywhere."""
        key = id(condition), pathway.id if pathway else None
        if key not in self._known:
            self._known[key] = condition, self._judge(condition, pathway)
        return self._known[key][1]

    def node(self, pathway: Pathway, node: Node) -> int:
        """The sets for which a node is complete."""
        if (pathway.id, node.id) not in self._nodes:
            for each in pathway.nodes:
                self._nodes[pathway.id, each.id] = 0  # what it stays in a circle, which no published pathway has
            for each in self._ground.bottom_up(pathway):  # so that a long chain of nodes makes no deep stack of calls
                self._nodes[pathway.id, each.id] = self.of(each.condition, pathway)
        return self._nodes[pathway.id, node.id]

    def has(self, credential: str) -> int:
        """The sets in which it is awarded today, or made as a stack."""
        return self._added.get(credential, 0) | self._made.get(credential, 0)

    def _judge(self, condition: Condition, pathway: Pathway | None) -> int:
        match condition:
            case HasCredential():
                found = self._credential(condition, pathway)
            case HasNode(name):
                node = pathway.by_id.get(name) if pathway else None
                found = self.node(pathway, node) if pathway and node else 0
            case HasSkill():
                found = self._skill(condition)
            case AllOf(parts):
                found = self.everywhere
                for each in parts:
                    found &= self.of(each, pathway)
            case AnyOf(parts):
                found = 0
                for each in parts:
                    found |= self.of(each, pathway)
            case NOf(n, parts):
                found = self._at_least(n, [self.of(each, pathway) for each in parts])
            case MinSum():
                found = self._sum(condition, pathway)
        return found

    def _settle(self) -> None:
        """Make stacks until no set gains another one."""
        found_one = True
        while found_one:
            found_one = False
            self._nodes.clear()
            self._known.clear()
            for stack, makers in self._makers.items():
                made = self._made.get(stack, 0)
                for pathway, node in makers:
                    made |= self.node(pathway, node) & self._entry(pathway)
                if made != self._made.get(stack, 0):
                    self._made[stack], found_one = made, True

    def _entry(self, pathway: Pathway) -> int:
        if pathway.entry is None or pathway.id not in self._ground.assumed:
            return self.everywhere
        return self.of(pathway.entry, pathway)

    def _credential(self, condition: HasCredential, pathway: Pathway | None) -> int:
        scope = pathway.id if pathway else None
        held = self._ground.held(scope)
        if condition.credential in (held.ever if condition.ever else held.now):
            return self.everywhere
        found = 0
        for source in self._ground.sources(condition.credential, scope):
            found |= self.has(source)
        return found

    def _skill(self, condition: HasSkill) -> int:
        proof = self._ground.held(None).skill(condition.skill)
        if condition in self._granted or (proof is not None and proof.level >= condition.at_least):
            return self.everywhere
        found = 0
        for giver in self._ground.givers(condition.skill, condition.at_least):
            found |= self.has(giver)
        return found

    def _at_least(self, n: int, parts: Sequence[int]) -> int:
        if n > len(parts):
            return 0
        so_many = [self.everywhere] + [0] * n
        for part in parts:
            for count in range(n, 0, -1):
                so_many[count] |= so_many[count - 1] & part
        return so_many[n]

    def _sum(self, condition: MinSum, pathway: Pathway | None) -> int:
        itself = self._ground.held(pathway.id if pathway else None).itself
        rest, parts = condition.at_least, list[tuple[Decimal, int]]()
        for name in condition.of:
            amount = measured(self._ground.world, name, condition)
            if name in itself:
                rest -= amount
            elif amount > 0 and (where := self.has(name)):
                parts.append((amount, where))
        return _reach(rest, parts, self.everywhere)


def _reach(rest: Decimal, parts: Sequence[tuple[Decimal, int]], everywhere: int) -> int:
    """The sets whose amounts come to `rest`. `parts`: an amount, and the sets that have it.

    The sums of all the sets are added up as on paper, in twos: one number for the ones of all sets, one for the twos.
    """
    if rest <= 0:
        return everywhere
    unit = lcm(Fraction(rest).denominator, *(Fraction(amount).denominator for amount, _where in parts))
    digits: list[int] = []
    for amount, where in parts:
        _add(digits, int(Fraction(amount) * unit), where)
    need = int(Fraction(rest) * unit)
    reached = everywhere
    for place in range(max(len(digits), need.bit_length())):
        digit = digits[place] if place < len(digits) else 0
        reached = digit & reached if need >> place & 1 else digit | reached
    return reached


def _add(digits: list[int], amount: int, where: int) -> None:
    """Add an amount to the sums of some sets."""
    place = carry = 0
    while amount >> place or carry:
        if place == len(digits):
            digits.append(0)
        before, more = digits[place], where if amount >> place & 1 else 0
        digits[place] = before ^ more ^ carry
        carry = (before & more) | (carry & (before ^ more))
        place += 1


def bits(number: int) -> Iterator[int]:
    """The places of the ones in a number, lowest first."""
    text = bin(number)[:1:-1]
    place = text.find("1")
    while place >= 0:
        yield place
        place = text.find("1", place + 1)
