"""Cohorts: several people on the way to one target together, each with a plan of their own (SEED-38)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import AlreadyExists, InvalidInput, NotFound, WrongState
from app.issuing import audit
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.pathways import worlds
from app.issuing.plans import keeping, progress, writing
from app.issuing.plans.aims import Aim
from app.issuing.plans.progress import Pace, Progress
from app.issuing.plans.tables import Aims, Cohort, Intent, KeptPlan, MadeBy
from app.issuing.stacks import held
from app.stacking.plans import Wishes

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Described:
    """What is said of a cohort."""

    name: str
    aim: Aim
    intent: Intent = Intent.UPSKILL
    sponsor: str | None = None
    funding: str | None = None
    target_date: date | None = None
    wishes: Wishes = field(default_factory=Wishes)


@dataclass(frozen=True, slots=True)
class Member:
    """A learner of a cohort, their plan, and how far it has come."""

    learner_id: str
    plan: KeptPlan
    progress: Progress


@dataclass(frozen=True, slots=True)
class Overview:
    """A cohort on a day. `steps` and `done` are sums over the members."""

    cohort: Cohort
    members: tuple[Member, ...]

    @property
    def steps(self) -> int:
        """How many steps all of them have."""
        return sum(len(each.progress.steps) for each in self.members)

    @property
    def done(self) -> int:
        """How many of these are done."""
        return sum(each.progress.done for each in self.members)

    def count(self, pace: Pace) -> int:
        """How many members are at this pace."""
        return Counter(each.progress.pace for each in self.members)[pace]


def make(session: Session, issuer: Issuer, described: Described, *, actor: str) -> Cohort:
    """A cohort without members yet. Raises NotFound for a target that is not there, InvalidInput."""
    known = worlds.of(session, issuer.id)
    if described.aim.aims is Aims.SKILL:
        raise InvalidInput("A cohort is on the way to a role or a pathway", pointer="/target")
    names = set(known.world.roles if described.aim.aims is Aims.ROLE else known.world.pathways)
    if described.aim.name not in names:
        raise NotFound(f"There is no {described.aim.aims} of this name")
    made = Cohort(
        id=clock.new_id(),
        issuer_id=issuer.id,
        name=described.name,
        intent=described.intent,
        aims=described.aim.aims,
        target=described.aim.name,
        sponsor=described.sponsor,
        funding=described.funding,
        target_date=described.target_date,
        wishes=writing.wishes_to_json(described.wishes),
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    facts = {"aims": made.aims, "target": made.target}
    audit.record(session, issuer.id, actor=actor, action="cohort.made", object_id=made.id, **facts)
    return made


def add(session: Session, cohort: Cohort, people: Iterable[Learner], *, actor: str) -> list[KeptPlan]:
    """Make a plan for each of them; whoever is in it already keeps theirs. Returns the plans that are new.

    Raises InvalidInput for more than 200 at once, WrongState for a cohort that has ended.
    """
    among = list(people)
    if len(among) > MOST_AT_ONCE:
        raise InvalidInput(f"Add at most {MOST_AT_ONCE} people at once", pointer="/learners")
    if cohort.ended_at is not None:
        raise WrongState("This cohort has ended")
    stated = keeping.Stated(
        keeping.aim_of(cohort),
        writing.wishes_from_json(cohort.wishes),
        Intent(cohort.intent),
        cohort.target_date,
        cohort.sponsor,
        cohort.funding,
    )
    there = set(session.scalars(select(KeptPlan.learner_id).where(KeptPlan.cohort_id == cohort.id)))
    made = []
    for learner in among:
        if learner.id in there:
            continue
        try:
            made.append(keeping.make(session, learner, stated, made_by=MadeBy.STAFF, actor=actor, cohort=cohort))
        except AlreadyExists:  # somebody else added them at the same moment
            continue
        there.add(learner.id)
    return made


def end(session: Session, cohort: Cohort, *, actor: str) -> None:
    """End the cohort and the plans in it that are open. They can still be read."""
    session.refresh(cohort, with_for_update=True)
    if cohort.ended_at is not None:
        return
    cohort.ended_at = clock.now()
    for each in _plans(session, cohort):
        keeping.end(session, each, actor=actor)
    session.flush()
    audit.record(session, cohort.issuer_id, actor=actor, action="cohort.ended", object_id=cohort.id)


def by_id(session: Session, cohort_id: str, *, issuer_id: str) -> Cohort:
    """The cohort with this id, of this issuer. Raises NotFound."""
    found = session.get(Cohort, cohort_id)
    if found is None or found.issuer_id != issuer_id:
        raise NotFound("There is no such cohort")
    return found


def of_issuer(session: Session, issuer_id: str) -> list[Cohort]:
    """The issuer's cohorts, the newest first."""
    query = select(Cohort).where(Cohort.issuer_id == issuer_id)
    return list(session.scalars(query.order_by(Cohort.created_at.desc(), Cohort.id)))


def overview(session: Session, cohort: Cohort, as_of: date) -> Overview:
    """Everybody in it and how far they are on a day, in the order in which they came."""
    known = worlds.of(session, cohort.issuer_id)
    kept = _plans(session, cohort)
    holdings = held.of_many(session, known, [each.learner_id for each in kept])
    return Overview(
        cohort,
        tuple(
            Member(
                each.learner_id,
                each,
                progress.of(
                    known.world,
                    writing.steps_from_json(each.planned["steps"]),
                    holdings[each.learner_id],
                    as_of,
                    horizon=each.horizon,
                ),
            )
            for each in kept
        ),
    )


def _plans(session: Session, cohort: Cohort) -> list[KeptPlan]:
    query = select(KeptPlan).where(KeptPlan.cohort_id == cohort.id)
    return list(session.scalars(query.order_by(KeptPlan.created_at, KeptPlan.id)))
