"""Whether a state that a learner reached is what `require` asks for: true, false, or None for what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
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
from app.stacking.rules.facts import Held, HeldState
from app.stacking.rules.standing import Mark

_NEVER_HELD = frozenset({HeldState.REVOKED, HeldState.REJECTED, HeldState.PENDING})


@dataclass(frozen=True, slots=True)
class Learner:
    """What conditions ask of the learner: awards of any achievement, and groups (None = not known)."""

    awards: tuple[Held, ...]
    groups: frozenset[str] | None


def holds(condition: Condition | None, mark: Mark, learner: Learner, at: datetime) -> bool | None:
    """Whether the mark, at a moment, is what the rule asks for.

    A grade alone counts only where a score that it reaches is asked for. None = something is missing to tell.
    """
    if condition is None:
        return mark.completed
    told = told_of(condition, mark, learner, at)
    if told is True and not mark.completed:
        return any(reaches(mark, leaf.minimum) for leaf in scores(condition))
    return told


def told_of(condition: Condition, mark: Mark, learner: Learner, at: datetime) -> bool | None:
    """The condition alone, in three values."""
    match condition:
        case AllOf(of) | AnyOf(of) | NOf(_, of):
            return enough([told_of(part, mark, learner, at) for part in of], needed(condition))
        case Not(of):
            told = told_of(of, mark, learner, at)
            return None if told is None else not told
        case LearnerIn() | HasBadge():
            return _of_learner(condition, learner, at)
        case Outcome() | ScoreAtLeast() | OccurredBetween():
            return _stated(condition, mark)
        case Member():  # reading puts none here
            return False


def needed(condition: AllOf | AnyOf | NOf) -> int:
    """How many of the parts must hold."""
    match condition:
        case AllOf(of):
            return len(of)
        case AnyOf():
            return 1
        case NOf(n, _):
            return n


def _of_learner(condition: LearnerIn | HasBadge, learner: Learner, at: datetime) -> bool | None:
    if isinstance(condition, HasBadge):
        return held_at(condition, learner.awards, at) is not None
    return None if learner.groups is None else condition.group in learner.groups


def _stated(condition: Outcome | ScoreAtLeast | OccurredBetween, mark: Mark) -> bool | None:
    match condition:
        case Outcome(result):
            return mark.passed is True or (result is Result.COMPLETED and mark.completed)
        case ScoreAtLeast(minimum):
            return None if mark.score is None else mark.score >= minimum
        case OccurredBetween(start, end):
            return (start is None or start <= mark.at) and (end is None or mark.at <= end)


def enough(parts: Sequence[bool | None], n: int) -> bool | None:
    """Whether at least `n` parts are true; None when what is unknown would decide."""
    certain = sum(part is True for part in parts)
    if certain >= n:
        return True
    return None if certain + sum(part is None for part in parts) >= n else False


def reaches(mark: Mark, minimum: Decimal) -> bool:
    """Whether the mark has a score, and one of at least so much."""
    return mark.score is not None and mark.score >= minimum


def held_at(condition: HasBadge, awards: Iterable[Held], at: datetime) -> Held | None:
    """The award that meets the condition at a moment; None = there is none."""
    return next((held for held in of_achievement(condition, awards) if _counts(held, condition.valid, at)), None)


def of_achievement(condition: HasBadge, awards: Iterable[Held]) -> Iterator[Held]:
    """The learner's awards of the achievement, by its id or its other name."""
    return (held for held in awards if condition.achievement in {held.achievement_id, held.achievement_name})


def _counts(held: Held, valid: bool, at: datetime) -> bool:  # noqa: FBT001 - the member of the document is called so
    if held.state in _NEVER_HELD or held.awarded_at > at:
        return False
    if not valid:
        return True
    if held.state is HeldState.SUSPENDED:
        return False
    ends = [end for end in (held.valid_until, _replaced_at(held)) if end is not None]
    return all(at <= end for end in ends)


def _replaced_at(held: Held) -> datetime | None:
    return held.ended_at if held.state is HeldState.SUPERSEDED else None


def parts_of(condition: Condition | None) -> Iterator[Condition]:
    """The condition and everything inside, in document order."""
    if condition is None:
        return
    yield condition
    match condition:
        case AllOf(of) | AnyOf(of) | NOf(_, of):
            for part in of:
                yield from parts_of(part)
        case Not(of):
            yield from parts_of(of)
        case _:
            return


def scores(condition: Condition | None) -> list[ScoreAtLeast]:
    """Every score that is asked for."""
    return [part for part in parts_of(condition) if isinstance(part, ScoreAtLeast)]


def badges(condition: Condition | None) -> list[HasBadge]:
    """Every badge that is asked for."""
    return [part for part in parts_of(condition) if isinstance(part, HasBadge)]
