"""How a past looked at earlier moments: so that the order in which facts arrive changes nothing in the end.

A rule that keeps an award after its completion was taken back (`ignore`, `review` until somebody decided, a grace until
it is over) looks at more than what stands now: the award is there if it was earned at any moment, by the facts' own
order. That is found by looking at the past as it was just before each fact that takes something back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from app import clock
from app.issuing.awards import Award
from app.issuing.rules.books import Book, InForce
from app.issuing.rulings.histories import Past
from app.issuing.rulings.verdicts import Bench, Judged, Ruling, judge
from app.stacking.rules import Action, Fact, FactKind, Standing
from app.stacking.rules.document import OnUnearn, RepeatKind, UnearnKind
from app.stacking.rules.matching import ENDINGS, order
from app.stacking.rules.truth import scores

MOST_CUTS = 40  # the newest: nobody fails a course as often
VOIDED, UN_COMPLETED = "fact-voided", "un-completed-"  # codes of standings; the second is how they begin


def steps(at: Bench, book: Book, ruling: Ruling) -> Iterator[tuple[Judged, datetime]]:
    """What the rules said just before each fact that takes something back, with that fact's moment, in order.

    Nothing where a rule takes away what is taken back, or where what stands is all there can be.
    """
    if _is_all(book, ruling.judged):
        return
    for cut in _cuts(book, ruling.past):
        if any(_outlives(rule.document.on_unearn, cut) for rule in book.rules):
            yield judge(at, book, _before(ruling.past, cut), now=clock.now()), cut.occurred_at


def was_never_earned(at: Bench, book: Book, ruling: Ruling, rule: InForce, standing: Standing) -> bool:
    """Whether an award was made too early: the whole past, in its own order and without what was voided, never earned.

    Then it is no un-completion, for which the rule has a policy, but a mistake. That happens when a fact is voided, and
    when one part of a combination was taken back before the other was done, and word of that came last. A rule that
    was changed since then takes nothing back by this.
    """
    if standing.supported is not False or standing.action == Action.REVOKE:
        return False
    if standing.code != VOIDED and not _is_of_combination(ruling, rule, standing):
        return False
    cuts = _cuts(book, ruling.past)
    if len(cuts) == MOST_CUTS:  # not everything can be looked at, so the rule's policy holds
        return False
    for cut in cuts:
        judged = judge(at, book, _before(ruling.past, cut), now=clock.now())
        if any(each.award_id == standing.award_id and each.supported for _, each in judged.standings):
            return False
    return True


def says_too_much(ruling: Ruling, rule: InForce, award: Award) -> bool:
    """Whether an award rests on a better score that was voided: what is left earns another one in its place."""
    if not rule.document.on_better_score.supersede:
        return False
    return any(fact.voided and fact.id in award.basis for fact in ruling.past.history.facts)


def _outlives(policy: OnUnearn, cut: Fact) -> bool:
    """Whether an award is there at this moment although the fact took back what it rests on."""
    match policy.kind:
        case UnearnKind.IGNORE | UnearnKind.REVIEW:
            return True
        case UnearnKind.REVOKE:
            return False
        case UnearnKind.REVOKE_AFTER:
            return policy.grace is not None and policy.grace.after(cut.occurred_at) > clock.now()


def _is_of_combination(ruling: Ruling, rule: InForce, standing: Standing) -> bool:
    award = ruling.past.awards.get(standing.award_id)
    is_own = award is not None and award.rule_version_id == rule.version_id
    return is_own and rule.document.combine is not None and standing.code.startswith(UN_COMPLETED)


def _is_all(book: Book, judged: Judged) -> bool:
    """Whether one award is all that there can be, and it stands."""
    is_once = all(
        rule.document.repeat.kind is RepeatKind.ONCE and not rule.document.on_better_score.supersede
        for rule in book.rules
    )
    return is_once and any(standing.supported for _, standing in judged.standings)


def _cuts(book: Book, past: Past) -> list[Fact]:
    """The facts that may take something back, in order."""
    minima = {leaf.minimum for rule in book.rules for leaf in scores(rule.document.require)}
    facts = sorted((fact for fact in past.history.facts if not fact.voided), key=order)
    falls = _falls(facts, minima)
    return [fact for fact in facts if _is_ending(fact) or fact.id in falls][-MOST_CUTS:]


def _is_ending(fact: Fact) -> bool:
    return fact.kind in ENDINGS or fact.passed is False or fact.completed is False


def _falls(facts: Iterable[Fact], minima: Collection[Decimal]) -> set[str]:
    """The ids of news of a grade by which it may have fallen below a score that a rule asks for; `facts` in order.

    A rule looks at some of the facts only, and may so compare with the last of any source.
    """
    found: set[str] = set()
    last: dict[tuple[Any, ...], dict[tuple[Any, ...], Decimal]] = defaultdict(dict)
    for fact in facts:
        if fact.kind is not FactKind.PROGRESS or fact.score is None:
            continue
        before = last[fact.activity, fact.attempt]
        if any(fact.score < minimum <= score for score in before.values() for minimum in minima):
            found.add(fact.id)
        before[fact.source_id, fact.trusted, fact.activity_type] = fact.score
    return found


def _before(past: Past, cut: Fact) -> Past:
    facts = tuple(fact for fact in past.history.facts if order(fact) < order(cut))
    return replace(past, history=replace(past.history, facts=facts))
