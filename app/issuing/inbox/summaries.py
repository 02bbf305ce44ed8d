"""What a list says of each delivery besides its standing: how much it brought, of which activity, about whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.issuing.completions import Completion
from app.issuing.learners import Learner


@dataclass(frozen=True, slots=True)
class Summary:
    """The facts that a delivery was the first to bring: how many, and the first one's activity and learner.

    None = no name is known, or nobody is.
    """

    facts: int
    activity_id: str
    activity_name: str | None
    learner_id: str | None
    learner_name: str | None


def summaries(session: Session, delivery_ids: Sequence[str]) -> dict[str, Summary]:
    """The summary of each delivery that brought a fact, by its id."""
    mine = Completion.delivery_id.in_(delivery_ids)
    first = (
        select(Completion.delivery_id, func.min(Completion.item_index).label("first"), func.count().label("facts"))
        .where(mine)
        .group_by(Completion.delivery_id)
        .subquery()
    )
    query = (
        select(
            Completion.delivery_id,
            first.c.facts,
            Completion.activity_id,
            Completion.activity_name,
            Completion.learner_id,
            Learner.display_name,
        )
        .join(first, (first.c.delivery_id == Completion.delivery_id) & (first.c.first == Completion.item_index))
        .outerjoin(Learner, Learner.id == Completion.learner_id)
    )
    return {row[0]: Summary(*row[1:]) for row in session.execute(query)}
