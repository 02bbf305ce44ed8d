"""The condition grammar of pathways, prerequisites and credit transfers: one union, read from plain data. Pure.

There is no "not": with it, earning one badge could take another away, and progress would no longer only rise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from app.errors import InvalidInput

MOST_DEEP = 6
MOST_LEAVES = 200
MOST_AMOUNT = 1_000_000
LOWEST_LEVEL, HIGHEST_LEVEL = 1, 5
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


class Measure(StrEnum):
    """What can be summed over credentials. An amount of continuing education never stands without its unit."""

    HOURS = "hours"
    ACADEMIC_CREDITS = "academic_credits"
    CE = "ce"


@dataclass(frozen=True, slots=True)
class HasCredential:
    """An award of it, or of something equivalent, that is good on the day; `ever` = also one that has expired."""

    credential: str
    ever: bool = False


@dataclass(frozen=True, slots=True)
class HasNode:
    """Another node of the same pathway is complete."""

    node: str


@dataclass(frozen=True, slots=True)
class HasSkill:
    """A current skill, at this level (1-5) or above."""

    skill: str
    at_least: int


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NOf:
    """At least `n` of these."""

    n: int
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class MinSum:
    """A measure, summed over the different credentials among these that are good on the day, reaches an amount."""

    measure: Measure
    at_least: Decimal
    of: tuple[str, ...]
    unit: str | None = None  # with CE only


Leaf = HasCredential | HasNode | HasSkill | MinSum
Condition = HasCredential | HasNode | HasSkill | AllOf | AnyOf | NOf | MinSum


def read(document: Any) -> Condition:
    """A condition from plain data. Raises InvalidInput with `problems`: a JSON pointer and a sentence for each."""
    problems: list[dict[str, str]] = []
    found = _Reading(problems).condition(document, "", MOST_DEEP)
    if found is not None and sum(1 for _ in leaves(found)) > MOST_LEAVES:
        problems.append({"pointer": "", "sentence": f"A condition has at most {MOST_LEAVES} leaves."})
    if problems or found is None:
        first = problems[0]
        raise InvalidInput(f"{first['pointer'] or 'condition'}: {first['sentence']}", problems=problems)
    return found


def write(condition: Condition) -> dict[str, Any]:
    """Plain data that `read` reads back to an equal condition."""
    match condition:
        case HasCredential(credential, ever):
            stated: dict[str, Any] = {"credential": credential} | ({"validity": "ever"} if ever else {})
        case HasNode(node):
            stated = {"node": node}
        case HasSkill(skill, at_least):
            stated = {"skill": skill, "at_least": at_least}
        case AllOf(of):
            stated = {"all_of": [write(each) for each in of]}
        case AnyOf(of):
            stated = {"any_of": [write(each) for each in of]}
        case NOf(n, of):
            stated = {"n_of": {"n": n, "of": [write(each) for each in of]}}
        case MinSum(measure, amount, names, unit):
            summed = {"measure": measure.value, "at_least": _number(amount), "of": list(names)}
            stated = {"min_sum": summed | ({"unit": unit} if unit else {})}
    return stated


def leaves(condition: Condition) -> Iterator[Leaf]:
    """The leaves, in the order in which they stand."""
    match condition:
        case AllOf(of) | AnyOf(of) | NOf(_, of):
            for each in of:
                yield from leaves(each)
        case _:
            yield condition


def credentials_in(condition: Condition) -> frozenset[str]:
    """Every credential that it names."""
    found: set[str] = set()
    for leaf in leaves(condition):
        if isinstance(leaf, HasCredential):
            found.add(leaf.credential)
        elif isinstance(leaf, MinSum):
            found.update(leaf.of)
    return frozenset(found)


def holds_for_nothing(condition: Condition) -> bool:
    """Whether it holds for somebody who has nothing at all (B80). Nodes are taken as incomplete."""
    match condition:
        case AllOf(of):
            return all(map(holds_for_nothing, of))
        case AnyOf(of):
            return any(map(holds_for_nothing, of))
        case NOf(n, of):
            return sum(map(holds_for_nothing, of)) >= n
        case MinSum(at_least=at_least):
            return at_least <= 0
        case _:
            return False


def can_never_hold(condition: Condition) -> bool:
    """Whether nobody can ever meet it, whatever they earn."""
    match condition:
        case AllOf(of):
            return any(map(can_never_hold, of))
        case AnyOf(of):
            return all(map(can_never_hold, of))
        case NOf(n, of):
            return sum(not can_never_hold(each) for each in of) < n
        case MinSum(at_least=at_least, of=of):
            return at_least > 0 and not of
        case _:
            return False


def _number(value: Decimal) -> int | float | str:
    return int(value) if value == value.to_integral_value() else str(value)


class _Wrong(Exception):
    """What is wrong with one condition: its place and a sentence."""

    def __init__(self, at: str, sentence: str) -> None:
        super().__init__(sentence)
        self.problem = {"pointer": at, "sentence": sentence}


class _Reading:
    """One reading of a document: every problem is noted, with its place, and its neighbours are read all the same."""

    def __init__(self, problems: list[dict[str, str]]) -> None:
        self._problems = problems

    def condition(self, document: Any, at: str, depth: int) -> Condition | None:
        try:
            return self._of_its_kind(document, at, depth)
        except _Wrong as found:
            self._problems.append(found.problem)
            return None

    def _of_its_kind(self, document: Any, at: str, depth: int) -> Condition | None:
        if not isinstance(document, dict):
            raise _Wrong(at, "A condition is a map, such as {credential: mc-bls}.")
        if depth == 0:
            raise _Wrong(at, f"Conditions stand at most {MOST_DEEP} deep in one another.")
        kinds = [kind for kind in _KINDS if kind in document]
        if len(kinds) != 1:
            raise _Wrong(at, f"A condition has exactly one of {', '.join(_KINDS)}.")
        kind = kinds[0]
        if strange := sorted(set(map(str, document)) - {kind, *_BESIDE.get(kind, ())}):
            raise _Wrong(f"{at}/{strange[0]}", f"Nothing is called {strange[0]} beside {kind}.")
        readers: dict[str, Callable[[dict[str, Any], str, int], Condition | None]] = {
            "credential": self._credential,
            "node": self._node,
            "skill": self._skill,
            "all_of": self._all_of,
            "any_of": self._any_of,
            "n_of": self._n_of,
            "min_sum": self._min_sum,
        }
        return readers[kind](document, at, depth)

    def _credential(self, document: dict[str, Any], at: str, _depth: int) -> Condition:
        validity = document.get("validity", "current")
        if validity not in ("current", "ever"):
            raise _Wrong(f"{at}/validity", "The validity is current or ever.")
        name = self._name(document["credential"], f"{at}/credential")
        return HasCredential(name, ever=validity == "ever")

    def _node(self, document: dict[str, Any], at: str, _depth: int) -> Condition:
        return HasNode(self._name(document["node"], f"{at}/node"))

    def _all_of(self, document: dict[str, Any], at: str, depth: int) -> Condition | None:
        parts = self._parts(document["all_of"], f"{at}/all_of", depth)
        return None if parts is None else AllOf(parts)

    def _any_of(self, document: dict[str, Any], at: str, depth: int) -> Condition | None:
        parts = self._parts(document["any_of"], f"{at}/any_of", depth)
        return None if parts is None else AnyOf(parts)

    def _skill(self, document: dict[str, Any], at: str, _depth: int) -> Condition:
        level = document.get("at_least")
        if not isinstance(level, int) or isinstance(level, bool) or not LOWEST_LEVEL <= level <= HIGHEST_LEVEL:
            raise _Wrong(f"{at}/at_least", f"A level is a whole number from {LOWEST_LEVEL} to {HIGHEST_LEVEL}.")
        return HasSkill(self._name(document["skill"], f"{at}/skill"), level)

    def _n_of(self, document: dict[str, Any], at: str, depth: int) -> Condition | None:
        stated, at = document["n_of"], f"{at}/n_of"
        if not isinstance(stated, dict) or set(stated) != {"n", "of"}:
            raise _Wrong(at, "n_of has n and of.")
        count, parts = stated["n"], self._parts(stated["of"], f"{at}/of", depth)
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise _Wrong(f"{at}/n", "n is a whole number from 1 on.")
        return None if parts is None else NOf(count, parts)

    def _min_sum(self, document: dict[str, Any], at: str, _depth: int) -> Condition:
        stated, at = document["min_sum"], f"{at}/min_sum"
        if not isinstance(stated, dict) or not {"measure", "at_least", "of"} <= set(stated) <= _SUM_KEYS:
            raise _Wrong(at, "min_sum has measure, at_least and of, and a unit if the measure is ce.")
        measure, unit = stated["measure"], stated.get("unit")
        if measure not in list(Measure):
            raise _Wrong(f"{at}/measure", f"A measure is one of {', '.join(Measure)}.")
        if (measure == Measure.CE) != isinstance(unit, str):
            raise _Wrong(f"{at}/unit", "Continuing education has a unit, and nothing else has one.")
        amount, names = self._amount(stated["at_least"], f"{at}/at_least"), self._names(stated["of"], f"{at}/of")
        return MinSum(Measure(measure), amount, names, unit)

    def _names(self, value: Any, at: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(each, str) and _NAME.fullmatch(each) for each in value):
            raise _Wrong(at, "of is a list of credentials.")
        if len(set(value)) < len(value):
            raise _Wrong(at, "Each credential is counted once: one stands here twice.")
        return tuple(value)

    def _amount(self, value: Any, at: str) -> Decimal:
        try:
            amount = None if isinstance(value, bool) else Decimal(str(value))
        except InvalidOperation:
            amount = None
        if amount is None or not amount.is_finite() or not 0 <= amount <= MOST_AMOUNT:
            raise _Wrong(at, "An amount is a number from 0 on.")
        return amount

    def _parts(self, value: Any, at: str, depth: int) -> tuple[Condition, ...] | None:
        if not isinstance(value, list) or len(value) > MOST_LEAVES:
            raise _Wrong(at, f"This is a list of up to {MOST_LEAVES} conditions.")
        found = [self.condition(each, f"{at}/{number}", depth - 1) for number, each in enumerate(value)]
        whole = tuple(each for each in found if each is not None)
        return whole if len(whole) == len(found) else None

    def _name(self, value: Any, at: str) -> str:
        if isinstance(value, str) and _NAME.fullmatch(value):
            return value
        raise _Wrong(at, "A name has letters, digits, full stops, underscores and hyphens.")


_KINDS = ("credential", "node", "skill", "all_of", "any_of", "n_of", "min_sum")
_BESIDE = {"credential": ("validity",), "skill": ("at_least",)}
_SUM_KEYS = {"measure", "at_least", "of", "unit"}
