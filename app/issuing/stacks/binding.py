"""What a stack rests on: rows that are bound and unbound, and never deleted."""

from __future__ import annotations

from sqlalchemy import select

from app.issuing.awards import Award
from app.issuing.stacks.cases import Case
from app.issuing.stacks.tables import StackComponent


def bind_all(case: Case, award_id: str, holding_ids: set[str]) -> None:
    """See that the stack rests on these and on nothing else."""
    query = select(StackComponent).where(StackComponent.award_id == award_id)
    before = {each.holding_id: each for each in case.session.scalars(query)}
    for each in before.values():
        if each.holding_id not in holding_ids and each.unbound_at is None:
            each.unbound_at = case.at
    for holding_id in sorted(holding_ids):
        is_award = case.session.get(Award, holding_id) is not None
        bind(case, award_id, holding_id, is_award=is_award, before=before.get(holding_id))
    case.session.flush()


def bind(case: Case, award_id: str, holding_id: str, *, is_award: bool, before: StackComponent | None = None) -> None:
    """Let a stack rest on a holding; `before` = the row of an earlier time, which is bound again."""
    if before is not None:
        before.unbound_at = None
        return
    case.session.add(
        StackComponent(award_id=award_id, holding_id=holding_id, is_award=is_award, bound_at=case.at, unbound_at=None)
    )
