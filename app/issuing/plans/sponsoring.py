"""Who pays for what a learner earns: the sponsor of a plan, of a cohort, or of the way along a pathway (SEED-64)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from app.days import day_in
from app.issuing import issuers
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, AwardState
from app.issuing.office import Sponsorship
from app.issuing.pathways import PathwayRow, PathwayVersion, worlds
from app.issuing.plans.tables import Aims, KeptPlan, PlanState
from app.issuing.stacks.tables import Enrolment
from app.stacking import conditions
from app.stacking.world import Pathway

_COUNT = (AwardState.ISSUED, AwardState.SUSPENDED)
# Built once, as they are asked for each award: putting one together costs more than running it.
_PAID_PLANS = (
    select(KeptPlan)
    .where(
        KeptPlan.learner_id == bindparam("learner_id"),
        KeptPlan.state == PlanState.OPEN,
        or_(KeptPlan.sponsor.is_not(None), KeptPlan.funding.is_not(None)),
    )
    .order_by(KeptPlan.created_at, KeptPlan.id)
)
_PAID_ENROLMENTS = (
    select(Enrolment, PathwayRow.slug, PathwayVersion.id)
    .join(PathwayRow, PathwayRow.id == Enrolment.pathway_id)
    .join(PathwayVersion, PathwayVersion.pathway_id == PathwayRow.id)
    .where(
        PathwayVersion.number == Enrolment.version,
        Enrolment.learner_id == bindparam("learner_id"),
        Enrolment.sponsor.is_not(None),
        Enrolment.ended_at.is_(None),
        or_(Enrolment.completed_at.is_(None), Enrolment.completed_at >= bindparam("awarded_at")),
    )
    .order_by(Enrolment.enrolled_at, Enrolment.id)
)


def sponsored(session: Session, learner_id: str, achievement_id: str, awarded_at: datetime) -> Sponsorship:
    """Who pays for this award, as the learner's open plans say, the oldest first, else the pathways they are on.

    What was earned before a plan was made, or once more since then, nobody pays for. Nobody: both members are None.
    """
    achievement = session.get_one(Achievement, achievement_id)
    slug, zone = achievement.slug, issuers.zone_of(session, achievement.issuer_id)
    for begun, named, paid in (*_of_plans(session, learner_id), *_of_pathways(session, learner_id, awarded_at)):
        is_in_time = day_in(begun, zone) <= day_in(awarded_at, zone)
        if slug in named and is_in_time and not _is_earned_since(session, learner_id, achievement_id, begun):
            return paid
    return Sponsorship()


def _of_plans(session: Session, learner_id: str) -> Iterator[tuple[datetime, frozenset[str], Sponsorship]]:
    for kept in session.scalars(_PAID_PLANS, {"learner_id": learner_id}).all():
        named = frozenset(str(each["credential"]) for each in kept.planned["steps"])
        if kept.aims == Aims.PATHWAY:
            aimed_at = worlds.of(session, kept.issuer_id).world.pathways.get(kept.target)
            named |= frozenset() if aimed_at is None else _named_by(aimed_at)
        yield kept.created_at, named, Sponsorship(kept.sponsor, kept.funding)


def _of_pathways(
    session: Session, learner_id: str, awarded_at: datetime
) -> Iterator[tuple[datetime, frozenset[str], Sponsorship]]:
    asked = {"learner_id": learner_id, "awarded_at": awarded_at}
    for enrolment, slug, version_id in session.execute(_PAID_ENROLMENTS, asked).all():
        followed = worlds.version(session, slug, enrolment.version, version_id)
        yield enrolment.enrolled_at, _named_by(followed), Sponsorship(enrolment.sponsor)


def _named_by(pathway: Pathway) -> frozenset[str]:
    """The badges that its steps ask for, and the stacks that they award."""
    asked = (conditions.credentials_in(node.condition) for node in pathway.nodes)
    return frozenset(node.awards for node in pathway.nodes if node.awards is not None).union(*asked)


def _is_earned_since(session: Session, learner_id: str, achievement_id: str, begun: datetime) -> bool:
    mine = Award.learner_id == learner_id, Award.achievement_id == achievement_id
    earned = exists().where(*mine, Award.state.in_(_COUNT), Award.awarded_at >= begun)
    return bool(session.scalar(select(earned)))
