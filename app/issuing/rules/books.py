"""Which rules decide at this moment: of one activity, as for a completion that came, or of one achievement as a whole.

Everything ends in rule documents: a mapping is turned into one. So there is one way in which anything is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from app import clock
from app.issuing.achievements import Achievement
from app.issuing.rules.mappings import Rule
from app.issuing.rules.switches import RuleSwitch
from app.issuing.rules.versions import RuleVersion, document_of
from app.issuing.sources import Source
from app.stacking import rules as language
from app.stacking.rules import RuleDocument
from app.stacking.rules.document import AllOf, AnyOf, Condition, HasBadge, LearnerIn, NOf, Not


@dataclass(frozen=True, slots=True)
class InForce:
    """One document that decides. `seed` draws its sample; `version_id` None = it was made of a mapping."""

    document: RuleDocument
    seed: str
    version_id: str | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """What decides about one achievement. No rules: it has documents, and none is in force any more.

    `is_whole` False: only the mapping of the activity in question is in it. `per_hour` None: no limit of its own.
    `neighbours` are the ids of the versions that decide about other achievements of the issuer.
    """

    achievement_id: str
    rules: tuple[InForce, ...]
    is_off: bool = False
    per_hour: int | None = None
    is_whole: bool = True
    neighbours: tuple[tuple[str, str], ...] = ()

    @property
    def activities(self) -> frozenset[str] | None:
        """The ids of all activities that the rules can ask for; None = they cannot be listed."""
        return exact_activities(rule.document for rule in self.rules)

    @property
    def groups(self) -> frozenset[str]:
        """The names of all groups that the rules ask for."""
        return frozenset().union(*(groups_asked_for(rule.document) for rule in self.rules))


def of_activity(session: Session, source: Source, activity_id: str) -> list[Book]:
    """A book for each achievement that a completion of this activity may concern. Two queries, mostly."""
    documents = _newest_of_issuer(session, source.issuer_id)
    neighbours = tuple((row.achievement_id, row.id) for row in documents)
    found = [
        replace(_book(session, row), neighbours=neighbours)
        for row in documents
        if may_concern(document_of(session, row.id), source, activity_id)
    ]
    has_document = {row.achievement_id for row in documents}
    for rule, switch in session.execute(_MAPPINGS, {"source_id": source.id, "activity_id": activity_id}):
        if rule.achievement_id not in has_document:
            book = _mapped(rule.achievement_id, [rule], switch)
            found.append(replace(book, is_whole=False, neighbours=neighbours))
    return found


def of_achievement(session: Session, achievement: Achievement) -> Book | None:
    """Everything that decides about an achievement; None when no rule was ever made for it."""
    documents = _newest_of_issuer(session, achievement.issuer_id)
    neighbours = tuple((row.achievement_id, row.id) for row in documents)
    for row in documents:
        if row.achievement_id == achievement.id:
            return replace(_book(session, row), neighbours=neighbours)
    mappings = session.scalars(select(Rule).where(Rule.achievement_id == achievement.id).order_by(Rule.id)).all()
    if not mappings:
        return None
    book = _mapped(achievement.id, mappings, session.get(RuleSwitch, achievement.id))
    return replace(book, neighbours=neighbours)


def of_document(achievement_id: str, document: RuleDocument, *, seed: str) -> Book:
    """A document that is in force nowhere, as for a simulation."""
    return Book(achievement_id, (InForce(document, seed),))


def that_ask_for(session: Session, achievement: Achievement, book: Book) -> list[str]:
    """The achievements whose documents have a condition `has_badge` about this one."""
    names = {achievement.id, achievement.slug}
    return [
        achievement_id
        for achievement_id, version_id in book.neighbours
        if achievement_id != achievement.id and names & badges_asked_for(document_of(session, version_id))
    ]


def that_name_group(session: Session, issuer_id: str, name: str) -> list[str]:
    """The achievements whose documents have a condition `learner_in` about this group."""
    return [
        row.achievement_id
        for row in _newest_of_issuer(session, issuer_id)
        if name in groups_asked_for(document_of(session, row.id))
    ]


def may_concern(document: RuleDocument, source: Source, activity_id: str) -> bool:
    """False when the document cannot be about the activity; else its evaluation says whether it is."""
    match = document.match
    if match.connections and not {source.id, source.name} & set(match.connections):
        return False
    if not match.activities:
        return bool(match.connections)
    return any(each.pattern is not None or each.id == activity_id for each in match.activities)


def exact_activities(documents: Iterable[RuleDocument]) -> frozenset[str] | None:
    """The ids of all activities that these documents name; None when one of them names a pattern or none."""
    found: set[str] = set()
    for document in documents:
        if not document.match.activities or any(each.id is None for each in document.match.activities):
            return None
        found |= {each.id for each in document.match.activities if each.id is not None}
    return frozenset(found)


def badges_asked_for(document: RuleDocument) -> frozenset[str]:
    """The names in the document's `has_badge` conditions."""
    return frozenset(each.achievement for each in _leaves(document.require) if isinstance(each, HasBadge))


def groups_asked_for(document: RuleDocument) -> frozenset[str]:
    """The names in the document's `learner_in` conditions."""
    return frozenset(each.group for each in _leaves(document.require) if isinstance(each, LearnerIn))


def _leaves(condition: Condition | None) -> Iterable[Condition]:
    match condition:
        case None:
            return
        case AllOf() | AnyOf() | NOf():
            for part in condition.of:
                yield from _leaves(part)
        case Not():
            yield from _leaves(condition.of)
        case _:
            yield condition


_Newest = Row[str, str, datetime | None, datetime | None, int | None]


def _newest_of_issuer(session: Session, issuer_id: str) -> Sequence[_Newest]:
    """The newest version of each achievement that has begun, with the achievement's switch."""
    return session.execute(_NEWEST, {"issuer_id": issuer_id, "now": clock.now()}).all()


def _newest() -> Select[str, str, datetime | None, datetime | None, int | None]:
    begun = select(RuleVersion.achievement_id, func.max(RuleVersion.number).label("number")).where(
        RuleVersion.issuer_id == bindparam("issuer_id"), RuleVersion.effective_from <= bindparam("now")
    )
    newest = begun.group_by(RuleVersion.achievement_id).subquery()
    return (
        select(
            RuleVersion.id,
            RuleVersion.achievement_id,
            RuleVersion.effective_until,
            RuleSwitch.off_since,
            RuleSwitch.awards_per_hour,
        )
        .join(
            newest,
            (newest.c.achievement_id == RuleVersion.achievement_id) & (newest.c.number == RuleVersion.number),
        )
        .outerjoin(RuleSwitch, RuleSwitch.achievement_id == RuleVersion.achievement_id)
        .order_by(RuleVersion.achievement_id)
    )


# Built once, as they are asked for each completion: putting one together costs more than running it.
_NEWEST = _newest()
_MAPPINGS = (
    select(Rule, RuleSwitch)
    .outerjoin(RuleSwitch, RuleSwitch.achievement_id == Rule.achievement_id)
    .where(Rule.source_id == bindparam("source_id"), Rule.activity_id == bindparam("activity_id"))
    .order_by(Rule.id)
)


def _book(session: Session, row: _Newest) -> Book:
    has_ended = row.effective_until is not None and row.effective_until <= clock.now()
    rule = InForce(document_of(session, row.id), seed=row.id, version_id=row.id)
    return Book(
        row.achievement_id,
        () if has_ended else (rule,),
        is_off=row.off_since is not None,
        per_hour=row.awards_per_hour,
    )


def _mapped(achievement_id: str, mappings: Iterable[Rule], switch: RuleSwitch | None) -> Book:
    return Book(
        achievement_id,
        tuple(InForce(_as_document(each), seed=each.id) for each in mappings),
        is_off=switch is not None and switch.off_since is not None,
        per_hour=None if switch is None else switch.awards_per_hour,
    )


def _as_document(mapping: Rule) -> RuleDocument:
    return language.simple(
        source_id=mapping.source_id, activity_id=mapping.activity_id, minimum_score=mapping.minimum_score
    )
