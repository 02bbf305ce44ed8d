"""An academy with a small ladder: two badges make a base, the base and one of two more make the top."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from app import clock
from app.issuing import award_status, awards, definitions, pathways, stacks
from app.issuing.achievements import Achievement
from app.issuing.awards import Award, Earned
from app.issuing.definitions import Kind
from app.issuing.learners import Learner
from app.issuing.pathways import PathwayRow
from tests import ladder
from tests.issuing.conftest import Desk

ACTOR = "cli"
EMAIL = "mira.holm@hospital.test"
LADDER: dict[str, Any] = ladder.LADDER | {"nodes": [ladder.BASE, ladder.top({"credential": "st-base"}, "vit", "ecg")]}


@dataclass
class Academy:
    """The desk, its achievements by short name, and what one does there."""

    desk: Desk
    achievements: dict[str, Achievement] = field(default_factory=dict)

    def define(self, kind: Kind, slug: str, **facts: Any) -> definitions.Definition:
        """Put a definition."""
        with self.desk.write() as session:
            stated = definitions.parse(kind, facts)
            return definitions.put(session, self.desk.issuer, kind, slug, stated, actor=ACTOR).definition

    def pathway(self, slug: str = "ladder", **changes: Any) -> PathwayRow:
        """A published pathway: the ladder, with changes."""
        with self.desk.write() as session:
            facts = pathways.parse({**LADDER, **changes})
            row = pathways.create(session, self.desk.issuer, slug=slug, facts=facts, actor=ACTOR)
            pathways.publish(session, row, actor=ACTOR)
            return row

    def new_version(self, slug: str = "ladder", **changes: Any) -> PathwayRow:
        """The next version of a pathway."""
        with self.desk.write() as session:
            row = pathways.by_slug(session, self.desk.issuer, slug)
            pathways.change(session, row, facts=pathways.parse({**LADDER, **changes}), actor=ACTOR)
            pathways.publish(session, row, actor=ACTOR)
            return row

    def enrol(self, email: str = EMAIL, slug: str = "ladder", **more: Any) -> stacks.Enrolment:
        """Put somebody on a pathway."""
        learner = self.desk.learner(email)
        with self.desk.write() as session:
            row = pathways.by_slug(session, self.desk.issuer, slug)
            found = session.get_one(Learner, learner.id)
            return stacks.enrolling.enrol(session, self.desk.office, found, row, actor=ACTOR, **more).enrolment

    def award(self, slug: str, email: str = EMAIL, at: datetime | None = None) -> Award:
        """Award a badge by hand."""
        earned = Earned(self.achievements[slug], self.desk.learner(email), at or clock.now())
        with self.desk.write() as session:
            return awards.award(session, self.desk.office, earned, actor=ACTOR).award

    def revoke(self, award: Award) -> None:
        """Take one back."""
        with self.desk.write() as session:
            found = awards.by_id(session, award.id)
            award_status.revoke(session, self.desk.office, found, reason="Issued in error", actor=ACTOR)

    def settle(self, email: str = EMAIL) -> stacks.Settled:
        """Settle somebody's stacks once more."""
        learner = self.desk.learner(email)
        with self.desk.write() as session:
            return stacks.settle_learner(session, self.desk.office, session.get_one(Learner, learner.id))

    def stacks(self, email: str = EMAIL) -> list[tuple[str, str]]:
        """Every stack that somebody was ever awarded, with its state, oldest first."""
        learner = self.desk.learner(email)
        names = {each.id: slug for slug, each in self.achievements.items()}
        with self.desk.read() as session:
            query = select(Award).where(Award.learner_id == learner.id).order_by(Award.created_at, Award.awarded_at)
            found = [(names[each.achievement_id], each.state) for each in session.scalars(query)]
        return sorted(each for each in found if each[0].startswith("st-"))

    def stack(self, slug: str, email: str = EMAIL) -> Award:
        """The newest award of a stack."""
        learner = self.desk.learner(email)
        with self.desk.read() as session:
            query = select(Award).where(
                Award.learner_id == learner.id, Award.achievement_id == self.achievements[slug].id
            )
            # Moments are whole seconds: of two that were made in one, the newest is the one that nothing replaced.
            newest_last = (Award.created_at, Award.superseded_by_id.is_(None), Award.id)
            return list(session.scalars(query.order_by(*newest_last)))[-1]

    def components(self, award: Award) -> set[str]:
        """What a stack rests on."""
        with self.desk.read() as session:
            query = select(stacks.StackComponent.holding_id).where(
                stacks.StackComponent.award_id == award.id, stacks.StackComponent.unbound_at.is_(None)
            )
            return set(session.scalars(query))


@pytest.fixture
def academy(desk: Desk) -> Academy:
    """The academy, with badges and stacks, and no pathway yet."""
    return academy_at(desk)


def academy_at(desk: Desk) -> Academy:
    """An academy of the desk's issuer, furnished likewise."""
    made = Academy(desk)
    for slug in ("bls", "ipc", "vit", "ecg"):
        skills = [{"name": slug, "url": f"https://skills.example/{slug}", "level": 3, "code": f"sk-{slug}"}]
        made.achievements[slug] = desk.achievement(slug, name=slug.upper(), abbreviation=slug.upper(), skills=skills)
        made.define(Kind.SKILL, f"sk-{slug}", name=slug)
    for slug in ("st-base", "st-top"):
        made.achievements[slug] = desk.achievement(
            slug,
            name=slug.title(),
            abbreviation=slug.upper(),
            achievement_type="Certificate",
            assessment_method="rule",
            skills=[],
            is_stack=True,
        )
    return made
