"""A stack that lost what it rests on is judged anew: it finds something else, is kept, suspended or revoked.

Expiry is no loss: only what was revoked, suspended or replaced counts, and what has expired since is taken as good.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.issuing import audit, award_status
from app.issuing.awards import Award, AwardState
from app.issuing.pathways import PathwayRow
from app.issuing.stacks import held
from app.issuing.stacks.binding import bind, bind_all
from app.issuing.stacks.cases import Case, actor_of, pathway_of
from app.issuing.stacks.tables import StackAward, StackComponent
from app.stacking.evaluate import Evaluation, evaluate, inherited
from app.stacking.holdings import Holding, Standing
from app.stacking.world import OnLoss, Pathway

LIVING = frozenset({AwardState.ISSUED, AwardState.SUSPENDED})


@dataclass(frozen=True, slots=True)
class _Stack:
    """A stack with what it rests on, and what of that does not count any more."""

    row: StackAward
    award: Award
    bound: tuple[StackComponent, ...]
    lost: tuple[StackComponent, ...]

    @property
    def is_out(self) -> bool:
        return self.award.state == AwardState.SUSPENDED and self.row.was_suspended


def look(case: Case) -> bool:
    """Look at each stack that lost something, or that is suspended for it; whether anything was changed."""
    _follow_successors(case)
    rows = _living(case)
    if not rows:
        return False
    holdings = held.of(case.session, case.known, case.learner.id)
    by_id = {each.id: each for each in holdings}
    for row, award in rows:
        bound = _bound(case, row)
        lost = tuple(each for each in bound if not _stands(by_id.get(each.holding_id)))
        stack = _Stack(row, award, bound, lost)
        if (lost or stack.is_out) and _judged_anew(case, stack, holdings):
            return True
    return False


def _stands(holding: Holding | None) -> bool:
    return holding is not None and holding.standing is Standing.ACTIVE


def _living(case: Case) -> list[tuple[StackAward, Award]]:
    """The learner's living stacks, the ones on which others rest first."""
    query = (
        select(StackAward, Award)
        .join(Award, Award.id == StackAward.award_id)
        .where(StackAward.learner_id == case.learner.id, Award.state.in_(LIVING))
        .order_by(Award.awarded_at, Award.created_at, Award.id)
    )
    return [(row, award) for row, award in case.session.execute(query)]


def _bound(case: Case, row: StackAward) -> tuple[StackComponent, ...]:
    query = select(StackComponent).where(StackComponent.award_id == row.award_id, StackComponent.unbound_at.is_(None))
    return tuple(case.session.scalars(query.order_by(StackComponent.holding_id)))


def _follow_successors(case: Case) -> None:
    """An award that took a stack's place, as after a correction of the name, rests on the same things."""
    session = case.session
    query = (
        select(StackAward, Award.superseded_by_id)
        .join(Award, Award.id == StackAward.award_id)
        .where(
            StackAward.learner_id == case.learner.id,
            Award.superseded_by_id.is_not(None),
            Award.superseded_by_id.not_in(select(StackAward.award_id)),
        )
    )
    for stack, successor in session.execute(query).all():
        if successor is None:
            continue
        session.add(
            StackAward(
                award_id=successor,
                issuer_id=stack.issuer_id,
                learner_id=stack.learner_id,
                pathway_id=stack.pathway_id,
                version=stack.version,
                node=stack.node,
                proofs=stack.proofs,
                lost_at=stack.lost_at,
                was_suspended=stack.was_suspended,
            )
        )
        session.flush()
        bound = select(StackComponent).where(
            StackComponent.award_id == stack.award_id, StackComponent.unbound_at.is_(None)
        )
        for each in session.scalars(bound).all():
            bind(case, successor, each.holding_id, is_award=each.is_award)
            each.unbound_at = case.at
    session.flush()


def _judged_anew(case: Case, stack: _Stack, holdings: list[Holding]) -> bool:
    """Whether something was done: its node still holds, counting what it rests on even if that has expired, or not."""
    path = case.session.get_one(PathwayRow, stack.row.pathway_id)
    pathway = pathway_of(case.session, case.known, path, stack.row.version)
    kept = frozenset(each.holding_id for each in stack.bound) - {each.holding_id for each in stack.lost}
    others = [each for each in holdings if each.id != stack.award.id]
    evaluation = evaluate(case.known.world, pathway, others, case.as_of, kept=kept)
    if evaluation.nodes[stack.row.node].is_met:
        _rebind(case, stack, evaluation, holdings)
        return True
    if not stack.lost:
        return False
    for each in stack.lost:
        each.unbound_at = case.at
    stack.row.lost_at = case.at
    _lose(case, stack.row, stack.award, pathway, by=stack.lost[0].holding_id)
    return True


def _rebind(case: Case, stack: _Stack, evaluation: Evaluation, holdings: list[Holding]) -> None:
    row, award, actor = stack.row, stack.award, actor_of(evaluation.pathway)
    used = set(evaluation.nodes[row.node].used)
    bind_all(case, award.id, used)
    row.proofs = held.proofs_to_json(inherited(each for each in holdings if each.id in used))
    row.lost_at = None
    if stack.is_out:
        row.was_suspended = False
        case.session.flush()
        award_status.reinstate(case.session, case.office, award, actor=actor)
        case.done.reinstated.append(award.id)
        return
    case.done.rebound.append(award.id)
    facts = {"components": sorted(used), "node": row.node}
    audit.record(case.session, award.issuer_id, actor=actor, action="stack.rebound", object_id=award.id, **facts)
    award_status.page_changed(case.session, award.id)


def _lose(case: Case, stack: StackAward, award: Award, pathway: Pathway, *, by: str) -> None:
    """Do what the pathway says. A component that is only suspended takes nothing away for good."""
    policy = pathway.on_component_loss
    lost = case.session.get(Award, by)
    if policy is OnLoss.REVOKE and lost is not None and lost.state == AwardState.SUSPENDED:
        policy = OnLoss.SUSPEND
    reason = f"Something that this badge was built on does not count any more, and nothing else in {pathway.name} does"
    actor = actor_of(pathway)
    case.session.flush()
    if policy is OnLoss.SUSPEND and award.state == AwardState.ISSUED:
        stack.was_suspended = True
        award_status.suspend(case.session, case.office, award, reason=reason, actor=actor)
        case.done.suspended.append(award.id)
    elif policy is OnLoss.REVOKE:
        award_status.revoke(case.session, case.office, award, reason=reason, actor=actor)
        case.done.revoked.append(award.id)
    else:
        facts = {"lost": by, "node": stack.node}
        audit.record(case.session, award.issuer_id, actor=actor, action="stack.kept", object_id=award.id, **facts)
