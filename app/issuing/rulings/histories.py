"""What is stored of a learner, as rules look at it: completions, awards, refused requests, groups. Of many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.issuing.achievements import Achievement
from app.issuing.approvals import Approval, ApprovalKind, ApprovalState
from app.issuing.awards import Award
from app.issuing.completion_records import Completion
from app.issuing.learners import LearnerGroup
from app.issuing.rules.books import Book
from app.issuing.sources import Source
from app.stacking.rules import Fact, FactKind, Held, HeldState, History

# Built once, as they are asked for each completion: putting one together costs more than running it.
_COMPLETIONS = (
    select(Completion, Source.name)
    .join(Source, Source.id == Completion.source_id)
    .where(Completion.learner_id.in_(bindparam("learner_ids", expanding=True)))
)
_OF_ACTIVITIES = _COMPLETIONS.where(Completion.activity_id.in_(bindparam("activities", expanding=True)))
_AWARDS = (
    select(Award, Achievement.slug)
    .join(Achievement, Achievement.id == Award.achievement_id)
    .where(Award.learner_id.in_(bindparam("learner_ids", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Past:
    """One learner's past, and the rows behind it by id."""

    history: History
    completions: dict[str, Completion]
    awards: dict[str, Award]


def of_learner(session: Session, learner_id: str, book: Book) -> Past:
    """What the rules of this book may look at, and as little more as can be."""
    return of_learners(session, [learner_id], book)[learner_id]


def of_learners(session: Session, learner_ids: Collection[str], book: Book) -> dict[str, Past]:
    """The same for some hundred learners, in three queries; a fourth where a rule names a group."""
    completions, facts = _facts(session, learner_ids, book.activities)
    refused = _refused(session, learner_ids, book)
    awards, held = _awards(session, learner_ids, completions)
    groups = _groups(session, learner_ids, book.groups)
    return {
        learner_id: Past(
            History(
                facts=tuple(facts[learner_id]),
                awards=(*held[learner_id], *refused[learner_id]),
                groups=frozenset(groups[learner_id]),
            ),
            completions[learner_id],
            awards[learner_id],
        )
        for learner_id in learner_ids
    }


def without(past: Past, source_ids: Collection[str]) -> Past:
    """The past without what these sources said."""
    facts = tuple(fact for fact in past.history.facts if fact.source_id not in source_ids)
    return replace(past, history=replace(past.history, facts=facts))


def fact_of(completion: Completion, source_name: str | None = None) -> Fact:
    """A stored completion as rules see it. Of rows of older versions, what was not stored is not known."""
    said = completion.facts
    voided_at = said.get("voided_at")
    passed = said.get("passed", False if completion.reason == "not-passed" else None)
    return Fact(
        id=completion.id,
        source_id=completion.source_id,
        source_name=source_name,
        activity_namespace=said.get("namespace", ""),
        activity_id=completion.activity_id,
        activity_type=said.get("type", "course"),
        activity_parent_id=said.get("parent"),
        kind=FactKind(completion.kind),
        learning_kind=completion.learning_kind,
        occurred_at=completion.occurred_at,
        completed=said.get("completed"),
        passed=passed,
        score=completion.score,
        attempt=said.get("attempt"),
        sequence=said.get("sequence"),
        trusted=completion.is_trusted,
        voided=completion.voided_by is not None,
        voided_at=datetime.fromisoformat(voided_at) if voided_at else None,
    )


def _facts(
    session: Session, learner_ids: Collection[str], activities: frozenset[str] | None
) -> tuple[dict[str, dict[str, Completion]], dict[str, list[Fact]]]:
    asked: dict[str, list[str]] = {"learner_ids": list(learner_ids)}
    if activities is not None:
        asked["activities"] = sorted(activities)
    rows: dict[str, dict[str, Completion]] = defaultdict(dict)
    facts: dict[str, list[Fact]] = defaultdict(list)
    for completion, name in session.execute(_COMPLETIONS if activities is None else _OF_ACTIVITIES, asked):
        learner_id = completion.learner_id or ""
        rows[learner_id][completion.id] = completion
        facts[learner_id].append(fact_of(completion, name))
    return rows, facts


def _awards(
    session: Session, learner_ids: Collection[str], completions: dict[str, dict[str, Completion]]
) -> tuple[dict[str, dict[str, Award]], dict[str, list[Held]]]:
    rows: dict[str, dict[str, Award]] = defaultdict(dict)
    held: dict[str, list[Held]] = defaultdict(list)
    found = [(award, slug) for award, slug in session.execute(_AWARDS, {"learner_ids": list(learner_ids)})]
    for award, _ in found:
        rows[award.learner_id][award.id] = award
    for award, slug in found:
        # What a rule took back, it may give again on the same facts: only so does the order of arrival not matter.
        if _last_successor(award, rows[award.learner_id]).unearned_at is None:
            held[award.learner_id].append(_held(award, slug, completions[award.learner_id]))
    return rows, held


def _last_successor(award: Award, rows: dict[str, Award]) -> Award:
    """The award that took its place in the end; itself where none did."""
    while award.superseded_by_id is not None and award.superseded_by_id in rows:
        award = rows[award.superseded_by_id]
    return award


def _held(award: Award, slug: str, completions: dict[str, Completion]) -> Held:
    fact_ids = tuple(award.basis) or ((award.completion_id,) if award.completion_id else ())
    return Held(
        award_id=award.id,
        achievement_id=award.achievement_id,
        achievement_name=slug,
        state=HeldState(award.state),
        slot=award.slot,
        awarded_at=award.awarded_at,
        valid_until=award.valid_until,
        ended_at=award.revoked_at,
        score=_lowest(completions[each].score for each in fact_ids if each in completions),
        fact_ids=fact_ids,
        rule_version=award.rule_version_id,
        previous=award.supersedes_id or award.follows_id,
    )


def _refused(session: Session, learner_ids: Collection[str], book: Book) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = defaultdict(list)
    if all(rule.version_id is None for rule in book.rules):  # a mapping never asked anybody
        return found
    query = select(Approval).where(
        Approval.learner_id.in_(learner_ids),
        Approval.achievement_id == book.achievement_id,
        Approval.kind == ApprovalKind.AWARD,
        Approval.state == ApprovalState.REJECTED,
    )
    for approval in session.scalars(query):
        found[approval.learner_id].append(
            Held(
                award_id=approval.id,
                achievement_id=approval.achievement_id,
                state=HeldState.REJECTED,
                slot=f"rejected:{approval.id}",
                awarded_at=approval.created_at,
                ended_at=approval.decided_at,
                fact_ids=tuple(approval.request["completions"]),
            )
        )
    return found


def _groups(session: Session, learner_ids: Collection[str], names: Collection[str]) -> dict[str, set[str]]:
    """Which of these groups each learner is in; others matter to no rule of the book."""
    found: dict[str, set[str]] = defaultdict(set)
    if names:
        query = select(LearnerGroup.learner_id, LearnerGroup.name)
        wanted = query.where(LearnerGroup.learner_id.in_(learner_ids), LearnerGroup.name.in_(sorted(names)))
        for learner_id, name in session.execute(wanted):
            found[learner_id].add(name)
    return found


def _lowest(scores: Iterable[Decimal | None]) -> Decimal | None:
    return min((score for score in scores if score is not None), default=None)
