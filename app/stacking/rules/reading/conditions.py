"""What `require` and `combine` say, as conditions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.stacking.rules.document import (
    AllOf,
    AnyOf,
    Condition,
    HasBadge,
    LearnerIn,
    Member,
    NOf,
    Not,
    OccurredBetween,
    Outcome,
    Result,
    ScoreAtLeast,
)
from app.stacking.rules.reading.places import Place

DEEPEST = 6
MOST_CONDITIONS = 200
MOST_PARTS = 100
_GROUPS: Mapping[str, type[AllOf | AnyOf]] = {"all": AllOf, "all_of": AllOf, "any": AnyOf, "any_of": AnyOf}
_REQUIRE = (
    "all", "any", "n_of", "not", "outcome", "score_gte", "occurred_between", "learner_in", "has_badge",
)  # fmt: skip
_COMBINE = ("all_of", "any_of", "n_of")


@dataclass(slots=True)
class _Budget:
    left: int = MOST_CONDITIONS


def requirement(place: Place) -> Condition | None:
    """The condition that `require` states; None for an empty one. A list means that all of it is asked for."""
    if place.value is None or place.value == {}:
        return None
    return _required(place, 0, _Budget())


def combination(place: Place, names: tuple[str, ...]) -> Condition | None:
    """The combination of the activities called `names`; `within` was taken out before."""
    return _combined(place, names, 0, _Budget())


def members_of(condition: Condition | None) -> set[str]:
    """The names of activities that a combination mentions."""
    match condition:
        case Member(name):
            return {name}
        case AllOf(of) | AnyOf(of) | NOf(_, of):
            return set().union(*(members_of(part) for part in of))
        case _:
            return set()


def _spent(place: Place, depth: int, budget: _Budget) -> bool:
    budget.left -= 1
    if depth > DEEPEST:
        place.wrong(f"Conditions are nested at most {DEEPEST} deep")
    elif budget.left < 0:
        place.wrong(f"A rule has at most {MOST_CONDITIONS} conditions")
    return depth > DEEPEST or budget.left < 0


def _required(place: Place, depth: int, budget: _Budget) -> Condition | None:
    if _spent(place, depth, budget):
        return None
    if isinstance(place.value, list | tuple):
        parts = _parts(place, lambda part: _required(part, depth + 1, budget))
        return None if parts is None else AllOf(parts)
    found = place.members(*_REQUIRE, "all_of", "any_of", "valid")
    if found is None:
        return None
    valid = found.pop("valid", None)
    if valid is not None and "has_badge" not in found:
        valid.wrong("“valid” stands beside has_badge only")
    if len(found) != 1:
        if len(found) == len(place.value) - (valid is not None):  # else what is wrong has been said
            place.wrong(f"One condition a map ({', '.join(_REQUIRE)}); several stand in a list under “all”")
        return None
    name, part = next(iter(found.items()))
    if name == "has_badge":
        return _has_badge(part, valid)
    return _required_part(name, part, depth, budget)


def _required_part(name: str, place: Place, depth: int, budget: _Budget) -> Condition | None:
    if name in _GROUPS:
        parts = _parts(place, lambda part: _required(part, depth + 1, budget))
        return None if parts is None else _GROUPS[name](parts)
    if name == "n_of":
        return _n_of(place, lambda part: _required(part, depth + 1, budget))
    if name == "not":
        inner = _required(place, depth + 1, budget)
        return None if inner is None else Not(inner)
    return _LEAVES[name](place)


def _combined(place: Place, names: tuple[str, ...], depth: int, budget: _Budget) -> Condition | None:
    if _spent(place, depth, budget):
        return None
    if not isinstance(place.value, Mapping):
        if depth == 0:
            place.wrong(f"This is a map with one of {', '.join(_COMBINE)}")
            return None
        return _member(place, names)
    found = place.members(*_COMBINE, "all", "any")
    if found is None or len(found) != 1:
        if found is not None and len(found) == len(place.value):
            place.wrong(f"One of {', '.join(_COMBINE)} a map")
        return None
    name, part = next(iter(found.items()))

    def read(inner: Place) -> Condition | None:
        return _combined(inner, names, depth + 1, budget)

    if name == "n_of":
        return _n_of(part, read)
    parts = _parts(part, read)
    return None if parts is None else _GROUPS[name](parts)


def _member(place: Place, names: tuple[str, ...]) -> Condition | None:
    name = place.text()
    if name is None:
        return None
    if name not in names:
        place.wrong(f"No activity of “match” is called “{name[:60]}”; there are {', '.join(names[:20])}")
        return None
    return Member(name)


def _parts(place: Place, read: Callable[[Place], Condition | None]) -> tuple[Condition, ...] | None:
    items = place.items(most=MOST_PARTS)
    if items is None:
        return None
    parts = [read(item) for item in items]
    made = tuple(part for part in parts if part is not None)
    if twice := [part for part, number in Counter(made).items() if number > 1]:
        place.wrong(f"The same part stands here {made.count(twice[0])} times")
    return made if len(made) == len(parts) else None


def _n_of(place: Place, read: Callable[[Place], Condition | None]) -> Condition | None:
    value = place.value
    if isinstance(value, list | tuple) and len(value) == 2:  # noqa: PLR2004 - [n, list]
        number, of = place.step(0, value[0]), place.step(1, value[1])
    else:
        found = place.members("n", "of") if isinstance(value, Mapping) else None
        if found is None or set(found) != {"n", "of"}:
            place.wrong("“n_of” is written [2, [first, second, third]]")
            return None
        number, of = found["n"], found["of"]
    parts = _parts(of, read)
    n = number.whole(1, MOST_PARTS)
    if parts is None or n is None:
        return None
    if n > len(parts):
        number.wrong(f"{n} of {len(parts)} can never be met")
        return None
    return NOf(n, parts)


def _has_badge(place: Place, valid: Place | None) -> Condition | None:
    achievement = place.text(longest=200)
    flag = True if valid is None else valid.flag()
    return None if achievement is None or flag is None else HasBadge(achievement, flag)


def _outcome(place: Place) -> Condition | None:
    result = place.choice(Result)
    return None if result is None else Outcome(result)


def _score(place: Place) -> Condition | None:
    minimum: Decimal | None = place.fraction()
    return None if minimum is None else ScoreAtLeast(minimum)


def _between(place: Place) -> Condition | None:
    value = place.value
    if not isinstance(value, list | tuple) or len(value) != 2 or value[0] is value[1] is None:  # noqa: PLR2004 - from, to
        place.wrong("This is [from, to]; null leaves one end open")
        return None
    ends = [
        None if end is None else place.step(index, end).moment(end_of_day=index == 1) for index, end in enumerate(value)
    ]
    if any(end is None and stated is not None for end, stated in zip(ends, value, strict=True)):
        return None
    start, end = ends
    if start is not None and end is not None and end < start:
        place.wrong("The end comes before the beginning")
        return None
    return OccurredBetween(start, end)


def _learner_in(place: Place) -> Condition | None:
    group = place.text(longest=200)
    return None if group is None else LearnerIn(group)


_LEAVES: Mapping[str, Callable[[Place], Condition | None]] = {
    "outcome": _outcome,
    "score_gte": _score,
    "occurred_between": _between,
    "learner_in": _learner_in,
}
