"""The stacks that a pathway awarded to one learner, each with what it rests on and rested on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.days import day_in
from app.issuing import issuers
from app.issuing.awards import Award
from app.issuing.stacks.tables import Recognition, StackAward, StackComponent


@dataclass(frozen=True, slots=True)
class Part:
    """What a stack rests on, or rested on until `component.unbound_at`: an award, or what was recognised."""

    component: StackComponent
    award: Award | None
    recognition: Recognition | None
    zone: ZoneInfo  # the issuer's

    @property
    def of(self) -> str:
        """The id of its achievement, or of the definition of the credential that was recognised; "" = it is gone."""
        if self.award is not None:
            return self.award.achievement_id
        return self.recognition.definition_id if self.recognition is not None else ""

    @property
    def on(self) -> date | None:
        """When it was issued."""
        if self.award is not None:
            return day_in(self.award.awarded_at, self.zone)
        return self.recognition.issued_on if self.recognition is not None else None


@dataclass(frozen=True, slots=True)
class AwardedStack:
    """A stack that somebody was awarded, whatever became of it. `parts`: what it rests on now comes first."""

    stack: StackAward
    award: Award
    parts: tuple[Part, ...]


def of_learner(session: Session, learner_id: str, pathway_id: str) -> list[AwardedStack]:
    """Every stack that a learner was awarded on a pathway, oldest first."""
    query = (
        select(StackAward, Award)
        .join(Award, Award.id == StackAward.award_id)
        .where(StackAward.learner_id == learner_id, StackAward.pathway_id == pathway_id)
        .order_by(Award.awarded_at, Award.created_at, Award.id)
    )
    rows = [(stack, award) for stack, award in session.execute(query)]
    parts = _parts(session, {award.id: issuers.zone_of(session, award.issuer_id) for _stack, award in rows})
    return [AwardedStack(stack, award, tuple(parts[award.id])) for stack, award in rows]


def _parts(session: Session, zones: Mapping[str, ZoneInfo]) -> dict[str, list[Part]]:
    query = select(StackComponent).where(StackComponent.award_id.in_(list(zones)))
    rows = session.scalars(query.order_by(StackComponent.bound_at, StackComponent.holding_id)).all()
    ids = [each.holding_id for each in rows]
    awards = {each.id: each for each in session.scalars(select(Award).where(Award.id.in_(ids)))}
    recognised = {each.id: each for each in session.scalars(select(Recognition).where(Recognition.id.in_(ids)))}
    found: dict[str, list[Part]] = defaultdict(list)
    for each in rows:
        found[each.award_id].append(
            Part(each, awards.get(each.holding_id), recognised.get(each.holding_id), zones[each.award_id])
        )
    for parts in found.values():
        parts.sort(key=lambda part: (part.component.unbound_at is not None, part.on or date.min))
    return found
