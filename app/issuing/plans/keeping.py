"""Plans are kept, made anew from today, and ended. A learner has as many as they want."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound, WrongState
from app.issuing import audit, issuers
from app.issuing.learners import Learner, refuse_ended
from app.issuing.plans import aims, progress, writing
from app.issuing.plans.aims import Aim
from app.issuing.plans.progress import Progress
from app.issuing.plans.tables import Aims, Cohort, Intent, KeptPlan, MadeBy, PlanState
from app.issuing.stacks import careers, standing
from app.issuing.stacks.standing import Stood
from app.stacking import gaps, lattice
from app.stacking.holdings import Holding
from app.stacking.lattice import Template
from app.stacking.plans import Plan, Wishes

MOST_OPEN = 50  # of one learner
NOTHING_HERE = "There is no such plan"


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said of a plan beside its steps."""

    aim: Aim
    wishes: Wishes = Wishes()  # noqa: RUF009 - frozen
    intent: Intent = Intent.UPSKILL
    horizon: date | None = None
    sponsor: str | None = None
    funding: str | None = None
    template: Template = Template.TARGET


def make(
    session: Session,
    learner: Learner,
    stated: Stated,
    *,
    made_by: MadeBy,
    actor: str,
    as_of: date | None = None,
    cohort: Cohort | None = None,
) -> KeptPlan:
    """Plan from today and keep it. Raises NotFound for a target that is not there, InvalidInput, LearnerErased."""
    refuse_ended(learner)
    issuers.take_turn(session, learner.issuer_id)
    day = as_of or issuers.today(session, learner.issuer_id)
    _refuse_too_many(session, learner)
    if stated.horizon is not None and stated.horizon < day:
        raise InvalidInput("The day by which you want to be there has passed", pointer="/horizon")
    stood = standing.of_learner(session, learner.issuer_id, learner.id, day)
    found = aims.plan_for(stood, stated.aim, stated.wishes, day)
    now = clock.now()
    kept = claim(
        session,
        KeptPlan,
        id=clock.new_id(),
        issuer_id=learner.issuer_id,
        learner_id=learner.id,
        cohort_id=None if cohort is None else cohort.id,
        aims=stated.aim.aims,
        target=stated.aim.name,
        level=stated.aim.level,
        template=stated.template,
        intent=stated.intent,
        wishes=writing.wishes_to_json(stated.wishes),
        planned=writing.to_json(found),
        planned_on=day,
        horizon=stated.horizon,
        sponsor=stated.sponsor,
        funding=stated.funding,
        made_by=made_by,
        state=PlanState.OPEN,
        created_at=now,
        changed_at=now,
    )
    if kept is None:
        raise AlreadyExists("The learner has a plan in this cohort already")
    _record(session, kept, "plan.made", actor, aims=kept.aims, target=kept.target)
    return kept


def make_two_by_two(session: Session, learner: Learner, role: str, *, made_by: MadeBy, actor: str) -> list[KeptPlan]:
    """A strong skill to raise and a weak one to close within two years, each as a plan of its own (SEED-36).

    Raises NotFound for a role that is not there, WrongState when neither skill can be found.
    """
    day = issuers.today(session, learner.issuer_id)
    stood = standing.of_learner(session, learner.issuer_id, learner.id, day)
    wanted = stood.known.world.roles.get(role)
    if wanted is None:
        raise NotFound("There is no role of this name")
    world, holdings = stood.known.world, _of_known_skills(stood)
    chosen = lattice.two_by_two(world, gaps.gap(world, wanted, holdings, day), holdings, day)
    among = [each for each in (chosen.strong, chosen.weak) if each is not None]
    if not among:
        raise WrongState("No skill of this role can be raised by a badge")
    return [
        make(
            session,
            learner,
            Stated(
                Aim(Aims.SKILL, each.skill, each.level),
                horizon=chosen.until,
                template=Template.TWO_BY_TWO,
            ),
            made_by=made_by,
            actor=actor,
            as_of=day,
        )
        for each in among
    ]


def _of_known_skills(stood: Stood) -> list[Holding]:
    """What is held, without proofs of skills that the issuer does not define: nobody can plan for those."""
    known = stood.known.world.skills
    return [
        replace(each, proofs=tuple(proof for proof in each.proofs if proof.skill in known)) for each in stood.holdings
    ]


def refresh(session: Session, kept: KeptPlan, *, actor: str, as_of: date | None = None) -> None:
    """Plan anew from today, with the same wishes. Steps whose badge is held by now stay, before the new ones.

    Raises WrongState for a plan that has ended, NotFound when its target is not there any more.
    """
    session.refresh(kept, with_for_update=True)
    if kept.state != PlanState.OPEN:
        raise WrongState("This plan has ended; make a new one")
    day = as_of or issuers.today(session, kept.issuer_id)
    stood = standing.of_learner(session, kept.issuer_id, kept.learner_id, day)
    before = progress_of(stood, kept, day)
    found = aims.plan_for(stood, aim_of(kept), wishes_of(kept), day)
    done = [each.step for each in before.steps if each.is_done and each.step.credential not in found.ids]
    planned = writing.to_json(found)
    planned["steps"] = [*(writing.step_to_json(each) for each in done), *planned["steps"]]
    kept.planned, kept.planned_on, kept.changed_at = planned, day, clock.now()
    _record(session, kept, "plan.refreshed", actor, done=len(done), left=len(found.steps))


def end(session: Session, kept: KeptPlan, *, actor: str) -> None:
    """Follow it no more. It can still be read."""
    session.refresh(kept, with_for_update=True)
    if kept.state == PlanState.OPEN:
        kept.state, kept.ended_at = PlanState.ENDED, clock.now()
        kept.changed_at = kept.ended_at
        _record(session, kept, "plan.ended", actor)


def end_own(session: Session, kept: KeptPlan, *, actor: str) -> None:
    """The learner ends a plan of their own. Raises NotAllowed for one that staff made."""
    if kept.made_by != MadeBy.LEARNER:
        raise NotAllowed("Your academy made this plan; ask them to end it")
    end(session, kept, actor=actor)


def by_id(session: Session, plan_id: str, *, issuer_id: str) -> KeptPlan:
    """The plan with this id, of this issuer. Raises NotFound."""
    found = session.get(KeptPlan, plan_id)
    if found is None or found.issuer_id != issuer_id:
        raise NotFound(NOTHING_HERE)
    return found


def of_learner(session: Session, learner_id: str) -> list[KeptPlan]:
    """The learner's plans: those that are open first, the newest of each first."""
    query = select(KeptPlan).where(KeptPlan.learner_id == learner_id)
    order = (KeptPlan.state.desc(), KeptPlan.created_at.desc(), KeptPlan.id)  # "open" after "ended"
    return list(session.scalars(query.order_by(*order)))


def aim_of(kept: KeptPlan | Cohort) -> Aim:
    """What it leads to."""
    return Aim(Aims(kept.aims), kept.target, getattr(kept, "level", None))


def wishes_of(kept: KeptPlan) -> Wishes:
    """The wishes as they were given."""
    return writing.wishes_from_json(kept.wishes)


def plan_of(stood: Stood, kept: KeptPlan) -> Plan:
    """The plan as it was made; hours and price are those of what was left to do then."""
    aim = aim_of(kept)
    try:
        target = aims.target_of(stood, aim)
    except NotFound:
        target = aims.placeholder(aim)
    return writing.from_json(kept.planned, target, kept.planned_on)


def progress_of(stood: Stood, kept: KeptPlan, as_of: date) -> Progress:
    """How far it has come on a day."""
    steps = writing.steps_from_json(kept.planned["steps"])
    return progress.of(stood.known.world, steps, stood.holdings, as_of, horizon=kept.horizon)


def aimed_role(session: Session, learner: Learner) -> str | None:
    """The role that a learner wants, else the one that they work as; None = neither was said."""
    names = careers.names_of(session, learner.id)
    return names.target_role or names.role


def _refuse_too_many(session: Session, learner: Learner) -> None:
    open_ = [each for each in of_learner(session, learner.id) if each.state == PlanState.OPEN]
    if len(open_) >= MOST_OPEN:
        raise WrongState(f"There are {MOST_OPEN} open plans already; end one first")


def _record(session: Session, kept: KeptPlan, action: str, actor: str, **facts: object) -> None:
    session.flush()
    named = {"learner_id": kept.learner_id, **facts}
    audit.record(session, kept.issuer_id, actor=actor, action=action, object_id=kept.id, **named)
