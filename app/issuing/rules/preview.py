"""What the rules say of one completion alone, before it is stored: for trying out a source, a mapping or a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy.orm import Session

from app import clock
from app.issuing import achievements, issuers, sources
from app.issuing.achievements import AchievementState
from app.issuing.rules.books import Book, InForce, of_activity
from app.issuing.sources import Source
from app.lms.base import Completion
from app.stacking import rules as language
from app.stacking.rules import Decision as Verdicts
from app.stacking.rules import Fact, FactKind, History


@dataclass(frozen=True, slots=True)
class Decision:
    """What one achievement's rules say of one completion: earned or not, and why in a code and a sentence."""

    achievement_id: str
    earned: bool
    code: str
    sentence: str


def decide(session: Session, source: Source, completion: Completion) -> list[Decision]:
    """What this completion would earn by itself, one decision an achievement; empty when no rule names the activity.

    What the learner did before is not looked at: the office itself decides on the whole past.
    """
    fact, zone = _fact(source, completion), issuers.zone_of(session, source.issuer_id)
    found = []
    for book in of_activity(session, source, completion.activity.source_id):
        found += [_decide(session, source, book, rule, fact) for rule in book.rules if _is_about(rule, fact, zone)]
    return found


def _decide(session: Session, source: Source, book: Book, rule: InForce, fact: Fact) -> Decision:
    achievement = achievements.by_id(session, book.achievement_id)
    verdict = _evaluate(rule, fact, achievement.id, issuers.zone_of(session, source.issuer_id))
    earned, code, sentence = bool(verdict.earned), verdict.code, verdict.sentence
    # No door makes a rule for another issuer's achievement; should there be one, it causes nothing.
    is_own = achievement.issuer_id == source.issuer_id
    if earned and not (is_own and sources.may_cause(session, source, achievement.id)):
        earned, code = False, "not-allowed"
        sentence = "This source may not cause this achievement; an administrator can allow it"
    elif earned and achievement.state != AchievementState.PUBLISHED:
        earned, code = False, "not-published"
        sentence = "The achievement is not published; publish it and replay the delivery"
    elif earned and book.is_off:
        earned, code, sentence = False, "rule-switched-off", "The achievement's rules are switched off"
    elif verdict.decision == Verdicts.EARNED and any(each.approval.needed for each in verdict.earned):
        code, sentence = "needs-approval", "It is earned, and somebody must approve the award"
    return Decision(achievement.id, earned=earned, code=code, sentence=sentence)


def _is_about(rule: InForce, fact: Fact, zone: tzinfo) -> bool:
    return fact.id in _evaluate(rule, fact, "", zone).matched


def _evaluate(rule: InForce, fact: Fact, achievement_id: str, zone: tzinfo) -> language.Verdict:
    return language.evaluate(
        rule.document, History(facts=(fact,)), now=clock.now(), achievement_id=achievement_id, zone=zone, seed=rule.seed
    )


def _fact(source: Source, completion: Completion) -> Fact:
    activity = completion.activity
    return Fact(
        id="preview",
        source_id=source.id,
        source_name=source.name,
        activity_namespace=activity.namespace,
        activity_id=activity.source_id,
        activity_type=activity.type,
        activity_parent_id=activity.parent_source_id,
        kind=FactKind(completion.kind),
        learning_kind=completion.learning_kind,
        occurred_at=completion.occurred_at,
        completed=completion.completed,
        passed=completion.passed,
        score=completion.score.scaled if completion.score else None,
        attempt=completion.attempt_id,
        sequence=completion.sequence,
    )
