"""Explanations: why a learner holds an achievement, or why not, clause by clause, from the stored past. Only reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.issuing import achievements, sources
from app.issuing.achievements import Achievement
from app.issuing.completion_records import Completion
from app.issuing.rules import books
from app.issuing.rules.books import Book, InForce
from app.issuing.rulings import histories
from app.issuing.rulings.verdicts import bench, judge
from app.stacking.rules import Verdict


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one rule says of a learner. `version_id` None = it was made of a mapping.

    `clauses` and `standings` are plain JSON values; `matched` are ids of the completions that the rule is about.
    """

    achievement_id: str
    version_id: str | None
    decision: str
    code: str
    sentence: str
    clauses: list[dict[str, Any]]
    standings: list[dict[str, Any]]
    matched: tuple[str, ...]


def of_learner(session: Session, learner_id: str, achievement: Achievement) -> list[Explanation]:
    """What every rule of an achievement says of a learner; empty when it has none in force."""
    book = books.of_achievement(session, achievement)
    return [] if book is None else _explain(session, learner_id, achievement, book)


def of_completion(session: Session, completion: Completion) -> list[Explanation]:
    """What every rule says that is about this completion; empty when none is, or when nobody knows the learner."""
    if completion.learner_id is None:
        return []
    source = sources.by_id(session, completion.source_id)
    found = []
    for book in books.of_activity(session, source, completion.activity_id):
        achievement = achievements.by_id(session, book.achievement_id)
        found += _explain(session, completion.learner_id, achievement, book)
    return [each for each in found if completion.id in each.matched]


def _explain(session: Session, learner_id: str, achievement: Achievement, book: Book) -> list[Explanation]:
    past = histories.of_learner(session, learner_id, book)
    judged = judge(bench(session, achievement), book, past, now=clock.now())
    return [_told(achievement, rule, verdict, is_off=book.is_off) for rule, verdict in judged.verdicts]


def _told(achievement: Achievement, rule: InForce, verdict: Verdict, *, is_off: bool) -> Explanation:
    switched_off = ("rule-switched-off", "The achievement's rules are switched off; nothing is done")
    code, sentence = switched_off if is_off else (verdict.code, verdict.sentence)
    return Explanation(
        achievement_id=achievement.id,
        version_id=rule.version_id,
        decision=str(verdict.decision),
        code=code,
        sentence=sentence,
        clauses=verdict.explanation(),
        standings=[
            {
                "award": each.award_id,
                "supported": each.supported,
                "action": str(each.action),
                "code": each.code,
                "sentence": each.sentence,
                "at": None if each.at is None else each.at.isoformat(),
                "completions": list(each.fact_ids),
            }
            for each in verdict.standings
        ],
        matched=verdict.matched,
    )
