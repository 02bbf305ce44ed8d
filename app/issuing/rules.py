"""Rules: which activity of a source earns which achievement, with which minimum score; and the decision itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim
from app.errors import AlreadyExists, InvalidInput, NotFound
from app.issuing import achievements, audit, sources
from app.issuing.achievements import Achievement, AchievementState
from app.issuing.sources import Source
from app.lms.base import Completion, CompletionKind

LONGEST_ACTIVITY_ID = 500


class Rule(Base):
    """`minimum_score` is a fraction of the maximum (0.8 = 80 %); None = the completion itself is enough."""

    __tablename__ = "rules"
    __table_args__ = (UniqueConstraint("source_id", "activity_id", "achievement_id"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"))
    activity_id: Mapped[str] = mapped_column(String(500))
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"))
    minimum_score: Mapped[Decimal | None]
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Decision:
    """What one rule says of one completion: earned or not, and why in a code and a sentence."""

    achievement_id: str
    earned: bool
    code: str
    sentence: str


def create(
    session: Session,
    source: Source,
    *,
    activity_id: str,
    achievement: Achievement,
    actor: str,
    minimum_score: Decimal | None = None,
) -> Rule:
    """Map an activity of a source to an achievement of its issuer. Raises AlreadyExists, InvalidInput, NotFound."""
    _check(activity_id, minimum_score)
    if achievement.issuer_id != source.issuer_id:
        raise NotFound("There is no such achievement")
    rule = claim(
        session,
        Rule,
        id=clock.new_id(),
        source_id=source.id,
        activity_id=activity_id,
        achievement_id=achievement.id,
        minimum_score=minimum_score,
        created_at=clock.now(),
    )
    if rule is None:
        raise AlreadyExists("This activity earns this achievement already", activity_id=activity_id)
    audit.record(
        session,
        source.issuer_id,
        actor=actor,
        action="rule.created",
        object_id=rule.id,
        source_id=source.id,
        achievement_id=achievement.id,
    )
    return rule


def delete(session: Session, source: Source, rule_id: str, *, actor: str) -> None:
    """Take a rule away; awards already made stay. Raises NotFound."""
    rule = session.get(Rule, rule_id)
    if rule is None or rule.source_id != source.id:
        raise NotFound("There is no such rule")
    session.delete(rule)
    audit.record(session, source.issuer_id, actor=actor, action="rule.deleted", object_id=rule_id)


def of_source(session: Session, source: Source) -> list[Rule]:
    """The source's rules, by activity."""
    return list(session.scalars(select(Rule).where(Rule.source_id == source.id).order_by(Rule.activity_id, Rule.id)))


def decide(session: Session, source: Source, completion: Completion) -> list[Decision]:
    """What this completion earns, one decision a rule; empty when no rule names the activity."""
    query = select(Rule).where(Rule.source_id == source.id, Rule.activity_id == completion.activity.source_id)
    return [_decide(session, source, rule, completion) for rule in session.scalars(query.order_by(Rule.id))]


def _check(activity_id: str, minimum_score: Decimal | None) -> None:
    if not activity_id.strip() or len(activity_id) > LONGEST_ACTIVITY_ID or not activity_id.isprintable():
        raise InvalidInput(
            f"An activity's id has 1 to {LONGEST_ACTIVITY_ID} printable characters", pointer="/activity_id"
        )
    if minimum_score is not None and not (minimum_score.is_finite() and 0 <= minimum_score <= 1):
        raise InvalidInput(
            "A minimum score is a fraction between 0 and 1, such as 0.8 for 80 %", pointer="/minimum_score"
        )


def _decide(session: Session, source: Source, rule: Rule, completion: Completion) -> Decision:
    achievement = achievements.by_id(session, rule.achievement_id)
    code, sentence = _judge(rule, completion)
    # No door makes a rule for another issuer's achievement; should there be one, it causes nothing.
    is_own = achievement.issuer_id == source.issuer_id
    if code == "earned" and not (is_own and sources.may_cause(session, source, achievement.id)):
        code, sentence = "not-allowed", "This source may not cause this achievement; an administrator can allow it"
    elif code == "earned" and achievement.state != AchievementState.PUBLISHED:
        code, sentence = "not-published", "The achievement is not published; publish it and replay the delivery"
    return Decision(achievement.id, earned=code == "earned", code=code, sentence=sentence)


def _judge(rule: Rule, completion: Completion) -> tuple[str, str]:
    # "Completed" is not "passed" (fact 4): a stated failure overrides everything, whatever the event is called.
    if completion.passed is False or completion.completed is False:
        return "not-passed", "The source says that it was not passed"
    match completion.kind:
        case CompletionKind.COMPLETED | CompletionKind.PASSED:
            return _judge_score(rule, completion)
        case CompletionKind.PROGRESS:
            if rule.minimum_score is None:
                return "not-finished", "Progress alone earns nothing; set a minimum score to award on a grade"
            return _judge_score(rule, completion)
        case CompletionKind.FAILED | CompletionKind.REVOKED | CompletionKind.VOIDED | CompletionKind.EXPIRED:
            return "not-passed", f"The source says: {completion.kind}"
        case CompletionKind.TEST | CompletionKind.UNKNOWN:
            return "not-finished", "This is not a completion"


def _judge_score(rule: Rule, completion: Completion) -> tuple[str, str]:
    if rule.minimum_score is None:
        return "earned", "The activity was completed"
    asked = f"{(rule.minimum_score * 100).normalize():f} %"
    scaled = completion.score.scaled if completion.score is not None else None
    if scaled is None:
        return "score-missing", f"A score of at least {asked} is asked for, and none was sent"
    if scaled < rule.minimum_score:
        return "score-too-low", f"The score is below the {asked} that is asked for"
    return "earned", f"The activity was completed with the {asked} that is asked for"
