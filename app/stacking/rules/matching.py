"""Which of a learner's completions a rule is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.stacking.rules.document import Activity, Match, RuleDocument
from app.stacking.rules.facts import Fact, FactKind

CLOCK_SKEW = timedelta(minutes=5)
# Said of an activity in whatever words, they end what was completed.
ENDINGS = frozenset({FactKind.FAILED, FactKind.REVOKED, FactKind.EXPIRED, FactKind.VOIDED})
_NEVER = frozenset({FactKind.TEST, FactKind.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Matched:
    """The facts that a rule is about: `about` all of them, `counted` those that may count, in their order.

    `names` are what `combine` calls an activity, by its key. The others say why a fact does not count.
    """

    about: tuple[Fact, ...]
    counted: tuple[Fact, ...]
    names: dict[tuple[str, str], tuple[str, ...]]
    voided: tuple[Fact, ...]
    untrusted: tuple[Fact, ...]
    future: tuple[Fact, ...]


def matched(rule: RuleDocument, facts: Iterable[Fact], *, now: datetime) -> Matched:
    """The facts that the rule is about; each once, however often it was handed in."""
    ours = [fact for fact in distinct(facts) if _is_of_connection(rule.match, fact)]
    names = {fact.activity: _names(rule.match, fact) for fact in ours}
    keys = {fact.activity for fact in ours if _is_named(rule.match, fact, names[fact.activity])}
    about = sorted(
        (
            fact
            for fact in ours
            if fact.activity in keys and (fact.kind in ENDINGS or _is_named(rule.match, fact, names[fact.activity]))
        ),
        key=order,
    )
    voided = tuple(fact for fact in about if fact.voided)
    untrusted = tuple(fact for fact in about if not (fact.voided or fact.trusted or rule.allow_unauthenticated))
    future = tuple(fact for fact in about if fact.occurred_at > now + CLOCK_SKEW and fact not in voided + untrusted)
    out = {fact.id for fact in voided + untrusted + future}
    counted = tuple(fact for fact in about if fact.id not in out and fact.kind not in _NEVER)
    return Matched(tuple(about), counted, {key: names[key] for key in keys}, voided, untrusted, future)


def distinct(facts: Iterable[Fact]) -> list[Fact]:
    """Each fact once, by its id. Should one id come with two contents, the same one is taken whatever the order."""
    by_id: dict[str, Fact] = {}
    for fact in facts:
        other = by_id.get(fact.id)
        if other is None or (other != fact and repr(other) < repr(fact)):
            by_id[fact.id] = fact
    return list(by_id.values())


# At one moment the worse news stands last, so that a `failed` and a `completed` of the same second never earn.
_RANK = {kind: rank for rank, kind in enumerate((
    FactKind.UNKNOWN, FactKind.TEST, FactKind.PROGRESS, FactKind.COMPLETED, FactKind.PASSED, FactKind.FAILED,
    FactKind.EXPIRED, FactKind.REVOKED, FactKind.VOIDED,
))}  # fmt: skip


def order(fact: Fact) -> tuple[datetime, str, int, str]:
    """When it happened, then the source's own sequence (as text), then the kind; never when it arrived."""
    return (fact.occurred_at, fact.sequence or "", _RANK[fact.kind], fact.id)


def fits(pattern: str, text: str) -> bool:
    """Whether the text fits a pattern with * and ?; every other character means itself, and case counts.

    In linear steps for each star, whatever pattern and text are.
    """
    at, place, star, mark = 0, 0, -1, 0
    while at < len(text):
        if place < len(pattern) and pattern[place] == "*":
            star, mark, place = place, at, place + 1
        elif place < len(pattern) and pattern[place] in {"?", text[at]}:
            at, place = at + 1, place + 1
        elif star >= 0:
            mark += 1
            at, place = mark, star + 1
        else:
            return False
    return not pattern[place:].strip("*")


def _is_of_connection(match: Match, fact: Fact) -> bool:
    return not match.connections or fact.source_id in match.connections or fact.source_name in match.connections


def _names(match: Match, fact: Fact) -> tuple[str, ...]:
    return tuple(activity.name for activity in match.activities if _names_it(activity, fact))


def _names_it(activity: Activity, fact: Fact) -> bool:
    if activity.namespace is not None and activity.namespace != fact.activity_namespace:
        return False
    if activity.id is not None:
        return activity.id == fact.activity_id
    return activity.pattern is not None and fits(activity.pattern, fact.activity_id)


def _is_named(match: Match, fact: Fact, names: tuple[str, ...]) -> bool:
    if not match.activities:
        return bool(match.connections) and fact.activity_type in match.types
    if not names:
        return False
    exact = any(activity.id is not None for activity in match.activities if activity.name in names)
    return exact or fact.activity_type in match.types
