"""Which of those who agreed are wanted: by name, identifier, what they hold, when something of it changed.

Pages go by the learner's id, behind the last one of the page before: how many there are does not matter to a page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, not_, or_, select, true, tuple_, union_all
from sqlalchemy.orm import Session

from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award, AwardState, Visibility
from app.issuing.issuers import Issuer
from app.issuing.learners import EMAIL_NAMESPACE, Learner, LearnerIdentity, LearnerState
from app.issuing.learners.sharing import SharedName, SharedRecord
from app.issuing.stacks.tables import Career
from app.projections.fhir import QualificationStatus

BY_DEFAULT = frozenset({QualificationStatus.ACTIVE, QualificationStatus.INACTIVE})
OWN = "\0own"  # the system of our own ids; no namespace holds this character
LAST = "\U0010ffff"  # behind every key that begins alike


@dataclass(frozen=True, slots=True)
class Token:
    """What an identifier has to be. `system` is a namespace, `OWN`, "" = none at all, None = any. `value` None = any.

    Of `OWN` the value is a learner's id.
    """

    system: str | None
    value: str | None


@dataclass(frozen=True, slots=True)
class Changed:
    """Changed last from a moment on, and before another; None = no bound."""

    since: datetime | None
    before: datetime | None


ChangedWithin = Sequence[Sequence[Changed]]
"""Groups of which one each has to fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleWanted:
    """Who is looked for. Within a group one has to fit, and all groups have to; an empty tuple = no wish.

    `names` are pairs of a kind (`sharing.ANY` …) and folded beginnings. `learner_ids` None = anybody. `statuses` are
    those that count for `codes`; with `by_status`, something has to stand so.
    """

    learner_ids: frozenset[str] | None = None
    names: tuple[tuple[str, tuple[str, ...]], ...] = ()
    identifiers: tuple[tuple[Token, ...], ...] = ()
    codes: tuple[tuple[str | None, ...], ...] = ()
    statuses: frozenset[QualificationStatus] = BY_DEFAULT
    by_status: bool = False
    changed: ChangedWithin = ()


def people(issuer: Issuer, wanted: PeopleWanted, *, now: datetime) -> Select[Any]:
    """The ids of the learners who are wanted, in no order."""
    query = (
        select(SharedRecord.learner_id)
        .join(Learner, Learner.id == SharedRecord.learner_id)
        .where(SharedRecord.issuer_id == issuer.id, SharedRecord.withdrawn_at.is_(None))
        .where(Learner.state == LearnerState.KNOWN)
    )
    if wanted.learner_ids is not None:
        query = query.where(SharedRecord.learner_id.in_(sorted(wanted.learner_ids)))
    for kind, beginnings in wanted.names:
        query = query.where(SharedRecord.learner_id.in_(_called(issuer.id, kind, beginnings)))
    for tokens in wanted.identifiers:
        query = query.where(or_(false(), *(_identified(issuer.id, token) for token in tokens)))
    for codes in wanted.codes:
        query = query.where(_holds(issuer.id, codes, wanted.statuses, now))
    if wanted.by_status and not wanted.codes:
        query = query.where(_holds(issuer.id, (None,), wanted.statuses, now))
    return query.where(*_within(wanted.changed, lambda since: _changed_since(issuer.id, since, now)))


def page(session: Session, query: Select[Any], *, after: str | None, limit: int) -> list[str]:
    """The first learners behind one, by id."""
    if after is not None:
        query = query.where(SharedRecord.learner_id > after)
    return list(session.scalars(query.order_by(SharedRecord.learner_id).limit(limit)))


def count(session: Session, query: Select[Any]) -> int:
    """How many there are; looks at every one of them."""
    return session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def roles(
    people_wanted: Select[Any],
    *,
    ids: Collection[str] | None = None,
    unit_ids: Collection[str | None] | None = None,
    role_ids: Collection[str] | None = None,
    changed: ChangedWithin = (),
) -> Select[Any]:
    """Where these people work, one place each, in no order. Of `unit_ids` None = in no unit."""
    query = people_wanted.join(Career, Career.learner_id == SharedRecord.learner_id).with_only_columns(Career)
    query = query.where(or_(Career.unit_id.is_not(None), Career.role_id.is_not(None)))
    if ids is not None:
        query = query.where(Career.id.in_(sorted(ids)))
    if role_ids is not None:
        query = query.where(Career.role_id.in_(sorted(role_ids)))
    if unit_ids is not None:
        named = [each for each in unit_ids if each is not None]
        alone = Career.unit_id.is_(None) if None in unit_ids else false()
        query = query.where(or_(Career.unit_id.in_(sorted(named)), alone))
    return query.where(*_within(changed, lambda since: Career.changed_at >= since))


def role_page(session: Session, query: Select[Any], *, after: str | None, limit: int) -> list[Career]:
    """The first places of work behind one, by the learner's id."""
    if after is not None:
        query = query.where(Career.learner_id > after)
    return list(session.scalars(query.order_by(Career.learner_id).limit(limit)))


def held(
    issuer: Issuer,
    people_wanted: Select[Any],
    statuses: Iterable[QualificationStatus],
    *,
    ids: Collection[str] | None = None,
    changed: ChangedWithin = (),
    now: datetime,
) -> Select[Any]:
    """What these people hold, as pairs of a learner's and an award's id, in no order."""
    query = (
        people_wanted.join(Award, Award.learner_id == SharedRecord.learner_id)
        .with_only_columns(SharedRecord.learner_id, Award.id)
        .where(visible(), standing(statuses, now))
    )
    if ids is not None:
        query = query.where(Award.id.in_(sorted(ids)))
    query = query.where(*_within(changed, lambda since: _award_changed_since(issuer.id, since, now)))
    return cast("Select[Any]", query)


def held_page(
    session: Session, query: Select[Any], *, after: tuple[str, str] | None, limit: int
) -> list[tuple[str, str]]:
    """The first pairs behind one, in the order of both."""
    by = SharedRecord.learner_id, Award.id
    if after is not None:
        query = query.where(SharedRecord.learner_id >= after[0], tuple_(*by) > tuple_(*map(literal, after)))
    return [(learner_id, award_id) for learner_id, award_id in session.execute(query.order_by(*by).limit(limit))]


def visible() -> ColumnElement[bool]:
    """Awards that may be told of at all: none that its holder keeps private, and none that was erased."""
    return and_(Award.erased_at.is_(None), Award.visibility != Visibility.PRIVATE)


def standing(statuses: Iterable[QualificationStatus], now: datetime) -> ColumnElement[bool]:
    """Awards that stand so at this moment."""
    is_issued = Award.state == AwardState.ISSUED
    ways = {
        QualificationStatus.ACTIVE: and_(is_issued, or_(Award.valid_until.is_(None), Award.valid_until > now)),
        QualificationStatus.INACTIVE: and_(is_issued, Award.valid_until <= now),
        QualificationStatus.SUSPENDED: Award.state == AwardState.SUSPENDED,
        QualificationStatus.REVOKED: Award.state == AwardState.REVOKED,
    }
    return or_(false(), *(ways[each] for each in sorted(statuses)))


def _called(issuer_id: str, kind: str, beginnings: Iterable[str]) -> Select[Any]:
    ranges = [and_(SharedName.key >= each, SharedName.key < each + LAST) for each in beginnings if each]
    here = SharedName.issuer_id == issuer_id, SharedName.kind == kind
    return select(SharedName.learner_id).where(*here, or_(false(), *ranges))


def _identified(issuer_id: str, token: Token) -> ColumnElement[bool]:
    if token.system == OWN:
        return SharedRecord.learner_id == token.value if token.value is not None else true()
    query = select(LearnerIdentity.learner_id).where(
        LearnerIdentity.issuer_id == issuer_id, LearnerIdentity.namespace != EMAIL_NAMESPACE
    )
    if token.system is not None:
        query = query.where(LearnerIdentity.namespace == token.system)
    if token.value is not None:
        query = query.where(LearnerIdentity.source_id == token.value)
    return SharedRecord.learner_id.in_(query)


def _holds(
    issuer_id: str, codes: Iterable[str | None], statuses: Iterable[QualificationStatus], now: datetime
) -> ColumnElement[bool]:
    """Asked of one person after the other, so that a page of a badge that everybody holds looks at no more of them."""
    held = select(Award.id).where(Award.learner_id == SharedRecord.learner_id, visible(), standing(statuses, now))
    if None not in codes:
        named = [each for each in codes if each is not None]
        versions = (
            select(AchievementVersion.id)
            .join(Achievement, Achievement.id == AchievementVersion.achievement_id)
            .where(Achievement.issuer_id == issuer_id, AchievementVersion.facts["abbreviation"].as_string().in_(named))
        )
        held = held.where(Award.version_id.in_(versions))
    return held.correlate(SharedRecord).exists()


def _within(changed: ChangedWithin, since: Callable[[datetime], ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Conditions on when something was changed last, made of one: whether it was changed since a moment."""
    return [
        or_(
            false(),
            *(
                and_(
                    true() if each.since is None else since(each.since),
                    true() if each.before is None else not_(since(each.before)),
                )
                for each in moments
            ),
        )
        for moments in changed
    ]


def _changed_since(issuer_id: str, since: datetime, now: datetime) -> ColumnElement[bool]:
    """The audit log knows when anything of an award or a person was changed; that one ended, the award itself."""
    logged = select(AuditEntry.object_id).where(AuditEntry.issuer_id == issuer_id, AuditEntry.at >= since)
    shared = select(SharedRecord.learner_id).where(
        SharedRecord.issuer_id == issuer_id, SharedRecord.changed_at >= since
    )
    # Whose awards these are is known by the learner; by the issuer, a database would look at every award of it.
    of_awards = select(Award.learner_id).where(Award.id.in_(logged), visible())
    ended = select(Award.learner_id).where(_ended_since(since, now), visible())
    return SharedRecord.learner_id.in_(union_all(shared, logged, of_awards, ended))


def _award_changed_since(issuer_id: str, since: datetime, now: datetime) -> ColumnElement[bool]:
    logged = select(AuditEntry.object_id).where(AuditEntry.issuer_id == issuer_id, AuditEntry.at >= since)
    return or_(Award.id.in_(logged), _ended_since(since, now))


def _ended_since(since: datetime, now: datetime) -> ColumnElement[bool]:
    return and_(Award.valid_until >= since, Award.valid_until <= now)
